"""This machine's peak: products of two square float32 matrices, the best of some sizes."""

import time

import tensorflow as tf

SIZES = (1024, 2048, 3072, 4096)


class Step:
    """Takes the place of a contender; what it measures are multiply-adds per second."""

    def __init__(self, configuration, sizes=SIZES):
        self.sizes = tuple(sizes)
        self.size = None

    def rate(self, seconds):
        """Multiply-adds per second, over about that many seconds. The first call chooses the size."""
        if self.size is None:
            rates = {size: self._rate(size, seconds / 4) for size in self.sizes}
            self.size = max(rates, key=rates.get)
        return {"rate": self._rate(self.size, seconds), "size": self.size}

    @staticmethod
    def _rate(size, seconds):
        x = tf.random.stateless_uniform((size, size), seed=(0, 0))
        tf.matmul(x, x)
        begun, products = time.perf_counter(), 0
        while not products or time.perf_counter() - begun < seconds:
            tf.matmul(x, x)
            products += 1
        return products * size**3 / (time.perf_counter() - begun)
