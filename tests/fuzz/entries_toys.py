"""The plain GAN and transposed convolution: what their arguments must refuse."""

import numpy as np
from hostile_values import LARGE, names, numbers, real, whole
from sound import entry, made, ring, same, samples, toy

GRID = np.arange(12.0).reshape(3, 4)
KERNEL = np.ones((2, 2))

# fmt: off
ENTRIES = {
    "gan.distributions.ring": entry(
        made(), n_modes=[*whole(), LARGE], radius=real(0, -1), stddev=real(0, -1)
    ),
    "gan.distributions.spiral": entry(made(), n_modes=[*whole(2), LARGE], turns=real(0), stddev=real(0)),
    "gan.distributions.GaussianMixture.sample": entry(
        lambda: {"self": ring(), "n": 3}, n=[*whole(), LARGE], seed=whole(0, most=False)
    ),
    "gan.distributions.GaussianMixture.log_density": entry(
        lambda: {"self": ring(), "points": np.zeros((3, 2))},
        points=[*numbers((3, 2), finite=False), 3, np.zeros(3), np.zeros((3, 3))],
    ),
    "gan.measures.modes_covered": entry(
        lambda: {"samples": np.zeros((9, 2)), "mixture": ring()},
        samples=[*numbers((9, 2), finite=False), 3, np.zeros(9), np.zeros((9, 3))], within=real(0), share=real(0),
    ),
    "gan.measures.energy_distance": entry(
        made(x=np.zeros((4, 2)), y=np.ones((5, 2))),
        x=[*numbers((4, 2), finite=False), 3, np.zeros((1, 2)), np.zeros((4, 3))],
        y=[*numbers((4, 2), finite=False), 3, np.zeros((1, 2))],
    ),
    **{
        f"gan.measures.{name}": entry(
            lambda: {"points": np.zeros((3, 2)), "mixture": ring(), "fakes": np.zeros((9, 2))},
            points=[*numbers((3, 2), finite=False), np.zeros((3, 3))], fakes=numbers((9, 2), finite=False),
            bandwidth=real(0, -1),
        )
        for name in ("log_densities", "optimal_discriminator")
    },
    "gan.model.GAN": entry(
        made(sample_shape=(2,), n_filters=2),
        sample_shape=[None, 2, "2", (), (2, 2), (9, 8, 1), (8, 8, 0), (2.0,), ("2",), (-2,), (LARGE,), (LARGE, 8, 1)],
        noise_dim=[*whole(), LARGE], n_filters=[*whole(), LARGE], learning_rate=real(0, -1), seed=whole(0),
        discriminator_learning_rate=real(0, -1, none=True), adversarial=names(), n_discriminators=[*whole(), LARGE],
        buffer_max_length=[-1, 2.5, "3", None, LARGE],
    ),
    "gan.model.GAN.generate": entry(lambda: {"self": toy().gan, "n": 3}, n=[*whole(), LARGE], seed=whole(0)),
    "adversarial.AdversarialModel.set_learning_rate": entry(
        lambda: {"self": toy().gan, "learning_rate": 0.1}, learning_rate=real(-1),
        discriminator_learning_rate=real(-1, none=True),
    ),
    "gan.steps.compile_steps": entry(lambda: {"gan": toy().gan}, batch_size=[*whole(), LARGE]),
    "gan.toy.start_anew": entry(lambda: {"gan": toy().gan, "seed": 0}, seed=whole(0)),
    "gan.toy.ToyTraining": entry(
        made(n_filters=2),
        data=names("rings"), adversarial=names(), learning_rate=real(0), discriminator_learning_rate=real(0, none=True),
        seed=whole(0), batch_size=[*whole(), LARGE],
    ),
    "gan.toy.ToyTraining.set_learning_rates": entry(
        lambda: {"self": toy(), "generator": 0.1, "discriminator": 0.1}, generator=real(0), discriminator=real(0, -1)
    ),
    "gan.toy.ToyTraining.run": entry(lambda: {"self": toy(), "n": 1}, n=[*whole(), LARGE]),
    "gan.toy.ToyTraining.snapshot": entry(lambda: {"self": toy()}, n_shown=[*whole(), LARGE], size=[*whole(2), LARGE]),
    "gan.toy.ToyTraining.verdicts": entry(
        lambda: {"self": toy(), "points": np.zeros((3, 2))}, points=[*numbers((3, 2), finite=False), np.zeros((3, 3))]
    ),
    "gan.samples.SampleTask": entry(
        made(name="x", samples=np.zeros((4, 2))), samples=[None, 3, [], np.zeros((0, 2))], passes=whole(most=False)
    ),
    "gan.samples.SampleTask.steps_per_epoch": entry(lambda: {"self": samples()}, batch_size=whole(most=False)),
    "gan.samples.SampleTask.pipeline": entry(
        lambda: {"self": samples()}, batch_size=whole(most=False), seed=whole(0), augment=[True, 1, "yes"],
        first_step=whole(0, none=True),
    ),
    "gan.optimizers.optimizers": entry(made(), learning_rate=real(0, -1)),
    "gan.optimizers.path": entry(
        lambda: {"optimizer": None, "slope": same, "start": 1.0, "n_steps": 2},
        start=numbers((3,)), n_steps=[*whole(), LARGE],
    ),
    "gan.optimizers.adam_by_hand": entry(
        made(slope=same, start=1.0, n_steps=2),
        start=numbers((3,)), n_steps=[*whole(), LARGE], learning_rate=real(-1), beta_1=real(-1, 2), beta_2=real(-1, 2),
        epsilon=real(-1), squares=names("Mean"),
    ),
    # ---- transposed convolution
    "transposed_convolution.sizes.conv_output_size": entry(
        made(size=4, kernel=3), size=whole(most=False), kernel=[*whole(), 9], stride=whole(most=False),
        padding=whole(0, most=False),
    ),
    "transposed_convolution.sizes.transposed_output_size": entry(
        made(size=4, kernel=3, stride=2), size=whole(most=False), kernel=whole(most=False), stride=whole(most=False),
        padding=[*whole(0), 3], output_padding=[*whole(0), 2],
    ),
    "transposed_convolution.sizes.input_sizes": entry(
        made(output_size=4, kernel=3), output_size=whole(most=False), kernel=whole(most=False), stride=whole(),
        padding=[*whole(0), 3],
    ),
    "transposed_convolution.sizes.output_shape": entry(
        made(shape=(3, 4), kernel_shape=(2, 2), stride=1, padding=0, output_padding=0),
        shape=[None, 3, (3,), (0, 4), ("3", 4), (LARGE, LARGE)], kernel_shape=[None, 2, (2,), (2, 2.0)], stride=whole(),
    ),
    "transposed_convolution.sizes.one_per_axis": entry(
        made(sizes=3, n_axes=2), sizes=[0, -7, 2.5, "3", None, True, (1, 2, 3), (1, "2"), {}]
    ),
    "transposed_convolution.matrix.convolution": entry(
        made(x=GRID, kernel=KERNEL), x=[*numbers((3, 4), finite=False), np.ones(3), 3], stride=whole(most=False),
        kernel=[*numbers((2, 2), finite=False), np.ones(2), np.ones((9, 9))], padding=[*whole(0), LARGE],
    ),
    **{
        f"transposed_convolution.{name}": entry(
            made(x=GRID, kernel=KERNEL), x=[*numbers((3, 4), finite=False), np.ones(3)], stride=[*whole(), LARGE],
            kernel=[*numbers((2, 2), finite=False), np.ones(2)], padding=[*whole(0), 2], output_padding=[*whole(0), 1],
        )
        for name in ("matrix.transposed_convolution", "zero_insertion.transposed_convolution_by_zero_insertion")
    },
    "transposed_convolution.matrix.convolution_matrix": entry(
        made(kernel=np.ones(3), input_size=5), kernel=numbers((3,), finite=False), stride=whole(most=False),
        input_size=[0, -7, 2.5, "3", None, True, (5, 5), LARGE, 2],
    ),
    "transposed_convolution.matrix.same_axes": entry(
        made(x=GRID, kernel=KERNEL), x=[*numbers((3, 4), finite=False), 3], kernel=numbers((2, 2), finite=False)
    ),
    "transposed_convolution.zero_insertion.zero_insertion": entry(
        made(x=GRID, stride=2), x=numbers((3, 4), finite=False), stride=[*whole(), LARGE]
    ),
    "transposed_convolution.zero_insertion.insert_and_pad": entry(
        made(x=GRID, kernel_shape=(2, 2)), x=numbers((3, 4), finite=False), stride=[*whole(), LARGE],
        kernel_shape=[None, 2, (2,), ("2", 2), (0, 2)], padding=[*whole(0), 2],
    ),
    "transposed_convolution.checkerboard.kernel_overlap": entry(
        made(size=4, kernel=3), size=[0, -7, 2.5, "3", None, True, (4, "4"), (LARGE, LARGE)],
        kernel=[*whole(most=False), LARGE], stride=[*whole(), LARGE], padding=[*whole(0), 3],
        output_padding=[*whole(0), 1],
    ),
    "transposed_convolution.checkerboard.periodic_part": entry(
        made(images=np.ones((8, 8)), stride=2), images=[*numbers((8, 8)), np.ones(8), 3], stride=[*whole(2), 9]
    ),
    "transposed_convolution.checkerboard.checkerboard_strength": entry(
        made(images=np.ones((8, 8)), stride=2), images=[*numbers((8, 8)), np.ones(8), 3], stride=[*whole(2), 9]
    ),
}
# fmt: on
