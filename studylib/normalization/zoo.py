"""The normalization zoo: one plain function a member, on tensors (N, H, W, C), written from its equation.

Batch, layer, instance and group normalization are one equation,

    y = (x - mean) / sqrt(variance + epsilon) * gamma + beta,

and differ in one thing: which cells share a mean and a variance. The variance is the biased one, as in all the papers:
it divides by the number of cells. NumPy arrays and tensors are both taken, and gradients flow through the statistics.
Statistics of float16 and bfloat16 tensors are computed in float32; the result comes back in the dtype of x.
"""

import numpy as np
from keras import ops
from keras.backend import standardize_dtype

from studylib.arguments import array_size, number_array, one_of, real_number, shown, whole_number


def batch_normalization(x, gamma=None, beta=None, mean=None, variance=None, epsilon=1e-5):
    """Every channel by the statistics of all images: one mean a channel, over (N, H, W).

    Args:
        x: (N, H, W, C).
        gamma, beta: factor and offset, (C,); None leaves them out.
        mean, variance: (C,), the moving averages of training. Given, nothing is measured: this is inference.
        epsilon: number above 0 that keeps constant channels finite.

    Raises:
        ValueError: x is not (N, H, W, C) of floating-point numbers; only one of mean and variance is given.

    Reference: Ioffe, Szegedy (2015), arXiv:1502.03167. Equals keras.layers.BatchNormalization.
    """
    x, dtype = _checked(x, epsilon)
    if (mean is None) != (variance is None):
        missing = "mean" if mean is None else "variance"
        raise ValueError(f"inference needs both mean and variance, training neither. Received: {missing}=None")
    if mean is None:
        mean = ops.mean(x, axis=(0, 1, 2))
        variance = ops.mean((x - mean) ** 2, axis=(0, 1, 2))
    y = (x - ops.cast(mean, x.dtype)) / ops.sqrt(ops.cast(variance, x.dtype) + epsilon)
    return _scaled(y, gamma, beta, dtype)


def layer_normalization(x, gamma=None, beta=None, epsilon=1e-5):
    """Every image by its own statistics: one mean an image, over (H, W, C).

    Args:
        x: (N, H, W, C).
        gamma, beta: factor and offset, (C,) or (H, W, C); None leaves them out.
        epsilon: number above 0 that keeps constant images finite.

    Raises:
        ValueError: x is not (N, H, W, C) of floating-point numbers.

    Reference: Ba, Kiros, Hinton (2016), arXiv:1607.06450. Equals keras.layers.LayerNormalization(axis=(1, 2, 3)).
    """
    x, dtype = _checked(x, epsilon)
    mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
    variance = ops.mean((x - mean) ** 2, axis=(1, 2, 3), keepdims=True)
    y = (x - mean) / ops.sqrt(variance + epsilon)
    return _scaled(y, gamma, beta, dtype)


def instance_normalization(x, gamma=None, beta=None, epsilon=1e-5):
    """Every channel of every image by its own statistics: one mean an image and channel, over (H, W).

    Args:
        x: (N, H, W, C).
        gamma, beta: factor and offset, (C,); None leaves them out.
        epsilon: number above 0 that keeps constant channels finite.

    Raises:
        ValueError: x is not (N, H, W, C) of floating-point numbers.

    Reference: Ulyanov, Vedaldi, Lempitsky (2016), arXiv:1607.08022. Equals `InstanceNormalization`, and
    keras.layers.GroupNormalization(groups=-1).
    """
    x, dtype = _checked(x, epsilon)
    mean = ops.mean(x, axis=(1, 2), keepdims=True)
    variance = ops.mean((x - mean) ** 2, axis=(1, 2), keepdims=True)
    y = (x - mean) / ops.sqrt(variance + epsilon)
    return _scaled(y, gamma, beta, dtype)


