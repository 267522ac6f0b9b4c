"""PyTorch's weight files without PyTorch: the older of its two formats, which is pickles and then raw arrays.

A pickle is a program. This reader runs only those that build dictionaries of tensors, and refuses every name that a
state dict does not need.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_STORAGES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class _Storage(NamedTuple):
    key: str
    dtype: str
    length: int


class _View(NamedTuple):
    """A tensor before its numbers have been read."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_state_dict(file: IO[bytes]) -> dict[str, npt.NDArray[Any]]:
    """Read the named arrays of a state dict; what runs is only what builds them.

    Raises
    ------
    pickle.UnpicklingError
        If it is no state dict in this format, holds other tensors than those of 32-bit floats and 64-bit
        integers, or asks for anything else. Damaged pickles may raise what `pickle.load` raises.
    """
    if _Reader(file).load() != _MAGIC or _Reader(file).load() != _PROTOCOL:
        raise pickle.UnpicklingError("not a PyTorch file of the older format")
    _Reader(file).load()  # about the machine that wrote it
    views = _Reader(file).load()
    keys = _Reader(file).load()
    if not isinstance(views, dict) or not all(isinstance(view, _View) for view in views.values()):
        raise pickle.UnpicklingError("the file holds something else than tensors by name")
    if not isinstance(keys, list):
        raise pickle.UnpicklingError("the file does not list its arrays")
    storages = {view.storage.key: view.storage for view in views.values()}
    arrays = {}
    for key in keys:
        if key not in storages:
            raise pickle.UnpicklingError(f"array {key!r} belongs to no tensor")
        arrays[key] = _array(file, storages[key])
    return {name: _tensor(view, arrays) for name, view in views.items()}


class _Reader(pickle.Unpickler):
    """Knows four names."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        raise pickle.UnpicklingError(f"a state dict has no need of {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, count, part = pid
        if kind != "storage" or part is not None or dtype not in _STORAGES.values():
            raise pickle.UnpicklingError("an array of an unknown kind")
        return _Storage(str(key), dtype, int(count))


def _view(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _View:
    numbers = (offset, *shape, *strides)
    if not isinstance(storage, _Storage) or not all(isinstance(n, int) and 0 <= n < 2**31 for n in numbers):
        raise pickle.UnpicklingError("a tensor without an array or a shape")
    last = offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
    if 0 in shape or last >= storage.length:
        raise pickle.UnpicklingError("a tensor that lies outside its array")
    return _View(storage, offset, tuple(shape), tuple(strides))


def _array(file: IO[bytes], storage: _Storage) -> npt.NDArray[Any]:
    dtype = np.dtype(storage.dtype)
    header = file.read(8)
    content = file.read(storage.length * dtype.itemsize)
    if header != storage.length.to_bytes(8, "little") or len(content) < storage.length * dtype.itemsize:
        raise pickle.UnpicklingError(f"array {storage.key!r} is not as long as it should be")
    return np.frombuffer(content, dtype)


def _tensor(view: _View, arrays: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    if view.storage.key not in arrays:
        raise pickle.UnpicklingError(f"array {view.storage.key!r} is missing")
    array = arrays[view.storage.key][view.offset :]
    return as_strided(array, view.shape, [stride * array.itemsize for stride in view.strides], writeable=False)
