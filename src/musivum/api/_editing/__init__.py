"""The verb that edits a plan, and how that is done for each engine."""

from musivum.api._editing._edit import Change, Edited, edit

__all__ = ["Change", "Edited", "edit"]
