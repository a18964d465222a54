"""Small numbers for the notebooks' parameters cells: what every test that runs a notebook puts into its copy."""

# For each notebook the numbers that bring it to about 30 seconds on 2 cores; names and types are checked.
FAST = {
    "00_start_here": {"epochs": 2},
    "01_data": {"epochs": 4, "n_order": 200, "n_files": 16, "rounds": 2, "n_batches": 8, "n_layers": 8},
    "02_padding": {"n_images": 24, "n_stacks": 1, "n_filters": 8, "train_steps": 30, "n_seeds": 1},
    "03_normalization": {
        "n_layers": 6,
        "n_networks": 40,
        "n_steps": 60,
        "n_runs": 2,
        "n_starts": 100,
        "n_xor_steps": 200,
        "n_epochs": 2,
        "max_channels": 128,
        "rounds": 3,
        "n_trainings": 1,
        "n_images": 1280,
        "zoo_rates": [0.2, 0.4],
        "n_images_batches": 320,
        "batch_sizes": [1, 4, 64],
        "large_batch": 128,
        "n_translators": 1,
        "n_steps_style": 20,
    },
    "04_transposed_convolution": {"n_kernels": 50, "n_passes": 3, "train_steps": 40, "n_filters": 8},
    "05_networks": {"train_steps": 20, "mirror_steps": 5, "method_steps": 3, "n_filters": 8},
    "09_cyclegan": {
        "task": "shapes/plain2striped",
        "image_size": 32,
        "epochs": 2,
        "gen_n_filters": 4,
        "disc_n_filters": 4,
        "jit_compile": False,
        "judge_steps": 60,
        "n_pool_images": 200,
    },
}
