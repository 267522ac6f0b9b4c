"""Networks by name, out of torchvision or timm."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from musivum.errors import OptionError

if TYPE_CHECKING:
    from torch.nn import Module


class Backbone(NamedTuple):
    """A network in evaluation mode, the normalisation of sRGB 0..1 that its weights were trained with, and their name.

    The name is that of the weights that it would have, where it has none.
    """

    module: Module
    mean: Sequence[float]
    deviation: Sequence[float]
    weights: str


def check_installed() -> None:
    """Raise OptionError unless PyTorch is there and a package of networks; loads none of them."""
    have_networks = any(importlib.util.find_spec(package) is not None for package in ("torchvision", "timm"))
    if importlib.util.find_spec("torch") is None or not have_networks:
        raise OptionError('features "torch" need more packages: pip install "musivum[torch]"')


def architecture(name: str) -> Backbone:
    """The network for its layers and shapes only: on PyTorch's meta device, where tensors hold no numbers.

    The few networks that compute while they are made get random numbers instead.

    Raises
    ------
    OptionError
        If there is no network of that name.
    """
    import torch

    try:
        with torch.device("meta"):
            return _load(name, pretrained=False)
    except NotImplementedError:
        return _load(name, pretrained=False)


def pretrained(name: str) -> Backbone:
    """The network with its usual weights, which its package downloads on the first use and keeps.

    Raises
    ------
    OptionError
        If they cannot be had.
    """
    try:
        return _load(name, pretrained=True)
    except OptionError:
        raise
    except Exception as fault:  # each package's downloader raises kinds of its own
        reason = " ".join(str(fault).split())[:200] or type(fault).__name__
        raise OptionError(f"torch:{name}: its weights cannot be had ({reason}); check the connection") from fault


def _load(name: str, *, pretrained: bool) -> Backbone:
    for load in (_of_torchvision, _of_timm):
        found = load(name, pretrained=pretrained)
        if found is not None:
            return found._replace(module=found.module.eval())
    raise OptionError(f"torch:{name}: torchvision and timm, where installed, have no network of that name")


def _of_torchvision(name: str, *, pretrained: bool) -> Backbone | None:
    try:
        from torchvision import models
    except ImportError:
        return None
    except RuntimeError as fault:
        raise OptionError(f"torchvision and torch do not fit together ({fault}); install both anew") from fault
    if name not in models.list_models(module=models):
        return None
    weights = models.get_model_weights(name).DEFAULT
    preset = weights.transforms()
    module = models.get_model(name, weights=weights if pretrained else None, progress=False)
    return Backbone(module, preset.mean, preset.std, weights.url.rpartition("/")[2])


def _of_timm(name: str, *, pretrained: bool) -> Backbone | None:
    try:
        import timm
    except ImportError:
        return None
    if not timm.is_model(name):
        return None
    module = timm.create_model(name, pretrained=pretrained)
    told = module.pretrained_cfg
    return Backbone(module, told["mean"], told["std"], told.get("tag", ""))
