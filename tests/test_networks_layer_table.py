"""Counting networks: against TensorFlow's profiler, Keras' own counts, and tables written by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from studylib.networks import (
    convolutions_on_paths,
    encoder_decoder_generator,
    layer_table,
    patchgan_discriminator,
    resnet_generator,
    stage_table,
    unet_generator,
)
from studylib.networks.inspection import megabytes, multiply_adds, short_number
from studylib.networks.skips import set_gates, skip_names, with_gates
from studylib.networks.stages import repeats, stages

NETWORKS = {
    "resnet": lambda shape: resnet_generator(shape, n_filters=4, n_blocks=3),
    "unet": lambda shape: unet_generator(shape, n_filters=4, n_downsamplings=3),
    "encoder_decoder": lambda shape: encoder_decoder_generator(shape, n_filters=4, n_downsamplings=3),
    "patchgan": lambda shape: patchgan_discriminator(shape, n_filters=4, n_layers=2),
}
every_network = pytest.mark.parametrize("build", NETWORKS.values(), ids=NETWORKS.keys())


def profiled_products(model, input_shape):
    """Multiply-adds of the convolutions by TensorFlow's profiler, which counts two operations for each."""
    run = tf.function(model).get_concrete_function(tf.TensorSpec((1, *input_shape)))
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    options = options.with_node_names(hide_name_regexes=[".*BiasAdd.*"]).with_empty_output().order_by("name").build()
    profile = profiler.profile(run.graph, options=options, cmd="op")
    totals = {}
    while profile.children:  # a chain: every kind of operation is the child of the one before
        (profile,) = profile.children
        totals[profile.name] = profile.float_ops
    return (totals.get("Conv2D", 0) + totals.get("Conv2DBackpropInput", 0)) // 2


@pytest.mark.parametrize("name", ["unet", "encoder_decoder", "patchgan"])
@pytest.mark.parametrize("shape", [(16, 16, 3), (32, 24, 1)])
def test_products_are_those_of_tensorflows_profiler(name, shape):
    model = NETWORKS[name](shape)
    assert layer_table(model).multiply_adds == profiled_products(model, shape) > 0


@every_network
def test_parameters_and_shapes_are_those_of_keras(build):
    model = build((16, 24, 3))
    table = layer_table(model)
    assert table.parameters == model.count_params() and table.name == model.name
    assert [row.name for row in table] == [layer.name for layer in model.layers]
    assert [row.output_shape for row in table] == [tuple(layer.output.shape[1:]) for layer in model.layers]


@every_network
def test_a_flexible_model_is_counted_at_any_size(build):
    flexible, fixed = layer_table(build((None, None, 3)), (16, 24, 3)), layer_table(build((16, 24, 3)))
    assert tuple(row for row in flexible) == tuple(row for row in fixed)
    with pytest.raises(ValueError, match=r"give input_shape=\(height, width, channels\)\. Received: input_shape=None"):
        layer_table(build((None, 24, 3)))


def test_table_by_hand():
    inputs = keras.Input((8, 6, 3), name="x")
    y = layers.Conv2D(4, 3, strides=2, padding="same", name="conv")(inputs)
    y = layers.ReLU(name="relu")(y)
    y = layers.Conv2DTranspose(5, 2, strides=2, use_bias=False, name="up")(y)
    y = layers.Concatenate(name="join")([inputs, y])
    model = keras.Model(inputs, layers.Dense(2, activation="tanh", name="dense")(layers.Flatten(name="flat")(y)))
    found = [
        (row.name, row.kind, row.output_shape, row.parameters, row.multiply_adds, row.activation_bytes, row.inputs)
        for row in layer_table(model)
    ]
    assert found == [
        ("x", "InputLayer", (8, 6, 3), 0, 0, 4 * 144, ()),
        ("conv", "Conv2D", (4, 3, 4), 3 * 3 * 3 * 4 + 4, 4 * 3 * 4 * 27, 4 * 48, ("x",)),
        ("relu", "ReLU", (4, 3, 4), 0, 0, 4 * 48, ("conv",)),
        ("up", "Conv2DTranspose", (8, 6, 5), 2 * 2 * 4 * 5, 4 * 3 * 4 * 20, 4 * 240, ("relu",)),
        ("join", "Concatenate", (8, 6, 8), 0, 0, 4 * 384, ("x", "up")),
        ("flat", "Flatten", (384,), 0, 0, 4 * 384, ("join",)),
        ("dense", "Dense", (2,), 384 * 2 + 2, 384 * 2, 4 * 2, ("flat",)),
    ]
    assert layer_table(model)[1].kernel_size == (3, 3) and layer_table(model)[1].strides == (2, 2)


