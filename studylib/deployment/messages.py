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
    What other threads write there meanwhile is lost too.
    """
    logger = tf.get_logger()
    level = logger.level
    with warnings.catch_warnings(), _no_stderr():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


@contextlib.contextmanager
def _no_stderr():
    try:
        stderr = os.dup(2)
    except OSError:  # closed, as in a program without a console
        stderr = None
    if stderr is None:
        yield
        return
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
