"""The ablation: what is left out of each variant, its figures on known translations, its runs, and its statistics."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import permutation_test

from studylib import ablation
from studylib.ablation import VARIANTS, AblatedCycleGAN, ablation_run, comparisons, finals, holm, judged, least_p
from studylib.cyclegan import GENERATOR_TERMS, CycleGAN
from studylib.data import load_task
from studylib.evaluation import grey_level_error
from studylib.recorded import Recording

TINY = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1}
TERMS = {name: tf.constant(2.0**k) for k, name in enumerate(GENERATOR_TERMS)}  # 1, 2, 4, ... 32: every sum tells which


@pytest.fixture(scope="module")
def models():
    return {name: ablation.variant_model(name, n_steps=4, **TINY) for name in VARIANTS}


def test_whole_model_has_the_loss_of_the_studys_cyclegan(models):
    ours, theirs = models["full"], CycleGAN((32, 32, 3), **TINY)
    assert float(ours.generator_loss(TERMS)) == pytest.approx(float(theirs.generator_loss(TERMS)))


@pytest.mark.parametrize(
    ("variant", "loss"),
    [
        ("cycle alone", 10 * 4 + 10 * 8),
        ("GAN alone", 1 + 2),
        ("GAN + forward cycle", 1 + 2 + 10 * 4),
        ("GAN + backward cycle", 1 + 2 + 10 * 8),
        ("GAN + both cycles", 1 + 2 + 10 * 4 + 10 * 8),
        ("full", 1 + 2 + 10 * 4 + 10 * 8 + 2 * 16 + 2 * 32),
    ],
)
def test_a_term_of_weight_0_is_left_out(models, variant, loss):
    assert float(models[variant].generator_loss(TERMS)) == loss
    left_out = {name: float("nan") for name, weight in VARIANTS[variant].weights.items() if not weight}
    assert float(models[variant].generator_loss(TERMS | left_out)) == loss  # not even 0 times it


def test_forward_cycle_begins_with_a(models):
    """The paper's forward cycle is |F(G(x)) - x| with G: A -> B, so that the term compares images of A."""
    real_A, real_B = (np.random.default_rng(k).uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32) for k in range(2))
    model = models["GAN + forward cycle"]
    terms, _, _ = model.generator_terms(real_A, real_B)
    cycle = float(tf.reduce_mean(tf.abs(model.g_BA(model.g_AB(real_A)) - real_A)))
    adversarial = float(terms["g_adversarial_AB"] + terms["g_adversarial_BA"])
    assert float(model.generator_loss(terms)) == pytest.approx(adversarial + 10 * cycle, rel=1e-4)


def test_each_variant_lacks_one_part_of_the_one_it_is_held_against():
    parts = {"adversarial": set(GENERATOR_TERMS[:2]), "forward": {"cycle_A"}, "backward": {"cycle_B"}}
    parts |= {"cycles": {"cycle_A", "cycle_B"}, "identity": set(GENERATOR_TERMS[4:])}
    lacking = {}
    for name, variant in VARIANTS.items():
        if variant.against:
            other = VARIANTS[variant.against]
            changed = {term for term in GENERATOR_TERMS if variant.weights[term] != other.weights[term]}
            found = [part for part, terms in parts.items() if terms == changed] + list(variant.options)
            assert len(found) == 1 and not any(variant.weights[term] for term in changed), name
            lacking[name] = found[0]
    assert lacking == {
        "cycle alone": "adversarial",
        "GAN alone": "cycles",
        "GAN + forward cycle": "backward",
        "GAN + backward cycle": "forward",
        "GAN + both cycles": "identity",
        "full, no pool": "buffer_max_length",
        "full, log loss": "adversarial",
    }


def test_options_reach_the_model(models):
    assert models["full"].pool_A.max_length == 50 and models["full, no pool"].pool_B.max_length == 0
    assert models["full"].adversarial == "lsgan" and models["full, log loss"].adversarial == "gan"
    again = AblatedCycleGAN.from_config(models["GAN alone"].get_config())
    assert float(again.generator_loss(TERMS)) == 3


def test_weights_and_names_that_are_not_there_are_named():
    with pytest.raises(ValueError, match=r"weights must be given for g_adversarial_AB, .* Received: weights={'cycle'"):
        AblatedCycleGAN((32, 32, 3), weights={"cycle": 1})
    with pytest.raises(ValueError, match="variant must be one of .*Received: variant='half'"):
        ablation.variant_model("half", 4)
    with pytest.raises(ValueError, match="n_steps must be a multiple of every. Received: n_steps=5, every=2"):
        next(ablation_run("full", 0, 5, 2))


# ---- figures ---------------------------------------------------------------------------------------------------------

TASK = load_task("shapes/plain2striped", 32)
NOTHING = grey_level_error(TASK.test_a, TASK.test_b)


def figures(g_AB, g_BA=lambda x: x):
    return judged(SimpleNamespace(g_AB=g_AB, g_BA=g_BA), TASK)


def test_doing_nothing_changes_nothing():
    found = figures(lambda x: x)
    for d in ("AB", "BA"):
        assert found[f"error_{d}"] == pytest.approx(NOTHING)
        assert found[f"drift_{d}"] == found[f"same_{d}"] == 0
        assert found[f"own_{d}"] > 0.8  # stripes hide little of a shape
    across = found["diversity_AB"] * found["diversity_BA"]  # the two sets change places in the quotient
    assert across == pytest.approx(1) and found["diversity_AB"] != 1


