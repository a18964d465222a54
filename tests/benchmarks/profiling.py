"""Where the time of a step goes, by type of operation."""

import tempfile
import time
from collections import Counter
from pathlib import Path


def profile(run, n_steps):
    """Time by operation type, from TensorFlow's own profiler.

    Args:
        run: takes a number of steps, and runs them.

    Returns:
        A dict: `wall`, seconds of one step, and `operations`, a list of (type, seconds a step, runs a step), longest
        first. Operations run on several threads at once and in one another, so their sum is not the wall time. Inside
        a function that XLA compiled, the profiler sees XLA's own names or nothing at all.
    """
    import tensorflow as tf

    run(2)  # nothing of the first steps: tracing, compiling, first touch of memory
    with tempfile.TemporaryDirectory() as folder:
        with tf.profiler.experimental.Profile(folder):
            begun = time.perf_counter()
            done, _ = run(n_steps)
            wall = time.perf_counter() - begun
        seconds, runs = read(folder)
    operations = [(kind, spent / done, runs[kind] / done) for kind, spent in seconds.most_common()]
    return {"wall": wall / done, "operations": operations}


def read(folder):
    """(seconds, runs): counters by operation type over all traces in a folder."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    seconds, runs = Counter(), Counter()
    for path in Path(folder).rglob("*.xplane.pb"):
        trace = xplane_pb2.XSpace.FromString(path.read_bytes())
        for plane in (plane for plane in trace.planes if "CPU" in plane.name):
            for line in (line for line in plane.lines if line.name != "python"):
                for event in line.events:
                    name, separator, kind = plane.event_metadata[event.metadata_id].name.rpartition(":")
                    # Operations are named "path/to/node:Type", what the executor itself does "ExecutorState::Process".
                    if separator and not name.endswith(":"):
                        seconds[kind] += event.duration_ps * 1e-12
                        runs[kind] += 1
    return seconds, runs


def as_text(profiled, shown=25):
    """A table of the operation types that take longest."""
    total = sum(spent for _, spent, _ in profiled["operations"])
    lines = [f"{'operation':<44}{'share':>8}{'ms a step':>12}{'runs a step':>13}"]
    for kind, spent, runs in profiled["operations"][:shown]:
        lines.append(f"{kind:<44}{spent / total:>8.1%}{1000 * spent:>12.2f}{runs:>13.1f}")
    wall = profiled["wall"]
    lines.append(f"all operations {1000 * total:.1f} ms, in threads side by side; a step {1000 * wall:.1f} ms")
    return "\n".join(lines)
