"""Converters and runtimes without the messages they print."""

import contextlib
import logging
import os
import warnings

import tensorflow as tf


@contextlib.contextmanager
def hidden_messages():
    """Inside, what converters and runtimes print stays unseen; what goes wrong still raises.

    They report each optimization in red, from C++ straight to the process's standard error, where no setting reaches.
    """
    logger = tf.get_logger()
    level, stderr = logger.level, os.dup(2)
    with open(os.devnull, "w") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.ERROR)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            logger.setLevel(level)
