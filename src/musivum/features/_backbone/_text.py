"""Pictures and words in one space: a network trained on pictures and their captions [1]_, by the package open_clip.

References
----------
.. [1] A. Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021.
   arXiv:2103.00020
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.features._backbone._pixels import ONE_AT_A_TIME, Describe, describing, usual_device
from musivum.features._extractor import Extractor
from musivum.features._metrics import unit_rows

_NETWORK, _WEIGHTS = "ViT-B-32", "laion2b_s34b_b79k"
_SIDE, _DIMENSIONS = 224, 512
_PACKAGES = ("torch", "open_clip")


class TextEncoder(NamedTuple):
    """An extractor of pictures, and texts -> vectors (m, d) of length 1 that point where pictures of them do."""

    pictures: Extractor
    texts: Callable[[Sequence[str]], npt.NDArray[np.float32]]


def text_encoder() -> TextEncoder:
    """Find an installed network that knows words; its weights are loaded when it is first used.

    Raises
    ------
    OptionError
        If there is none.
    """
    if any(importlib.util.find_spec(package) is None for package in _PACKAGES):
        raise OptionError("understanding text needs open_clip (pip install open_clip_torch); example pictures do not")

    def describe(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        with ONE_AT_A_TIME:
            return _loaded()[0](patches)

    def texts(words: Sequence[str]) -> npt.NDArray[np.float32]:
        with ONE_AT_A_TIME:
            return _loaded()[1](words)

    name = f"clip{_SIDE}:{_NETWORK}:{_WEIGHTS}"
    pictures = Extractor(
        name,
        _SIDE,
        _DIMENSIONS,
        describe,
        "what a caption would say",
        "all else",
        costly=True,
        edition=usual_device().type,
    )
    return TextEncoder(pictures, texts)


@cache
def _loaded() -> tuple[Describe, Callable[[Sequence[str]], npt.NDArray[np.float32]]]:
    import open_clip
    import torch

    device = usual_device()
    try:
        network = open_clip.create_model(_NETWORK, pretrained=_WEIGHTS, device=device).eval()
        tokenizer = open_clip.get_tokenizer(_NETWORK)
    except Exception as fault:  # the downloader raises kinds of its own
        reason = " ".join(str(fault).split())[:200] or type(fault).__name__
        raise OptionError(
            f"open_clip: the weights of {_NETWORK} cannot be had ({reason}); check the connection"
        ) from fault

    def texts(words: Sequence[str]) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            return unit_rows(network.encode_text(tokenizer(list(words)).to(device)).float().cpu().numpy())

    mean, deviation = open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD
    return describing(network.encode_image, mean, deviation, device), texts