def test_sequential_model_begins_with_its_first_layer():
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="a"), layers.Conv2D(1, 3, name="b")])
    table = layer_table(model)
    assert [(row.name, row.inputs) for row in table] == [("a", ()), ("b", ("a",))]
    assert [row.output_shape for row in table] == [(6, 6, 2), (4, 4, 1)]
    assert convolutions_on_paths(table) == (2, 2)
    assert [stage.words for stage in stages(table)] == [("conv 3x3",), ("conv 3x3",)]


@settings(max_examples=25)
@given(
    st.tuples(st.integers(3, 7), st.integers(3, 7), st.integers(1, 3)),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from(["same", "valid"]),
)
def test_products_are_the_terms_of_the_layers_matrix(shape, filters, kernel, stride, transposed, padding):
    """With weights and inputs of 1 every product is 1, so that the sum of all outputs counts them, padding left out."""
    kind = layers.Conv2DTranspose if transposed else layers.Conv2D
    layer = kind(filters, kernel, stride, padding, kernel_initializer="ones", use_bias=False)
    output = layer(np.ones((1, *shape), np.float32)).numpy()
    counted = multiply_adds(layer, shape, output.shape[1:])
    if padding == "valid":  # nothing is padded, nothing is cropped
        assert counted == output.sum()
    else:
        assert counted >= output.sum()


def test_activation_memory_follows_the_dtype_and_skips_what_makes_no_array():
    exact = layer_table(NETWORKS["patchgan"]((16, 16, 3)))
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = layer_table(NETWORKS["patchgan"]((16, 16, 3)))
    finally:
        keras.config.set_dtype_policy(policy)
    # All but the input and the scores, which stay float32.
    assert exact[3].activation_bytes == 2 * mixed[3].activation_bytes
    assert exact[-1].activation_bytes == mixed[-1].activation_bytes
    assert next(row for row in exact if row.kind == "AdmissibleSize").activation_bytes == 0
    values = sum(np.prod(row.output_shape) for row in exact if row.kind != "AdmissibleSize")
    assert exact.activation_bytes == 4 * values


def test_known_totals():
    resnet = layer_table(resnet_generator((None, None, 3)), (256, 256, 3))
    assert (resnet.parameters, resnet.multiply_adds) == (11_378_179, 49_551_507_456)
    assert min(row.output_shape[0] for row in resnet) == 64


def shared_layer():
    inputs, layer = keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same")
    return keras.Model(inputs, layer(layer(inputs)))


def nested():
    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.ReLU()], name="inner")
    return keras.Sequential([keras.Input((8, 8, 3)), inner])


def depthwise():
    return keras.Sequential([keras.Input((8, 8, 3)), layers.DepthwiseConv2D(3, name="depth")])


@pytest.mark.parametrize(
    ("model", "input_shape", "sentence"),
    [
        (lambda: 3, None, "functional keras.Model or a built keras.Sequential with one input. Received: model=3"),
        (lambda: keras.Sequential([layers.ReLU()]), None, "built keras.Sequential with one input. Received: model="),
        (shared_layer, None, "every layer must be used once.* used 2 times"),
        (nested, None, "and be no model of its own. Received: layer 'inner' of kind Sequential"),
        (depthwise, None, "knows the kernels of Dense, Conv2D and Conv2DTranspose. Received: layer 'depth'"),
        (lambda: NETWORKS["unet"]((None, None, 3)), (20, 16, 3), "must be multiples of 8.* Received: 20 x 16"),
        (lambda: NETWORKS["unet"]((None, None, 3)), (16, 16, 1), "must have the model's 3 channels. Received: .*16, 1"),
    ],
)
def test_what_cannot_be_counted(model, input_shape, sentence):
    with pytest.raises(ValueError, match=sentence):
        layer_table(model(), input_shape)


def test_text_holds_every_layer_and_the_sums():
    table = layer_table(NETWORKS["patchgan"]((16, 16, 3)))
    lines = str(table).splitlines()
    assert len(lines) == len(table) + 2 and lines[-1].split()[1] == f"{table.parameters:,}"
    assert "conv_1" in lines[4] and "8 x 8 x 4" in lines[4] and len({len(line) for line in lines}) == 1
    assert [short_number(n) for n in (512, 8190, 11_378_179, 49_551_507_456)] == ["512", "8.19 k", "11.4 M", "49.6 G"]
    assert [megabytes(n) for n in (2**19, 2**20, 517 * 2**20, 2000 * 2**20)] == ["0.5 MB", "1 MB", "517 MB", "2000 MB"]


# --- stages and ways through


