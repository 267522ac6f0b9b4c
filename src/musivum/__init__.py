"""musivum makes pictures out of pictures; its verbs are the functions of `musivum.api`."""

__version__ = "0.1.0"
