"""Builds the encoder as an int8 ONNX file from the packed weights. Runs once, at the first start."""

import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from intents.encoder.weights import Floats, Weights
from intents.model import Progress

OPSET = 17


def build(weights: Weights, target: Path, progress: Progress) -> None:
    """Write the int8 encoder to `target`, all at once, so that a broken-off build leaves nothing behind.

    Input `rows`: word vectors, float32 (tokens, hidden). Output `vector`: their mean meaning, (hidden,).
    The weights are rounded to int8 per output channel with one bit in reserve (reduce_range), so that
    processors without VNNI do not overflow while adding up.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        full, small = Path(scratch) / "full.onnx", Path(scratch) / "int8.onnx"
        onnx.save(Graph(weights).model(progress), full)
        progress(0.6, "Taalmodel verkleinen")
        logging.disable(logging.WARNING)  # it advises a step that this graph does not need
        quantize_dynamic(
            full, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
            op_types_to_quantize=["MatMul"],
        )  # fmt: skip
        logging.disable(logging.NOTSET)
        small.replace(target)
    progress(1.0, "Taalmodel klaar")


class Graph:
    """Collects the nodes and weights of the encoder, layer by layer."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.sizes = weights.sizes
        self.nodes: list[onnx.NodeProto] = []
        self.values: list[onnx.TensorProto] = []

    def model(self, progress: Progress) -> onnx.ModelProto:
        """Return the whole encoder in float32."""
        x = self._embed("rows")
        for layer in range(self.sizes.layers):
            x = self._layer(x, f"l{layer}.")
            progress(0.5 * (layer + 1) / self.sizes.layers, "Taalmodel uitpakken")
        self._node("ReduceMean", [x], "vector", axes=[0], keepdims=0)
        hidden = self.sizes.hidden
        graph = helper.make_graph(
            self.nodes,
            "e5-small",
            [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["tokens", hidden])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [hidden])],
            self.values,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)

    def _embed(self, rows: str) -> str:
        position = self.weights.floats("emb.pos").reshape(-1, self.sizes.hidden)
        kind = self.weights.floats("emb.type")[: self.sizes.hidden]
        self._value("where", position + kind)
        self._node("Shape", [rows], "shape")
        self._ints("zero", [0])
        self._ints("one", [1])
        self._node("Slice", ["shape", "zero", "one"], "length")
        self._node("Slice", ["where", "zero", "length", "zero"], "here")
        return self._normed(self._node("Add", [rows, "here"]), "emb.ln")

    def _layer(self, x: str, layer: str) -> str:
        attended = self._dense(self._attention(x, layer), layer + "ao", self.sizes.hidden)
        x = self._normed(self._node("Add", [x, attended]), layer + "aln")
        inner = self._gelu(self._dense(x, layer + "fi", self.sizes.hidden))
        return self._normed(self._node("Add", [x, self._dense(inner, layer + "fo", self.sizes.inner)]), layer + "oln")

    def _attention(self, x: str, layer: str) -> str:
        heads, size = self.sizes.heads, self.sizes.hidden // self.sizes.heads
        split = self._ints("split", [-1, heads, size])
        joined = self._ints("joined", [-1, self.sizes.hidden])
        query, key, value = (
            self._node("Reshape", [self._dense(x, layer + part, self.sizes.hidden), split]) for part in "qkv"
        )
        query = self._node("Transpose", [query], perm=[1, 0, 2])
        key = self._node("Transpose", [key], perm=[1, 2, 0])
        value = self._node("Transpose", [value], perm=[1, 0, 2])
        scale = self._value("scale", np.float32(size**-0.5))
        scores = self._node("Mul", [self._node("MatMul", [query, key]), scale])
        mixed = self._node("MatMul", [self._node("Softmax", [scores], axis=-1), value])
        return self._node("Reshape", [self._node("Transpose", [mixed], perm=[1, 0, 2]), joined])

    def _dense(self, x: str, name: str, width: int) -> str:
        weight = self._value(name + ".w", self.weights.matrix(name + ".w", width).T)
        bias = self._value(name + ".b", self.weights.floats(name + ".b"))
        return self._node("Add", [self._node("MatMul", [x, weight]), bias])

    def _normed(self, x: str, name: str) -> str:
        scale = self._value(name + ".w", self.weights.floats(name + ".w"))
        bias = self._value(name + ".b", self.weights.floats(name + ".b"))
        return self._node("LayerNormalization", [x, scale, bias], axis=-1, epsilon=self.sizes.epsilon)

    def _gelu(self, x: str) -> str:
        root, one, half = (
            self._value(name, np.float32(number)) for name, number in [("root", 2**-0.5), ("unit", 1.0), ("half", 0.5)]
        )
        bent = self._node("Add", [self._node("Erf", [self._node("Mul", [x, root])]), one])
        return self._node("Mul", [self._node("Mul", [x, bent]), half])

    def _node(self, kind: str, inputs: list[str], output: str | None = None, **attributes: object) -> str:
        output = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _value(self, name: str, values: Floats | np.float32) -> str:
        return self._constant(name, np.ascontiguousarray(values, dtype=np.float32))

    def _ints(self, name: str, values: list[int]) -> str:
        return self._constant(name, np.array(values, dtype=np.int64))

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        if all(value.name != name for value in self.values):
            self.values.append(numpy_helper.from_array(array, name))
        return name
