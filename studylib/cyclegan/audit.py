"""Which loss moves which network: the gradients of a CycleGAN's eight terms, and what is wrong with them.

The most frequent mistakes in a CycleGAN change no value of any loss: a fake that was cut off from its generator, a
term that asks the wrong network. Their gradients tell.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from studylib.arguments import image_batch
from studylib.cyclegan.model import GENERATOR_TERMS

GENERATORS, DISCRIMINATORS = ("g_AB", "g_BA"), ("d_A", "d_B")
# The networks that each term has to move.
REACH = {
    "g_adversarial_AB": {"g_AB"},
    "g_adversarial_BA": {"g_BA"},
    "cycle_A": {"g_AB", "g_BA"},
    "cycle_B": {"g_AB", "g_BA"},
    "identity_A": {"g_BA"},
    "identity_B": {"g_AB"},
    "d_A": {"d_A"},
    "d_B": {"d_B"},
}
# The networks of the other side that a gradient has to cross, or may: a fake is judged, a judge looks at a fake.
CROSSED = {"g_adversarial_AB": {"d_B"}, "g_adversarial_BA": {"d_A"}, "d_A": {"g_BA"}, "d_B": {"g_AB"}}
_METHODS = ("generator_terms", "discriminator_terms")
_CUT = "look for tf.stop_gradient, .numpy(), or a picture made elsewhere"


class GradientAudit(NamedTuple):
    """Global norms of gradients, as `gradient_audit` measures them: dicts from term to a dict from network to norm.

    Attributes:
        generators: the six terms, each in g_AB and g_BA: what the generators' optimizer is handed.
        discriminators: d_A and d_B, each in all four networks, while the fakes are constants, like pictures of the
            pool. In the generators there should be nothing.
        crossing: what arrives on the other side: the six terms in d_A and d_B; d_A and d_B in the generators, through
            fakes that are no constants. It moves nothing where every optimizer has its own networks.
    """

    generators: dict
    discriminators: dict
    crossing: dict


def gradient_audit(model, real_A, real_B):
    """How much gradient of each of the eight terms reaches each network. The model stays as it is.

    Only `model.generator_terms` and `model.discriminator_terms` are asked, and their unweighted terms, so it serves any
    `CycleGAN` and any subclass that overrides the two. Terms that a subclass adds are measured, too.

    Example:
        >>> audit = gradient_audit(gan, a, b)
        >>> audit.generators["cycle_A"]["g_AB"] > 0
        True
        >>> gradient_faults(audit)
        []

    Args:
        model: with networks g_AB, g_BA, d_A, d_B and these two methods.
        real_A, real_B: a batch of each domain, (N, H, W, C), float in [-1, 1]. One or two images will do.

    Returns:
        `GradientAudit`. A norm is 0.0 where no gradient arrives.

    Raises:
        ValueError: the model has no such networks or methods, or they return something else; images of another shape,
            or uint8.
    """
    missing = [name for name in (*GENERATORS, *DISCRIMINATORS, *_METHODS) if not hasattr(model, name)]
    if missing:
        raise ValueError(
            f"gradient_audit needs a CycleGAN, or a subclass. Received: a {type(model).__name__} without "
            f"{', '.join(missing)}"
        )
    pairs = (("real_A", real_A), ("real_B", real_B))
    real_A, real_B = (tf.convert_to_tensor(image_batch(*pair, kind="float"), tf.float32) for pair in pairs)
    names = (*GENERATORS, *DISCRIMINATORS)
    weights = {name: [v.value for v in getattr(model, name).trainable_variables] for name in names}
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(weights)
        terms, fake_A, fake_B = _unpacked(model.generator_terms(real_A, real_B))
        constants = tf.stop_gradient(fake_A), tf.stop_gradient(fake_B)
        judged = _scalars("discriminator_terms", model.discriminator_terms(real_A, real_B, *constants))
        judged_through = _scalars("discriminator_terms", model.discriminator_terms(real_A, real_B, fake_A, fake_B))

    six, two, through = (
        {term: _norms(tape.gradient(value, weights, unconnected_gradients="zero")) for term, value in values.items()}
        for values in (terms, judged, judged_through)
    )
    return GradientAudit(
        generators=_columns(six, GENERATORS),
        discriminators=_columns(two, (*DISCRIMINATORS, *GENERATORS)),
        crossing=_columns(six, DISCRIMINATORS) | _columns(through, GENERATORS),
    )


def gradient_faults(audit):
    """What is wrong, in sentences: a list, empty for a CycleGAN whose terms move what they must.

    Args:
        audit: a `GradientAudit`.
    """
    faults = []
    for table, method in ((audit.generators, "generator_terms"), (audit.discriminators, "discriminator_terms")):
        expected = GENERATOR_TERMS if method == "generator_terms" else DISCRIMINATORS
        for term in expected:
            if term not in table:
                faults.append(f"{term} is missing: {method} returns {', '.join(table) or 'no term at all'}.")
            elif not np.all(np.isfinite(list(table[term].values()))):
                faults.append(f"{term} has a gradient that is not finite: look for log, sqrt or a division by 0.")
            else:
                faults += [*_faults_of(term, table[term]), *_crossing_faults(term, audit.crossing[term])]
    return faults


def gradient_remarks(audit):
    """What is no fault and yet good to know, in sentences: a list.

    A discriminator's loss whose fakes are no constants would move their generator, towards fakes that are easier to
    recognise. Whether it does is decided by the training step, which an audit of the terms cannot see.
    """
    open_terms = [term for term in DISCRIMINATORS if any(audit.crossing.get(term, {}).values())]
    if not open_terms:
        return []
    makers = " and ".join(name for term in open_terms for name in audit.crossing[term] if audit.crossing[term][name])
    return [
        f"{' and '.join(open_terms)}: the gradient would reach {makers} too, through the fakes, for no "
        "tf.stop_gradient is in its way. Harmless in CycleGAN.train_step, whose second tape watches d_A and d_B only; "
        "with one tape and one sum of all losses the generators would learn to be recognised."
    ]


def _faults_of(term, norms):
    """Sentences about the networks that a term must move, and those that it must not."""
    must, reached = REACH[term], {network for network, norm in norms.items() if norm}
    kind, side = ("discriminator", DISCRIMINATORS) if term in DISCRIMINATORS else ("generator", GENERATORS)
    missing, extra = _listed(must - reached), _listed((reached & set(side)) - must)
    faults = []
    if missing and extra:
        faults.append(f"{term} reaches {extra} in place of {missing}: it asks the wrong {kind}.")
    elif missing and reached & must:
        faults.append(
            f"{term} reaches only {_listed(reached & must)}: {missing} answers for the round trip too, and learns "
            f"nothing from it; {_CUT}."
        )
    elif missing:
        faults.append(f"{term} reaches no {kind}: whatever its weight, {missing} learns nothing from it; {_CUT}.")
    elif extra:
        faults.append(f"{term} reaches {extra} too, and must move {_listed(must)} only.")
    if kind == "discriminator" and (makers := _listed(reached & set(GENERATORS))):
        faults.append(
            f"{term} reaches {makers} although the fakes it was given are constants: discriminator_terms makes fakes "
            "of its own, and those of the image pool are not the ones it judges."
        )
    return faults


def _crossing_faults(term, norms):
    """Sentences about a wrong judge of a generator's term, and a wrong maker of the fakes that a judge looks at."""
    wrong = _listed({network for network, norm in norms.items() if norm} - CROSSED.get(term, set()))
    if not wrong:
        return []
    if term in DISCRIMINATORS:
        return [f"{term} looks at fakes of {wrong}, and must look at those of {_listed(CROSSED[term])}."]
    if term in CROSSED:
        return [f"{term} asks {wrong}, and must ask {_listed(CROSSED[term])} only."]
    return [f"{term} asks {wrong}, and must compare pictures only."]


def _listed(names):
    return " and ".join(sorted(names))


def _unpacked(returned):
    if not isinstance(returned, tuple) or len(returned) != 3:
        raise ValueError(
            "generator_terms must return (terms, fake_A, fake_B). Received: "
            f"{f'{len(returned)} values' if isinstance(returned, tuple) else type(returned).__name__}"
        )
    return _scalars("generator_terms", returned[0]), *returned[1:]


def _scalars(method, terms):
    """The terms as scalar tensors on the tape; a number that left TensorFlow becomes a constant, without a gradient."""
    if not isinstance(terms, dict):
        raise ValueError(f"{method} must return a dict of terms. Received: {type(terms).__name__}")
    return {name: tf.reduce_sum(tf.cast(value, tf.float32)) for name, value in terms.items()}


def _norms(gradients):
    return {name: float(tf.linalg.global_norm(parts)) if parts else 0.0 for name, parts in gradients.items()}


def _columns(table, networks):
    return {term: {name: norms[name] for name in networks} for term, norms in table.items()}
