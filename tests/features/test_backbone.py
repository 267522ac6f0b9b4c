"""Networks by name: the layer that was asked for, the weights that were promised, and never random ones."""

import importlib.machinery
import importlib.util
import sys
import types

import numpy as np
import pytest

from musivum.color import linear_from_srgb
from musivum.errors import OptionError
from musivum.features import extractor, text_encoder
from musivum.features._backbone import _extractor, _load, _text

MEAN, DEVIATION = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)


def pictures(count, side=32):
    return np.random.default_rng(count).integers(0, 256, (count, side, side, 3), np.uint8)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def tiny(torch, monkeypatch):
    """A network called tiny; returns the list of what was loaded with weights, and its convolution's numbers."""
    from torch import nn

    kernel = np.random.default_rng(5).normal(size=(4, 3, 2, 2)).astype(np.float32)
    loaded = []

    class Tiny(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(3, 4, 2, stride=2, bias=False), nn.ReLU())
            self.avgpool = nn.AdaptiveAvgPool2d(2)
            self.drop = nn.Dropout(0.5)
            self.pair = nn.LSTM(4, 4)
            self.classifier = nn.Linear(16, 5)

        def forward(self, x):
            x = self.drop(self.avgpool(self.features(x)))
            self.pair(x.flatten(2).movedim(2, 0))
            return self.classifier(x.flatten(1))

    def find(name, *, pretrained):
        if name != "tiny":
            return None
        module = Tiny()
        if pretrained:
            loaded.append(name)
            module.features[0].weight.data[:] = torch.from_numpy(kernel)
        return _load.Backbone(module, MEAN, DEVIATION, "tiny-1")

    monkeypatch.setattr(_load, "_of_torchvision", find)
    monkeypatch.setattr(_load, "_of_timm", lambda name, *, pretrained: None)
    monkeypatch.setattr(_load, "check_installed", lambda: None)
    _extractor._loaded.cache_clear()
    _extractor._measured.cache_clear()
    yield loaded, kernel
    _extractor._loaded.cache_clear()
    _extractor._measured.cache_clear()


