"""Convolutions with few output channels, such as the 7x7 one that ends the ResNet, as one matrix product.

Libraries make their kernels for many channels on both sides. With three of them on one side most of the registers stay
empty: on some processors such a layer runs at a fiftieth of the speed of a matrix product. So all k * k shifted
convolutions of 1x1 are done at once, as a product with a matrix of k * k * O columns, and its columns are then shifted
and added, along one axis and then along the other.
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
    size, _, channels, n_outputs = kernel.shape
    n, height, width, _ = x.shape
    rows, columns = height - size + 1, width - size + 1

    @_one_pass
    def shift_and_add(products):
        y = tf.reshape(products, (n, height, width, size, size * n_outputs))
        y = tf.add_n([y[:, i : i + rows, :, i] for i in range(size)])
        y = tf.reshape(y, (n, rows, width, size, n_outputs))
        return tf.add_n([y[:, :, j : j + columns, j] for j in range(size)])

    @_one_pass
    def spread(dy):
        """The transpose of shift_and_add: (n, rows, columns, O) -> (n * height * width, k * k * O)."""
        padded = tf.pad(dy, [[0, 0], [size - 1] * 2, [size - 1] * 2, [0, 0]])
        last = size - 1
        windows = [
            padded[:, last - i : last - i + height, last - j : last - j + width]
            for i in range(size)
            for j in range(size)
        ]
        return tf.reshape(tf.concat(windows, axis=-1), (-1, size * size * n_outputs))

    @tf.custom_gradient
    def convolve(x, kernel):
        pixels = tf.reshape(x, (-1, channels))
        matrix = tf.reshape(tf.transpose(kernel, (2, 0, 1, 3)), (channels, -1))

        def gradients(dy):
            d_products = spread(dy)
            dx = tf.reshape(tf.matmul(d_products, matrix, transpose_b=True), x.shape)
            d_matrix = tf.matmul(pixels, d_products, transpose_a=True)
            return dx, tf.transpose(tf.reshape(d_matrix, (channels, size, size, n_outputs)), (1, 2, 0, 3))

        return shift_and_add(tf.matmul(pixels, matrix)), gradients

    return convolve(x, kernel)


def _one_pass(function):
    return tf.function(function, jit_compile=True, autograph=False)