def test_stages_of_the_resnet():
    found = stages(layer_table(NETWORKS["resnet"]((16, 16, 3))))
    words = [", ".join(stage.words) for stage in found]
    block = ["reflect, conv 3x3, norm, ReLU", "reflect, conv 3x3, norm, +"]
    down, up = "conv 3x3 /2, norm, ReLU", "up-conv 3x3 /2, norm, ReLU"
    head = "reflect, conv 7x7, tanh"
    assert words == ["image", "reflect, conv 7x7, norm, ReLU", down, down, *3 * block, up, up, head]
    assert [stage.direction for stage in found] == ["in", "level", "down", "down", *6 * ["level"], "up", "up", "level"]
    assert [stage.skips for stage in found[4:10]] == [(), ((3, "Add"),), (), ((5, "Add"),), (), ((7, "Add"),)]
    assert repeats(found) == [(4, 2, 3)]


def test_skips_of_the_unet_span_the_core_and_nothing_repeats():
    found = stages(layer_table(NETWORKS["unet"]((16, 16, 3))))  # image, three down, three up
    skips = {k: stage.skips for k, stage in enumerate(found) if stage.skips}
    assert skips == {4: ((2, "Concatenate"),), 5: ((1, "Concatenate"),)}
    assert repeats(found) == []


def test_stages_hold_every_layer_once():
    for build in NETWORKS.values():
        table = layer_table(build((16, 16, 3)))
        found = stages(table)
        assert [row for stage in found for row in stage.rows] == sorted(
            (row for stage in found for row in stage.rows), key=list(table).index
        )
        assert sum(stage.costs[0] for stage in found) == table.parameters
        assert sum(len(stage.rows) for stage in found) == len(table)


def test_stage_table_gives_repeated_rounds_once_with_their_sum():
    table = layer_table(NETWORKS["resnet"]((16, 16, 3)))
    lines = stage_table(table).splitlines()
    (start,) = [k for k, line in enumerate(lines) if line == "3 times, in turn (costs of all 3):"]
    assert lines[start + 1].startswith("    reflect, conv 3x3, norm, ReLU ")
    assert lines[start + 2].startswith("    reflect, conv 3x3, norm, + ")
    for line in lines[start + 1 : start + 3]:
        assert f" {3 * (3 * 3 * 16 * 16 + 16):,} " in line and " 4 x 4 x 16 " in line
    assert sum(line.startswith(" ") for line in lines) == 2  # the rounds end there
    assert len(lines) == 1 + 4 + 1 + 2 + 3 + 1 and f"{table.parameters:,}" in lines[-1]
    with pytest.raises(ValueError, match="needs a LayerTable; .* Received: 3"):
        stage_table(3)


@pytest.mark.parametrize(
    ("build", "fewest", "most"),
    [
        (NETWORKS["resnet"], 6, 12),
        (NETWORKS["unet"], 2, 6),
        (NETWORKS["encoder_decoder"], 6, 6),
        (NETWORKS["patchgan"], 4, 4),
    ],
)
def test_convolutions_on_paths(build, fewest, most):
    assert convolutions_on_paths(layer_table(build((16, 16, 3)))) == (fewest, most)


# --- skips with a valve


def test_open_gates_change_nothing_and_cut_skips_hand_on_zeros():
    random = np.random.default_rng(0)
    unet, x = NETWORKS["unet"]((16, 16, 3)), random.uniform(-1, 1, (2, 16, 16, 3)).astype(np.float32)
    unet.set_weights([random.normal(0, 0.3, weight.shape) for weight in unet.get_weights()])
    gated = with_gates(unet)
    np.testing.assert_array_equal(gated(x), unet(x))
    assert skip_names(gated) == ["skip_1", "skip_2"]

    set_gates(gated, {"skip_1": False, "skip_2": False})
    plain = NETWORKS["encoder_decoder"]((16, 16, 3))  # the kernels without the part that reads the skips
    for layer in plain.layers:
        weights = unet.get_layer(layer.name).get_weights() if layer.weights else []
        if layer.name in ("up_1_conv", "up_2_conv"):
            weights[0] = weights[0][..., -layer.kernel.shape[-1] :]
        layer.set_weights(weights)
    np.testing.assert_allclose(gated(x), plain(x), atol=1e-6)

    set_gates(gated, {"skip_2": False})  # opens skip_1 again
    half = gated(x).numpy()
    assert not np.allclose(half, unet(x)) and not np.allclose(half, plain(x))
    with pytest.raises(ValueError, match="are skip_1, skip_2. Received: skip_9"):
        set_gates(gated, {"skip_9": False})
    with pytest.raises(ValueError, match="must have a Concatenate.* Received: model='encoder_decoder_generator'"):
        with_gates(plain)


def test_gated_model_is_saved_with_its_gates(tmp_path):
    gated = with_gates(NETWORKS["unet"]((16, 16, 3)))
    set_gates(gated, {"skip_1": False})
    gated.save(tmp_path / "gated.keras")
    loaded = keras.saving.load_model(tmp_path / "gated.keras")
    assert [float(loaded.get_layer(name).gate) for name in ("skip_1", "skip_2")] == [0, 1]
