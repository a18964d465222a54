"""Write the report page of a run (`make report NAME=my-run`): runs/my-run/report.html.

A run that is not finished is judged by its newest checkpoint that is whole, with the average of its weights where one
is kept.

Example:
    python tools/write_report.py runs/my-run
"""

import argparse
import sys
from pathlib import Path


def load_run(folder):
    """The model and the task of a run.

    Raises:
        ValueError: the folder holds no run, or no model yet, or one of its files is damaged or brings code along.
    """
    import studylib.cyclegan
    import studylib.pix2pix  # noqa: F401  both are registered with Keras when they are imported
    from studylib.data import load_task
    from studylib.files import load_network, read_json
    from studylib.training.run_folder import RunFolder

    run = RunFolder(folder)
    if not (run.path / "config.json").is_file():
        raise ValueError(f"There must be a run, with its config.json, in the folder. Received: {run.path}")
    settings = read_json(run.path / "config.json")
    if run.model_path.exists():
        model = load_network(run.model_path, compile=True)
    else:
        model = newest_model(run, load_network)
    if missing := [name for name in ("task", "image_size") if name not in settings]:
        raise ValueError(f"config.json of {run.path} must say what was trained on. Missing: {missing[0]}")
    return model, load_task(settings["task"], settings["image_size"])


def newest_model(run, load):
    """The model of the newest checkpoint that can be loaded, with the average of its weights."""
    problem = f"The run must have saved a model or a checkpoint. Received: neither in {run.path}"
    for checkpoint in reversed(run.checkpoints()):
        try:
            model = load(checkpoint / "model.keras", compile=True)
        except (OSError, ValueError) as error:
            problem = str(error)
            print(f"Left out: {problem}")
            continue
        model.take_average()
        print(f"The run is not finished: judged is {checkpoint.name}.")
        return model
    raise ValueError(problem)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Write the report page of a run.")
    parser.add_argument("run", type=Path, help="folder of the run, such as runs/my-run")
    options = parser.parse_args(arguments)
    import studylib.quiet  # noqa: F401
    from studylib.report import write_report

    try:
        print(write_report(options.run, *load_run(options.run)))
    except (OSError, ValueError) as problem:
        sys.exit(f"{problem}")


if __name__ == "__main__":
    main()
