"""Multiply-adds of a training step: the products of a weight and a value, or of two values, that it sums up.

Counted in the graph from static shapes. Only convolutions and matrix products count; the rest of a step does a few
operations a value, where these do hundreds.
"""

import math

# Each of these would add products that are not counted below: better no number than a wrong one.
UNKNOWN = ("Conv3D", "DepthwiseConv2d", "Einsum", "FusedConv", "FusedMatMul", "SparseMatMul", "XlaConv", "XlaDot")


def multiply_adds(function):
    """Multiply-adds of one call of a concrete function, those of functions inside it included.

    Raises:
        ValueError: an operation with a shape that is not static, of an unknown kind, or in a loop or a branch.
    """
    return _of_graph(function.graph)


def _of_graph(graph):
    return sum(_of_operation(operation) + _of_inner_functions(operation) for operation in _that_run(graph))


def _that_run(graph):
    """The operations that a result or an assignment depends on.

    A tape writes both gradients of every convolution, also where one is not asked for. Those never run.
    """
    found = set()
    waiting = [tensor.op for tensor in graph.outputs] + list(graph.control_outputs)
    while waiting:
        operation = waiting.pop()
        if operation not in found:
            found.add(operation)
            waiting += [tensor.op for tensor in operation.inputs] + list(operation.control_inputs)
    return found


def _of_operation(operation):
    kind, inputs, outputs = operation.type, operation.inputs, operation.outputs
    # A convolution takes kernel height * width * input channels for each value of its output, and so do both its
    # gradients: they hold the same triples of a weight, an input and an output value.
    if kind == "Conv2D":
        return _size(outputs[0], operation) * _size(inputs[1], operation, slice(3))
    if kind in ("Conv2DBackpropInput", "Conv2DBackpropInputV2"):
        return _size(inputs[2], operation) * _size(inputs[1], operation, slice(3))
    if kind in ("Conv2DBackpropFilter", "Conv2DBackpropFilterV2"):
        return _size(inputs[2], operation) * _size(outputs[0], operation, slice(3))
    if kind == "MatMul":
        inner = slice(0, 1) if operation.get_attr("transpose_a") else slice(1, 2)
        return _size(outputs[0], operation) * _size(inputs[0], operation, inner)
    if kind in ("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"):
        inner = slice(-2, -1) if operation.get_attr("adj_x") else slice(-1, None)
        return _size(outputs[0], operation) * _size(inputs[0], operation, inner)
    if any(word in kind for word in UNKNOWN):
        raise ValueError(f"the products of every operation must be known. Received: {operation.name!r} of type {kind}")
    return 0


def _size(tensor, operation, axes=slice(None)):
    if not tensor.shape.is_fully_defined():
        raise ValueError(f"the step must have static shapes. Received: {tensor.shape} in {operation.name!r}")
    return math.prod(tensor.shape[axes])


def _of_inner_functions(operation):
    attributes = operation.node_def.attr.values()
    names = [a.func.name for a in attributes if a.HasField("func")]
    names += [function.name for a in attributes for function in a.list.func]
    found = sum(_of_graph(operation.graph._get_function(name).graph) for name in names if name)
    if found and "PartitionedCall" not in operation.type:
        raise ValueError(
            "how often a loop or a branch runs is not known from the graph, so no convolution may be in it. "
            f"Received: {operation.name!r} of type {operation.type}"
        )
    return found
