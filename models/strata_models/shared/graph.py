"""A small builder of ONNX graphs out of plain operators."""
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .half import halve
from .integer import IntegerConv

OPSET = 17
IR_VERSION = 8


class Graph:
    def __init__(self, name: str):
        self.name = name
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.count, self.macs = 0, 0.0

    def input(self, name: str, shape: list) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, value: str, name: str, shape: list) -> None:
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def constant(self, value) -> str:
        array = value.detach().float().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator: str, inputs: list[str], outputs: int = 1, **attributes):
        names = [f"v{self.count + i}" for i in range(outputs)]
        self.count += outputs
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def convolve(self, x, weight, bias, stride_pixels: float, groups=1):
        """`stride_pixels`: picture pixels per output position, to count multiply-accumulates per pixel."""
        side = weight.shape[2]
        self.macs += weight.numel() / stride_pixels
        inputs = [x, self.constant(weight)] + ([self.constant(bias)] if bias is not None else [])
        return self.node("Conv", inputs, kernel_shape=[side, side], pads=[side // 2] * 4, group=groups)

    def conv(self, x: str, module, stride_pixels: float, unshuffled: int = 0) -> str:
        """nn.Conv2d. `unshuffled`: factor of the `unshuffle` that made the input; 0 if there was none."""
        weight = reorder(module.weight, unshuffled) if unshuffled else module.weight
        return self.convolve(x, weight, module.bias, stride_pixels, module.groups)

    def integer(self, x: str, module: IntegerConv, stride_pixels: float, unshuffled: int = 0) -> str:
        """Convolution on integers up to the floor; the caller adds the clip."""
        module.check()
        weight, bias, shift = module.quantized()
        weight = reorder(weight, unshuffled) if unshuffled else weight
        x = self.convolve(x, weight, bias + 2.0 ** (shift - 1), stride_pixels)
        return self.node("Floor", [self.node("Mul", [x, self.constant(2.0 ** -shift.view(1, -1, 1, 1))])])

    def clip(self, x: str, low: float, high: float) -> str:
        return self.node("Clip", [x, self.constant(np.float32(low)), self.constant(np.float32(high))])

    def leaky(self, x: str, slope: float = 0.1) -> str:
        return self.node("LeakyRelu", [x], alpha=slope)

    def add(self, a: str, b: str) -> str:
        return self.node("Add", [a, b])

    def shuffle(self, x: str, factor: int) -> str:
        return self.node("DepthToSpace", [x], blocksize=factor, mode="CRD")

    def unshuffle(self, x: str, factor: int) -> str:
        """Space to depth. ONNX orders the output by (position, channel), PyTorch by (channel, position): see `reorder`."""
        return self.node("SpaceToDepth", [x], blocksize=factor)

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.constants)
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION, producer_name="strata")
        halve(model)
        onnx.checker.check_model(model, full_check=True)
        return model


def reorder(weight: torch.Tensor, factor: int) -> torch.Tensor:
    """Weights with their input channels in the order (position, channel) instead of (channel, position)."""
    outputs, inputs, *kernel = weight.shape
    square = factor * factor
    return weight.reshape(outputs, inputs // square, square, *kernel).transpose(1, 2).reshape(weight.shape)
