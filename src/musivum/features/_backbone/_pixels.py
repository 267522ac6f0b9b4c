"""Patches into a PyTorch function, and vectors out of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from musivum.features._encoded import encoded
from musivum.features._metrics import unit_rows

if TYPE_CHECKING:
    import torch

Describe = Callable[[npt.NDArray[np.floating[Any]]], npt.NDArray[np.float32]]

ONE_AT_A_TIME = threading.Lock()
"""Held while a network is loaded or runs: PyTorch shares one call among the processors by itself."""

_BATCH = 32


def usual_device() -> torch.device:
    """The GPU where there is one."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def describing(
    function: Callable[[torch.Tensor], torch.Tensor],
    mean: Sequence[float],
    deviation: Sequence[float],
    device: torch.device,
) -> Describe:
    """Describe linear-light patches by a function of normalised pixels (n, 3, side, side), as vectors of length 1."""
    import torch

    shift = torch.tensor(mean, device=device)[:, None, None]
    scale = torch.tensor(deviation, device=device)[:, None, None]

    def run(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        pixels = torch.from_numpy(np.ascontiguousarray(encoded(patches).transpose(0, 3, 1, 2))).to(device)
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False),
        ):
            return np.asarray(function((pixels - shift) / scale).cpu().numpy(), np.float32)

    def describe(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        blocks = [run(patches[start : start + _BATCH]) for start in range(0, len(patches), _BATCH)]
        return unit_rows(np.concatenate(blocks))

    return describe
