"""The command line: one thin module a command, over the verbs of `musivum.api`."""

from musivum.cli._main import app, main

__all__ = ["app", "main"]
