"""What musivum raises when the fault lies in its input: one line that says what, where and what to do."""


class MusivumError(Exception):
    """A fault that the person at the keyboard can mend; its text is one line, ready to be shown."""


class UnreadableImage(MusivumError):
    """A file that holds no picture musivum can read; the text is the reason, without the path."""


class LibraryError(MusivumError):
    """A library that is missing, damaged, of another format version or being written by someone else."""


class PlanError(MusivumError):
    """A plan that cannot be read, or whose library no longer holds what it needs."""


class OptionError(MusivumError):
    """An option outside its range, or options that contradict each other."""
