"""What CycleGAN, pix2pix and the plain GAN have in common: two optimizers that work against each other.

This holds no loss and no training step: those are what the three models differ in.
"""

import contextlib

import keras

from studylib.arguments import real_number
from studylib.optimizers import FusedAdam

# A model is saved with its schedule: whoever can load the one must know the other.
from studylib.schedule import ConstantThenLinear  # noqa: F401


class AdversarialModel(keras.Model):
    """A keras.Model with an optimizer for its generators and one for its discriminators, ready for `fit` and saving.

    A subclass makes its networks in ``__init__``, gives `generator_variables` and `discriminator_variables`, names its
    losses in TERMS, and ends ``__init__`` with ``self.build(...)`` and ``self.compile()``. Its ``train_step`` returns
    ``self.report(terms)``.

    Both optimizers are built when the model is compiled, so that nothing is lost on saving: a model saved as `.keras`
    and loaded takes the same next step.

    Attributes:
        TERMS: names of the losses that a training step returns.
        learning_rate: the number that both optimizers start with.
    """

    TERMS = ()
    average = None  # a `WeightAverage` of the generators' weights, where a subclass keeps one

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._means = [keras.metrics.Mean(name=term) for term in self.TERMS]

    @property
    def generator_variables(self):
        """What the generators' optimizer moves."""
        raise NotImplementedError

    @property
    def discriminator_variables(self):
        """What the discriminators' optimizer moves."""
        raise NotImplementedError

    def take_average(self):
        """Give the generators the average of their weights, where one is kept. `train` ends with it."""
        if self.average:
            for variable, average in zip(self.generator_variables, self.average.averages, strict=True):
                variable.assign(average)

    @contextlib.contextmanager
    def averaged(self):
        """Inside, the generators have the average of their weights, to be looked at or judged while they train."""
        held = [variable.numpy() for variable in self.generator_variables]
        self.take_average()
        try:
            yield self
        finally:
            for variable, value in zip(self.generator_variables, held, strict=True):
                variable.assign(value)

    def report(self, terms):
        """Add this batch's `terms`, a dict of scalars named as TERMS, to the epoch's means; return them."""
        for mean in self.metrics:
            mean.update_state(terms[mean.name])
        return terms

    @property
    def metrics(self):
        """Epoch means of all terms: what `fit` and `evaluate` report at the end, and reset at the start of an epoch."""
        return self._means

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **kwargs):
        """Set and build both optimizers (default: Adam, beta_1 0.5). `jit_compile` True or False: XLA on or off.

        A model made in the scope of a `tf.distribute` strategy trains on all its replicas, always without XLA. A step
        then is that of one device on all their images together.
        """
        n_replicas = self.distribute_strategy.num_replicas_in_sync
        if n_replicas > 1:
            kwargs["jit_compile"] = False  # XLA cannot compile a step in which replicas wait for each other
        with self.distribute_strategy.scope():
            self.generator_optimizer = generator_optimizer or FusedAdam(self.learning_rate, beta_1=0.5)
            self.discriminator_optimizer = discriminator_optimizer or FusedAdam(self.learning_rate, beta_1=0.5)
            self.generator_optimizer.build(self.generator_variables)
            self.discriminator_optimizer.build(self.discriminator_variables)
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            # A loss is the mean over the images of one replica, and Keras sums the gradients of all replicas. Divided
            # by their number first, by what Keras has for scaled losses, the sum is the gradient of the mean over all.
            optimizer.loss_scale_factor = n_replicas if n_replicas > 1 else None
        # Callbacks look at `model.optimizer`; without one Keras would make an RMSprop of its own.
        super().compile(optimizer=self.generator_optimizer, **kwargs)

    def set_learning_rate(self, learning_rate, discriminator_learning_rate=None):
        """Give both optimizers a learning rate: a number, or a schedule such as `ConstantThenLinear`. State is kept.

        Args:
            discriminator_learning_rate: None for the same.

        Raises:
            ValueError: a rate that is neither a schedule nor a number of 0 or more.
        """
        if discriminator_learning_rate is None:
            discriminator_learning_rate = learning_rate
        rates = {"learning_rate": learning_rate, "discriminator_learning_rate": discriminator_learning_rate}
        for name, rate in rates.items():  # both, before one is set
            if not callable(rate):
                real_number(name, rate)
        optimizers = (self.generator_optimizer, self.discriminator_optimizer)
        for optimizer, rate in zip(optimizers, rates.values(), strict=True):
            has_schedule = not isinstance(optimizer._learning_rate, keras.Variable)
            if has_schedule and not callable(rate):
                # Keras refuses a number where a schedule was; this schedule stays at the number.
                rate = keras.optimizers.schedules.ExponentialDecay(rate, 1, decay_rate=1.0)
            optimizer.learning_rate = rate
        self.train_function = None  # a compiled step holds the old schedule

    def get_compile_config(self):
        return {
            "generator_optimizer": keras.saving.serialize_keras_object(self.generator_optimizer),
            "discriminator_optimizer": keras.saving.serialize_keras_object(self.discriminator_optimizer),
            "jit_compile": self.jit_compile,
        }

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))