def slow_features(pixels, kernel):
    """(n, 4, h / 2, w / 2): the convolution of normalised pixels without overlap, and no negatives."""
    x = ((pixels / 255 - MEAN) / DEVIATION).transpose(0, 3, 1, 2)
    n, _, h, w = x.shape
    return np.maximum(np.einsum("ncyixj,ocij->noyx", x.reshape(n, 3, h // 2, 2, w // 2, 2), kernel), 0)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_without_a_layer_it_is_what_the_classifier_is_given(tiny):
    found = extractor("torch32:tiny")
    pixels = pictures(3)
    maps = slow_features(pixels, tiny[1])
    expected = unit(maps.reshape(3, 4, 2, 8, 2, 8).mean((3, 5)).reshape(3, -1))
    assert found.dimensions == 16
    np.testing.assert_allclose(found.describe(linear_from_srgb(pixels)), expected, atol=1e-4)


@pytest.mark.parametrize("layer", ["features", "features.1"])
def test_a_layer_is_what_leaves_it(tiny, layer):
    found = extractor(f"torch32:tiny:{layer}")
    pixels = pictures(2)
    assert found.dimensions == 4 * 16 * 16
    expected = unit(slow_features(pixels, tiny[1]).reshape(2, -1))
    np.testing.assert_allclose(found.describe(linear_from_srgb(pixels)), expected, atol=1e-4)


def test_vectors_do_not_depend_on_their_company(tiny):
    found = extractor("torch32:tiny")
    patches = linear_from_srgb(pictures(70))
    whole = found.describe(patches)
    assert whole.dtype == np.float32
    assert whole.flags.c_contiguous
    np.testing.assert_allclose(
        np.concatenate([found.describe(patches[i : i + 9]) for i in range(0, 70, 9)]), whole, atol=1e-6
    )


def test_weights_are_loaded_with_the_first_patch_and_once(tiny):
    loaded, _ = tiny
    found = extractor("torch:tiny")
    assert (found.name, found.side, found.costly) == ("torch224:tiny", 224, True)
    assert loaded == []
    for _ in range(2):
        found.describe(np.zeros((1, 224, 224, 3)))
    assert loaded == ["tiny"]


def test_other_weights_or_another_device_are_another_kind(tiny, torch, monkeypatch):
    first = extractor("torch32:tiny")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    second = extractor("torch32:tiny")
    find = _load._of_torchvision
    monkeypatch.setattr(_load, "_of_torchvision", lambda name, **how: find(name, **how)._replace(weights="tiny-2"))
    _extractor._measured.cache_clear()
    third = extractor("torch32:tiny")
    assert [one.edition for one in (first, second, third)] == ["tiny-1 cpu", "tiny-1 cuda", "tiny-2 cuda"]
    assert first.name == second.name == third.name
    assert tiny[0] == []


def test_a_network_that_computes_while_it_is_made_is_measured_all_the_same(tiny, torch, monkeypatch):
    find = _load._of_torchvision

    def compute(name, *, pretrained):
        if torch.empty(1).device.type == "meta":
            torch.empty(1).item()
        return find(name, pretrained=pretrained)

    def refuse(*arguments):
        raise NotImplementedError

    monkeypatch.setattr(torch.Tensor, "item", refuse)
    monkeypatch.setattr(_load, "_of_torchvision", compute)
    assert extractor("torch32:tiny").dimensions == 16
    assert tiny[0] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("torch", "name a network"),
        ("torch:", "no features called|name a network"),
        ("torch:nothing", "no network of that name"),
        ("torch:tiny:nothing", "tiny has features, avgpool, drop, pair, classifier"),
        ("torch:tiny:pair", "does not make one array a patch"),
        ("torch8:tiny", "must be 16 to 512"),
    ],
)
def test_names_that_are_none_are_refused_in_one_line(tiny, name, words):
    with pytest.raises(OptionError, match=words) as raised:
        extractor(name)
    assert "\n" not in str(raised.value)


def test_a_side_that_the_network_does_not_take_is_refused(tiny, torch, monkeypatch):
    find = _load._of_torchvision

    def narrow(name, *, pretrained):
        found = find(name, pretrained=pretrained)
        found.module.features[0] = torch.nn.Conv2d(3, 4, 40)
        return found

    monkeypatch.setattr(_load, "_of_torchvision", narrow)
    with pytest.raises(OptionError, match="does not take patches of 32 px"):
        extractor("torch32:tiny")


def test_weights_that_cannot_be_had_are_an_error_and_not_random_numbers(tiny, monkeypatch):
    find = _load._of_torchvision

    def offline(name, *, pretrained):
        if pretrained:
            raise ConnectionError("no route\nto host")
        return find(name, pretrained=pretrained)

    monkeypatch.setattr(_load, "_of_torchvision", offline)
    found = extractor("torch32:tiny")
    with pytest.raises(OptionError, match=r"^torch:tiny: its weights cannot be had \(no route to host\); check"):
        found.describe(np.zeros((1, 32, 32, 3)))


@pytest.mark.parametrize("missing", [{"torch"}, {"torchvision", "timm"}])
def test_a_missing_extra_says_what_to_install(monkeypatch, missing):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else "there")
    with pytest.raises(OptionError, match=r'^features "torch" need more packages: pip install "musivum\[torch\]"$'):
        extractor("torch:alexnet")


def test_alexnet_is_the_original(torch):
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        pytest.skip("no torchvision that fits")
    found = extractor("torch:alexnet")
    assert found.dimensions == extractor("torch:alexnet:avgpool").dimensions == 9216
    assert found.edition.startswith("alexnet-owt-")


@pytest.fixture
def words(torch, monkeypatch):
    """An open_clip whose network sees the mean colour, and reads a text as the colours it names."""
    colours = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}

    class Network(torch.nn.Module):
        def encode_image(self, pixels):
            return pixels.mean((2, 3)).repeat(1, 2)

        def encode_text(self, tokens):
            return tokens.half().repeat(1, 2)

    fake = types.ModuleType("open_clip")
    fake.__spec__ = importlib.machinery.ModuleSpec("open_clip", None)
    fake.create_model = lambda name, *, pretrained, device: Network()
    fake.get_tokenizer = lambda name: lambda texts: torch.tensor([colours[text] for text in texts])
    fake.OPENAI_DATASET_MEAN, fake.OPENAI_DATASET_STD = (0, 0, 0), (1, 1, 1)
    monkeypatch.setitem(sys.modules, "open_clip", fake)
    _text._loaded.cache_clear()
    yield fake
    _text._loaded.cache_clear()


def test_texts_point_where_their_pictures_do(words):
    encoder = text_encoder()
    patches = np.zeros((2, 224, 224, 3))
    patches[0, ..., 2] = patches[1, ..., 0] = 1
    texts = encoder.texts(["red", "green", "blue"])
    assert texts.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(texts @ encoder.pictures.describe(patches).T, [[0, 1], [0, 0], [1, 0]], atol=1e-6)


def test_words_without_their_weights_are_an_error(words):
    def offline(name, *, pretrained, device):
        raise RuntimeError("no route\nto host")

    words.create_model = offline
    with pytest.raises(OptionError, match=r"cannot be had \(no route to host\); check the connection$"):
        text_encoder().texts(["red"])
