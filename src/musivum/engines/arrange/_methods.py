"""The registry of methods: a name -> what puts photos in order."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from musivum.engines.arrange._curve import curve_cells
from musivum.engines.arrange._ground import Ground
from musivum.engines.arrange._guide import Guide
from musivum.engines.arrange._settings import Settings
from musivum.engines.arrange._shells import shell_cells
from musivum.engines.arrange._sorted import sort_cells
from musivum.progress import Progress, silent


class Method(Protocol):
    """From the vectors (n, d) of all photos to the photo (m,) of each free cell, in reading order."""

    def __call__(
        self,
        vectors: npt.NDArray[np.float32],
        ground: Ground,
        settings: Settings,
        *,
        guide: Guide | None = None,
        progress: Progress = silent,
    ) -> npt.NDArray[np.int64]: ...


METHODS: dict[str, Method] = {"sorted": sort_cells, "shells": shell_cells, "curve": curve_cells}
