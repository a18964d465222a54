"""The run folder of a model that is trained on several devices or machines."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf

from studylib.cyclegan.image_pool import ImagePool
from studylib.training.cluster import in_cluster, number_of_worker, together
from studylib.training.run_folder import RunFolder


class SharedRunFolder(RunFolder):
    """A run folder that several workers share: the first of them, the chief, writes, and all read its checkpoints.

    To save a model, TensorFlow asks all replicas for sums that each keeps a part of. So all workers must save at the
    same step; all but the chief do it into a temporary folder of their own. Where the chief cannot write, all end.

    With several replicas a checkpoint holds one more file, ``pools.npz``: the image pools of all of them. With one this
    is a `RunFolder`, and each continues what the other began.

    Args:
        path: the folder, on storage that all workers share.
        strategy: the model's tf.distribute strategy.

    Attributes:
        worker: number of this process among the workers; 0 is the chief.
        shared: a RunFolder, the one of `path`.
    """

    def __init__(self, path, strategy):
        self.strategy, self.worker, self.shared = strategy, number_of_worker(strategy), RunFolder(path)
        if self.worker:
            self._temporary = _temporary_folder()
        super().__init__(self._temporary.name if self.worker else path)

    def save_checkpoint(self, model, state):
        """As `RunFolder.save_checkpoint`."""
        with _collected(_WithPools(model), self.strategy) as collected, together(self.strategy):
            super().save_checkpoint(collected, state)

    def save_model(self, model):
        """As `RunFolder.save_model`."""
        with _collected(model, self.strategy) as collected, together(self.strategy):
            super().save_model(collected)

    def restore(self, model):
        """As `RunFolder.restore`; every worker restores its own replicas."""
        if self.worker:
            return self.shared.restore(_WithPools(model))
        return super().restore(_WithPools(model))


def _temporary_folder():
    return tempfile.TemporaryDirectory(prefix="studylib_worker_", ignore_cleanup_errors=True)


@contextmanager
def _collected(model, strategy):
    """`model`, or in a cluster a copy of all that it saves: to write that, no worker needs the others any more."""
    if not in_cluster(strategy):
        yield model
        return
    with _temporary_folder() as folder:
        model.save(Path(folder) / "model.keras")
        yield _Copy(Path(folder))


class _Copy:
    """What a model has saved into a folder, to be saved once more."""

    def __init__(self, folder):
        self.folder = folder

    def save(self, path):
        for file in self.folder.iterdir():
            shutil.copyfile(file, path if file.name == "model.keras" else path.with_name(file.name))


class _WithPools:
    """A model as `RunFolder` saves and loads it, the image pools of all replicas beside it.

    `model.save` keeps those of the first replica, and `model.load_weights` gives them to all.
    """

    def __init__(self, model):
        self.model, self.strategy = model, model.distribute_strategy
        pools = [layer for layer in model.layers if isinstance(layer, ImagePool) and layer.max_length]
        self.pools = [pool.images.value for pool in pools if self.strategy.num_replicas_in_sync > 1]

    def save(self, path):
        self.model.save(path)
        if self.pools:
            np.savez(path.with_name("pools.npz"), *[self._of_all_replicas(pool) for pool in self.pools])

    def load_weights(self, path):
        self.model.load_weights(path)
        pools_path = path.with_name("pools.npz")
        if self.pools and pools_path.exists():  # else the run was on one device until now
            with np.load(pools_path) as stored:
                for pool, images in zip(self.pools, stored.values(), strict=True):
                    if len(images) == self.strategy.num_replicas_in_sync:  # else on fewer or on more
                        self._give(pool, images)

    def _of_all_replicas(self, pool):
        """The images of a pool on all replicas, (n_replicas, max_length, H, W, C), on every worker."""
        local = np.stack([replica.numpy() for replica in self.strategy.experimental_local_results(pool)])
        return self.strategy.gather(tf.constant(local), axis=0).numpy()

    def _give(self, pool, images_of_all):
        replicas = self.strategy.experimental_local_results(pool)
        first = number_of_worker(self.strategy) * len(replicas)
        for replica, images in zip(replicas, images_of_all[first : first + len(replicas)], strict=True):
            replica.assign(images)
