"""Features of a small network, EfficientNet-Lite0, run by onnxruntime on weights that are a package."""

from musivum.features._cnn._extractor import describe, networks

__all__ = ["describe", "networks"]
