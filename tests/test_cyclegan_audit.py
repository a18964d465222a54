"""The gradient audit: norms against tapes of our own, and what it says of CycleGANs that were broken on purpose."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.cyclegan import CycleGAN, gradient_audit, gradient_faults, gradient_remarks, shared_pass
from studylib.cyclegan.audit import REACH
from studylib.losses import l1

SIZES = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1}


def images():
    return np.random.default_rng(0).uniform(-1, 1, (2, 2, 16, 16, 3)).astype(np.float32)


def audit_of(kind, **options):
    keras.utils.set_random_seed(0)
    return gradient_audit(kind((16, 16, 3), **SIZES, **options), *images())


def with_term(name, compute):
    """A CycleGAN with one generator term computed otherwise, by a function of (model, real_A, real_B, fakes)."""

    class Broken(CycleGAN):
        def generator_terms(self, real_A, real_B):
            terms, fake_A, fake_B = super().generator_terms(real_A, real_B)
            terms[name] = compute(self, real_A, real_B, fake_A, fake_B)
            return terms, fake_A, fake_B

    return Broken


class CutThere(CycleGAN):
    """The whole class of models of which the first exercise is made: both fakes are cut off before the way back."""

    def generator_terms(self, real_A, real_B):
        fake_B, same_B = shared_pass(self.g_AB, real_A, real_B)
        fake_A, same_A = shared_pass(self.g_BA, real_B, real_A)
        terms, *_ = super().generator_terms(real_A, real_B)
        terms["cycle_A"] = l1(self.g_BA(tf.stop_gradient(fake_B)), real_A)
        terms["cycle_B"] = l1(self.g_AB(tf.stop_gradient(fake_A)), real_B)
        return terms, fake_A, fake_B


def reached(table):
    return {term: {name for name, norm in row.items() if norm} for term, row in table.items()}


@pytest.mark.parametrize("adversarial", ["lsgan", "gan"])
def test_healthy_model_has_no_fault(adversarial):
    audit = audit_of(CycleGAN, adversarial=adversarial)
    assert gradient_faults(audit) == []
    assert {term: set(row) for term, row in audit.generators.items()} == {
        term: {"g_AB", "g_BA"} for term in REACH if term[0] != "d"
    }
    assert reached(audit.generators) == {term: must for term, must in REACH.items() if term[0] != "d"}
    assert reached(audit.discriminators) == {"d_A": {"d_A"}, "d_B": {"d_B"}}
    # The fakes are made by one generator and judged by one discriminator.
    crossed = {term: names for term, names in reached(audit.crossing).items() if names}
    assert crossed == {"g_adversarial_AB": {"d_B"}, "g_adversarial_BA": {"d_A"}, "d_A": {"g_BA"}, "d_B": {"g_AB"}}


def test_norms_are_those_of_the_textbook():
    keras.utils.set_random_seed(0)
    gan, (a, b) = CycleGAN((16, 16, 3), **SIZES), images()
    audit = gradient_audit(gan, a, b)
    formulas = {
        "cycle_A": lambda: tf.reduce_mean(tf.abs(gan.g_BA(gan.g_AB(a)) - a)),
        "identity_B": lambda: tf.reduce_mean(tf.abs(gan.g_AB(b) - b)),
        "g_adversarial_BA": lambda: tf.reduce_mean((gan.d_A(gan.g_BA(b)) - 1) ** 2),
        "d_B": lambda: 0.5 * tf.reduce_mean((gan.d_B(b) - 1) ** 2) + 0.5 * tf.reduce_mean(gan.d_B(gan.g_AB(a)) ** 2),
    }
    for term, formula in formulas.items():
        for network in ("g_AB", "g_BA", "d_A", "d_B"):
            with tf.GradientTape() as tape:
                value = formula()
            gradients = tape.gradient(value, getattr(gan, network).trainable_variables)
            expected = np.sqrt(sum(float(tf.reduce_sum(g**2)) for g in gradients if g is not None))
            norms = audit.generators.get(term, {}) | audit.discriminators.get(term, {}) | audit.crossing[term]
            np.testing.assert_allclose(norms[network], expected, rtol=1e-3, atol=1e-7, err_msg=f"{term} {network}")


def test_model_stays_as_it_is():
    gan = CycleGAN((16, 16, 3), **SIZES)
    before = [np.array(v) for v in gan.variables]
    gradient_audit(gan, *images())
    for x, y in zip(before, gan.variables, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("term", "compute", "sentence"),
    [
        (
            "cycle_A",
            lambda m, a, b, fake_A, fake_B: l1(m.g_BA(tf.stop_gradient(fake_B)), a),
            "cycle_A reaches only g_BA: g_AB answers for the round trip too",
        ),
        (
            "cycle_B",
            lambda m, a, b, fake_A, fake_B: l1(m.g_AB(tf.constant(fake_A.numpy())), b),
            "cycle_B reaches only g_AB: g_BA answers",
        ),
        (  # it compares the fake, not what came back of it
            "cycle_A",
            lambda m, a, b, fake_A, fake_B: l1(fake_B, a),
            "cycle_A reaches only g_AB: g_BA answers",
        ),
        (
            "cycle_B",
            lambda m, a, b, fake_A, fake_B: float(l1(m.g_AB(fake_A), b)),
            "cycle_B reaches no generator",
        ),
        (
            "identity_A",
            lambda m, a, b, fake_A, fake_B: l1(m.g_AB(a), a),
            "identity_A reaches g_AB in place of g_BA: it asks the wrong generator",
        ),
        (
            "identity_B",
            lambda m, a, b, fake_A, fake_B: l1(m.g_AB(m.g_BA(b)), b),
            "identity_B reaches g_BA too, and must move g_AB only",
        ),
        (
            "g_adversarial_AB",
            lambda m, a, b, fake_A, fake_B: m.loss_function.generator(m.d_B(tf.stop_gradient(fake_B))),
            "g_adversarial_AB reaches no generator: whatever its weight, g_AB learns nothing",
        ),
        (
            "g_adversarial_BA",
            lambda m, a, b, fake_A, fake_B: m.loss_function.generator(m.d_A(fake_B)),
            "g_adversarial_BA reaches g_AB in place of g_BA",
        ),
        (  # the right fake before the wrong judge
            "g_adversarial_AB",
            lambda m, a, b, fake_A, fake_B: m.loss_function.generator(m.d_A(fake_B)),
            "g_adversarial_AB asks d_A, and must ask d_B only",
        ),
        (
            "identity_A",
            lambda m, a, b, fake_A, fake_B: l1(m.g_BA(a), a) + tf.reduce_mean(m.d_A(m.g_BA(a)) ** 2),
            "identity_A asks d_A, and must compare pictures only",
        ),
        (
            "cycle_A",
            lambda m, a, b, fake_A, fake_B: tf.sqrt(l1(m.g_BA(fake_B), a) * 0),
            "cycle_A has a gradient that is not finite",
        ),
    ],
)
def test_broken_generator_term_is_found(term, compute, sentence):
    faults = gradient_faults(audit_of(with_term(term, compute)))
    assert len(faults) == 1 and faults[0].startswith(sentence) and faults[0].endswith(".")


def test_cycle_cut_in_both_directions_is_found_in_both():
    audit = audit_of(CutThere)
    assert reached(audit.generators) == {
        **{term: must for term, must in REACH.items() if term[0] != "d"},
        "cycle_A": {"g_BA"},
        "cycle_B": {"g_AB"},
    }
    assert [fault.split()[0] for fault in gradient_faults(audit)] == ["cycle_A", "cycle_B"]


def test_frozen_generator_is_moved_by_nothing():
    keras.utils.set_random_seed(0)
    gan = CycleGAN((16, 16, 3), **SIZES)
    gan.g_AB.trainable = False
    starts = [fault.split(":")[0] for fault in gradient_faults(gradient_audit(gan, *images()))]
    assert starts == [
        "g_adversarial_AB reaches no generator",
        "cycle_A reaches only g_BA",
        "cycle_B reaches only g_BA",
        "identity_B reaches no generator",
    ]


def with_judgement(compute):
    """A CycleGAN with discriminator terms of its own: a function of (model, real_A, real_B, fake_A, fake_B)."""

    class Broken(CycleGAN):
        def discriminator_terms(self, real_A, real_B, fake_A, fake_B):
            return compute(self, real_A, real_B, fake_A, fake_B)

    return Broken


def judged(model, *batches):
    return CycleGAN.discriminator_terms(model, *batches)


@pytest.mark.parametrize(
    ("compute", "sentences"),
    [
        (  # each judges the other's images
            lambda m, a, b, fake_A, fake_B: {
                "d_A": judged(m, a, b, fake_A, fake_B)["d_B"],
                "d_B": judged(m, a, b, fake_A, fake_B)["d_A"],
            },
            ["d_A reaches d_B in place of d_A", "d_A looks at fakes of g_AB", "d_B reaches d_A", "d_B looks at fakes"],
        ),
        (
            lambda m, a, b, fake_A, fake_B: {
                "d_A": (total := sum(judged(m, a, b, tf.stop_gradient(fake_A), tf.stop_gradient(fake_B)).values())),
                "d_B": total,
            },
            ["d_A reaches d_B too, and must move d_A only", "d_B reaches d_A too, and must move d_B only"],
        ),
        (  # the fakes of the pool are thrown away
            lambda m, a, b, fake_A, fake_B: judged(m, a, b, m.g_BA(b), m.g_AB(a)),
            ["d_A reaches g_BA although the fakes", "d_B reaches g_AB although the fakes"],
        ),
        (
            lambda m, a, b, fake_A, fake_B: judged(m, a, b, fake_B, fake_A),
            ["d_A looks at fakes of g_AB, and must look at those of g_BA", "d_B looks at fakes of g_BA"],
        ),
        (
            lambda m, a, b, fake_A, fake_B: {k: v.numpy() for k, v in judged(m, a, b, fake_A, fake_B).items()},
            ["d_A reaches no discriminator", "d_B reaches no discriminator"],
        ),
        (
            lambda m, a, b, fake_A, fake_B: {"d_A": judged(m, a, b, fake_A, fake_B)["d_A"]},
            ["d_B is missing: discriminator_terms returns d_A"],
        ),
    ],
)
def test_broken_discriminator_term_is_found(compute, sentences):
    faults = gradient_faults(audit_of(with_judgement(compute)))
    assert len(faults) == len(sentences), faults
    for fault, sentence in zip(faults, sentences, strict=True):
        assert fault.startswith(sentence)


def test_missing_stop_gradient_is_a_remark_and_no_fault():
    (remark,) = gradient_remarks(audit_of(CycleGAN))
    assert remark.startswith("d_A and d_B: the gradient would reach g_BA and g_AB too") and "Harmless" in remark
    cut = with_judgement(lambda m, a, b, x, y: judged(m, a, b, tf.stop_gradient(x), tf.stop_gradient(y)))
    audit = audit_of(cut)
    assert gradient_faults(audit) == [] and gradient_remarks(audit) == []


def test_training_step_moves_the_generators_by_no_loss_of_a_discriminator():
    """What makes the remark harmless: with the six terms off, a step leaves the generators where they were."""
    keras.utils.set_random_seed(0)
    gan = CycleGAN((16, 16, 3), **SIZES, lambda_validation=0, lambda_reconstr=0, lambda_id=0)
    before = [np.array(v) for v in gan.generator_variables]
    gan.train_step(images())
    for x, y in zip(before, gan.generator_variables, strict=True):
        np.testing.assert_array_equal(x, y)


def test_terms_of_ones_own_are_measured_and_not_judged():
    audit = audit_of(with_term("edges", lambda m, a, b, fake_A, fake_B: l1(*tf.image.image_gradients(fake_B))))
    assert audit.generators["edges"]["g_AB"] > 0 and gradient_faults(audit) == []


class NoTriple(CycleGAN):
    def generator_terms(self, real_A, real_B):
        return super().generator_terms(real_A, real_B)[0]


class NoDict(CycleGAN):
    def discriminator_terms(self, *batches):
        return list(super().discriminator_terms(*batches).values())


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: keras.Sequential(), "Received: a Sequential without g_AB, g_BA, d_A, d_B, generator_terms"),
        (lambda: NoTriple((16, 16, 3), **SIZES), r"must return \(terms, fake_A, fake_B\). Received: dict"),
        (lambda: NoDict((16, 16, 3), **SIZES), "discriminator_terms must return a dict of terms. Received: list"),
    ],
)
def test_what_is_no_cyclegan_is_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        gradient_audit(make(), *images())


def test_pictures_that_are_not_scaled_are_refused():
    gan, (a, b) = CycleGAN((16, 16, 3), **SIZES), images()
    with pytest.raises(ValueError, match=r"real_B must be float in \[-1, 1\].* Received: real_B of uint8"):
        gradient_audit(gan, a, np.zeros(b.shape, np.uint8))


def test_missing_term_is_named():
    class Five(CycleGAN):
        def generator_terms(self, real_A, real_B):
            terms, *fakes = super().generator_terms(real_A, real_B)
            del terms["identity_B"]
            return terms, *fakes

    (fault,) = gradient_faults(audit_of(Five))
    assert fault.startswith("identity_B is missing: generator_terms returns g_adversarial_AB")
