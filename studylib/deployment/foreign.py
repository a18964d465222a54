"""Exported files that came from elsewhere, looked at before a runtime gets them.

A runtime trusts what it reads. An ONNX file may name others for its weights, anywhere on the disk. The graph of a
SavedModel may write files, some of them while it is loaded. A damaged LiteRT file may end the process. Nothing of that
kind comes from `export`, and it is refused. No look can tell everything: which numbers a graph computes, for how long
and in how much memory, shows when it runs.
"""

import functools
import hashlib
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import tensorflow as tf

from studylib.files import ALWAYS_TAKEN, MOST_EXPANSION

LARGEST = 10**9  # bytes of a file; the largest generator of this study takes 0.2 GB
SECONDS = 25  # for a LiteRT file to translate one image on trial: with loading, less than half a minute
_sound = set()  # checksums of LiteRT files that have passed their trial
# Operations with a state that only compute all the same: they read and set variables, call functions, or stop.
# What draws random numbers, such as Dropout, sets a variable: where it is in their sequence.
PLAIN = {"ReadVariableOp", "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"}
PLAIN |= {"StatefulPartitionedCall", "If", "While", "Case", "Assert"}
# Operations without a state that reach beyond the graph all the same, by what their names hold.
REACHING = re.compile("File|Debug|Proto|Py|Print|Dataset")


def onnx_content(path):
    """The bytes of an ONNX file whose weights are all inside.

    Raises:
        ValueError: it names other files. And whatever protobuf raises for one that is damaged.
    """
    import onnx

    content = path.read_bytes()
    tensors = [part for part in _messages(onnx.load_from_string(content)) if isinstance(part, onnx.TensorProto)]
    if any(tensor.external_data or tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in tensors):
        raise ValueError("it names other files, of which none is read: its weights must be inside")
    return content


def _messages(message):
    """A protobuf message and all messages inside; protobuf itself refuses to read more than 100 levels."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                yield from _messages(part)


def check_saved_model(folder):
    """Raise ValueError unless a SavedModel holds weights and graphs that only compute, as those of `export` do.

    TensorFlow runs whatever operations a graph names. Here those of all functions that loading gives a name to are
    looked up, and those of the functions that they call: none may have effects outside. Objects that do more when they
    are loaded than to hold weights are refused.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    graph_path = folder / "saved_model.pb"
    if not graph_path.is_file():
        raise ValueError("it holds no file saved_model.pb")
    sizes = [_size_of_file(path) for path in folder.rglob("*") if not path.is_dir()]
    if max(sizes) > LARGEST:
        raise ValueError(f"it holds a file of more than {LARGEST:,} bytes")
    (graph,) = saved_model_pb2.SavedModel.FromString(graph_path.read_bytes()).meta_graphs
    objects = graph.object_graph_def
    if not objects.nodes:
        raise ValueError("it was written by another program than TensorFlow 2")
    for node in objects.nodes:
        if node.WhichOneof("kind") in ("asset", "resource") or node.saveable_objects or node.registered_name:
            raise ValueError("it holds objects that run code of their own when they are loaded")
    _check_claims(graph, sum(sizes))
    _check_operations(graph.graph_def.library.function, _named_functions(objects))


def _size_of_file(path):
    if not path.is_file():  # a pipe, which one could wait for for ever; a link that leads nowhere
        raise ValueError(f"it holds {path.name!r}, which is no file")
    return path.stat().st_size


def _check_claims(graph, stored):
    """A constant may claim any shape and store one number; so may a variable, and store none."""
    nodes = [*graph.graph_def.node, *(node for f in graph.graph_def.library.function for node in f.node_def)]
    shapes = [node.attr["value"].tensor.tensor_shape for node in nodes if "value" in node.attr]
    shapes += [node.variable.shape for node in graph.object_graph_def.nodes if node.HasField("variable")]
    claimed = 4 * sum(math.prod(max(axis.size, 1) for axis in shape.dim) for shape in shapes)
    if claimed > max(ALWAYS_TAKEN, MOST_EXPANSION * stored):
        raise ValueError(f"it claims {claimed:,} bytes of numbers and stores {stored:,}")


def _named_functions(objects):
    """Names of the functions that a loaded SavedModel can be asked for."""
    yield from objects.concrete_functions
    for node in objects.nodes:
        yield node.bare_concrete_function.concrete_function_name
        yield from node.function.concrete_functions


def _check_operations(library, names):
    functions = {function.signature.name: function for function in library}
    seen, waiting = {""}, list(names)
    while waiting:
        if (name := waiting.pop()) in seen:
            continue
        seen.add(name)
        if name in functions:
            for node in functions[name].node_def:
                waiting += [node.op, *_called(node.attr)]
        elif not _only_computes(name):
            raise ValueError(f"its graph holds {name!r}, which may reach beyond it: files, code, other machines")


def _called(attributes):
    """Names of the functions that an operation is given to call."""
    for value in attributes.values():
        for called in (value.func, *value.list.func):
            yield called.name
            yield from _called(called.attr)


@functools.cache
def _only_computes(operation):
    try:
        definition = tf.Graph().op_def_for_type(operation)
    except Exception:  # TensorFlow knows none of that name
        return False
    return operation in PLAIN or not (definition.is_stateful or REACHING.search(operation))


def litert_content(path):
    """The bytes of a LiteRT file that has translated one image, in a process of its own that it could end.

    Raises:
        ValueError: it ends its process, takes more than SECONDS or, on Linux, more memory than 1 GB and 20 times its
            size; or its runtime refuses it.
    """
    content = path.read_bytes()
    checksum = hashlib.sha256(content).digest()
    if checksum not in _sound:
        _try_litert(content)
        _sound.add(checksum)
    return content


def _try_litert(content):
    # -P: modules beside the program are not to be taken for others of their names.
    command = [sys.executable, "-P", str(Path(__file__).with_name("litert_trial.py"))]
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "env": surroundings, "timeout": SECONDS}
    options["creationflags"] = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would open one for a moment
    try:
        done = subprocess.run(command, input=content, **options)
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"it takes more than {SECONDS} s for one image: a smaller image_size takes less") from error
    if done.returncode:
        raise ValueError(done.stdout.decode(errors="replace").strip() or "it ends the process that runs it")
