"""The benchmark of the training step (`make bench`): ours beside a textbook's and PyTorch's, in the same minutes.

    PYTHONPATH=tests python -m benchmarks --help

Absolute times of a shared machine mean little, so every contender lives in a process of its own, all of them take turns
on one machine, and what is reported are ratios between neighbours in time. Always on the processor: an accelerator is
hidden from all contenders alike.
"""

import os

# Every first step compiles: programs kept from an earlier run would hide what that takes.
os.environ.setdefault("TF_XLA_FLAGS", "--tf_xla_persistent_cache_directory=")
