"""Import TensorFlow without the messages it prints while it starts.

They announce optimizations and the absence of a GPU, in red, before any setting can silence them: a learner takes them
for errors. What goes wrong in the import still raises. Import this before anything that imports TensorFlow.
"""

import os

# The graph optimizer reports a fusion that it had to leave out as an error; what really fails raises an exception.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_stderr = os.dup(2)
with open(os.devnull, "wb") as _nowhere:
    os.dup2(_nowhere.fileno(), 2)
try:
    import tensorflow as tf

    tf.config.list_physical_devices()  # the first look for a GPU reports that there is none as a failure
finally:
    os.dup2(_stderr, 2)
    os.close(_stderr)
