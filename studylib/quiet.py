"""Import TensorFlow without the messages it prints while it starts.

They announce optimizations and the absence of a GPU, in red, before any setting can silence them: a learner takes them
for errors. What goes wrong in the import still raises. Import this before anything that imports TensorFlow.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # warnings about the speed of this machine's processor
_stderr = os.dup(2)
with open(os.devnull, "wb") as _nowhere:
    os.dup2(_nowhere.fileno(), 2)
try:
    import tensorflow as tf

    tf.config.list_physical_devices()  # the first look for a GPU reports that there is none as a failure
finally:
    os.dup2(_stderr, 2)
    os.close(_stderr)
