"""The verdicts of notebook 05: opposite numbers give the opposite box."""

from types import SimpleNamespace

import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import networks as claims


@pytest.mark.parametrize(
    ("error", "shape", "verdict"),
    [("no list", (None, 8, 8, 8), HOLDS), (None, (None, 8, 8, 8), DOES_NOT_HOLD), ("no list", None, DOES_NOT_HOLD)],
)
def test_sequential_and_functional(error, shape, verdict):
    box = claims.sequential_and_functional(error, shape)
    assert box.verdict == verdict and str(shape) in box.evidence and ("accepted" in box.evidence) == (error is None)


@pytest.mark.parametrize(
    ("core", "kept", "mirrored", "verdict"),
    [
        (128, 14.0, 14.0, HOLDS),
        (128, 10.0, 19.0, HOLDS),  # moving costs it something, and it learned to
        (128, 10.0, 22.0, DOES_NOT_HOLD),  # it hardly learned to move an image
        (9999, 14.0, 14.0, DOES_NOT_HOLD),  # it does not compress
    ],
)
def test_encoder_decoder(core, kept, mirrored, verdict):
    box = claims.encoder_decoder(3072, core, kept, mirrored, constant=30.0)
    assert box.verdict == verdict and f"mirrored, it errs by {mirrored:.1f}" in box.evidence
    assert "one training" in box.evidence


@pytest.mark.parametrize(
    ("n_skips", "unet", "vae", "losses", "verdict"),
    [
        (3, 0.0, 0.4, (0, 1), WITH_CONDITION),
        (3, 0.4, 0.4, (1, 1), HOLDS),  # a U-Net that draws at random would be like a VAE
        (0, 0.0, 0.4, (0, 1), DOES_NOT_HOLD),
    ],
)
def test_unet_and_vae(n_skips, unet, vae, losses, verdict):
    box = claims.unet_and_vae(n_skips, unet, vae, *losses)
    assert box.verdict == verdict and f"{n_skips} skips" in box.evidence


@pytest.mark.parametrize(
    ("fine", "kept", "most", "resnet", "verdict"),
    [
        (9.0, 7.0, 16, (6, 24), WITH_CONDITION),
        (9.0, 7.0, 8, (6, 24), HOLDS),  # the depth does not grow
        (25.0, 7.0, 16, (6, 24), DOES_NOT_HOLD),  # no detail kept
        (9.0, 17.0, 16, (6, 24), DOES_NOT_HOLD),  # alike or not is the same to it
        (9.0, 7.0, 16, (6, 10), DOES_NOT_HOLD),  # deeper than the ResNet
    ],
)
def test_unet(fine, kept, most, resnet, verdict):
    box = claims.unet(fine, 25.0, kept, 17.0, {16: (2, 8), 256: (2, most)}, resnet)
    assert box.verdict == verdict and f"2 to {most} in the U-Net for 256" in box.evidence
    assert (box.condition is not None and f"8 convolutions at 16 pixels to {most} at 256" in box.condition) == (
        verdict == WITH_CONDITION
    )


@pytest.mark.parametrize(
    ("cut", "without", "verdict", "words"),
    [
        ({"skip_1": 38.0, "skip_2": 10.0}, 25.0, WITH_CONDITION, ("up-sampling", "skip_1 carries most, skip_2 least")),
        ({"skip_1": 38.0, "skip_2": 38.0}, 25.0, WITH_CONDITION, ("up-sampling",)),
        ({"skip_1": 10.0, "skip_2": 38.0}, 9.0, WITH_CONDITION, ("skip_2 carries most",)),
        ({"skip_1": 38.0, "skip_2": 38.0}, 9.0, HOLDS, ()),
        ({"skip_1": 9.1, "skip_2": 9.0}, 25.0, DOES_NOT_HOLD, ()),
    ],
)
def test_what_skips_carry(cut, without, verdict, words):
    box = claims.what_skips_carry(9.0, cut, without)
    assert box.verdict == verdict and f"skip_1 {cut['skip_1']:.1f}" in box.evidence
    assert all(word in (box.condition or "") for word in words)


@pytest.mark.parametrize(
    ("joined", "weights", "error", "verdict"),
    [
        (4, 0, "TypeError: no inputs", WITH_CONDITION),
        (4, 0, None, HOLDS),
        (2, 0, None, DOES_NOT_HOLD),
        (4, 8, "TypeError: no inputs", DOES_NOT_HOLD),
    ],
)
def test_concatenation(joined, weights, error, verdict):
    box = claims.concatenation(2, joined, weights, error)
    assert box.verdict == verdict and f"became {joined}; the layer has {weights} weights" in box.evidence
    assert (box.condition is not None and error in box.condition) == (verdict == WITH_CONDITION)


def table(parameters, activation_bytes):
    return SimpleNamespace(parameters=parameters, activation_bytes=activation_bytes)


