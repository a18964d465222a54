"""Convolutions with few channels on one side, such as the first and the last of a generator, as one matrix product.

Libraries make their kernels for many channels on both sides. With three of them on one side most of the registers stay
empty: on some processors such a layer runs at a fiftieth of the speed of a matrix product. So all k * k shifted
convolutions of 1x1 are done at once, as a product with a matrix of k * k columns for each of the few channels, and the
columns are then shifted and added, along one axis and then along the other.
"""

import tensorflow as tf


def narrow_convolution(x, kernel):
    """A convolution of stride 1 without padding, as tf.nn.conv2d(x, kernel, 1, "VALID"), with its gradients.

    Args:
        x: float32 (N, H, W, C), all sizes known.
        kernel: float32 (k, k, C, O), O small.

    Returns:
        float32 (N, H - k + 1, W - k + 1, O).
    """
    size, _, channels, _ = kernel.shape

    @tf.custom_gradient
    def convolve(x, kernel):
        pixels = tf.reshape(x, (-1, channels))
        matrix = tf.reshape(tf.transpose(kernel, (2, 0, 1, 3)), (channels, -1))

        def gradients(dy):
            d_products = _spread(dy, size)
            dx = tf.reshape(tf.matmul(d_products, matrix, transpose_b=True), x.shape)
            d_matrix = tf.matmul(pixels, d_products, transpose_a=True)
            return dx, tf.transpose(tf.reshape(d_matrix, (channels, size, size, -1)), (1, 2, 0, 3))

        products = tf.reshape(tf.matmul(pixels, matrix), (*x.shape[:3], -1))
        return _shift_and_add(products, size), gradients

    return convolve(x, kernel)


def narrow_transposed_convolution(x, kernel, stride, cut):
    """tf.nn.conv2d_transpose with few output channels, with its gradients.

    Args:
        x: float32 (N, H, W, C), all sizes known.
        kernel: float32 (k, k, O, C), O small.
        cut: pixels that are cut off on all four sides.

    Returns:
        float32 (N, stride * (H - 1) + k - 2 * cut, ..., O): stride * H for cut = (k - stride) / 2, padding "SAME".
    """
    size, _, _, channels = kernel.shape

    @tf.custom_gradient
    def convolve(x, kernel):
        pixels, matrix = tf.reshape(x, (-1, channels)), tf.reshape(kernel, (-1, channels))  # (k * k * O, C)

        def gradients(dy):
            taps = _taps(tf.pad(dy, [[0, 0], [cut, cut], [cut, cut], [0, 0]]), size, stride)
            dx = tf.reshape(tf.matmul(taps, matrix), x.shape)
            return dx, tf.reshape(tf.matmul(taps, pixels, transpose_a=True), kernel.shape)

        products = tf.reshape(tf.matmul(pixels, matrix, transpose_b=True), (*x.shape[:3], -1))
        y = _add_taps(products, size, stride)
        return y[:, cut : y.shape[1] - cut, cut : y.shape[2] - cut], gradients

    return convolve(x, kernel)


def convolution_of_few(x, kernel, stride):
    """tf.nn.conv2d(x, kernel, stride, "VALID") for few input channels: only the gradient by x is another.

    Args:
        x: float32 (N, H, W, C), all sizes known, C small.
        kernel: float32 (k, k, C, O).
    """

    @tf.custom_gradient
    def convolve(x, kernel):
        size, _, few, channels = kernel.shape

        def gradients(dy):
            matrix = tf.reshape(kernel, (-1, channels))  # (k * k * C, O)
            products = tf.matmul(tf.reshape(dy, (-1, channels)), matrix, transpose_b=True)
            dx = _add_taps(tf.reshape(products, (*dy.shape[:3], -1)), size, stride)
            unseen = [[0, have - seen] for have, seen in zip(x.shape[1:3], dx.shape[1:3], strict=True)]
            d_kernel = tf.raw_ops.Conv2DBackpropFilter(
                input=x, filter_sizes=kernel.shape, out_backprop=dy, strides=[1, stride, stride, 1], padding="VALID"
            )
            return tf.pad(dx, [[0, 0], *unseen, [0, 0]]), d_kernel

        return tf.nn.conv2d(x, kernel, stride, "VALID"), gradients

    return convolve(x, kernel)


# XLA makes one pass over memory of each, instead of one for every shift.
def _one_pass(function):
    return tf.function(function, jit_compile=True, autograph=False)


@_one_pass
def _shift_and_add(products, size):
    """(N, H, W, k * k * O) -> (N, H - k + 1, W - k + 1, O): along the rows, then along the columns."""
    n, height, width, channels = products.shape
    rows, columns = height - size + 1, width - size + 1
    y = tf.reshape(products, (n, height, width, size, channels // size))
    y = tf.add_n([y[:, i : i + rows, :, i] for i in range(size)])
    y = tf.reshape(y, (n, rows, width, size, channels // size**2))
    return tf.add_n([y[:, :, j : j + columns, j] for j in range(size)])


@_one_pass
def _spread(dy, size):
    """The transpose of _shift_and_add, as a matrix: (N, rows, columns, O) -> (N * H * W, k * k * O)."""
    n, rows, columns, n_outputs = dy.shape
    last = size - 1
    padded = tf.pad(dy, [[0, 0], [last, last], [last, last], [0, 0]])
    windows = [
        padded[:, last - i : rows + 2 * last - i, last - j : columns + 2 * last - j]
        for i in range(size)
        for j in range(size)
    ]
    return tf.reshape(tf.concat(windows, axis=-1), (-1, size * size * n_outputs))


@_one_pass
def _add_taps(products, size, stride):
    """(N, H, W, k * k * O) -> (N, stride * (H - 1) + k, ..., O): each value painted k x k large, overlaps added.

    A row of the result is the p-th of the r-th stride, and gets the taps p + j * stride of the rows r - j.
    """
    reach = -(-size // stride)
    n, height, width, channels = products.shape
    new_height, new_width = (stride * (length - 1) + size for length in (height, width))

    def along(axis, taps):
        phases = []
        for phase in range(stride):
            shifted = []
            for j, tap in enumerate(taps[phase::stride]):
                around = [[0, 0]] * 4
                around[axis] = [j, reach - 1 - j]
                shifted.append(tf.pad(tap, around))
            phases.append(tf.add_n(shifted))
        return tf.stack(phases, axis=axis + 1)

    y = along(1, tf.unstack(tf.reshape(products, (n, height, width, size, channels // size)), axis=3))
    y = tf.reshape(y, (n, -1, width, size, channels // size**2))[:, :new_height]
    y = along(2, tf.unstack(y, axis=3))
    return tf.reshape(y, (n, new_height, -1, channels // size**2))[:, :, :new_width]


@_one_pass
def _taps(y, size, stride):
    """The transpose of _add_taps, as a matrix: (N, stride * (H - 1) + k, ..., O) -> (N * H * W, k * k * O)."""
    height, width = ((length - size) // stride + 1 for length in y.shape[1:3])
    taps = [
        y[:, i : i + stride * (height - 1) + 1 : stride, j : j + stride * (width - 1) + 1 : stride]
        for i in range(size)
        for j in range(size)
    ]
    return tf.reshape(tf.concat(taps, axis=-1), (-1, size * size * y.shape[-1]))
