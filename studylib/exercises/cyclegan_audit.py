"""The last exercise of notebook 09: a gradient audit of one's own."""

from studylib.exercises import Exercise


class _Network:
    """A network of one weight, that multiplies."""

    def __init__(self, factor):
        import tensorflow as tf

        self.factor = tf.Variable(factor)
        self.trainable_variables = [self.factor]

    def __call__(self, images):
        return self.factor * images


class _Model:
    """Two generators of one weight each. `broken` names the mistake in the way back."""

    def __init__(self, broken):
        self.broken, self.g_AB, self.g_BA = broken, _Network(2.0), _Network(3.0)

    def generator_terms(self, real_A, real_B):
        import tensorflow as tf

        l1 = lambda x, y: tf.reduce_mean(tf.abs(x - y))  # noqa: E731
        fake_B, fake_A = self.g_AB(real_A), self.g_BA(real_B)
        seen_B = tf.stop_gradient(fake_B) if "cut B" in self.broken else fake_B
        seen_A = 0.0 * fake_A + real_B if "zero A" in self.broken else fake_A
        terms = {
            "g_adversarial_AB": tf.reduce_mean((fake_B - 1.0) ** 2),
            "g_adversarial_BA": tf.reduce_mean((fake_A - 1.0) ** 2),
            "cycle_A": l1(self.g_BA(seen_B), real_A),
            "cycle_B": l1(self.g_AB(seen_A), real_B),
            "identity_A": l1(self.g_BA(real_A), real_A),
            "identity_B": l1(self.g_AB(real_B), real_B),
        }
        return terms, fake_A, fake_B


def check_unreached(unreached):
    """Try it on models of two weights, sound and broken."""
    import tensorflow as tf

    a, b = tf.constant([[[[0.1]]], [[[-0.3]]]]), tf.constant([[[[0.5]]], [[[0.2]]]])
    cases = {
        (): set(),
        ("cut B",): {("cycle_A", "g_AB")},
        ("zero A",): {("cycle_B", "g_BA")},
        ("cut B", "zero A"): {("cycle_A", "g_AB"), ("cycle_B", "g_BA")},
    }
    models = {
        (): "a sound model",
        ("cut B",): "a model whose cycle_A sees tf.stop_gradient(fake_B)",
        ("zero A",): "a model whose cycle_B sees 0.0 * fake_A + real_B, with a gradient of zeros in g_BA",
        ("cut B", "zero A"): "a model that is broken in both cycle terms",
    }
    for broken, expected in cases.items():
        received = unreached(_Model(broken), a, b)
        if not isinstance(received, (list, set, tuple)):
            return f"the answer must be a list of pairs (term, network). Received: {received!r}."
        if set(received) != expected:
            return f"for {models[broken]} the answer is {sorted(expected)}. Received: {list(received)}."
    return None


AUDIT = Exercise(
    name="cyclegan.4",
    prompt=(
        "Write an audit of your own that finds the cycle term that does not reach. Both cycle terms, cycle_A and "
        "cycle_B, must move both generators. Return a list of the pairs (term, network), such as ('cycle_A', 'g_AB'), "
        "for which no gradient arrives, or only zeros; for a sound model it is empty. "
        "model.generator_terms(real_A, real_B) gives (terms, fake_A, fake_B)."
    ),
    starter="""
def unreached(model, real_A, real_B):
    terms, fake_A, fake_B = model.generator_terms(real_A, real_B)
    return ...
""",
    answer="unreached",
    check=check_unreached,
    hints=(
        "model.generator_terms has to run inside a tf.GradientTape(persistent=True): it will be asked four times.",
        "tape.gradient(terms['cycle_A'], model.g_AB.trainable_variables) is a list, with None where nothing arrives.",
        'unconnected_gradients="zero" turns None into zeros; tf.linalg.global_norm of the list is 0 if all are.',
    ),
    solution="""
import tensorflow as tf


def unreached(model, real_A, real_B):
    with tf.GradientTape(persistent=True) as tape:
        terms, fake_A, fake_B = model.generator_terms(real_A, real_B)
    found = []
    for term in ("cycle_A", "cycle_B"):
        for name in ("g_AB", "g_BA"):
            weights = getattr(model, name).trainable_variables
            gradients = tape.gradient(terms[term], weights, unconnected_gradients="zero")
            if tf.linalg.global_norm(gradients) == 0:
                found.append((term, name))
    return found
""",
    mistakes=(
        # Asks for None only: a gradient of zeros teaches nothing either.
        """
import tensorflow as tf


def unreached(model, real_A, real_B):
    with tf.GradientTape(persistent=True) as tape:
        terms, fake_A, fake_B = model.generator_terms(real_A, real_B)
    pairs = [(term, name) for term in ("cycle_A", "cycle_B") for name in ("g_AB", "g_BA")]
    gradients = {(t, n): tape.gradient(terms[t], getattr(model, n).trainable_variables) for t, n in pairs}
    return [pair for pair in pairs if all(g is None for g in gradients[pair])]
""",
        # Asks the sum of both terms: what one of them does not reach, the other does.
        """
import tensorflow as tf


def unreached(model, real_A, real_B):
    with tf.GradientTape(persistent=True) as tape:
        terms, fake_A, fake_B = model.generator_terms(real_A, real_B)
        total = terms["cycle_A"] + terms["cycle_B"]
    found = []
    for name in ("g_AB", "g_BA"):
        weights = getattr(model, name).trainable_variables
        if tf.linalg.global_norm(tape.gradient(total, weights, unconnected_gradients="zero")) == 0:
            found += [("cycle_A", name), ("cycle_B", name)]
    return found
""",
        # Judges all six: four of them must not reach both generators.
        """
import tensorflow as tf


def unreached(model, real_A, real_B):
    with tf.GradientTape(persistent=True) as tape:
        terms, fake_A, fake_B = model.generator_terms(real_A, real_B)
    found = []
    for term, value in terms.items():
        for name in ("g_AB", "g_BA"):
            weights = getattr(model, name).trainable_variables
            if tf.linalg.global_norm(tape.gradient(value, weights, unconnected_gradients="zero")) == 0:
                found.append((term, name))
    return found
""",
        # The tape of one gradient: the second one stops with an error.
        """
import tensorflow as tf


def unreached(model, real_A, real_B):
    with tf.GradientTape() as tape:
        terms, fake_A, fake_B = model.generator_terms(real_A, real_B)
    found = []
    for term in ("cycle_A", "cycle_B"):
        for name in ("g_AB", "g_BA"):
            weights = getattr(model, name).trainable_variables
            if tf.linalg.global_norm(tape.gradient(terms[term], weights, unconnected_gradients="zero")) == 0:
                found.append((term, name))
    return found
""",
    ),
)

EXERCISES = (AUDIT,)