def group_normalization(x, groups, gamma=None, beta=None, epsilon=1e-5):
    """Neighbouring channels of an image share their statistics: `groups` means an image, over (H, W, C / groups).

    Args:
        x: (N, H, W, C).
        groups: how many groups, a divisor of C. 1 is layer normalization, C is instance normalization.
        gamma, beta: factor and offset, (C,); None leaves them out.
        epsilon: number above 0 that keeps constant groups finite.

    Raises:
        ValueError: x is not (N, H, W, C) of floating-point numbers; groups does not divide C.

    Reference: Wu, He (2018), arXiv:1803.08494. Equals keras.layers.GroupNormalization(groups).
    """
    x, dtype = _checked(x, epsilon)
    shape = ops.shape(x)
    in_a_group = _channels_in_a_group(shape[3], groups)
    x = ops.reshape(x, (*shape[:3], groups, in_a_group))  # (N, H, W, groups, C / groups)
    mean = ops.mean(x, axis=(1, 2, 4), keepdims=True)
    variance = ops.mean((x - mean) ** 2, axis=(1, 2, 4), keepdims=True)
    y = (x - mean) / ops.sqrt(variance + epsilon)
    return _scaled(ops.reshape(y, shape), gamma, beta, dtype)


def weight_normalization(v, g):
    """The kernel ``g * v / ||v||``: one length g a filter, its direction taken from v. No activation is touched.

    Args:
        v: kernel (kh, kw, in, out) of a convolution, or (in, out) of a Dense; no filter all zero.
        g: (out,), the lengths.

    Returns:
        A kernel in the shape and dtype of v.

    Raises:
        ValueError: v does not hold floating-point numbers; g is not one number a filter.

    Reference: Salimans, Kingma (2016), arXiv:1602.07868. `WeightNormalization` learns v and g for a layer.
    """
    v, dtype = _float32_at_least(v, "v")
    g = ops.cast(_tensor(g, "g"), v.dtype)
    if tuple(g.shape) != (v.shape[-1],):
        raise ValueError(f"g must hold one length a filter, {v.shape[-1]}. Received: g of shape {tuple(g.shape)}")
    length = ops.sqrt(ops.sum(v**2, axis=tuple(range(len(v.shape) - 1))))  # (out,)
    return ops.cast(g * v / length, dtype)


def whitening(x, epsilon=1e-5):
    """Channels with mean 0, variance 1 and no correlation, over (N, H, W): ``(x - mean) @ covariance^(-1/2)``.

    There are many whitenings, as every rotation of a white cloud is white. This is ZCA, the symmetric root by the
    eigenvectors: of all of them it moves the channels least, so that a channel still shows what it showed before. The
    factor of Cholesky is cheaper, but its result depends on the order of the channels, and only the first stays itself.

    Args:
        x: (N, H, W, C) with at least C + 1 cells a channel; with fewer the covariance has no inverse, and epsilon
            decides what the missing directions become.
        epsilon: number above 0, added to the variance along every eigenvector.

    Raises:
        ValueError: x is not (N, H, W, C) of floating-point numbers.

    The gradient goes through the eigenvectors; it loses digits where two eigenvalues are nearly equal, as in a tensor
    that is white already.

    Reference: Kessy, Lewin, Strimmer (2018), Optimal Whitening and Decorrelation, arXiv:1512.00809.
    """
    x, dtype = _checked(x, epsilon)
    flat = ops.reshape(x, (-1, x.shape[3]))  # (N * H * W, C)
    centered = flat - ops.mean(flat, axis=0)
    covariance = ops.transpose(centered) @ centered / ops.cast(ops.shape(flat)[0], x.dtype)  # (C, C)
    eigenvalues, eigenvectors = ops.eigh(covariance)
    # Rounding may leave an eigenvalue of 0 a little below it.
    scales = 1 / ops.sqrt(ops.maximum(eigenvalues, 0) + epsilon)
    root = (eigenvectors * scales) @ ops.transpose(eigenvectors)  # covariance^(-1/2)
    return ops.cast(ops.reshape(centered @ root, ops.shape(x)), dtype)


