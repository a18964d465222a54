"""Interactive views of notebook 01."""

import functools

import ipywidgets

from studylib import plots
from studylib.arguments import shown, whole_number
from studylib.data import load_task
from studylib.widgets.live import live

EMBEDDED = ("openmoji/line2color", "openmoji/flat2outlined", "shapes/plain2striped")
LARGEST_SEED = 99


def augmentation(names=EMBEDDED, image_size=64, seed=0):
    """Choose an image, and see what the pipeline makes of it: `plots.augmented_versions` with controls.

    Args:
        names: tasks to choose from; each is loaded when it is first chosen.
        image_size: height and width in pixels.
        seed: the first one shown.

    Returns:
        An ipywidgets box.
    """
    whole_number("seed", seed, at_least=0, at_most=LARGEST_SEED)
    if isinstance(names, str) or not names:
        raise ValueError(f"names must be a list of names of tasks. Received: names={shown(names)}")
    load = functools.cache(lambda name: load_task(name, image_size))
    last = len(load(names[0]).train_a) - 1
    controls = {
        "task": ipywidgets.Dropdown(options=names, description="task"),
        "domain": ipywidgets.Dropdown(options=("A", "B"), description="domain"),
        "item": ipywidgets.IntSlider(last // 2, 0, last, description="image"),
        "seed": ipywidgets.IntSlider(seed, 0, LARGEST_SEED, description="seed"),
        "jitter": ipywidgets.Checkbox(True, description="jitter"),
        "mirror": ipywidgets.Checkbox(True, description="mirror"),
    }

    def images(task, domain):
        return load(task).train_a if domain == "A" else load(task).train_b

    def draw(task, domain, item, **options):
        chosen = images(task, domain)
        controls["item"].max = len(chosen) - 1  # the domains differ in size; a slider past the end moves back
        return plots.augmented_versions(chosen[min(item, len(chosen) - 1)], **options)

    return live(draw, controls).add_class("studylib-augmentation")
