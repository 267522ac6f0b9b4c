"""Other photos in some places of a collage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines._recipe import recipe_options
from musivum.engines._used import used_tiles
from musivum.engines.arrange._compose import Boxes, place_photos
from musivum.engines.arrange._likeness import likeness_vectors
from musivum.engines.arrange._options import ArrangeOptions
from musivum.library import Library
from musivum.plan import Finds, Plan, bounds
from musivum.progress import Progress, silent
from musivum.search import nobody
from musivum.threads import thread_count

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ArrangeResolver:
    """Puts photos into places of a collage, and finds such as are like others, by the plan's options.

    Parameters
    ----------
    plan
        Made by the arrange engine.
    library
        All photos.
    workers
        Threads; what is found does not depend on it.

    Raises
    ------
    PlanError
        If the plan's recipe does not do.
    """

    plan: Plan
    library: Library
    workers: int | None = None
    progress: Progress = silent

    def placed(self, place: Rows, photo: Rows) -> Finds:
        """Photos, rows (m,) of the library, in the cells of places (m,), cropped as the engine crops."""
        threads = thread_count(self.workers)
        placements = place_photos(self.library, photo, self._rooms[place], whole=self._options.whole, workers=threads)
        table, alternates, placements = used_tiles(self.library, placements, nobody(len(place), 0), ())
        return Finds(table, placements, alternates)

    def alike(self, photo: Rows, spare: Rows) -> Rows:
        """For each photo (m,) another of the spare ones (s,), s >= m, that is most like it; each is taken once."""
        options = self._options
        with threadpool_limits(limits=1, user_api="blas"):
            vectors = likeness_vectors(
                self.library,
                options.features,
                dimensions=options.dimensions or None,
                chroma=options.chroma,
                workers=thread_count(self.workers),
                progress=self.progress,
            )
        found, left = np.empty(len(photo), np.int64), spare
        for i, row in enumerate(photo.tolist()):
            nearest = int(np.square(vectors[left] - vectors[row]).sum(axis=1).argmin())
            found[i], left = left[nearest], np.delete(left, nearest)
        return found

    @cached_property
    def _options(self) -> ArrangeOptions:
        return recipe_options(self.plan, ArrangeOptions)

    @cached_property
    def _rooms(self) -> Boxes:
        """What each photo (n, 4) may fill: its box, or where whole photos lie in cells the cell."""
        boxes = np.rint(bounds(self.plan.placements))
        if not self._options.whole or self._options.layout != "grid":
            return boxes
        sides = boxes[:, 2:] - boxes[:, :2]
        # A whole photo is as wide or as high as its cell.
        aspect = self._options.cell_aspect or float(sides[:, 0].max() / sides[:, 1].max())
        width = np.maximum(sides[:, 0], sides[:, 1] * aspect)
        half = np.stack([width, width / aspect], axis=1) / 2
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        return np.asarray(np.rint(np.concatenate([middle - half, middle + half], axis=1)), np.float64)
