"""The program: finds the command, and turns every fault of the person's into one line and exit code 2."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from musivum import __version__
from musivum.cli._text import one_line
from musivum.errors import MusivumError

# Commands are named by import string: `musivum --help` then loads neither NumPy nor anything else that is slow.
app = App(
    name="musivum",
    help="Make pictures out of pictures: photographic mosaics and sorted collages from a folder of photos.",
    help_epilogue="""Examples:
  musivum demo
  musivum grid face.jpg --photos ~/Pictures -o mosaic.jpg
  musivum index ~/Pictures --library photos
  musivum fractal face.jpg --library photos -o free.jpg
  musivum arrange ~/Pictures -o collage.jpg
  musivum grid face.jpg --library photos -o mosaic.jpg --plan mosaic.mosaic
  musivum render mosaic.mosaic -o poster.png --width 90cm

Each command explains itself: musivum grid --help""",
    help_format="plaintext",
    version=f"musivum {__version__}",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
app.command("musivum.cli._index:app", name="index", help="Read photos into a library.", sort_key=1)
app.command(
    "musivum.cli._grid:app", name="grid", help="Make a mosaic: the target in cells, a photo in each.", sort_key=2
)
app.command(
    "musivum.cli._fractal:app",
    name="fractal",
    help="Make a free-form mosaic: photos of any size, at any angle.",
    sort_key=3,
)
app.command("musivum.cli._arrange:app", name="arrange", help="Make a collage: neighbours look alike.", sort_key=4)
app.command(
    "musivum.cli._render:app", name="render", help="Draw a plan again: larger, or with other colours.", sort_key=5
)
app.command("musivum.cli._edit:app", name="edit", help="Ban, pin or swap single photos of a plan.", sort_key=6)
app.command("musivum.cli._report:app", name="report", help="Tell how good a mosaic is and what it lacks.", sort_key=7)
app.command(
    "musivum.cli._library:app",
    name="library",
    help="Look at a library, check it, tidy it, draw tiles into it.",
    sort_key=8,
)
app.command(
    "musivum.cli._compare:app", name="compare", help="Show one target under several settings, to choose.", sort_key=9
)
app.command(
    "musivum.cli._demo:app",
    name="demo",
    help="Make four mosaics, a collage and a page without any photo of yours.",
    sort_key=10,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    0 is done, 1 what a command that checks something found, 2 a fault that the person can mend, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # file names may be no text at all
    if sys.stdout is None:  # closed by whoever started the program
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    arguments = sys.argv[1:] if arguments is None else arguments
    if any(word == "" or (word.startswith("--") and word.endswith("=")) for word in arguments):
        return _fail("an argument is empty: leave the option out, or give it a value", 2)  # a path would become "."
    try:
        code = app(arguments, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as fault:
        command = " ".join(["musivum", *(fault.command_chain or ())])
        return _fail(f"{str(fault).rstrip('.')}; see {command} --help", 2)
    except MusivumError as fault:
        return _fail(str(fault), 2)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except BrokenPipeError:
        return _nobody_reads()
    except SystemExit:  # rich leaves this way when nobody reads the help
        return _nobody_reads()
    except OSError as fault:
        where = f"{fault.filename}: " if fault.filename is not None else ""
        return _fail(f"{where}{fault.strerror or fault}", 2)
    except MemoryError:
        return _fail("out of memory; ask for a smaller picture or fewer photos in it", 2)
    return code if isinstance(code, int) else 0


def _interrupt(number: int, frame: object) -> None:
    """Leave as on Ctrl-C when asked to end, so that nothing half-written stays behind."""
    raise KeyboardInterrupt


def _nobody_reads() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains when it leaves
    return 141


def _fail(message: str, code: int) -> int:
    print(f"musivum: {one_line(message)}", file=sys.stderr)
    return code
