"""3x3 convolutions with fewer multiplications.

Winograd's algorithm F(2x2, 3x3) computes two by two outputs from four by four inputs. Both the inputs and the kernel
are mixed by additions first, so that 16 products per pair of channels do the work of 36; a last mixing gives the
outputs. The products of all places form 16 large matrix products. Rounding aside it is the convolution itself.

Reference: Lavin, Gray (2015), Fast Algorithms for Convolutional Neural Networks, arXiv:1509.09308.
"""

import numpy as np
import tensorflow as tf

# A kernel (3,) in the mixed form (4,). For both axes: the Kronecker product with itself, (16, 9).
_MIX = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], np.float32)
_MIX_BOTH = np.kron(_MIX, _MIX)
# The mixed form of a kernel read backwards: its first and last numbers change places.
_BACKWARDS = np.arange(16).reshape(4, 4)[[3, 1, 2, 0]][:, [3, 1, 2, 0]].ravel()


def mixed_kernel(kernel):
    """The mixed form of a kernel: (3, 3, C, O) -> (16, C, O)."""
    channels = kernel.shape[2:]
    return tf.reshape(tf.matmul(_MIX_BOTH, tf.reshape(kernel, (9, -1))), (16, *channels))


def winograd_convolution(x, kernel, mixed):
    """A convolution of stride 1 without padding, as tf.nn.conv2d(x, kernel, 1, "VALID"), with its gradients.

    Args:
        x: float32 (N, H, W, C), all sizes known, H and W even and 4 or more.
        kernel: float32 (3, 3, C, O).
        mixed: mixed_kernel(kernel), which several calls with the same kernel can share.

    Returns:
        float32 (N, H - 2, W - 2, O).
    """

    @tf.custom_gradient
    def convolve(x, kernel):
        def gradients(dy):
            padded = tf.pad(dy, [[0, 0], [2, 2], [2, 2], [0, 0]])
            backwards = tf.gather(mixed, _BACKWARDS)
            dx = _outputs(tf.matmul(_mixed_inputs(padded), backwards, transpose_b=True), *x.shape[:3])
            d_mixed = tf.matmul(_mixed_inputs(x), _mixed_output_gradients(dy), transpose_a=True)
            d_kernel = tf.reshape(tf.matmul(_MIX_BOTH.T, tf.reshape(d_mixed, (16, -1))), kernel.shape)
            return dx, d_kernel

        n, height, width, _ = x.shape
        return _outputs(tf.matmul(_mixed_inputs(x), mixed), n, height - 2, width - 2), gradients

    return convolve(x, kernel)


# The mixings are additions of neighbours. XLA makes one pass over memory of each; operation by operation it would be a
# dozen, slower than the convolution itself.
def _one_pass(function):
    return tf.function(function, jit_compile=True, autograph=False)


@_one_pass
def _mixed_inputs(x):
    """(N, H, W, C) -> (16, tiles, C); tiles of 4x4 pixels that overlap by two."""
    _, height, width, channels = x.shape
    mixed = [
        column
        for row in _mix4([x[:, i : height - 2 + i : 2] for i in range(4)])
        for column in _mix4([row[:, :, j : width - 2 + j : 2] for j in range(4)])
    ]
    return tf.reshape(tf.stack(mixed), (16, -1, channels))


def _mix4(d):
    return d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]


@_one_pass
def _outputs(products, n, height, width):
    """(16, tiles, O) -> (n, height, width, O); a tile gives 2x2 outputs."""
    channels = products.shape[-1]
    rows = _mix2(tf.unstack(tf.reshape(products, (4, 4, n, height // 2, width // 2, channels))))
    pixels = [tf.stack(_mix2(tf.unstack(row)), axis=3) for row in rows]  # 2 of (n, height / 2, width / 2, 2, O)
    return tf.reshape(tf.stack(pixels, axis=2), (n, height, width, channels))


def _mix2(m):
    return m[0] + m[1] + m[2], m[1] - m[2] - m[3]


@_one_pass
def _mixed_output_gradients(dy):
    """(N, H, W, O) -> (16, tiles, O): what _outputs does, transposed."""
    n, height, width, channels = dy.shape
    tiles = tf.reshape(dy, (n, height // 2, 2, width // 2, 2, channels))
    mixed = [
        column
        for row in _spread2([tiles[:, :, 0], tiles[:, :, 1]])
        for column in _spread2([row[:, :, :, 0], row[:, :, :, 1]])
    ]
    return tf.reshape(tf.stack(mixed), (16, -1, channels))


def _spread2(y):
    return y[0], y[0] + y[1], y[0] - y[1], -y[1]