def test_truth_is_without_fault():
    given = {image.tobytes(): truth for image, truth in zip(TASK.test_a, TASK.test_b, strict=True)}

    def oracle(images):
        levels = np.rint((images + 1) * 127.5).astype(np.uint8)
        return np.stack([given.get(image.tobytes(), image) for image in levels]) / np.float32(127.5) - 1

    found = figures(oracle)
    assert found["error_AB"] == found["drift_AB"] == found["same_AB"] == 0
    assert found["own_AB"] == found["diversity_AB"] == 1


def test_one_picture_for_all_has_no_diversity_and_ignores_the_input():
    found = figures(lambda x: np.zeros_like(x))
    assert found["diversity_AB"] == 0 and found["own_AB"] == 1 / len(TASK.test_a)
    assert found["diversity_BA"] > 0.5  # the other direction is judged by itself


def test_the_right_pictures_in_the_wrong_places_are_diverse_and_ignore_the_input():
    wrong = np.roll(TASK.test_b, 1, axis=0)
    assert ablation.pixel_diversity(wrong, TASK.test_b) == pytest.approx(1)
    assert ablation.own_share(wrong, TASK.test_b) == 0


@pytest.mark.parametrize("colours", [lambda x: 255 - x, lambda x: x[..., ::-1], lambda x: 255 - x[..., [1, 2, 0]]])
def test_other_colours_are_not_another_input(colours):
    assert ablation.own_share(colours(TASK.test_b), TASK.test_b) > 0.9


def test_drift_is_of_colours_and_not_of_stripes():
    inverted = figures(lambda x: -x)
    assert inverted["drift_AB"] > 30 and inverted["same_AB"] > 30
    stripes_off = TASK.test_a / np.float32(127.5) - 1
    at = itertools.count()
    found = figures(lambda x: x, lambda x: np.stack([stripes_off[next(at) % len(stripes_off)] for _ in x]))
    assert found["error_BA"] == 0 and found["drift_BA"] <= 1


# ---- runs ------------------------------------------------------------------------------------------------------------


def run(variant, seed=0):
    return list(ablation_run(variant, seed, n_steps=4, every=2, **TINY))


def test_a_run_logs_as_it_goes_and_follows_its_seed_and_its_variant():
    first, *others = [run("full"), run("full", seed=1), run("GAN alone")]
    assert [entry["step"] for entry in first] == [2, 4] and first[0]["error_AB"] != first[1]["error_AB"]
    assert all(abs(entries[-1]["same_AB"] - first[-1]["same_AB"]) > 1e-6 for entries in others)
    for again, entry in zip(run("full"), first, strict=True):
        assert again == pytest.approx(entry, rel=1e-3)
    figures = ("error", "diversity", "own", "drift", "same")
    assert list(first[0]) == ["step", *(f"{figure}_{d}" for d in ("AB", "BA") for figure in figures)]


# ---- statistics ------------------------------------------------------------------------------------------------------


def test_holm_is_as_in_a_worked_example():
    # 4 * 0.005; 3 * 0.01; 2 * 0.03; then 0.04, which may not be below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1, 1] and holm([]) == []


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_least_p_is_what_a_test_of_separate_groups_gives(n):
    apart = permutation_test((np.arange(n), np.arange(n) + 100), lambda x, y: x.mean() - y.mean(), vectorized=False)
    assert least_p(n) == pytest.approx(apart.pvalue)


def errors(n, gap):
    """Of every variant; those with the whole of the paper's terms or more are better by `gap`."""
    whole = ("GAN + both cycles", "full", "full, no pool", "full, log loss")
    seeds = np.random.default_rng(0).normal(10, 1, (len(VARIANTS), 2, n))
    return {
        name: {d: list(seeds[k, j] + gap * (name not in whole)) for j, d in enumerate(("AB", "BA"))}
        for k, name in enumerate(VARIANTS)
    }


def test_only_differences_that_are_there_are_clear_and_only_with_seeds_enough():
    of_six = comparisons(errors(6, gap=20))
    assert len(of_six) == 14
    clear = {c.variant for c in of_six if c.clear}
    assert clear == {"cycle alone", "GAN alone", "GAN + forward cycle", "GAN + backward cycle"}
    assert all(c.difference == pytest.approx(20, abs=2) for c in of_six if c.clear)
    assert not any(c.clear for c in comparisons(errors(6, gap=0)))
    assert not any(c.clear for c in comparisons(errors(5, gap=20)))  # 14 comparisons ask for 6


def test_comparison_is_the_permutation_test_of_its_own_numbers():
    given = errors(4, gap=1)
    (found,) = [c for c in comparisons(given) if (c.variant, c.direction) == ("full, no pool", "BA")]
    mine, whole = (np.array(given[name]["BA"]) for name in ("full, no pool", "full"))
    test = permutation_test((mine, whole), lambda x, y: x.mean() - y.mean(), vectorized=False)
    assert found.p == pytest.approx(test.pvalue) and found.difference == pytest.approx((mine - whole).mean())
    assert found.against == "full" and comparisons({"GAN alone": given["GAN alone"]}) == []


def test_finals_are_the_last_rows_of_each_seed():
    rows = [
        {"seed": float(seed), "variant": name, "step": step, "error_AB": 10 * seed + step, "error_BA": 100 + step}
        for seed in (0, 1)
        for name in ("full", "GAN alone")  # as recorded: seed by seed
        for step in (1.0, 2.0)
    ]
    found = finals(Recording({}, rows), "error")
    assert list(found) == ["GAN alone", "full"]  # the order of VARIANTS
    assert found["full"] == found["GAN alone"] == {"AB": [2, 12], "BA": [102, 102]}
