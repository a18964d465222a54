"""Tasks whose training images are pairs: they belong together, come together and are cut alike."""

import itertools

import numpy as np
import pytest
from PIL import Image

from studylib.data import load_task
from studylib.data.openmoji import SHRINK
from studylib.data.pipeline import image_batches

SIZE = 24


@pytest.fixture(scope="module")
def line2color():
    return load_task("openmoji/line2color", SIZE, paired=True), load_task("openmoji/line2color", SIZE)


def test_pairs_are_the_two_faces_of_every_training_artwork(line2color):
    pairs, unpaired = line2color
    assert pairs.paired and not unpaired.paired
    assert pairs.names_a == pairs.names_b == sorted(unpaired.names_a + unpaired.names_b)
    known_a, known_b = (
        dict(zip(names, images, strict=True))
        for names, images in ((unpaired.names_a, unpaired.train_a), (unpaired.names_b, unpaired.train_b))
    )
    for i, name in enumerate(pairs.names_a):
        seen = known_a.get(name), known_b.get(name)
        assert (seen[0] is None) != (seen[1] is None)
        assert all(
            known is None or np.array_equal(known, images[i])
            for known, images in zip(seen, (pairs.train_a, pairs.train_b), strict=True)
        )


def test_a_pair_has_its_own_lines_and_no_others(line2color):
    pairs, _ = line2color
    dark = pairs.train_a.mean(axis=-1) < 64  # where line art is black, most coloured faces are dark as well
    grey = pairs.train_b.mean(axis=-1)
    own = np.array([grey[i][dark[i]].mean() for i in range(200) if dark[i].any()])
    others = np.array([grey[i + 500][dark[i]].mean() for i in range(200) if dark[i].any()])
    assert own.mean() < others.mean() / 3


def test_pairs_are_held_out_as_before(line2color):
    pairs, unpaired = line2color
    assert pairs.names_test == unpaired.names_test
    assert np.array_equal(pairs.test_a, unpaired.test_a) and np.array_equal(pairs.test_b, unpaired.test_b)
    assert not set(pairs.names_a) & set(pairs.names_test)


def test_superres_is_the_mean_of_blocks():
    task = load_task("openmoji/superres", SIZE)
    full = load_task("openmoji/line2color", SIZE, paired=True)
    assert task.paired and task.aligned and task.name == "openmoji/superres" and task.attribution
    assert task.label_a == "6 x 6 pixels"
    for coarse, fine, known in ((task.train_a, task.train_b, full.train_b), (task.test_a, task.test_b, full.test_b)):
        assert np.array_equal(fine, known)
        small = coarse[::40, ::SHRINK, ::SHRINK]
        assert np.array_equal(coarse[::40], np.kron(small, np.ones((1, SHRINK, SHRINK, 1), np.uint8)))
        oracle = np.stack([Image.fromarray(image).reduce(SHRINK) for image in fine[::40]])
        assert np.max(np.abs(small.astype(int) - oracle)) <= 1  # Pillow rounds a half the other way


def test_superres_is_mirrored_but_never_cut():
    task = load_task("openmoji/superres", SIZE)
    for a, b in itertools.islice(task.pipeline(8), 10):
        small = a.numpy()[:, ::SHRINK, ::SHRINK]
        assert np.array_equal(a, np.kron(small, np.ones((1, SHRINK, SHRINK, 1))))
        blocks = b.numpy().reshape(8, SIZE // SHRINK, SHRINK, SIZE // SHRINK, SHRINK, 3).mean(axis=(2, 4))
        assert np.abs(blocks - small).max() < 1 / 127  # one grey level: A is rounded to whole ones


def test_superres_needs_whole_blocks():
    with pytest.raises(ValueError, match=r"divisible by 4, for instance 32\. Received: image_size=33"):
        load_task("openmoji/superres", 33)


def test_shapes_in_pairs():
    task, unpaired = load_task("shapes/plain2striped", 16, paired=True), load_task("shapes/plain2striped", 16)
    assert task.names_a == task.names_b and np.array_equal(task.train_a, unpaired.train_a)
    changed = (task.train_a != task.train_b).any(axis=-1)
    assert (task.train_b[changed].mean(axis=-1) > task.train_a[changed].mean(axis=-1)).all()  # stripes are white


@pytest.mark.parametrize("how", [{}, {"augment": False}, {"jitter": 1.0, "shift": 3}])
def test_pairs_come_together_and_are_cut_alike(how):
    images = np.random.default_rng(0).integers(0, 128, (7, 16, 16, 3), np.uint8)
    batches = list(image_batches(images, 2 * images, batch_size=3, seed=5, paired=True, **how))
    for a, b in batches:
        np.testing.assert_allclose(b, 2 * (a + 1) - 1, atol=1e-5)
    first, second = batches[0]
    alone = next(iter(image_batches(images, 2 * images, batch_size=3, seed=5, **how)))
    assert np.array_equal(first, alone[0]) and not np.array_equal(second, alone[1])


def folder_of(root, names_a, names_b):
    for domain, names, value in (("A", names_a, 0), ("B", names_b, 100)):
        (root / f"train{domain}").mkdir()
        for i, name in enumerate(names):
            Image.new("RGB", (9, 9), (value + i,) * 3).save(root / f"train{domain}" / name)
    return f"folder:{root}"


def test_pairs_of_a_folder_have_one_name(tmp_path):
    names = [f"{i}.png" for i in range(10)]
    task = load_task(folder_of(tmp_path, names, [name.replace("png", "bmp") for name in names]), 8, paired=True)
    assert task.paired and task.aligned and (len(task.train_a), len(task.test_a)) == (9, 1)
    for a, b in ((task.train_a, task.train_b), (task.test_a, task.test_b)):
        assert np.array_equal(a + 100, b)


@pytest.mark.parametrize(
    "names_b, problem",
    [(["1.png", "3.png"], r"\d is in one domain only"), (["1.png", "2.png", "2.bmp"], "a name comes twice")],
)
def test_a_folder_without_pairs(tmp_path, names_b, problem):
    with pytest.raises(ValueError, match=f"paired=True needs files of the same names.*{problem}"):
        load_task(folder_of(tmp_path, ["1.png", "2.png"], names_b), 8, paired=True)


def test_tfds_has_no_pairs():
    with pytest.raises(ValueError, match="have pairs to train on"):
        load_task("tfds:cycle_gan/horse2zebra", 8, paired=True)


def test_a_paired_task_says_so(line2color):
    assert "pairs of line art and full colour" in repr(line2color[0])
