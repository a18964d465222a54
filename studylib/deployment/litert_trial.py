"""Run a LiteRT file once, in a process of its own: a damaged one may end the process, or fill the memory.

A program, not a module: `python litert_trial.py < FILE`. It loads nothing of studylib, whose TensorFlow takes
seconds. What it prints is what went wrong; where that is nothing, the runtime has ended the process.
"""

import os
import sys

# Bytes that the runtime may ask for, and so many times the file's own size besides; only Linux counts them.
MOST_MEMORY, MOST_EXPANSION = 10**9, 20
MOST_THREADS = 4  # each asks for memory of its own


def limit(size):
    """Let this process ask for so much memory beyond what it holds, for a file of `size` bytes."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it may end badly, which nobody needs to study
        if sys.platform == "linux":
            with open("/proc/self/statm") as pages:  # NumPy alone holds more where there are more cores
                held = int(pages.read().split()[0]) * resource.getpagesize()
            most = held + MOST_MEMORY + MOST_EXPANSION * size
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):
        pass  # Windows; or there is a lower limit already


def main(content):
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    limit(len(content))
    try:
        interpreter = Interpreter(model_content=content, num_threads=min(MOST_THREADS, os.cpu_count() or 1))
        interpreter.allocate_tensors()
        for image in interpreter.get_input_details():
            interpreter.set_tensor(image["index"], np.zeros(image["shape"], image["dtype"]))
        interpreter.invoke()
    except Exception as error:
        print(" ".join(str(error).split())[:200] or type(error).__name__)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.stdin.buffer.read())
