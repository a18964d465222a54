"""One image watched among its batch mates: against SciPy's correlation, Keras' layers and the zoo's functions."""

import keras
import numpy as np
import pytest
from scipy import ndimage

from studylib.normalization import (
    CHANNELS,
    MEMBERS,
    FeatureMaps,
    batch_normalization,
    filter_bank,
    group_normalization,
    instance_normalization,
    layer_normalization,
    statistics_groups,
    weight_normalization,
    whitening,
)

# Pictures with structure in every map, and no two with the same mean.
IMAGES = ndimage.gaussian_filter(np.random.default_rng(0).normal(0, 1, (10, 12, 9, 3)), (0, 0.8, 0.8, 0))
IMAGES = np.clip(IMAGES * 100 + 60 + 15 * np.arange(10)[:, None, None, None], 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def maps():
    return FeatureMaps(IMAGES)


def convolved(images, kernel):
    """The feature maps of float images by SciPy; its "mirror" is the reflection that does not repeat the edge."""


    def plane(x, k):
        return sum(ndimage.correlate(x[..., c], k[..., c], mode="mirror") for c in range(3))

    return np.stack([[plane(x, k) for x in images.astype("float64")] for k in np.moveaxis(kernel, 3, 0)], axis=-1)


def test_features_are_the_correlation_with_the_bank(maps):
    np.testing.assert_allclose(maps.features, convolved(IMAGES / 127.5 - 1, filter_bank()), atol=1e-5)
    assert filter_bank().shape == (5, 5, 3, len(CHANNELS)) and filter_bank().dtype == np.float32


def test_filters_answer_to_what_they_are_named_after():
    y, x = np.mgrid[:16, :16]
    white = np.full((16, 16, 3), 255, np.uint8)
    yellow, red = white * [1, 1, 0], white * [1, 0, 0]
    where = (x > 7, y > 7, x == 8, y == 8, x + y == 15, x == y, (x == 8) & (y == 8))
    drawings = [np.where(inside[..., None], white, 0) for inside in where]
    features = FeatureMaps(np.stack([white, yellow, red, *drawings]).astype(np.uint8)).features
    np.testing.assert_allclose(features[0, :, :, 0], 1, atol=1e-5)  # white is as bright as can be
    np.testing.assert_allclose(features[0, :, :, 1:], 0, atol=1e-5)  # and has neither colour nor edges nor spots
    np.testing.assert_allclose(features[1, 0, 0, [1, 2]], [2, 0], atol=1e-5)
    np.testing.assert_allclose(features[2, 0, 0, [1, 2]], [1, 2], atol=1e-5)
    edge_right, edge_below, vertical, horizontal, rising, falling, dot = features[3:]
    assert CHANNELS[3:] == ("vertical edges", "horizontal edges", "vertical lines", "diagonal lines", "spots")
    assert edge_right[8, 8, 3] > 0.3 and edge_below[8, 8, 4] > 0.3  # positive: brighter to the right, brighter below
    assert np.abs(edge_right[..., 4]).max() < 1e-5 and np.abs(edge_below[..., 3]).max() < 1e-5
    assert vertical[8, 8, 5] > 0.2 and horizontal[8, 8, 5] < -0.2 and abs(rising[8, 7, 5]) < 1e-5
    assert rising[8, 7, 6] > 0.2 and falling[8, 8, 6] < -0.2 and abs(vertical[8, 8, 6]) < 1e-5
    assert np.abs(dot[..., 3:]).argmax(-1)[8, 8] == 4 and dot[8, 8, 7] > 0.2
    assert np.linalg.matrix_rank(filter_bank().reshape(-1, 8)) == 8  # or whitening could not make it white


def batch_by_hand(image=2, size=4, mates="same", contrast=1.0, brightness=0.0):
    rows = [(image + k) % 10 for k in range(size)]
    if mates == "others":
        rows[1:] = [(row + 5) % 10 for row in rows[1:]]
    batch = IMAGES[rows] / 127.5 - 1
    if mates == "inverted":
        batch[1:] *= -1
    batch[0] = batch[0] * contrast + brightness
    return batch


CHANGED = {"mates": "others", "contrast": 0.4, "brightness": 0.3}
BY_HAND = {
    "none": lambda x: x,
    "batch": batch_normalization,
    "layer": layer_normalization,
    "instance": instance_normalization,
    "group": lambda x: group_normalization(x, 4),
    "whitening": whitening,
}


@pytest.mark.parametrize("member", BY_HAND)
@pytest.mark.parametrize("changed", [{}, CHANGED, {"mates": "inverted"}])
def test_watched_image_is_the_first_of_the_normalized_batch(maps, member, changed):
    watched = maps.watch(member, groups=4, batch_size=4, image=2, channel=3, **changed)
    batch = batch_by_hand(**changed)
    before = convolved(batch, filter_bank())
    np.testing.assert_allclose(watched.batch, batch, atol=1e-6)
    np.testing.assert_allclose(watched.before, before[0], atol=1e-5)
    after, usual = BY_HAND[member](before), BY_HAND[member](convolved(batch_by_hand(), filter_bank()))
    np.testing.assert_allclose(watched.after, after[0], atol=2e-2 if member == "whitening" else 2e-3)
    np.testing.assert_allclose(watched.usual, usual[0], atol=2e-2 if member == "whitening" else 2e-3)
    expected = np.abs(np.asarray(after)[0, :, :, 3] - np.asarray(usual)[0, :, :, 3]).mean()
    np.testing.assert_allclose(watched.change, expected, atol=5e-3)


def test_weight_normalization_acts_on_the_kernel(maps):
    watched = maps.watch("weight", batch_size=4, image=2, **CHANGED)
    unit = np.asarray(weight_normalization(filter_bank(), np.ones(8)))
    np.testing.assert_allclose(watched.after, convolved(batch_by_hand(**CHANGED), unit)[0], atol=1e-4)
    assert watched.shared_before is None and watched.means == 0 and watched.parameters == 8


@pytest.mark.parametrize("member", ["batch", "layer", "instance", "group", "whitening"])
def test_cells_that_share_the_mean(maps, member):
    watched = maps.watch(member, groups=2, batch_size=4, image=2, channel=5)
    before = convolved(batch_by_hand(), filter_bank())
    cells = {
        "batch": before[..., 5],
        "whitening": before[..., 5],
        "layer": before[0],
        "instance": before[0, :, :, 5],
        "group": before[0, :, :, 4:],
    }[member]
    np.testing.assert_allclose(np.sort(watched.shared_before), np.sort(cells.ravel()), atol=1e-5)
    assert abs(watched.shared_after.mean()) < 1e-4 and abs(watched.shared_after.var() - 1) < 0.02
    known = "batch" if member == "whitening" else member
    numbers = statistics_groups(known, (4, 12, 9, 8), 2 if member == "group" else None)
    assert watched.means == len(np.unique(numbers))


def test_who_sees_the_batch_mates_and_who_the_contrast(maps):
    def change(member, **options):
        return maps.watch(member, batch_size=4, **options).change

    for member in ("none", "layer", "instance", "group", "weight"):
        assert change(member, mates="others") == 0 and change(member, mates="inverted") == 0
    assert change("batch", mates="others") > 0.05 and change("whitening", mates="others") > 0.05
    # A factor on the whole image is one on all of its maps: whoever divides by the image's own deviation removes it.
    for member in ("layer", "instance", "group"):
        assert change(member, contrast=0.5) < 0.01 < 0.1 < change("none", contrast=0.5)
    assert change("batch", contrast=0.5) > 0.1
    # Brightness moves the brightness map alone, which only instance normalization centres for itself.
    assert change("instance", brightness=0.5) < 1e-3 and change("layer", brightness=0.5) > 0.05


def test_inference_does_not_see_the_batch(maps):
    options = {"member": "batch", "image": 2, "inference": True}
    watched = maps.watch(batch_size=4, mates="inverted", **options)
    assert watched.change == 0 and watched.averages == 16
    mean, variance = maps.moving_averages(4)
    expected = batch_normalization(watched.before[None], mean=mean, variance=variance)[0]
    np.testing.assert_allclose(watched.after, expected, atol=1e-5)
    assert np.abs(watched.after - maps.watch("batch", batch_size=4, image=2).after).max() > 0.1


def test_moving_averages_are_those_of_the_keras_layer(maps):
    layer = keras.layers.BatchNormalization(momentum=0.9)
    for rows in np.random.default_rng(3).integers(10, size=(30, 4)):
        layer(maps.features[rows], training=True)
    mean, variance = maps.moving_averages(4, momentum=0.9, steps=30, seed=3)
    np.testing.assert_allclose(mean, layer.moving_mean, atol=1e-5)
    np.testing.assert_allclose(variance, layer.moving_variance, rtol=1e-4)


def test_parameters_are_those_of_the_keras_layers(maps):
    shape = (None, 12, 9, 8)
    layers = {
        "batch": keras.layers.BatchNormalization,
        "instance": lambda **options: keras.layers.GroupNormalization(groups=-1, **options),
        "group": lambda **options: keras.layers.GroupNormalization(groups=2, **options),
    }
    for member, make in layers.items():
        for affine in (False, True):
            layer = make(scale=affine, center=affine)
            layer.build(shape)
            watched = maps.watch(member, affine=affine)
            assert watched.parameters == sum(int(np.prod(w.shape)) for w in layer.trainable_weights)
            assert watched.averages == sum(int(np.prod(w.shape)) for w in layer.non_trainable_weights)


@pytest.mark.parametrize("member", MEMBERS)
def test_affine_multiplies_by_gamma_and_adds_beta(maps, member):
    plain, affine = maps.watch(member), maps.watch(member, affine=True)
    if member in ("none", "weight"):
        assert np.array_equal(affine.after, plain.after) and affine.parameters == plain.parameters
    else:
        np.testing.assert_allclose(affine.after, plain.after * 1.5 + 0.5, atol=1e-4)
        assert affine.parameters == plain.parameters + 16


def test_usual_output_is_never_that_of_other_settings():
    """It is remembered: a value that hangs on from the settings before would be a wrong one."""
    remembering = FeatureMaps(IMAGES)
    for options in ({}, {"image": 3}, {"affine": True}, {"batch_size": 2}, {"inference": True}, {"epsilon": 0.1}):
        for mates in ("same", "others"):
            watched = remembering.watch("batch", mates=mates, **options)
            assert np.array_equal(watched.usual, FeatureMaps(IMAGES).watch("batch", **options).after)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"member": "local"}, "member must be one of none, batch, layer, .* Received: member='local'"),
        ({"mates": "none"}, "mates must be one of same, others, inverted. Received: mates='none'"),
        ({"batch_size": 11}, "batch_size must be a whole number from 1 to 10. Received: batch_size=11"),
        ({"image": 10}, "image must be a whole number from 0 to 9. Received: image=10"),
        ({"channel": 8}, "channel must be a whole number from 0 to 7. Received: channel=8"),
        ({"contrast": -1}, "contrast must be a number from 0 on. Received: contrast=-1"),
        ({"member": "group", "groups": 3}, "groups must divide the 8 channels"),
    ],
)
def test_wrong_arguments_are_answered_by_one_sentence(maps, options, message):
    with pytest.raises(ValueError, match=message):
        maps.watch(**options)


@pytest.mark.parametrize("images", [IMAGES / 255, IMAGES[0], IMAGES[:1], IMAGES[..., :1]])
def test_images_must_be_uint8_and_several(images):
    with pytest.raises(ValueError, match=r"images must be uint8 of shape \(2 or more, H, W, 3\). Received: "):
        FeatureMaps(images)
