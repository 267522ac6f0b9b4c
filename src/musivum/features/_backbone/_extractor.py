"""The family ``torch``: what a layer of a network makes of a patch.

The original of matching patches by a network takes AlexNet [1]_ up to its average pooling, which is ``torch:alexnet``.

References
----------
.. [1] A. Krizhevsky, I. Sutskever, G. E. Hinton, "ImageNet Classification with Deep Convolutional Neural Networks",
   NeurIPS 2012. doi:10.1145/3065386
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.features._backbone import _load
from musivum.features._backbone._pixels import ONE_AT_A_TIME, Describe, describing, usual_device
from musivum.features._extractor import Extractor, side_within

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

_USUAL_SIDE, _LEAST_SIDE, _MOST_SIDE = 224, 16, 512


def backbones(side: int | None, variant: str) -> Extractor:
    """The family ``torch``: ``NAME`` or ``NAME:LAYER``, a network of torchvision or timm and one of its layers.

    Without a layer, what enters the network's last module, its classifier. The dimension is found without the weights,
    which are loaded when the first patch is described. Which they are, and the kind of device, is the edition.

    Raises
    ------
    OptionError
        If packages are missing, there is no such network or layer, or it does not take patches of that side.
    """
    name, _, layer = variant.partition(":")
    if not name:
        raise OptionError("torch: name a network of torchvision or timm, such as torch:alexnet")
    side = side_within("torch", side or _USUAL_SIDE, _LEAST_SIDE, _MOST_SIDE)
    _load.check_installed()

    def describe(patches: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        with ONE_AT_A_TIME:
            return _loaded(name, layer)(patches)

    found = _measured(name, layer, side)
    return Extractor(
        f"torch{side}:{variant}",
        side,
        found.dimensions,
        describe,
        "what the network's layer tells apart",
        "what the network was trained to overlook",
        costly=True,
        edition=f"{found.weights} {usual_device().type}",
    )


class _Measured(NamedTuple):
    """Length of a vector, and the name of the weights that will make it."""

    dimensions: int
    weights: str


@cache
def _measured(name: str, layer: str, side: int) -> _Measured:
    """What is known from the shapes alone."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torchvision on how long some networks take to fill with random numbers
        module, _, _, weights = _load.architecture(name)
    watched = _watched(module, name, layer)
    device = next(module.parameters()).device
    try:
        made = watched(torch.zeros((1, 3, side, side), device=device))
    except (RuntimeError, AssertionError, ValueError) as fault:
        reason = str(fault).partition("\n")[0]
        raise OptionError(f"torch{side}:{name}: the network does not take patches of {side} px ({reason})") from fault
    return _Measured(int(made.shape[1]), weights)


@cache
def _loaded(name: str, layer: str) -> Describe:
    module, mean, deviation, _ = _load.pretrained(name)
    device = usual_device()
    return describing(_watched(module.to(device), name, layer), mean, deviation, device)


def _watched(module: Module, name: str, layer: str) -> Callable[[Tensor], Tensor]:
    """A function from pixels (n, 3, side, side) to what leaves the layer, or enters the last module, as (n, d)."""
    import torch

    seen: list[Any] = []
    if layer:
        try:
            module.get_submodule(layer).register_forward_hook(lambda _, given, made: seen.append(made))
        except AttributeError:
            layers = ", ".join(child for child, _ in module.named_children())
            raise OptionError(f"torch:{name}:{layer}: there is no such layer; {name} has {layers} and theirs") from None
    else:
        last = list(module.children())[-1]
        last.register_forward_pre_hook(lambda _, given: seen.append(given[0]))

    def run(pixels: Tensor) -> Tensor:
        seen.clear()
        with torch.inference_mode():
            module(pixels)
        if len(seen) != 1 or not isinstance(seen[0], torch.Tensor) or len(seen[0]) != len(pixels):
            raise OptionError(f"torch:{name}:{layer}: the layer does not make one array a patch; choose another")
        return seen[0].flatten(1)

    return run
