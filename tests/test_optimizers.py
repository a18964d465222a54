"""FusedAdam against Keras' Adam."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.optimizers import FusedAdam


def followed(optimizer, n_steps=30, jit_compile=False):
    """The path of two variables whose gradients differ in size by a factor of 10,000."""
    variables = [keras.Variable(np.float32([1.0, -2.0])), keras.Variable(np.float32([[3.0]]))]
    optimizer.build(variables)

    @tf.function(jit_compile=jit_compile)
    def step():
        optimizer.apply([100.0 * variables[0].value, 0.01 * variables[1].value], variables)

    path = []
    for _ in range(n_steps):
        step()
        path.append(np.concatenate([v.numpy().ravel() for v in variables]))
    return np.array(path)


SCHEDULE = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize(
    "options",
    [{}, {"beta_1": 0.5}, {"epsilon": 0.1}, {"learning_rate": SCHEDULE}, {"amsgrad": True}, {"weight_decay": 0.1}],
)
def test_path_equals_keras_adam(options, jit_compile):
    options = {"learning_rate": 0.05} | options
    ours = followed(FusedAdam(**options), jit_compile=jit_compile)
    np.testing.assert_allclose(ours, followed(keras.optimizers.Adam(**options)), rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_path_under_a_distribution_strategy(amsgrad):
    """Variables and slots are then mirrored ones, of one resource a device. Several devices: test_distributed."""
    options = {"learning_rate": 0.05, "amsgrad": amsgrad}
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        optimizer = FusedAdam(**options)
        variables = [keras.Variable(np.float32([1.0, -2.0])), keras.Variable(np.float32([[3.0]]))]
        optimizer.build(variables)

    def replica_step():
        optimizer.apply([100.0 * variables[0].value, 0.01 * variables[1].value], variables)

    step, path = tf.function(lambda: strategy.run(replica_step)), []
    for _ in range(30):
        step()
        path.append(np.concatenate([v.numpy().ravel() for v in variables]))
    assert int(optimizer.iterations.numpy()) == 30
    np.testing.assert_allclose(path, followed(keras.optimizers.Adam(**options)), rtol=1e-4, atol=2e-5)


def test_one_operation_a_variable():
    """Keras' own update takes about a dozen."""
    variable = keras.Variable(np.ones(3, np.float32))
    counts = {}
    for optimizer in (FusedAdam(), keras.optimizers.Adam()):
        optimizer.build([variable])
        graph = tf.function(lambda optimizer=optimizer: optimizer.apply([tf.ones(3)], [variable]))
        names = [op.type for op in graph.get_concrete_function().graph.get_operations()]
        counts[type(optimizer)] = sum("Assign" in name or "Apply" in name for name in names)
    assert counts[FusedAdam] == 2 < counts[keras.optimizers.Adam]  # the update, and the step that is counted


def test_saved_and_loaded_it_goes_on(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(FusedAdam(0.1), "mse")
    data = np.ones((4, 2), np.float32), np.zeros((4, 1), np.float32)
    model.fit(*data, epochs=3, verbose=0)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert isinstance(loaded.optimizer, FusedAdam)
    for each in (model, loaded):
        each.fit(*data, epochs=2, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], loaded.get_weights()[0])
