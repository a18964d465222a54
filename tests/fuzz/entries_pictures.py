"""Evaluation, plots, widgets, the shelf, recordings and tools: what their arguments must refuse."""

import numpy as np
from hostile_values import ENDLESS, LARGE, flags, images, names, numbers, paths, real, whole
from sound import BOTH, entry, feature_maps, made, pictures, scaled, task, unet

VECTORS = np.random.default_rng(0).normal(size=(8, 5))
SEED = whole(0, most=False)
NOTEBOOK = "notebooks/09_cyclegan.ipynb"


def pair():
    return {"images": pictures(), "truth": pictures()}


def run_like():
    """A folder that is none is all that write_report needs to be asked about."""
    return {"run_folder": "no/such/run", "model": BOTH, "task": task()}


def spectrum_like():
    return {"A": np.ones((16, 16))}


def recording():
    from studylib.recorded import Recording

    return {"self": Recording({}, [{"kind": "steep", "step": 1.0}])}


# fmt: off
ENTRIES = {
    # ---- evaluation
    "evaluation.measures.grey_level_error": entry(
        pair, images=[*images(), scaled, pictures(3)], truth=[*images(), scaled(), pictures(3)]
    ),
    "evaluation.measures.sharpness": entry(
        lambda: {"images": pictures()}, images=images(empty=False), where=["x", 3, np.ones((4, 4), bool)]
    ),
    "evaluation.measures.colourfulness": entry(lambda: {"images": pictures()}, images=[*images(), scaled(2)[..., :1]]),
    "evaluation.measures.grey_levels": entry(lambda: {"images": pictures()}, images=images(shape=False, empty=False)),
    **{
        f"evaluation.paired.{name}": entry(pair, images=images(), truth=[*images(), pictures(3)])
        for name in ("psnr", "ssim")
    },
    "evaluation.paired.edge_strength": entry(lambda: {"images": pictures()}, images=images()),
    "evaluation.paired.edge_scores": entry(pair, images=images(), truth=images(), threshold=real(0, -1)),
    "evaluation.paired.colour_distance": entry(pair, images=images(), truth=images()),
    "evaluation.diversity.mean_pairwise_distance": entry(
        made(vectors=VECTORS), vectors=[*numbers((8, 5)), np.ones(5), np.ones((1, 5)), 3]
    ),
    "evaluation.diversity.relative_diversity": entry(
        made(vectors=VECTORS, true_vectors=VECTORS),
        vectors=[*numbers((8, 5)), np.ones(5)], true_vectors=[*numbers((8, 5)), np.ones(5)],
    ),
    **{
        f"evaluation.{name}": entry(pair, images=images(), truth=images())
        for name in ("diversity.diversity", "diversity.likeness", "frechet.fid", "kernel_distance.kid")
    },
    "evaluation.diversity.best_typical_worst": entry(
        made(scores=np.arange(9.0), n=3), scores=[*numbers((9,), finite=False), 3], n=[*whole(), 4]
    ),
    **{
        f"evaluation.{name}": entry(
            made(x=VECTORS, y=VECTORS), x=[*numbers((8, 5)), np.ones(5), np.ones((1, 5)), 3],
            y=[*numbers((8, 5)), np.ones(5), np.ones((8, 4))],
        )
        for name in ("frechet.frechet_distance", "kernel_distance.kernel_distance")
    },
    "evaluation.frechet.sample_size_bias": entry(
        made(vectors=VECTORS, sizes=[3], n_draws=2), vectors=[*numbers((8, 5)), np.ones(5)],
        n_draws=whole(2, most=False),
        sizes=[3, None, "3", [2], [5], ["3"], [3.0], [None]], seed=SEED,
    ),
    "evaluation.encoder.features": entry(lambda: {"images": pictures()}, images=images(), batch_size=whole()),
    "evaluation.inception.inception_features": entry(
        lambda: {"images": pictures(), "weights": "no/such/weights.h5"},
        images=images(), weights=[path for path in paths(folder=False) if path is not None], batch_size=whole(),
    ),
    "evaluation.filters.maximum_filter": entry(lambda: {"images": pictures()}, images=[*images(), scaled()]),
    "evaluation.filters.luminance_ramp": entry(
        lambda: {"images": pictures(), "black": 0, "white": 255},
        images=[*images(), scaled()], black=real(255, 300), white=real(0, -5, LARGE),
    ),
    "evaluation.filters.edge_overlay": entry(
        lambda: {"images": pictures(), "threshold": 60, "strength": 0.5},
        images=[*images(), scaled()], threshold=real(-1), strength=real(-0.1, 1.1),
    ),
    "evaluation.filters.hand_made_filters": entry(
        lambda: {"inputs": pictures(), "truth": pictures()}, inputs=[*images(), scaled()]
    ),
    "evaluation.held_out.translate": entry(
        lambda: {"generator": unet(), "images": pictures()}, images=[*images(), scaled(), pictures()[..., :1]],
        batch_size=whole(),
    ),
    "evaluation.scores.scores": entry(pair, images=images(), paired=flags()),
    # ---- plots
    "plots.grid.to_uint8": entry(made(images=[]), images=images(shape=False, scale=False, empty=False)),
    "plots.grid.as_float": entry(made(images=[]), images=images(shape=False, empty=False)),
    "plots.grid.image_grid": entry(
        lambda: {"columns": {"x": pictures()}},
        columns=[None, 3, "x", [], {}, *({"x": odd} for odd in images(scale=False))], cell=real(0, -1, LARGE),
    ),
    "plots.grid.drawn": entry(lambda: {"task": task(), "n": 2, "seed": 0}, n=whole(most=False), seed=SEED),
    "plots.tour.image_rows": entry(
        lambda: {"rows": {"x": pictures()}}, rows=[None, 3, {}, *({"x": odd} for odd in images(scale=False))],
        cell=real(0, -1, LARGE),
    ),
    "plots.data.collage": entry(
        lambda: {"images": pictures(), "n_columns": 2}, images=images(scale=False, empty=False), n_columns=whole()
    ),
    "plots.data.two_domains": entry(lambda: {"task": task()}, n_rows=[*whole(), LARGE], seed=SEED),
    "plots.data.random_boxes": entry(made(n=3), n=[*whole(), LARGE], seed=whole(0)),
    "plots.data.augmented_versions": entry(
        lambda: {"image": pictures()[0]}, image=[*images(empty=False, scale=False), pictures()], n=[*whole(), LARGE],
        seed=whole(0), jitter=flags(), mirror=flags(),
    ),
    "plots.data.rank_correlation": entry(
        made(x=[1, 2, 3], y=[3, 1, 2]), x=[*numbers((3,)), 3, [1], [1, 2]], y=[*numbers((3,)), 3]
    ),
    "plots.gallery.gallery_ranks": entry(
        made(n=20), n=[*whole(0, most=False), 13], n_extreme=whole(most=False),
        n_typical=whole(most=False),
    ),
    "plots.losses.loss_value": entry(
        made(adversarial="gan", side="fake", score=1.0), adversarial=names("LSGAN"), side=names("Fake"),
        score=numbers((3,), finite=False),
    ),
    "plots.losses.loss_gradient": entry(
        made(adversarial="gan", side="fake", score=1.0), adversarial=names("LSGAN"), side=names("Fake"),
        score=numbers((3,), finite=False),
    ),
    "plots.losses.adversarial_losses": entry(made(), reach=real(0, -1, LARGE)),
    "plots.losses.loss_at": entry(made(), score=real(7, -7), side=names("Fake"), reach=real(0, -1, LARGE)),
    "plots.losses.losses_of": entry(made(side="fake"), side=names("Fake")),
    "plots.padding.grids.padding_modes": entry(
        made(), height=[*whole(), LARGE], width=[*whole(), LARGE], padding=[*whole(), 9, LARGE],
        modes=["zero", None, [], ["mirror"], [3], [["zero"]]],
    ),
    "plots.padding.grids.strided_windows": entry(made(), size=[*whole(), LARGE], kernel=[*whole(), 9, LARGE]),
    "plots.padding.borders.padded_pictures": entry(
        lambda: {"scenes": {"x": pictures()[0]}, "margin": 2}, margin=[*whole(), 8, LARGE],
        scenes=[None, 3, {}, [], {"x": None}, {"x": np.zeros((16, 16))}, {"x": pictures()}],
    ),
    "plots.transposed_convolution.steps.painted_cell_by_cell": entry(
        made(), x=[x for x in numbers((2, 2)) if x is not None] + [np.ones(3), np.ones((99, 2))],
        stride=[*whole(), LARGE], kernel=[np.ones(3), "x", np.ones((99, 99))],
    ),
    "plots.transposed_convolution.steps.zero_insertion_steps": entry(
        made(), x=[np.ones(3), "x", np.ones((99, 2))], stride=[*whole(), LARGE], padding=[*whole(0), 3, LARGE],
        output_padding=[*whole(0), 2, LARGE],
    ),
    "plots.transposed_convolution.steps.down_sampling": entry(
        made(), size=[*whole(), LARGE], kernel=[*whole(), 9, LARGE], stride=[*whole(), LARGE],
        padding=[*whole(0), LARGE],
    ),
    "plots.transposed_convolution.steps.up_sampling": entry(
        made(), size=[*whole(), LARGE], kernel=[*whole(), LARGE], stride=[*whole(), LARGE], padding=[*whole(0), 3],
        output_padding=[*whole(0), 2],
    ),
    "plots.transposed_convolution.view.transposed_convolution_view": entry(
        made(), input_size=[*whole(), LARGE], kernel=[*whole(), LARGE], stride=[*whole(), LARGE],
        padding=[*whole(0), 3], output_padding=[*whole(0), 2],
        input_cell=whole(most=False), output_cell=whole(most=False),
    ),
    "plots.transposed_convolution.checkerboard.overlap_maps": entry(
        made(cases=[(3, 2)]), size=[*whole(), LARGE], cases=[[(0, 2)], [(3, "2")], [(3, 2.0)]]
    ),
    "plots.transposed_convolution.checkerboard.spectrum": entry(
        made(image=np.ones((8, 8))), image=[*numbers((8, 8)), np.ones(8), 3]
    ),
    "plots.transposed_convolution.checkerboard.spectra": entry(
        lambda: {"named": spectrum_like(), "stride": 2}, stride=whole(2, most=False)
    ),
    "plots.normalization.cube.normalization_cubes": entry(
        made(), members=["batch", None, [], ["Batch"], [3], [["batch"]]], channel=[*whole(0), 6], groups=[*whole(), 4],
        shape=[None, 3, "x", (2, 2), (2, 2, 2, 0), (2, 2, 2, "4"), (LARGE, 2, 2, 2)],
    ),
    "plots.evaluation.method_scores": entry(made(evaluation=None), measure=names("KID")),
    # ---- widgets
    "widgets.cyclegan.image_pool": entry(
        made(n_images=5), max_length=[*whole(0), LARGE], n_images=[*whole(), LARGE], seed=SEED
    ),
    "widgets.data.augmentation": entry(
        made(names=["shapes/plain2striped"], image_size=16),
        names=["shapes/plain2striped", None, [], [3], ["lin2color"]],
        image_size=whole(8), seed=[*whole(0), 100],
    ),
    "widgets.gan.toy_training": entry(
        made(), data=names(), adversarial=names(), learning_rate=real(0),
        discriminator_learning_rate=real(0, none=True), seed=[*whole(0), 100],
    ),
    "widgets.losses.losses": entry(made(), score=real(7, -7), side=names("Fake")),
    "widgets.networks.generators": entry(
        made(), generator=names("unet"), n_filters=[*whole(), 5], depth=[*whole(), 10], size=[*whole(), 65]
    ),
    "widgets.networks.receptive_field": entry(
        lambda: {"images": pictures()}, images=images(), n_layers=[*whole(), 5]
    ),
    "widgets.networks.skips": entry(
        lambda: {"model": unet(), "inputs": scaled(), "targets": scaled()},
        inputs=images()[:4], targets=images()[:4], n_shown=[0, "3", None, 2.5],
    ),
    "widgets.normalization.normalization": entry(lambda: {"maps": feature_maps()}, image=[*whole(0), 8]),
    "widgets.padding.kernel_of": entry(made(name="blur", size=3), name=names("Blur"), size=[*whole(), LARGE]),
    "widgets.padding.padding": entry(
        lambda: {"scenes": {"x": pictures()}, "margin": 2}, margin=[*whole(), 8, LARGE],
        scenes=[None, 3, [], *({"x": odd} for odd in images())],
    ),
    "widgets.pix2pix.damaged_patch": entry(
        lambda: {"models": {}, "real_A": pictures(), "real_B": pictures()},
        real_A=images(), real_B=[*images(), pictures(3)], size=[*whole(), 9],
    ),
    "widgets.transposed_convolution.transposed_convolution": entry(
        made(), input_size=[*whole(), 5], kernel=[*whole(), 6], stride=[*whole(), 4], padding=[*whole(0), 5],
        output_padding=[*whole(0), 3],
    ),
    "widgets.own_picture.decoded": entry(
        made(data_url="data:image/png;base64,AAAA"),
        data_url=[
            None, 3, "", "x", "data:image/png;base64,ö", "data:image/png;base64,*", "data:text/html,<b>", b"data:",
        ],
    ),
    # ---- files
    "pretrained.names": entry(made(), folder=paths(folder=False, missing=False)),
    "pretrained.load_pretrained": entry(
        made(name="openmoji/line2color", folder="no/such/shelf"), name=names(),
        folder=paths(folder=False, missing=False)
    ),
    "recorded.read": entry(made(path="x.csv"), path=paths()),
    "recorded.Recording.runs": entry(recording, kind=["flat", None, 3], step=[-1, "x"], kinds=["steep"]),
    "report.write_report": entry(run_like, run_folder=paths(), seed=SEED),
    "files.load_network": entry(made(path="x.keras"), path=paths()),
    "files.load_arrays": entry(made(path="x.npz"), path=paths()),
    "files.read_json": entry(made(path="x.json"), path=paths()),
    "files.check_archive": entry(made(path="x.npz"), path=["no/such/file.npz", "."]),
    "tools:run_notebook.notebook_parameters": entry(made(path=NOTEBOOK), path=[p for p in paths() if p != ""]),
    "tools:run_notebook.checked": entry(
        made(path=NOTEBOOK, given={}),
        given=[
            {"epoch": 3}, {"x" * 100_000: 1}, {None: 1}, {3: 1}, {"epochs": "three"}, {"epochs": 2.5},
            {"epochs": True}, {"epochs": None}, {"epochs": [3]}, {"epochs": "9" * 5000}, {"epochs": "(" * 5000},
            {"epochs": "__import__('os').getcwd()"}, {"epochs": "10**10**10"}, {"epochs": ""}, {"task": 3},
            {"task": None}, {"task": "folder:~nobody-has-this-name/x"}, {"learning_rate": "fast"},
            {"learning_rate": "nan"}, {"learning_rate": "1e999"}, {"learning_rate": True}, {"learning_rate": [0.1]},
            {"learning_rate": float("inf")}, {"learning_rate": ENDLESS}, {"run_name": 7},
        ],
    ),
}
# fmt: on
