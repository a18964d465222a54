"""SavedModels that somebody might send: damaged ones, and graphs that do more than to compute."""

import contextlib
import shutil

import numpy as np
import tensorflow as tf
from hostile_exports import LOTS, ODD, posing
from hostile_files import write
from tensorflow.core.protobuf import saved_model_pb2

PARTS = {
    "graph": "saved_model.pb",
    "weights": "variables/variables.data-00000-of-00001",
    "index": "variables/variables.index",
}


class Resource(tf.saved_model.experimental.TrackableResource):
    """An object whose code runs when it is loaded: here it writes a file."""

    def __init__(self, path):
        super().__init__()
        self.path = str(path)

    def _create_resource(self):
        return tf.raw_ops.MutableHashTableV2(key_dtype=tf.int64, value_dtype=tf.int64)

    def _initialize(self):
        tf.io.write_file(self.path, "x")


def _program(folder, act, resource=None):
    """A SavedModel from images to images whose graph acts."""
    module = tf.Module()
    module.resource = resource

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32, name="image")])
    def serve(image):
        if resource:
            resource.resource_handle  # noqa: B018  # or TensorFlow would not save it
        found = act()
        with tf.control_dependencies([found] if found is not None else []):
            return {"translated": tf.identity(image)}

    tf.saved_model.save(module, str(folder), signatures={"serving_default": serve})


def _calling_python(canary):
    def touch():
        canary.touch()
        return np.float32(1)

    return tf.numpy_function(touch, [], tf.float32)


def programs(folder, canary):
    """SavedModels that reach beyond their graph; returns their paths."""
    path, there = str(canary), str(folder / "secret.bin")
    acts = {
        "writes a file": lambda: tf.io.write_file(path, "x"),
        "writes in a branch": lambda: tf.cond(
            tf.random.stateless_uniform([], [0, 0]) < 2, lambda: _written(path), lambda: tf.constant(1.0)
        ),
        "writes a checkpoint": lambda: tf.raw_ops.SaveV2(
            prefix=path, tensor_names=["x"], shape_and_slices=[""], tensors=[tf.constant(1.0)]
        ),
        "prints into a file": lambda: tf.print("x", output_stream=f"file://{path}"),
        "reads a file": lambda: tf.io.read_file(there),
        "lists files": lambda: tf.io.matching_files(f"{folder}/*"),
        "reads lines": lambda: tf.data.TextLineDataset(there).reduce(0, lambda n, _: n + 1),
        "calls python": lambda: _calling_python(canary),
    }
    for name, act in acts.items():
        _program(folder / name, act)
    _program(folder / "writes while it is loaded", lambda: None, Resource(canary))
    return [folder / name for name in (*acts, "writes while it is loaded")]


def _written(path):
    with tf.control_dependencies([tf.io.write_file(path, "x")]):
        return tf.constant(1.0)


def _edited(graph_path, change):
    saved = saved_model_pb2.SavedModel.FromString(graph_path.read_bytes())
    change(saved.meta_graphs[0])
    graph_path.write_bytes(saved.SerializeToString())


def _claiming(graph):
    """A constant of LOTS of numbers, of which one is stored."""
    node = next(n for f in graph.graph_def.library.function for n in f.node_def if n.op == "Const")
    tensor = node.attr["value"].tensor
    tensor.Clear()
    tensor.dtype = tf.float32.as_datatype_enum
    tensor.tensor_shape.dim.add(size=LOTS)
    tensor.float_val.append(1)


def _wide(graph):
    """A variable of LOTS of numbers, of which few are stored."""
    node = next(n for n in graph.object_graph_def.nodes if n.HasField("variable"))
    node.variable.shape.dim[0].size = LOTS


def _mute(graph):
    signatures = next(n for n in graph.object_graph_def.nodes if n.user_object.identifier == "signature_map")
    del signatures.children[:]


EDITS = {
    "claims": _claiming, "wide": _wide, "no signature": _mute,
    "old": lambda graph: graph.ClearField("object_graph_def"),
    "no functions": lambda graph: graph.graph_def.library.ClearField("function"),
    "registered": lambda graph: setattr(graph.object_graph_def.nodes[0], "registered_name", "Custom.Other"),
    "of nothing": lambda graph: setattr(graph.object_graph_def.nodes[0].children[0], "node_id", 10**6),
    "unknown operation": lambda graph: setattr(graph.graph_def.library.function[0].node_def[0], "op", "Paint"),
}  # fmt: skip


def saved_models(folder, sound, canary):
    """Write folders that pose as one, are damaged, or reach beyond their graph; returns the paths."""
    folder = folder / "saved"
    write(folder, {"secret.bin": bytes(64)})
    made = programs(folder, canary)

    def copy(name):
        made.append(shutil.copytree(sound["saved_model"].parent, folder / name))
        return folder / name

    for name, change in EDITS.items():
        _edited(copy(name) / PARTS["graph"], change)
    for name, content in posing(sound, "saved_model", canary).items():
        (copy(f"graph, {name}") / PARTS["graph"]).write_bytes(content)
    for part in ("weights", "index"):
        content = (sound["saved_model"].parent / PARTS[part]).read_bytes()
        for name, other in {"half": content[: len(content) // 2], "empty": b"", "ones": b"\xff" * len(content)}.items():
            (copy(f"{part}, {name}") / PARTS[part]).write_bytes(other)
        (copy(f"no {part}") / PARTS[part]).unlink()
    for name, make in ODD.items():
        for part, place in PARTS.items():
            path = copy(f"{part}, {name}") / place
            path.unlink()
            with contextlib.suppress(OSError):  # Windows lets only some users make links
                make(path)
    text = copy("graph, as text")
    (text / PARTS["graph"]).rename(text / "saved_model.pbtxt")
    (folder / "empty").mkdir()
    return [*made, folder / "empty"]
