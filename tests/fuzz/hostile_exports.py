"""Exported generators that somebody might send: damaged ones, other files that pose as one, graphs with more inside.

`sound` maps a format to the path of one that is sound, of a SavedModel to its graph; what is made from them goes into a
folder for each runtime.
"""

import contextlib
import os
import pickle
from pathlib import Path

import flatbuffers
import onnx
from ai_edge_litert import schema_py_generated as schema
from hostile_files import BOMB, MEGABYTE, Payload, write, zip_bomb
from onnx import TensorProto, helper

SIZE = 16
IMAGE = (1, SIZE, SIZE, 3)
FLOAT = TensorProto.FLOAT
LOTS = 10**10  # numbers that a file claims


def posing(sound, format, canary):
    """{name: content} of files that are none of this format; `sound` ones of the others are among them."""
    content = sound[format].read_bytes()
    others = {f"a {other}": path.read_bytes() for other, path in sound.items() if path.suffix != sound[format].suffix}
    return others | {
        "pickle": pickle.dumps(Payload(canary)),
        "bomb": zip_bomb("model"),
        "page": b"<!DOCTYPE html><html><body>404 not found</body></html>",
        "text": "고양이".encode() * 100,
        "empty": b"",
        "zeros": bytes(1000),
        "ones": b"\xff" * 1000,
        "half": content[: len(content) // 2],
        "head": content[:50],
        "all but the end": content[:-1],
        "without a beginning": content[8:],
    }


def _endless(path):
    with open(path, "wb") as file:
        file.truncate(2 * BOMB * MEGABYTE)  # a hole: nothing on the disk


# What may stand where a file is expected: functions of the path.
ODD = {"itself": lambda path: os.symlink(path.name, path), "endless": _endless, "folder": Path.mkdir}
ODD |= {"pipe": os.mkfifo} if hasattr(os, "mkfifo") else {}


def odd_files(folder):
    """Write them under the endings of all formats; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in ODD.items():
        for suffix in (".keras", ".onnx", ".tflite"):
            with contextlib.suppress(OSError):  # Windows lets only some users make links
                make(folder / f"{name}{suffix}")
    return sorted(folder.iterdir())


# ---- ONNX ------------------------------------------------------------------------------------------------------------


def _value(name, shape=("batch", "height", "width", 3), kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def _onnx(nodes, initializer=(), inputs=None, outputs=None, opset=17, ir=8, functions=()):
    inputs, outputs = inputs or [_value("image")], outputs or [_value("translated")]
    graph = helper.make_graph(nodes, "generator", inputs, outputs, initializer=initializer)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=ir, functions=functions).SerializeToString()


def _adding(tensor, **options):
    return _onnx([helper.make_node("Add", ["image", tensor.name], ["translated"])], [tensor], **options)


def _tensor(dims, raw=b"", external=None, kind=FLOAT):
    tensor = TensorProto(name="w", data_type=kind, dims=dims, raw_data=raw)
    if external:
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=external)
    return tensor


def _branching(tensor):
    """The tensor in a branch of an If."""
    yes = helper.make_graph([helper.make_node("Identity", ["w"], ["y"])], "yes", [], [_value("y", [1])], [tensor])
    no = helper.make_graph([helper.make_node("Constant", [], ["n"], value_floats=[0.0])], "no", [], [_value("n", [1])])
    nodes = [
        helper.make_node("Constant", [], ["c"], value=helper.make_tensor("c", TensorProto.BOOL, [], [True])),
        helper.make_node("If", ["c"], ["b"], then_branch=yes, else_branch=no),
        helper.make_node("Add", ["image", "b"], ["translated"]),
    ]
    return _onnx(nodes)


def _nested(depth=5000):
    """Graphs in nodes in graphs, written by hand: protobuf makes no more than 100 levels."""
    graph = b""
    for field in (6, 5, 1) * depth:  # AttributeProto.g, NodeProto.attribute, GraphProto.node
        graph = bytes([field << 3 | 2]) + _varint(len(graph)) + graph
    return b"\x08\x08" + bytes([7 << 3 | 2]) + _varint(len(graph)) + graph  # ir_version, graph


def _varint(n):
    return bytes([n & 127 | 128]) + _varint(n >> 7) if n > 127 else bytes([n])


def _calling_itself():
    body = [helper.make_node("Round", ["x"], ["y"], domain="own")]
    function = helper.make_function("own", "Round", ["x"], ["y"], body, [helper.make_opsetid("own", 1)])
    return _onnx([helper.make_node("Round", ["image"], ["translated"], domain="own")], functions=[function])


def _padded(n):
    pads = helper.make_tensor("p", TensorProto.INT64, [8], [0, n, n, 0, 0, n, n, 0])
    return _onnx([helper.make_node("Pad", ["image", "p"], ["translated"])], [pads])


def _single(operation="Identity", given=("image",), domain=None, **options):
    return _onnx([helper.make_node(operation, given, ["translated"], domain=domain)], **options)


def _both(shape, kind=FLOAT):
    """Another input and output than images."""
    return {"inputs": [_value("image", shape, kind)], "outputs": [_value("translated", shape, kind)]}


def constant_of_shape(n):
    """A model of a few bytes that adds n numbers of its own making."""
    shape = helper.make_tensor("s", TensorProto.INT64, [1], [n])
    nodes = [
        helper.make_node("ConstantOfShape", ["s"], ["many"]),
        helper.make_node("ReduceMax", ["many"], ["one"], keepdims=0),
        helper.make_node("Add", ["image", "one"], ["translated"]),
    ]
    return _onnx(nodes, [shape])


def onnx_files(folder, sound, canary):
    """Write them, and what some of them name; returns the paths."""
    write(folder, {"secret.bin": bytes(64)})
    inside = {
        "outside": _adding(_tensor([1], external="../secret.bin")),
        "absolute": _adding(_tensor([1], external="/etc/passwd")),
        "beside": _adding(_tensor([1], external="weights.bin")),
        "in a branch": _branching(_tensor([1], external="weights.bin")),
        "in an attribute": _onnx([
            helper.make_node("Constant", [], ["w"], value=_tensor([1], external="weights.bin")),
            helper.make_node("Add", ["image", "w"], ["translated"]),
        ]),
        "claims": _adding(_tensor([LOTS])), "more claims": _adding(_tensor([2**40, 2**40])),
        "negative": _adding(_tensor([-5])), "short": _adding(_tensor([3], raw=bytes(4))),
        "whole numbers": _adding(_tensor([1], raw=bytes(8), kind=TensorProto.INT64)),
        "no kind": _adding(_tensor([1], raw=bytes(8), kind=77)),
        "constant": constant_of_shape(LOTS), "padded": _padded(10**5),
        "unknown operation": _single("Paint"), "own operation": _single("Paint", domain="com.other"),
        "calls itself": _calling_itself(), "future": _single(opset=999), "future file": _single(ir=999),
        "past": _single(opset=-1), "circle": _single(given=["translated"]), "of nothing": _single(given=["gone"]),
        "nested": _nested(), "no graph": onnx.ModelProto(ir_version=8).SerializeToString(),
        "no operation": _onnx([]), "vectors": _single(**_both([None, 4])), "scalars": _single(**_both([])),
        "no channels": _single(**_both([1, SIZE, SIZE, 0])), "words": _single(**_both(IMAGE, TensorProto.STRING)),
        "two inputs": _single("Add", ["image", "w"], inputs=[_value("image"), _value("w")]),
        "of one image": _single("ReduceMax"),
    }  # fmt: skip
    write(folder / "onnx", {"weights.bin": bytes(64)})
    files = posing(sound, "onnx", canary) | inside
    return write(folder / "onnx", {f"{name}.onnx": content for name, content in files.items()})


# ---- LiteRT ----------------------------------------------------------------------------------------------------------


def _changed(content, change):
    """A LiteRT file in which a function has changed something; it is given the model and its first graph."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    change(model, model.subgraphs[0])
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _set(names, value):
    """A change: `names` lead from the model to what is set, such as "operators.0.inputs" in its first graph."""

    def change(model, graph):
        *way, last = names.split(".")
        place = model if hasattr(model, way[0] if way else last) else graph
        for name in way:
            place = place[int(name)] if name.isdigit() else getattr(place, name)
        setattr(place, last, value)

    return change


def _input(name, value):
    def change(model, graph):
        setattr(graph.tensors[graph.inputs[0]], name, value)

    return change


def _asking_for(code):
    def change(model, graph):
        for operator in model.operatorCodes:
            operator.builtinCode, operator.deprecatedBuiltinCode, operator.customCode = 32, 32, code

    return change


def _while_itself(model, graph):
    """One operation: While, whose condition and body are the graph it stands in."""
    code = schema.OperatorCodeT()
    code.builtinCode, code.deprecatedBuiltinCode = schema.BuiltinOperator.WHILE, schema.BuiltinOperator.WHILE
    model.operatorCodes, options = [code], schema.WhileOptionsT()
    options.condSubgraphIndex = options.bodySubgraphIndex = 0
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, graph.inputs, graph.outputs
    operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.WhileOptions, options
    graph.operators = [operator]


LITERT = {
    "huge": _input("shape", [1, 10**5, 10**5, 3]), "endless": _input("shape", [2**31 - 1] * 4),
    "negative": _input("shape", [1, -5, 16, 3]), "no size": _input("shape", [1, 0, 16, 3]),
    "vectors": _input("shape", [4]), "words": _input("type", 5), "no type": _input("type", 100),
    "no buffer": _input("buffer", 9999), "no tensor": _set("operators.0.inputs", [10**6] * 3),
    "no tensors": _set("operators.0.inputs", []), "to nowhere": _set("operators.0.outputs", [10**6]),
    "into its input": _set("operators.0.outputs", [0]), "no operation": _set("operators.0.opcodeIndex", 77),
    "no such operation": _set("operatorCodes.0.builtinCode", 10_000),
    "another operation": _set("operatorCodes.0.builtinCode", 25),
    "no options": _set("operators.0.builtinOptions", None),
    "no operations": _set("operators", []), "no graphs": _set("subgraphs", []), "no numbers": _set("buffers", []),
    "no input": _set("inputs", []), "no output": _set("outputs", []), "input of nothing": _set("inputs", [999]),
    "output of nothing": _set("outputs", [-3]), "future": _set("version", 99), "while itself": _while_itself,
    "writes a file": _asking_for(b"FlexWriteFile"), "own operation": _asking_for(b"Other"),
    "stands still": lambda model, graph: _stand_still(graph),
}  # fmt: skip


def _stand_still(graph):
    """Convolutions whose window moves by nothing: a division by zero."""
    for operator in graph.operators:
        if hasattr(operator.builtinOptions, "strideH"):
            operator.builtinOptions.strideH = operator.builtinOptions.strideW = 0


def _all_scales(value):
    """What 8 bits stand for: where that is nonsense, the runtime ends its process."""

    def change(model, graph):
        for tensor in graph.tensors:
            if tensor.quantization is not None and tensor.quantization.scale is not None:
                tensor.quantization.scale = value and [value] * len(tensor.quantization.scale)

    return change


INT8 = {
    "no scales": None,
    "huge scales": 1e30,
    "tiny scales": 1e-40,
    "negative scales": -1.0,
    "scales without a value": float("nan"),
}


def litert_files(folder, sound, canary):
    """Write them; returns the paths."""
    content = sound["litert"].read_bytes()
    files = posing(sound, "litert", canary) | {name: _changed(content, change) for name, change in LITERT.items()}
    content = sound["litert-int8"].read_bytes()
    files |= {name: _changed(content, _all_scales(value)) for name, value in INT8.items()}
    files["no root"] = b"\xf0\xff\xff\xffTFL3" + bytes(1000)
    files["only a name"] = b"\x1c\0\0\0TFL3"
    return write(folder / "litert", {f"{name}.tflite": content for name, content in files.items()})
