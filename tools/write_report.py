"""Write the report page of a run (`make report NAME=my-run`): runs/my-run/report.html.

A run that is not finished is judged by its newest checkpoint, with the average of its weights where one is kept.

Example:
    python tools/write_report.py runs/my-run
"""

import argparse
import json
import sys
from pathlib import Path


def load_run(folder):
    """The model and the task of a run.

    Raises:
        ValueError: the folder holds no run, or no model yet.
    """
    import keras

    import studylib.cyclegan
    import studylib.pix2pix  # noqa: F401  both are registered with Keras when they are imported
    from studylib.data import load_task
    from studylib.training.run_folder import RunFolder

    run = RunFolder(folder)
    if not (run.path / "config.json").is_file():
        raise ValueError(f"There must be a run, with its config.json, in the folder. Received: {run.path}")
    settings = json.loads((run.path / "config.json").read_text(encoding="utf-8"))
    checkpoints = run.checkpoints()
    if run.model_path.exists():
        model = keras.models.load_model(run.model_path)
    elif checkpoints:
        model = keras.models.load_model(checkpoints[-1] / "model.keras")
        model.take_average()
        print(f"The run is not finished: judged is {checkpoints[-1].name}.")
    else:
        raise ValueError(f"The run must have saved a model or a checkpoint. Received: neither in {run.path}")
    return model, load_task(settings["task"], settings["image_size"])


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Write the report page of a run.")
    parser.add_argument("run", type=Path, help="folder of the run, such as runs/my-run")
    options = parser.parse_args(arguments)
    import studylib.quiet  # noqa: F401
    from studylib.report import write_report

    try:
        print(write_report(options.run, *load_run(options.run)))
    except ValueError as problem:
        sys.exit(f"{problem}")


if __name__ == "__main__":
    main()
