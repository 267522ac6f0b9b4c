"""The small network: its weights read without harm, its graph against the slow definition."""

import io
import os
import pickle
import subprocess
import sys
import types
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from musivum.color import linear_from_srgb
from musivum.errors import OptionError
from musivum.features import extractor
from musivum.features._cnn import _network, describe
from musivum.features._cnn._graph import STAGES
from musivum.features._cnn._state_dict import read_state_dict


class Stored:
    """A tensor as PyTorch pickles it: a call that makes a view of an array kept elsewhere."""

    def __init__(self, array, offset=0, shape=None, strides=None):
        self.array, self.offset = array, offset
        self.shape = array.shape if shape is None else shape
        self.strides = tuple(n // array.itemsize for n in array.strides) if strides is None else strides


@pytest.fixture
def written(monkeypatch):
    """A function that writes a file of PyTorch's older format, with anything in the place of each part."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage", "DoubleStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2():
        pass

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    kinds = {"f4": torch.FloatStorage, "i8": torch.LongStorage, "f8": torch.DoubleStorage}

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, np.ndarray):
                return ("storage", kinds[value.dtype.str[1:]], str(id(value)), "cpu", value.size, None)
            return None

        def reducer_override(self, value):
            if isinstance(value, Stored):
                parts = (value.array, value.offset, value.shape, value.strides, False, OrderedDict())
                return _rebuild_tensor_v2, parts
            return NotImplemented

    def write(tensors, /, **parts):
        file = io.BytesIO()
        arrays = [stored.array for stored in tensors.values()]
        usual = {
            "magic": 0x1950A86A20F9469CFC6C,
            "protocol": 1001,
            "machine": {"little_endian": True},
            "tensors": tensors,
            "keys": [str(id(array)) for array in arrays],
        }
        for part in (usual | parts).values():
            Pickler(file, 2).dump(part)
        for array in arrays:
            file.write(array.size.to_bytes(8, "little") + array.ravel(order="K").tobytes())
        file.seek(0)
        return file

    return write


def test_a_state_dict_is_read_as_it_was_written(written):
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(3, 4, 2)).astype(np.float32)
    turned = rng.normal(size=(5, 2)).astype(np.float32).T
    count = np.array([7, 8, 9], np.int64)
    tensors = OrderedDict(
        a=Stored(weight), b=Stored(turned), c=Stored(count, 1, (2,), (1,)), d=Stored(np.array([3], np.int64), 0, (), ())
    )
    found = read_state_dict(written(tensors))
    assert list(found) == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(found["a"], weight)
    np.testing.assert_array_equal(found["b"], turned)
    np.testing.assert_array_equal(found["c"], [8, 9])
    assert found["d"] == 3
    assert not found["a"].flags.writeable


class Call:
    """Pickles to a call of a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("function", [os.system, eval, exec, os.putenv, getattr, __import__, print, np.load, type])
@pytest.mark.parametrize("part", ["magic", "protocol", "machine", "tensors", "keys"])
def test_a_hostile_pickle_calls_nothing(written, part, function):
    with pytest.raises(pickle.UnpicklingError, match="no need of"):
        read_state_dict(written({}, **{part: Call(function, "raise SystemExit")}))


@pytest.mark.parametrize(
    "name", [b"torch\nload", b"torch._utils\n_rebuild_tensor", b"collections\nCounter", b"torch\nos.system"]
)
def test_neighbours_of_the_known_names_are_refused(name):
    with pytest.raises(pickle.UnpicklingError, match="no need of"):
        read_state_dict(io.BytesIO(b"\x80\x02c" + name + b"\n."))


NUMBERS = np.arange(6, dtype=np.float32)


@pytest.mark.parametrize(
    "view",
    [(0, (7,), (1,)), (1, (6,), (1,)), (0, (2, 4), (3, 1)), (0, (2,), (6,)), (0, (2,), (-1,)), (-1, (2,), (1,))],
)
def test_a_tensor_cannot_reach_outside_its_array(written, view):
    check_refused(written, view)


@pytest.mark.parametrize(
    "view", [(0, (2, 2), (1,)), (0, (2**40,), (0,)), (0, (0,), (1,)), (0, ("2",), (1,)), (2.0, (2,), (1,))]
)
def test_a_tensor_needs_a_shape_that_makes_sense(written, view):
    check_refused(written, view)


def check_refused(written, view):
    with pytest.raises((pickle.UnpicklingError, ValueError)):
        read_state_dict(written({"a": Stored(NUMBERS, *view)}))


@pytest.mark.parametrize(
    "parts",
    [{"magic": 5}, {"protocol": 1000}, {"tensors": [1]}, {"tensors": {"a": 5}}, {"keys": {}}, {"keys": []}],
)
def test_other_content_is_refused(written, parts):
    with pytest.raises(pickle.UnpicklingError):
        read_state_dict(written({"a": Stored(NUMBERS)}, **parts))
    with pytest.raises(pickle.UnpicklingError):
        read_state_dict(written({"a": Stored(NUMBERS.astype(np.float64))}))


def test_a_file_that_ends_early_is_refused_wherever_it_ends(written):
    content = written({"a": Stored(NUMBERS)}).getvalue()
    for end in range(len(content)):
        with pytest.raises((pickle.UnpicklingError, EOFError)):
            read_state_dict(io.BytesIO(content[:end]))


def test_the_weights_are_those_that_torch_reads():
    torch = pytest.importorskip("torch")
    found = _network._weights()
    expected = torch.load(_network._weights_path(), weights_only=True)
    assert list(found) == list(expected)
    assert all((found[name] == expected[name].numpy()).all() for name in found)


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """As in a new process with an empty cache; returns the cache's folder of networks."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _network._network.cache_clear()
    yield tmp_path / "musivum" / "networks"
    _network._network.cache_clear()


def slow_convolution(x, kernel, stride):
    """(n, c, h, w) by (out, c or 1, k, k), padded to ceil(h / stride) with the odd pixel at the end."""
    n, _, h, _ = x.shape
    k, out = kernel.shape[2], -(-h // stride)
    pad = max((out - 1) * stride + k - h, 0)
    x = np.pad(x, ((0, 0), (0, 0), (pad // 2, pad - pad // 2), (pad // 2, pad - pad // 2)))
    result = np.zeros((n, len(kernel), out, out))
    for i in range(k):
        for j in range(k):
            seen = x[:, :, i : i + out * stride : stride, j : j + out * stride : stride][:, :, :out, :out]
            if kernel.shape[1] == 1 and len(kernel) > 1:
                result += seen * kernel[:, 0, i, j, None, None]
            else:
                result += np.einsum("nchw,oc->nohw", seen, kernel[:, :, i, j], optimize=True)
    return result


def slow_network(x, stages, across):
    """EfficientNet-Lite0 layer by layer in 64 bits, normalisations apart."""
    weights = _network._weights()

    def layer(x, name, norm, stride=1, active=True):
        x = slow_convolution(x, weights[f"{name}.weight"].astype(np.float64), stride)
        w, b, m, v = (
            weights[f"{norm}.{part}"][:, None, None] for part in ("weight", "bias", "running_mean", "running_var")
        )
        x = (x - m) / np.sqrt(v + 1e-3) * w + b
        return np.clip(x, 0, 6) if active else x

    x = layer(x, "_conv_stem", "_bn0", 2)
    names = iter(f"_blocks.{i}" for i in range(16))
    for blocks, _, stride, expansion, channels in STAGES[:stages]:
        for i in range(blocks):
            name, before = next(names), x
            if expansion > 1:
                x = layer(x, f"{name}._expand_conv", f"{name}._bn0")
            x = layer(x, f"{name}._depthwise_conv", f"{name}._bn1", stride if i == 0 else 1)
            x = layer(x, f"{name}._project_conv", f"{name}._bn2", active=False)
            assert x.shape[1] == channels
            if i:
                x = x + before
    if across is None:
        x, across = layer(x, "_conv_head", "_bn1"), 1
    n, c, h, _ = x.shape
    x = x.reshape(n, c, across, h // across, across, h // across).mean((3, 5)).reshape(n, -1)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def pictures(count, side, seed=0):
    """Smooth random pictures as sRGB bytes."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, side // 8, side // 8, 3), np.uint8)
    return coarse.repeat(8, 1).repeat(8, 2)


@pytest.mark.parametrize(
    ("name", "across"), [("cnn32:1", 4), ("cnn96:3", 4), ("cnn96:6", 3), ("cnn32:7", 1), ("cnn64:head", None)]
)
def test_the_network_is_its_definition(fresh, name, across):
    found = extractor(name)
    pixels = pictures(2, found.side)
    stages = 7 if name.endswith("head") else int(name[-1])
    expected = slow_network(((pixels.astype(np.float64) - 127) / 128).transpose(0, 3, 1, 2), stages, across)
    vectors = found.describe(linear_from_srgb(pixels))
    assert vectors.shape == (2, found.dimensions)
    np.testing.assert_allclose(vectors, expected, atol=2e-4)


@pytest.mark.parametrize("name", ["cnn", "cnn:4", "cnn:head"])
def test_vectors_are_the_same_bits_in_any_company_and_number_of_threads(name):
    found = extractor(name)
    patches = linear_from_srgb(pictures(37, found.side))
    whole = found.describe(patches)
    for count in (1, 2, 5, 16, 17):
        assert (np.concatenate([found.describe(patches[i : i + count]) for i in range(0, 37, count)]) == whole).all()
    with ThreadPoolExecutor(4) as pool:
        assert all((vectors == whole).all() for vectors in pool.map(found.describe, [patches] * 4))


def test_vectors_have_unit_length():
    patches = np.concatenate([linear_from_srgb(pictures(3, 64)), np.zeros((1, 64, 64, 3)), np.ones((1, 64, 64, 3))])
    for name in ("cnn:1", "cnn:head"):
        np.testing.assert_allclose(np.linalg.norm(extractor(name).describe(patches), axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("name", "whole"), [("cnn", "cnn64:1"), ("cnn96", "cnn96:1"), ("cnn:head", "cnn64:head")])
def test_names_are_completed(name, whole):
    found = extractor(name)
    assert found.name == whole
    assert found.costly


@pytest.mark.parametrize("name", ["cnn33", "cnn16", "cnn512", "cnn:0", "cnn:8", "cnn:01", "cnn:tail", "cnn64:"])
def test_other_names_are_refused(name):
    with pytest.raises(OptionError):
        extractor(name)


def test_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_network, "_MODULES", (*_network._MODULES, "no_such_module"))
    with pytest.raises(OptionError, match=r'^features "cnn" need more packages: pip install "musivum\[cnn\]"$'):
        extractor("cnn")


def test_a_package_that_does_not_load_is_one_line(fresh, monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('DLL load failed\\nat address 0')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        OptionError, match=r'^features "cnn": onnxruntime does not load \(DLL load failed\); install it anew$'
    ):
        describe(linear_from_srgb(pictures(1, 64)), stages=1, across=4)


def test_the_runtime_leaves_no_trace_of_its_own(tmp_path):
    """It keeps a number for the machine, and a log that it sends, beside our cache unless it is told not to."""
    use = "import numpy, musivum.features as f; f.extractor('cnn').describe(numpy.zeros((1, 64, 64, 3)))"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", use], env=environment | {"XDG_CACHE_HOME": str(tmp_path)}, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["musivum"]


def counting(monkeypatch):
    made, original = [], _network.graph

    def graph(*arguments, **options):
        made.append(arguments)
        return original(*arguments, **options)

    monkeypatch.setattr(_network, "graph", graph)
    return made


def test_the_graph_is_made_once_and_then_found_in_the_cache(fresh, monkeypatch):
    made = counting(monkeypatch)
    patches = linear_from_srgb(pictures(2, 64))
    first = describe(patches, stages=1, across=4)
    assert (describe(patches, stages=1, across=4) == first).all()
    _network._network.cache_clear()
    assert (describe(patches, stages=1, across=4) == first).all()
    assert len(made) == 1
    assert len(list(fresh.iterdir())) == 1
    describe(patches, stages=2, across=4)
    assert len(made) == 2


@pytest.mark.parametrize("keep", [0, 5, 16, 1000, -1])
def test_a_damaged_file_in_the_cache_is_made_again(fresh, monkeypatch, keep):
    made = counting(monkeypatch)
    patches = linear_from_srgb(pictures(2, 64))
    first = describe(patches, stages=1, across=4)
    (file,) = fresh.iterdir()
    content = file.read_bytes()
    file.write_bytes(content[:keep])
    _network._network.cache_clear()
    assert (describe(patches, stages=1, across=4) == first).all()
    assert len(made) == 2
    assert file.read_bytes() == content


def test_a_cache_that_cannot_be_written_is_done_without(fresh):
    fresh.parent.write_text("a file in the way")
    assert np.isfinite(describe(linear_from_srgb(pictures(1, 64)), stages=1, across=4)).all()


def test_other_weights_than_the_known_ones_are_refused(fresh, monkeypatch, tmp_path):
    file = tmp_path / "weights.pth"
    file.write_bytes(b"something else")
    _network._weights.cache_clear()
    monkeypatch.setattr(_network, "_weights_path", lambda: file)
    with pytest.raises(OptionError, match="does not hold the weights"):
        describe(linear_from_srgb(pictures(1, 64)), stages=1, across=4)
    file.unlink()
    with pytest.raises(OptionError, match="cannot be read"):
        describe(linear_from_srgb(pictures(1, 64)), stages=1, across=4)