def mean_off_diagonal(matrix):
    """How much correlation there is: the mean absolute value of the entries beside the diagonal of a square matrix."""
    matrix = number_array("matrix", matrix, n_axes=2, finite=False)
    if len(matrix) < 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"matrix must be square, 2 x 2 or larger. Received: shape {matrix.shape}")
    return float(np.abs(matrix[~np.eye(len(matrix), dtype=bool)]).mean())


def statistics_groups(member, shape, groups=None):
    """Which cells share one mean: equal numbers do.

    Example:

    >>> statistics_groups("instance", (2, 1, 1, 3)).squeeze()
    array([[0, 1, 2],
           [3, 4, 5]])

    Args:
        member: "batch", "layer", "instance" or "group".
        shape: (N, H, W, C).
        groups: how many groups of channels; for "group" only.

    Returns:
        An int array of `shape`, numbered from 0 on without gaps.

    Raises:
        ValueError: there is no such member; shape has not four sizes; groups does not divide C, or is given to
            another member.
    """
    one_of("member", member, ("batch", "layer", "instance", "group"))
    try:
        sizes = tuple(whole_number("shape", size) for size in shape)
    except (TypeError, ValueError):
        sizes = ()
    if len(sizes) != 4:
        raise ValueError(f"shape must be (N, H, W, C). Received: shape={shown(shape)}")
    array_size(sizes, shape=shape)
    if (groups is not None) and member != "group":
        raise ValueError(
            f"groups belongs to the member 'group' alone. Received: member={shown(member)}, groups={shown(groups)}"
        )
    n, _, _, c = np.ogrid[tuple(map(slice, sizes))]
    channels = sizes[3]
    if member == "batch":
        numbers = c
    elif member == "layer":
        numbers = n
    elif member == "instance":
        numbers = n * channels + c
    else:
        in_a_group = _channels_in_a_group(channels, groups)
        numbers = n * groups + c // in_a_group
    return np.broadcast_to(numbers, sizes).copy()


def _checked(x, epsilon):
    real_number("epsilon", epsilon, above=0)
    x, dtype = _float32_at_least(x, "x")
    if len(x.shape) != 4:
        raise ValueError(f"x must be (N, H, W, C). Received: x of shape {tuple(x.shape)}")
    return x, dtype


def _float32_at_least(x, name):
    """Returns x for computing, and the dtype that the result is to have."""
    x = _tensor(x, name)
    dtype = standardize_dtype(x.dtype)
    if "float" not in dtype:
        raise ValueError(f"{name} must hold floating-point numbers. Received: {name} of dtype {dtype}")
    return (ops.cast(x, "float32") if dtype in ("float16", "bfloat16") else x), dtype


def _tensor(x, name):
    try:
        tensor = ops.convert_to_tensor(x)
    except Exception:  # TensorFlow and NumPy have many words for what is no tensor
        tensor = None
    if tensor is None or not any(kind in standardize_dtype(tensor.dtype) for kind in ("float", "int")):
        raise ValueError(f"{name} must hold floating-point numbers. Received: {name}={shown(x)}")
    return tensor


def _scaled(y, gamma, beta, dtype):
    """Returns y * gamma + beta, of either what there is."""
    for name, given, apply in (("gamma", gamma, ops.multiply), ("beta", beta, ops.add)):
        if given is None:
            continue
        given = ops.cast(_tensor(given, name), y.dtype)
        if given.shape not in (y.shape[-1:], y.shape[1:]):
            raise ValueError(
                f"{name} must hold one number a channel, {y.shape[-1]}. Received: {name} of shape {tuple(given.shape)}"
            )
        y = apply(y, given)
    return ops.cast(y, dtype)


def _channels_in_a_group(channels, groups):
    groups = whole_number("groups", groups)
    if channels % groups:
        divisors = [g for g in range(1, channels + 1) if channels % g == 0]
        raise ValueError(
            f"groups must divide the {channels} channels: one of {divisors}. Received: groups={shown(groups)}"
        )
    return channels // groups
