"""pix2pix trained with L1 alone, with the GAN's loss alone, and with both: one recorded run, and how it is judged.

Notebook 08 trains each objective once and reads what several seeds gave from `notebooks/recorded`
(`studylib.recorded`).
"""

from dataclasses import replace

import keras

from studylib.arguments import one_of
from studylib.data import load_task
from studylib.data.pipeline import JITTER
from studylib.evaluation import colourfulness, grey_level_error, sharpness, translate
from studylib.pix2pix import Pix2Pix
from studylib.schedule import ConstantThenLinear

OBJECTIVES = {"L1": {"lambda_adversarial": 0}, "GAN": {"lambda_l1": 0}, "L1 + GAN": {}}
IMAGE_SIZE = 32  # pixels, of the recorded runs: a quarter of the time that 64 would take
BATCH_SIZE = 8
WHITE = 250  # grey level: a pixel with all channels above it is paper


def objective_run(objective, seed, n_steps, every):
    """Train on the true pairs of openmoji/line2color, 32 x 32 pixels, and judge every so many steps.

    Args:
        objective: of OBJECTIVES. seed: of start values, order and augmentation: the same for every objective.
        n_steps: a multiple of `every`. The learning rate is constant over the first half, then falls to zero.

    Yields:
        A dict of numbers: step, then those of `judged` over all held-out images.

    Raises:
        ValueError: another objective.
    """
    one_of("objective", objective, OBJECTIVES)
    # Augmented as in the paper.
    task = replace(load_task("openmoji/line2color", IMAGE_SIZE, paired=True), jitter=JITTER, shift=0)
    keras.utils.set_random_seed(seed)
    sizes = {"gen_n_filters": 16, "disc_n_filters": 16, "gen_n_downsamplings": 3, "disc_n_layers": 1}
    model = Pix2Pix((IMAGE_SIZE, IMAGE_SIZE, 3), 0.0005, **OBJECTIVES[objective], **sizes)
    model.compile(jit_compile=False)
    model.set_learning_rate(ConstantThenLinear(0.0005, n_steps // 2, n_steps - n_steps // 2))
    for done in range(0, n_steps, every):
        batches = task.pipeline(BATCH_SIZE, seed, first_step=done)
        model.fit(batches, steps_per_epoch=every, shuffle=False, verbose=0)
        yield {"step": done + every, **judged(translate(model, task.test_a), task)}


def judged(images, task):
    """Held-out figures of images that ought to be `task.test_b`, the colouring of the line art `task.test_a`.

    Args:
        images: uint8, (N, H, W, 3); task.test_a itself is "doing nothing".

    Returns:
        A dict of floats: error, the mean difference from the truth in grey levels; invention, the same where A is white
        and B is not, which is where something had to be invented; sharpness where A is white, for the black lines come
        from the input; colourfulness.
    """
    white = task.test_a.min(axis=-1) > WHITE  # (N, H, W): no line here
    coloured = white & (task.test_b.min(axis=-1) <= WHITE)
    return {
        "error": grey_level_error(images, task.test_b),
        "invention": grey_level_error(images[coloured], task.test_b[coloured]),
        "sharpness": sharpness(images, white),
        "colourfulness": colourfulness(images),
    }
