"""Data, networks, layers, losses and models: what their arguments must refuse."""

from types import SimpleNamespace

import numpy as np
from hostile_values import HUGE, LARGE, flags, images, names, numbers, paths, real, shapes, whole
from sound import BOTH, entry, feature_maps, made, patchgan, pictures, same, scaled, task, unet

# Building four networks takes a while: a few values are enough where they are looked at late.
LATE = [0, 2.5, "3", None, True, LARGE]

TASK_NAMES = names("folder:", "folder:~nobody-has-this-name", "folder:no/such/folder", "folder:a\0b", "openmoji/flags")
SIZES = whole(least=8)
SEED = whole(least=0)


def training():
    """What `train` looks at before the model: on how many devices that lies."""
    import tensorflow as tf

    model = SimpleNamespace(distribute_strategy=tf.distribute.get_strategy())
    return {"model": model, "task": None, "run": "x", "epochs": 1}


# fmt: off
ENTRIES = {
    "data.load.load_task": entry(
        made(name="shapes/plain2striped", image_size=16), name=TASK_NAMES, image_size=SIZES, paired=flags()
    ),
    "data.fit.fit_picture": entry(
        made(picture=b"GIF89a", image_size=16), picture=[p for p in paths() if not isinstance(p, bytes)],
        image_size=whole(), whole=flags(),
    ),
    "data.images.read_image": entry(made(path="x.png", image_size=16), path=paths(), image_size=whole()),
    "data.images.fit_square": entry(
        made(image=None, image_size=16), image=[None, "x.png", pictures, np.zeros((8, 8, 3))], image_size=whole()
    ),
    "data.cache.cached": entry(
        made(file_name="x.npz", make=dict),
        file_name=[*names("x", "../x.npz", "/x.npz", "a/b.npz", "x.npy", "~/x.npz"), *paths()],
    ),
    "data.openmoji.render": entry(
        made(svg="<svg xmlns='http://www.w3.org/2000/svg'/>", image_size=8),
        svg=[None, 3, "", "no drawing", "<svg", b"<svg/>", "<html></html>"], image_size=whole(), face=names(),
    ),
    "data.pipeline.image_batches": entry(
        lambda: {"images_a": pictures(), "images_b": pictures()},
        images_a=images(), images_b=images(), batch_size=whole(), seed=SEED, augment=flags(),
        first_step=whole(least=0, none=True), jitter=real(0.5),
    ),
    "data.pipeline.steps_per_epoch": entry(made(n_a=3, n_b=4, batch_size=1), batch_size=whole()),
    "data.pipeline.one_epoch_after_another": entry(made(n_steps=3), n_steps=whole()),
    "data.task.Task.pipeline": entry(
        lambda: {"self": task()}, batch_size=whole(), seed=SEED, augment=flags(), first_step=whole(0, none=True)
    ),
    "data.task.Task.steps_per_epoch": entry(lambda: {"self": task()}, batch_size=whole()),
    # ---- networks
    "networks.generators.resnet_generator": entry(
        made(input_shape=(16, 16, 3), n_filters=2, n_blocks=1),
        input_shape=[*shapes(16), (18, 16, 3), (4, 4, 3)], n_filters=[*whole(), LARGE], n_blocks=[*whole(), LARGE],
        output_channels=[*whole(none=True), LARGE],
    ),
    "networks.generators.unet_generator": entry(
        made(input_shape=(16, 16, 3), n_filters=2, n_downsamplings=2),
        input_shape=[*shapes(16), (18, 16, 3)], n_filters=[*whole(), LARGE], n_downsamplings=[*whole(2), 62, LARGE],
        output_channels=[*whole(none=True), LARGE],
    ),
    "networks.generators.encoder_decoder_generator": entry(
        made(input_shape=(16, 16, 3), n_filters=2, n_downsamplings=2),
        input_shape=[*shapes(16), (18, 16, 3)], n_filters=[*whole(), LARGE], n_downsamplings=[*whole(2), 62, LARGE],
    ),
    "networks.generators.make_generator": entry(
        made(generator_type="unet", input_shape=(16, 16, 3), n_filters=2, n_blocks=1, n_downsamplings=2),
        generator_type=names("Unet"), input_shape=shapes(16), n_filters=[*whole(), LARGE], n_downsamplings=whole(2),
    ),
    "networks.discriminator.patchgan_discriminator": entry(
        made(input_shape=(32, 32, 3), n_filters=2, n_layers=1),
        input_shape=[*shapes(32), (5, 5, 3)], n_filters=[*whole(), LARGE], n_layers=[*whole(), 62, LARGE],
    ),
    "networks.arguments.image_shape": entry(made(input_shape=(16, 16, 3)), input_shape=shapes(16)),
    "networks.arguments.AdmissibleSize": entry(made(), multiple_of=whole(most=False), at_least=whole(most=False)),
    "networks.fields.seen_pixels": entry(
        lambda: {"model": patchgan(), "row": 0, "column": 0}, row=whole(0, most=False), column=whole(0, most=False),
        input_shape=shapes(32)[1:],
    ),
    "networks.fields.patchgan_field": entry(
        lambda: {"image": pictures()[0], "n_layers": 1, "row": 0, "column": 0},
        image=[*images(shape=False, scale=False, empty=False), pictures, 7, np.zeros((16, 16))],
        n_layers=[*whole(), LARGE], row=[*whole(0), 99],
        column=[*whole(0), 99],
    ),
    "networks.fields.box_of": entry(
        made(mask=np.eye(3, dtype=bool)), mask=[None, "x", 3, [], np.zeros((3, 3)), np.zeros((3, 3), bool), object()]
    ),
    "networks.inspection.layer_table": entry(
        lambda: {"model": unet()}, input_shape=shapes(16)[1:]
    ),
    "networks.inspection.layer_shapes": entry(
        lambda: {"model": unet()}, input_shape=shapes(16)[1:]
    ),
    "networks.pytorch_weights.load_pytorch_weights": entry(
        lambda: {"model": unet(), "state_dict": {}},
        state_dict=[None, 3, "net.pth", [], {"model.model.0.weight": "x"}, np.zeros(3)],
    ),
    # ---- layers
    **{
        f"padding.{name}": entry(
            made(padding=1), padding=[*whole(0), ((1, 1),), ((1, 1), (1, -1)), ((1, 1), (1, "1")), "((1, 1), (1, 1))"]
        )
        for name in ("ReflectionPadding2D", "SymmetricPadding2D", "ReplicationPadding2D")
    },
    "padding.source_index": entry(
        made(size=4, before=1, after=1, mode="zero"),
        size=[*whole(), LARGE], before=[*whole(0), LARGE], after=[*whole(0), LARGE], mode=names("mirror", "Zero"),
    ),
    "padding.convolve_padded": entry(
        lambda: {"scene": scaled()[0], "margin": 3, "mode": "zero", "width": 1, "kernel": np.ones((3, 3))},
        scene=[*numbers((9, 9, 3)), np.zeros((9, 9))], margin=[*whole(), 9, LARGE], mode=names(), width=[*whole(0), 4],
        kernel=[*numbers((3, 3)), np.zeros(3), np.ones((99, 99))],
    ),
    "padding.widest_padding": entry(made(mode="reflection", size=3), mode=names(), size=whole(most=False)),
    "normalization.instance.InstanceNormalization": entry(
        made(), epsilon=real(0, -1), scale=flags(), center=flags()
    ),
    "normalization.weight.WeightNormalization": entry(made(layer=None), layer=[None, 3, "conv", dict, [1]]),
    **{
        f"normalization.zoo.{name}_normalization": entry(
            lambda: {"x": scaled()},
            x=[None, "x", object(), {"a": 1}, [], np.zeros((2, 3)), np.zeros((2, 3, 3, 3), int), [[1.0, 2.0], [3.0]]],
            epsilon=real(0, -1), gamma=["x", object(), np.ones(5), [[1], [2, 3]]], beta=["x", np.ones((2, 2))],
        )
        for name in ("batch", "layer", "instance")
    },
    "normalization.zoo.group_normalization": entry(
        lambda: {"x": scaled(), "groups": 3}, x=[None, "x", np.zeros((2, 3))], groups=[*whole(), 2], epsilon=real(0)
    ),
    "normalization.zoo.weight_normalization": entry(
        made(v=np.ones((3, 3, 2, 4)), g=np.ones(4)), v=[None, "x", np.ones(3, int)], g=[None, "x", np.ones(3), 1.0]
    ),
    "normalization.zoo.whitening": entry(
        lambda: {"x": scaled()}, x=[None, "x", np.zeros((2, 3))], epsilon=real(0, -1)
    ),
    "normalization.zoo.mean_off_diagonal": entry(
        made(matrix=np.eye(3)), matrix=[*numbers((3, 3), finite=False), np.eye(1), np.ones((2, 3)), 3]
    ),
    "normalization.zoo.statistics_groups": entry(
        made(member="group", shape=(2, 2, 2, 4), groups=2),
        member=names("weight"), groups=[*whole(), 3],
        shape=[None, 3, "x", (2, 2), (2, 2, 2, 0), (2, 2, 2, 2.0), (2, 2, 2, "4"),
               (LARGE, LARGE, 2, 4), (HUGE, 1, 1, 4)],
    ),
    "normalization.feature_maps.FeatureMaps": entry(
        lambda: {"images": pictures()},
        images=[*images(), scaled(), np.zeros((1, 8, 8, 3), np.uint8)],
        kernel=[k for k in numbers((5, 5, 3, 2)) if k is not None] + [np.zeros((5, 5))],
    ),
    "normalization.feature_maps.FeatureMaps.watch": entry(
        lambda: {"self": feature_maps()},
        member=names("Batch"), mates=names(), batch_size=[*whole(), 9], affine=flags(), inference=flags(),
        image=[*whole(0), 8], channel=[*whole(0), 8], contrast=real(-1), brightness=real(), epsilon=real(0, -1),
    ),
    "normalization.feature_maps.FeatureMaps.moving_averages": entry(
        lambda: {"self": feature_maps(), "batch_size": 2},
        batch_size=whole(), momentum=real(-0.1, 1.1), steps=[*whole(), LARGE], seed=whole(0, most=False),
    ),
    # ---- training
    "training.train.train": entry(
        training, epochs=whole(), batch_size=whole(),
        constant_share=real(-0.1, 1.1), checkpoint_minutes=real(0, -1), seed=SEED, augment=flags(),
        tensorboard=flags(), run=paths(folder=False, missing=False),
    ),
    "training.distributed.train_distributed": entry(
        training, epochs=whole(), batch_size=whole(), checkpoint_steps=whole(most=False),
        constant_share=real(-0.1, 1.1), seed=SEED, run=paths(folder=False, missing=False),
    ),
    "training.settings.checked": entry(
        made(epochs=1, batch_size=1, constant_share=0.5, seed=0, augment=True), epochs=whole(), batch_size=whole(),
        constant_share=real(-0.1, 1.1), seed=SEED, augment=flags(),
    ),
    "training.run_folder.RunFolder": entry(made(path="x"), path=paths(folder=False, missing=False)),
    "training.run_folder.read_history": entry(made(path="x"), path=paths(folder=False, missing=False)),
    "training.memory.memory_parts": entry(made(model=None, batch_size=1), batch_size=whole(most=False)),
    "training.memory.estimated_memory": entry(made(model=None, batch_size=1), batch_size=whole(most=False)),
    "ablation.runs.variant_model": entry(made(variant="full", n_steps=4), variant=names("Full"), n_steps=whole()),
    "ablation.runs.pixel_diversity": entry(
        lambda: {"images": pictures(), "truth": pictures()}, images=[*images(), pictures(1)], truth=images()
    ),
    "ablation.runs.own_share": entry(
        lambda: {"images": pictures(), "truth": pictures()}, images=[*images(), pictures(3)], truth=images()
    ),
    "ablation.runs.silhouettes": entry(lambda: {"images": pictures()}, images=images()),
    "ablation.statistics.least_p": entry(made(n_seeds=3), n_seeds=[*whole(), LARGE]),
    # ---- models and losses
    "losses.adversarial_loss": entry(made(name="gan"), name=names("LSGAN", "wgan")),
    "schedule.ConstantThenLinear": entry(
        made(initial_learning_rate=0.1, n_constant=1, n_decay=1),
        initial_learning_rate=real(-1), n_constant=whole(0, most=False), n_decay=whole(0, most=False),
    ),
    "average.WeightAverage": entry(made(momentum=0.5), momentum=real(-0.1, 1)),
    "patchgan.patch_grid": entry(made(n_layers=1), n_layers=[*whole(), LARGE]),
    "patchgan.scores_that_see": entry(
        made(top=1, left=1, size=2, image_size=32, n_layers=1),
        top=whole(0, most=False), left=whole(0, most=False), size=whole(most=False), image_size=[*whole(), LARGE],
        n_layers=whole(),
    ),
    "patchgan.damaged": entry(
        lambda: {"image": pictures()[0], "top": 1, "left": 1, "size": 2},
        image=[*images(shape=False, scale=False, empty=False), pictures, 7, np.zeros((16, 16))],
        top=[*whole(0), 15], left=[*whole(0), 15],
        size=[*whole(), 17], kind=names("Grey"),
    ),
    "cyclegan.model.CycleGAN": entry(
        made(input_dim=(16, 16, 3), gen_n_filters=2, disc_n_filters=2, gen_n_downsamplings=2, disc_n_layers=1),
        input_dim=shapes(16), learning_rate=real(0, -1), buffer_max_length=LATE[1:],
        lambda_validation=real(-1), lambda_reconstr=real(-1), lambda_id=real(-1), generator_type=names(),
        gen_n_filters=[*whole(), LARGE], disc_n_filters=LATE, gen_n_downsamplings=[*whole(2), 62],
        disc_n_layers=LATE, adversarial=names("LSGAN"),
        ema_momentum=real(-0.1, 1), seed=whole(0, most=False),
    ),
    "pix2pix.Pix2Pix": entry(
        made(input_dim=(16, 16, 3), gen_n_filters=2, disc_n_filters=2, gen_n_downsamplings=2, disc_n_layers=1),
        input_dim=shapes(16), learning_rate=real(0, -1), lambda_adversarial=real(-1), lambda_l1=real(-1),
        generator_type=names(), gen_n_filters=[*whole(), LARGE], disc_n_filters=LATE, adversarial=names(),
    ),
    "cyclegan.image_pool.ImagePool": entry(made(), max_length=[*whole(0), LARGE], seed=whole(0, most=False)),
    "cyclegan.pool_history.pool_history": entry(
        made(n_images=4), max_length=[*whole(0), LARGE], n_images=[*whole(), LARGE], seed=whole(0, most=False)
    ),
    "cyclegan.pool_history.expected_age_shares": entry(
        made(max_length=2, n_ages=3), max_length=[*whole(0), LARGE], n_ages=[*whole(), LARGE]
    ),
    "cyclegan.colour_drift.colour_drift": entry(
        lambda: {"generator": same, "images": pictures()}, images=images(), batch_size=whole()
    ),
    "cyclegan.hidden_information.gaussian_noise": entry(
        made(levels=1), levels=real(-1, 999), seed=whole(0, most=False)
    ),
    "cyclegan.hidden_information.blur": entry(made(pixels=1), pixels=real(-1, LARGE)),
    "cyclegan.hidden_information.eight_bits": entry(
        lambda: {"images": scaled()}, images=images(shape=False, empty=False)
    ),
    "cyclegan.hidden_information.round_trip": entry(
        lambda: {"there": same, "back": same, "images": pictures(), "disturb": same}, images=images()
    ),
    "cyclegan.hidden_information.hidden_information": entry(
        lambda: {"model": BOTH, "real_A": pictures(), "real_B": pictures()},
        real_A=images(), real_B=images(), noise=[3, "12", None, ["1"], [-1], [float("nan")]], aligned=flags(),
        blurs=[0.5, "x", [None], [-1]], seed=whole(0, most=False),
    ),
    "cyclegan.audit.gradient_audit": entry(
        lambda: {
            "model": SimpleNamespace(**dict.fromkeys(
                ("g_AB", "g_BA", "d_A", "d_B", "generator_terms", "discriminator_terms"), same)),
            "real_A": scaled(), "real_B": scaled(),
        },
        real_A=images(), real_B=images(),
    ),
}
# fmt: on
