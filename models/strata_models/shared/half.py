"""ONNX files of half the size: checkpoints are fp16, so fp16 holds most weights of a graph exactly."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 256  # values; below that a Cast costs more than it saves


def halve(model: onnx.ModelProto) -> None:
    """Stores each large f32 initializer that fp16 holds exactly as fp16, followed by a Cast that widens it."""
    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        half = values.astype(np.float16) if values.dtype == np.float32 and values.size >= SMALLEST else None
        if half is None or not np.array_equal(half.astype(np.float32), values):
            kept.append(tensor)
            continue
        kept.append(numpy_helper.from_array(half, f"{tensor.name}.half"))
        casts.append(helper.make_node("Cast", [f"{tensor.name}.half"], [tensor.name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(casts + nodes)
