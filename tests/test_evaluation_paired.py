"""PSNR, SSIM, edges and colours against numbers worked out by hand, scipy, and pictures made to tell them apart."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.stats import wasserstein_distance

from studylib import evaluation


def noise(shape=(3, 24, 20, 3), seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def as_float(images):
    return images / np.float32(127.5) - 1


def test_psnr_in_decibels():
    truth = np.zeros((2, 8, 8, 3), np.uint8)
    assert evaluation.psnr(truth + np.uint8(51), truth) == pytest.approx(20 * np.log10(255 / 51), abs=1e-3)
    one_wrong = truth.copy()
    one_wrong[0] = 255  # the other picture is perfect: the mean over both squared errors is half of 255²
    assert evaluation.psnr(one_wrong, truth) == pytest.approx(10 * np.log10(2), abs=1e-3)
    assert evaluation.psnr(truth, truth) == np.inf
    images, other = noise(), noise(seed=1)
    expected = 10 * np.log10(255**2 / np.mean((images.astype(float) - other) ** 2))
    assert evaluation.psnr(images, other) == pytest.approx(expected, abs=1e-3)
    assert evaluation.psnr(as_float(images), as_float(other)) == pytest.approx(expected, abs=1e-3)


def ssim_by_scipy(x, y):
    """As published, with a Gaussian window of sigma 1.5 and radius 5; only windows that lie inside."""

    def mean(values):
        return ndimage.gaussian_filter(values, 1.5, radius=5)[5:-5, 5:-5]

    x, y = x.astype(float), y.astype(float)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    return np.mean((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2)))


def test_ssim_is_the_published_one():
    images = noise()
    truth = np.clip(images.astype(int) // 2 + noise(seed=1) // 4 + 30, 0, 255).astype(np.uint8)
    by_picture = [[ssim_by_scipy(x[..., c], y[..., c]) for c in range(3)] for x, y in zip(images, truth, strict=True)]
    assert evaluation.ssim(images, truth) == pytest.approx(np.mean(by_picture), abs=1e-4)
    assert evaluation.ssim(as_float(images), as_float(truth)) == pytest.approx(np.mean(by_picture), abs=1e-4)
    assert evaluation.ssim(images, images) == pytest.approx(1)
    assert evaluation.ssim(images[:, :8, :8], images[:, :8, :8]) == pytest.approx(1)  # smaller than the window


def test_edge_strength_is_sobels():
    images = noise()[..., :1]
    levels = images[..., 0].astype(float)
    expected = [np.hypot(ndimage.sobel(p, 0), ndimage.sobel(p, 1)) / 4 for p in levels]
    found = evaluation.edge_strength(images)
    np.testing.assert_allclose(found[:, 1:-1, 1:-1], np.array(expected)[:, 1:-1, 1:-1], rtol=1e-4, atol=1e-3)
    step = np.zeros((1, 8, 8, 3), np.uint8)
    step[:, :, 4:, 1] = 90  # in one channel only
    np.testing.assert_allclose(evaluation.edge_strength(step)[0, :, 3:5], 90)


def square(shift=0, level=0, size=32):
    images = np.full((1, size, size, 3), 255, np.uint8)
    images[:, 8 + shift : 20 + shift, 8 + shift : 20 + shift] = level
    return images


def test_edges_may_be_one_pixel_off_and_no_more():
    truth = square()
    assert evaluation.edge_scores(truth, truth) == (1, 1, 1)
    assert evaluation.edge_scores(square(shift=1), truth) == (1, 1, 1)
    scores = [evaluation.edge_scores(square(shift=k), truth).f1 for k in (1, 2, 3)]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == 3


def test_precision_and_recall_of_edges():
    blank, truth = np.full((1, 32, 32, 3), 255, np.uint8), square()
    both = square()
    both[:, 24:29, 24:29] = 0  # a square too many
    assert evaluation.edge_scores(blank, truth) == (0, 0, 0)
    found = evaluation.edge_scores(both, truth)
    assert found.recall == 1 and 0.5 < found.precision < 0.9
    swapped = evaluation.edge_scores(truth, both)
    assert (swapped.precision, swapped.recall) == (found.recall, found.precision)
    assert found.f1 == pytest.approx(2 * found.precision / (1 + found.precision))
    assert evaluation.edge_scores(blank, blank) == (1, 1, 1)
    assert evaluation.edge_scores(square(level=200), truth) == (0, 0, 0)  # paler than an outline
    assert evaluation.edge_scores(square(level=200), truth, threshold=50).f1 == 1


def test_colour_distance_is_scipys_on_every_pixel():
    images, truth = noise((2, 6, 5, 3)), noise((3, 4, 4, 3), seed=1) // 2
    opponents = []
    for set_of_images in (images, truth):
        r, g, b = np.moveaxis(set_of_images.astype(float), -1, 0)
        opponents.append([((r + g + b) / 3).ravel(), (r - g).ravel(), ((r + g) / 2 - b).ravel()])
    expected = np.mean([wasserstein_distance(x, y) for x, y in zip(*opponents, strict=True)])
    assert evaluation.colour_distance(images, truth) == pytest.approx(expected, abs=0.2)  # brightness in half levels
    assert evaluation.colour_distance(as_float(images), truth) == pytest.approx(expected, abs=0.3)


def flat(*colours):
    return np.stack([np.full((4, 4, 3), colour, np.uint8) for colour in colours])


def test_colour_distance_sees_what_red_green_and_blue_apart_do_not():
    tinted, grey = flat((255, 0, 0), (0, 255, 255)), flat((255, 255, 255), (0, 0, 0))
    by_channel = [wasserstein_distance(tinted[..., c].ravel(), grey[..., c].ravel()) for c in range(3)]
    assert by_channel == [0, 0, 0]
    assert evaluation.colour_distance(tinted, grey) > 100
    assert evaluation.colour_distance(tinted[::-1], tinted) == 0  # the right colours on the wrong pictures
    brighter = evaluation.colour_distance(flat((110, 110, 110)), flat((100, 100, 100)))
    assert brighter == pytest.approx(10 / 3)  # one channel of three


@pytest.mark.parametrize("measure", [evaluation.psnr, evaluation.ssim, evaluation.edge_scores])
def test_a_picture_for_each_truth(measure):
    with pytest.raises(ValueError, match=r"Received: shapes \(3, 24, 20, 3\) and \(2, 24, 20, 3\)"):
        measure(noise(), noise()[:2])


def test_colours_need_three_channels():
    with pytest.raises(ValueError, match=r"Received: shape \(2, 4, 4, 1\)"):
        evaluation.colour_distance(np.zeros((2, 4, 4, 1), np.uint8), np.zeros((2, 4, 4, 3), np.uint8))
