"""Features of any network of torchvision or timm, run by PyTorch on a GPU where there is one."""

from musivum.features._backbone._extractor import backbones

__all__ = ["backbones"]
