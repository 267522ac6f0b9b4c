"""EfficientNet-Lite0 as an ONNX graph.

References
----------
.. [1] M. Tan, Q. V. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019.
   arXiv:1905.11946
.. [2] M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.
   doi:10.1109/CVPR.2018.00474
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

Weights = Mapping[str, npt.NDArray[Any]]

_EPSILON = 1e-3  # of the batch normalisations, as trained
_OPSET, _IR = 17, 8


class Stage(NamedTuple):
    """A row of the network's table [1]: blocks alike, the first of which may halve the size."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
HEAD = 1280


def graph(weights: Weights, side: int, *, stages: int = len(STAGES), across: int | None = None) -> ModelProto:
    """Build the first `stages` of the network, averaged over a grid of squares.

    The batch normalisations are folded into the convolutions before them. Convolutions pad as TensorFlow does, the odd
    pixel at the end, which is how the weights were trained.

    Parameters
    ----------
    weights
        The state dict, by the names of the original port to PyTorch.
    side
        Pixels of the input, a multiple of 32.
    across
        Squares along each side of the grid; None for the whole network with its last convolution, averaged over
        everything.

    Returns
    -------
    Input "patches" (n, 3, side, side), normalised; output "vectors" (n, channels * across * across).
    """
    from onnx import TensorProto, helper

    nodes = _Nodes(weights)
    at = nodes.convolution("patches", "_conv_stem", "_bn0", stride=2)
    size, block = side // 2, 0
    for stage in STAGES[:stages]:
        size //= stage.stride
        for i in range(stage.blocks):
            at = nodes.block(at, f"_blocks.{block}", stage, first=i == 0)
            block += 1
    channels = STAGES[stages - 1].channels
    if across is None:
        at = nodes.convolution(at, "_conv_head", "_bn1")
        channels, across = HEAD, 1
    at = nodes.add("AveragePool", at, kernel_shape=[size // across] * 2, strides=[size // across] * 2)
    nodes.add("Flatten", at, output="vectors", axis=1)
    made = helper.make_graph(
        nodes.nodes,
        "EfficientNet-Lite0",
        [helper.make_tensor_value_info("patches", TensorProto.FLOAT, ["n", 3, side, side])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", channels * across**2])],
        nodes.constants,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)


class _Nodes:
    """The graph as it grows: nodes, and the arrays they hold."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.used: set[str] = set()

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, array: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        if name not in self.used:
            self.used.add(name)
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def convolution(
        self, at: str, layer: str, norm: str, *, stride: int = 1, groups: int = 1, activate: bool = True
    ) -> str:
        kernel, bias = folded(self.weights, layer, norm)
        at = self.add(
            "Conv",
            at,
            self.constant(f"{layer}.weight", kernel),
            self.constant(f"{layer}.bias", bias),
            kernel_shape=list(kernel.shape[2:]),
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",
        )
        if not activate:
            return at
        return self.add("Clip", at, self.constant("0", np.array(0)), self.constant("6", np.array(6)))

    def block(self, at: str, name: str, stage: Stage, *, first: bool) -> str:
        """An inverted bottleneck [2]: widen, filter each channel by itself, narrow, and add what came in."""
        before = at
        if stage.expansion > 1:
            at = self.convolution(at, f"{name}._expand_conv", f"{name}._bn0")
        wide = len(self.weights[f"{name}._depthwise_conv.weight"])
        stride = stage.stride if first else 1
        at = self.convolution(at, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, groups=wide)
        at = self.convolution(at, f"{name}._project_conv", f"{name}._bn2", activate=False)
        return at if first else self.add("Add", at, before)


def folded(weights: Weights, layer: str, norm: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Kernel and bias of a convolution (without a bias of its own) followed by a batch normalisation."""
    gain = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"].astype(np.float64) + _EPSILON)
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * gain
    return weights[f"{layer}.weight"] * gain[:, None, None, None], bias
