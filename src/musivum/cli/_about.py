"""``musivum library about``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from musivum import api
from musivum.cli._talk import TALK, Talk

app = App(
    name="about",
    help_epilogue="""Examples:
  musivum library about photos beach.jpg
  musivum library about photos beach.jpg harbour.jpg --top 200 --json
  musivum library about photos "a dog in the snow\"""",
    help_format="plaintext",
)


@app.default
def about(
    library: Path,
    examples: Annotated[list[str], Parameter(json_list=False)],
    /,
    *,
    top: int = 50,
    workers: int | None = None,
    talk: Annotated[Talk, Parameter(name="*")] = TALK,
) -> None:
    """List the photos that are most like example pictures, the best first.

    Parameters
    ----------
    library
        The library's folder.
    examples
        Pictures. Anything that is no file is a text, which needs open_clip.
    top
        How many photos to list.
    workers
        Threads; by default one a processor.
    """
    with talk.progress() as progress:
        found = api.library_about(library, examples, top=top, workers=workers, progress=progress)
    talk.answer({"photos": found}, (f"{each.likeness:.3f}  {each.path}" for each in found), asked=True)
