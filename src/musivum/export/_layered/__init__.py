"""Layers: a plan taken apart again, for programs in which people go on working on it."""

from musivum.export._layered._entry import LayerOptions
from musivum.export._layered._folder import export_layers
from musivum.export._layered._groups import groups_of
from musivum.export._layered._openraster import check_ora, write_ora
from musivum.export._layered._psd import check_psd, write_psd

__all__ = ["LayerOptions", "check_ora", "check_psd", "export_layers", "groups_of", "write_ora", "write_psd"]
