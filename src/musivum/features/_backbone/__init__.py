"""Features of any network of torchvision or timm, and of one that knows words, run by PyTorch."""

from musivum.features._backbone._extractor import backbones
from musivum.features._backbone._text import TextEncoder, text_encoder

__all__ = ["TextEncoder", "backbones", "text_encoder"]
