"""Run a LiteRT file once, in a process of its own: a damaged one may end the process, or fill the memory.

A program, not a module: `python litert_trial.py FILE`. It loads nothing of studylib, whose TensorFlow takes
seconds. What it prints is what went wrong; where that is nothing, the runtime has ended the process.
"""

import sys

MOST_MEMORY = 4 * 10**9  # bytes that the runtime may ask for; only Linux counts them


def limit():
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it may end badly, which nobody needs to study
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):
        pass  # Windows; or there is a lower limit already


def main(path):
    from ai_edge_litert.interpreter import Interpreter

    limit()
    try:
        with open(path, "rb") as file:
            interpreter = Interpreter(model_content=file.read())
        interpreter.allocate_tensors()
        interpreter.invoke()
    except Exception as error:
        print(" ".join(str(error).split())[:200] or type(error).__name__)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
