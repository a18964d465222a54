"""What `train` and `train_distributed` are asked for alike: checked, noted for the run folder, and set."""

from studylib.arguments import real_number, true_or_false, whole_number
from studylib.schedule import ConstantThenLinear

MOST_EPOCHS, LARGEST_BATCH, LARGEST_SEED = 10**6, 65_536, 2**31 - 1


def checked(epochs, batch_size, constant_share, seed, augment):
    """Return these arguments as the types that the run folder notes. It would hold on to what the pipeline refuses.

    Raises:
        ValueError: one is out of its range.
    """
    return (
        whole_number("epochs", epochs, 1, MOST_EPOCHS),
        whole_number("batch_size", batch_size, 1, LARGEST_BATCH),
        float(real_number("constant_share", constant_share, at_most=1)),
        whole_number("seed", seed, 0, LARGEST_SEED),
        true_or_false("augment", augment),
    )


def run_settings(model, task, epochs, batch_size, constant_share, seed, augment):
    """Everything that the result of a run depends on: a run goes on under the same only. Arguments as for `train`."""
    return {
        **{f"model.{name}": value for name, value in model.get_config().items() if name != "name"},
        "task": task.name,
        "image_size": task.image_size,
        "epochs": epochs,
        "batch_size": batch_size,
        "constant_share": constant_share,
        "seed": seed,
        "augment": augment,
        "steps_per_epoch": task.steps_per_epoch(batch_size),
    }


def set_schedule(model, n_steps, constant_share):
    """Let the learning rate of both optimizers be constant for a share of the steps, then fall to zero."""
    n_constant = round(constant_share * n_steps)
    model.set_learning_rate(ConstantThenLinear(model.learning_rate, n_constant, n_steps - n_constant))
