"""Exact search by torch, on a GPU where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from musivum.errors import OptionError
from musivum.progress import Progress, silent
from musivum.search._blocks import given
from musivum.search._costs import pair_costs, settle
from musivum.search._dictionary import Dictionary
from musivum.search._neighbours import Neighbours, merge, nobody

_CPU_MEMORY = 1 << 28
_LEAST_MEMORY = 1 << 26
_BLOCK = 2048
_SPARE = 8  # owners beyond k that are costed anew, for those that rounding put out of order


def nearest_owners_by_torch(
    queries: npt.NDArray[np.float32],
    dictionary: Dictionary,
    k: int,
    *,
    prices: npt.NDArray[np.float32] | None = None,
    weights: npt.NDArray[np.float32] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> Neighbours:
    """Find what `nearest_owners` finds, by torch: on the first CUDA device, else on the CPU (no faster, to try it).

    Parts of the dictionary that fit a quarter of the device's free memory meet blocks of queries; each product is
    reduced to the least of every owner and to the k best there, which are costed anew on the CPU and merged.

    Raises
    ------
    OptionError
        If torch is not installed.
    """
    torch = _torch_module()
    k = min(k, dictionary.owners)
    prices, weights = given(queries, dictionary, prices, weights)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    memory = torch.cuda.mem_get_info()[0] // 4 if device.type == "cuda" else _CPU_MEMORY
    numbers = max(memory, _LEAST_MEMORY) // 4
    # A row costs itself and, twice over, a product with each query of a block.
    runs = dictionary.runs(max(1, numbers // (queries.shape[1] + 3 * _BLOCK)))
    blocks = [slice(i, min(i + _BLOCK, len(queries))) for i in range(0, len(queries), _BLOCK)]
    whole = nobody(len(queries), 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1 if device.type == "cpu" else threads)  # sums in one order
    try:
        progress("search", 0, len(runs) * len(blocks))
        for number, (first, last) in enumerate(runs):
            search = _searching(torch, device, dictionary.part(first, last), k, prices[first:last])
            found = nobody(len(queries), min(k, last - first))
            for done, block in enumerate(blocks, 1):
                found.owners[block], found.distances[block] = search(queries[block], weights[block])
                progress("search", number * len(blocks) + done, len(runs) * len(blocks))
            whole = merge(whole, found.shifted(first), k)
    finally:
        torch.set_num_threads(threads)
    return whole


def _searching(
    torch: Any, device: Any, part: Dictionary, k: int, prices: npt.NDArray[np.float32]
) -> Callable[[npt.NDArray[np.float32], npt.NDArray[np.float32]], Neighbours]:
    """Bring one part to the device; return what searches it for queries and their weights."""
    rows, scales, price = (
        torch.from_numpy(np.array(array, np.float32)).to(device)
        for array in (part.vectors, part.factors * part.factors, prices)
    )
    owner_of, k = part.owner_of_rows(), min(k, part.owners)
    spare = min(k + _SPARE, part.owners)
    centre = rows.mean(dim=0)
    rows -= centre
    squares = (rows * rows).sum(dim=1)
    names = torch.from_numpy(owner_of.astype(np.int64)).to(device) if len(owner_of) > part.owners else None

    def search(queries: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]) -> Neighbours:
        x = torch.from_numpy(np.array(queries, np.float32)).to(device) - centre
        costs = torch.addmm(squares, x, rows.T, alpha=-2)
        costs += (x * x).sum(dim=1, keepdim=True)
        costs *= scales
        if names is not None:
            least = torch.full((len(x), part.owners), torch.inf, device=device)
            costs = least.scatter_reduce_(1, names.expand(len(x), -1), costs, "amin")
        costs = costs.clamp_(min=0).sqrt_()
        costs = costs.mul_(torch.from_numpy(weights[:, None].copy()).to(device)).add_(price)
        values, owners = (found.cpu().numpy() for found in torch.topk(costs, spare, dim=1, largest=False))
        _, best = pair_costs(np.repeat(queries, spare, axis=0), part, owners.astype(np.int32).reshape(-1))
        nominated = np.where(np.isinf(values), -1, best.reshape(owners.shape)).astype(np.int32)
        return settle(queries, part, nominated, owner_of, k, prices, weights, repeated=False)

    return search


def _torch_module() -> Any:
    try:
        import torch
    except ImportError:
        raise OptionError('search "torch" needs more packages: pip install "musivum[torch]"') from None
    return torch
