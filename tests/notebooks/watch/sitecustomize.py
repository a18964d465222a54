"""Python runs this at its start wherever this folder is in PYTHONPATH: it notes every file, or folder, that it opens.

They go into the file that STUDYLIB_OPENED names, one a line. What TensorFlow's own code opens is not among them.
"""

import os
import sys

SEEN = set()


def note(event, arguments):
    if event not in ("open", "os.listdir", "os.scandir") or not isinstance(arguments[0], (str, bytes)):
        return  # among others: a file that is open already, given by its number
    path = os.path.abspath(os.fsdecode(arguments[0]))
    if path not in SEEN:
        SEEN.add(path)
        os.write(LOG, (path + "\n").encode(errors="surrogateescape"))


if "pytest" not in sys.orig_argv:  # which runs the notebooks, and may look where it likes
    LOG = os.open(os.environ["STUDYLIB_OPENED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    sys.addaudithook(note)