@pytest.mark.parametrize(
    ("smallest", "resnet", "mirrored", "verdict", "word"),
    [
        (64, table(11e6, 5e8), 23.0, DOES_NOT_HOLD, ""),
        (256, table(11e6, 5e8), 23.0, HOLDS, ""),
        (256, table(11e6, 5e8), 19.0, DOES_NOT_HOLD, ""),  # it moves shapes as well as it keeps them
        (256, table(99e6, 5e8), 23.0, WITH_CONDITION, "fewer parameters"),
        (256, table(11e6, 1e6), 23.0, WITH_CONDITION, "more memory"),
    ],
)
def test_resnet(smallest, resnet, mirrored, verdict, word):
    box = claims.resnet(256, smallest, {"ResNet": resnet, "U-Net": table(54e6, 7e7)}, 18.0, mirrored)
    assert box.verdict == verdict and f"256 rows to {smallest}" in box.evidence and "54 M" in box.evidence
    assert word in (box.condition or "")


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [((9, 9, 0), HOLDS), ((6, 6, 0), DOES_NOT_HOLD), ((9, 8, 0), DOES_NOT_HOLD), ((9, 9, 9), DOES_NOT_HOLD)],
)
def test_residual_blocks(counts, verdict):
    box = claims.residual_blocks(*counts)
    assert box.verdict == verdict and f"{counts[0]} sums" in box.evidence


@pytest.mark.parametrize(
    ("found", "verdict", "words"),
    [
        (["image", "conv, 64 channels", "tanh"], HOLDS, "all 3 stages"),
        (["image", "zero, conv, 64 channels", "tanh"], DOES_NOT_HOLD, "stage 2 is zero, conv, 64 channels, not conv"),
        (["image", "conv, 32 channels", "tanh"], DOES_NOT_HOLD, "stage 2 is conv, 32 channels, not conv, 64 channels"),
        (["image", "conv, 64 channels"], DOES_NOT_HOLD, "2 stages, not 3"),
    ],
)
def test_generator_layers(found, verdict, words):
    box = claims.generator_layers(found, ["image", "conv, 64 channels", "tanh"])
    assert box.verdict == verdict and words in box.evidence


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ((3e-7, 0.0, 0.5, 1.0, 2e-4), HOLDS),
        ((0.1, 0.0, 0.5, 1.0, 2e-4), DOES_NOT_HOLD),  # another function
        ((3e-7, 0.5, 0.5, 1.0, 2e-4), DOES_NOT_HOLD),  # not centred
        ((3e-7, 0.0, 0.5, 1.0, 1.0), DOES_NOT_HOLD),  # does not saturate
    ],
)
def test_tanh(numbers, verdict):
    assert claims.tanh(*numbers).verdict == verdict


@pytest.mark.parametrize(
    ("filters", "rows", "scores", "verdict"),
    [
        ([64, 128, 256, 512], (31, 30), 1, DOES_NOT_HOLD),
        ([64, 128, 256], (63, 62), 1, DOES_NOT_HOLD),
        ([64, 128, 256], (32, 256), 3, HOLDS),
        ([64, 128, 256], (32, 256), 1, DOES_NOT_HOLD),
    ],
)
def test_discriminator_layers(filters, rows, scores, verdict):
    box = claims.discriminator_layers(filters, *rows, 3, scores, 70, 70)
    assert box.verdict == verdict and "sees 70 pixels" in box.evidence and f"to {scores}:" in box.evidence


@pytest.mark.parametrize(
    ("channels", "rows", "verdict"),
    [
        ((64, 512), (128, 31), WITH_CONDITION),
        ((64, 512), (128, 128), HOLDS),
        ((64, 64), (128, 31), DOES_NOT_HOLD),
    ],
)
def test_finer_features(channels, rows, verdict):
    box = claims.finer_features(channels, rows)
    assert box.verdict == verdict
    assert (box.condition is not None and "from 128 rows to 31" in box.condition) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize(
    ("unet", "patchgan", "verdict"),
    [
        ((8, 7), (0, 4), WITH_CONDITION),
        ((8, 0), (0, 4), HOLDS),
        ((8, 7), (4, 0), DOES_NOT_HOLD),
        ((0, 15), (0, 4), DOES_NOT_HOLD),
    ],
)
def test_activations(unet, patchgan, verdict):
    box = claims.activations({"ResNet": (14, 0), "U-Net": unet, "PatchGAN": patchgan})
    assert box.verdict == verdict and f"U-Net {unet[0]} ReLU and {unet[1]} leaky" in box.evidence
    assert (box.condition is not None and "the U-Net has 7 leaky" in box.condition) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize(
    ("own", "others", "verdict"),
    [(0.4, 0.4, WITH_CONDITION), (0.4, 0.75, HOLDS), (0.75, 0.4, DOES_NOT_HOLD), (0.9, 0.9, DOES_NOT_HOLD)],
)
def test_either_network(own, others, verdict):
    losses = {("pix2pix", "U-Net"): (0.8, own), ("CycleGAN", "ResNet"): (0.8, own)}
    losses |= {("pix2pix", "ResNet"): (0.8, others), ("CycleGAN", "U-Net"): (0.8, others)}
    box = claims.either_network(losses)
    assert box.verdict == verdict and f"pix2pix with U-Net 0.800 to {own:.3f}" in box.evidence
    assert "L1 term only" in box.evidence
    assert (box.condition is not None and "CycleGAN with the U-Net" in box.condition) == (verdict == WITH_CONDITION)
