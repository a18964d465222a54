"""Try the hostile inputs of some groups; test_fuzz.py starts this, so that what hangs or dies does not take it along.

Example:
    python tests/fuzz/run_group.py pictures,weights FOLDER
"""

import contextlib
import functools
import importlib
import io
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from judging import Judge, limit_memory

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / "tools")]

import studylib.quiet  # noqa: E402, F401

SPARE = 4 * 10**9  # bytes that a child may ask for beyond what it has when it begins


def arguments(judge, group):
    """Every bad value of every entry of a module."""
    from inventory import resolved, uncovered

    for name, entry in importlib.import_module(group).ENTRIES.items():
        function, sound = resolved(name), entry.sound()
        for argument, values in entry.bad.items():
            for value in values:
                call = functools.partial(function, **{**sound, argument: value})
                judge.attempt(_kind(value), f"{name}: {argument}", call, value=value)
    if group == "entries_toys":  # once, where everything is imported anyway
        judge.note(uncovered=uncovered())


def _kind(value):
    if isinstance(value, (bool, type(None))):
        return "None and truth values"
    if isinstance(value, (int, float, complex)):
        return "numbers"
    if isinstance(value, (str, bytes)):
        return "words"
    return "arrays" if hasattr(value, "shape") else "other objects"


def pictures(judge, folder, full):
    """Files that pose as pictures, one by one and in a folder of one's own."""
    from hostile_files import encoded

    from studylib.data import load_task
    from studylib.data.fit import fit_picture
    from studylib.data.images import read_image

    for part, kind in (("pictures", "pictures"), ("links", "links")):
        for path in _in(folder, part):
            judge.attempt(kind, f"read_image: {path.name}", read_image, path, 32)
            judge.attempt(kind, f"fit_picture: {path.name}", fit_picture, path, 32)
    for path in _in(folder, "pictures"):
        judge.attempt("pictures", f"fit_picture: bytes of {path.name}", fit_picture, path.read_bytes(), 32)
    for path in _in(folder, "tasks"):
        judge.attempt("folders", f"load_task: {path.name}", load_task, f"folder:{path}", 32)
    for read, path in zip((read_image, fit_picture), _in(folder, "large"), strict=True):
        judge.attempt("pictures", f"{read.__name__}: {path.name}", read, path, 64, may_be_taken=True)
    sound = [encoded(kind, (24, 20)) for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM")]
    draw = random.Random(0)
    for k in range(3000 if full else 150):
        content = _damaged(draw.choice(sound), draw)
        judge.attempt("damaged bytes", f"fit_picture: damage {k}", fit_picture, content, 16, may_be_taken=True)


def weights(judge, folder, full):
    """Files that pose as arrays of weights and as models."""
    import keras

    from studylib.data.cache import cached
    from studylib.files import load_arrays, load_network
    from studylib.networks import load_pytorch_weights, unet_generator
    from studylib.pretrained import load_pretrained
    from studylib.training.run_folder import RunFolder
    from studylib.xla_cache import cache_folder

    with contextlib.suppress(Exception):  # it has no weights; its code runs before that is noticed
        keras.models.load_model(folder / "networks" / "lambda.keras", safe_mode=False)
    judge.note(armed=judge.canary.exists())
    judge.canary.unlink(missing_ok=True)
    network = unet_generator((16, 16, 3), 2, 2)
    cache_folder().mkdir(parents=True, exist_ok=True)
    for path in _in(folder, "arrays"):
        judge.attempt("archives", f"load_arrays: {path.name}", load_arrays, path)
        with contextlib.suppress(Exception), np.load(path, allow_pickle=False) as opened:  # what NumPy itself refuses
            judge.attempt("archives", f"load_pytorch_weights: {path.name}", load_pytorch_weights, network, opened)
        if path.stat().st_size < 10_000:  # the cache is the user's own: it makes damaged files anew, and trusts others
            (cache_folder() / "x.npz").write_bytes(path.read_bytes())
            make = functools.partial(dict, x=np.ones(2))
            judge.attempt("archives", f"cached: {path.name}", cached, "x.npz", make, may_be_taken=True)
    for path in _in(folder, "networks"):
        judge.attempt("models", f"load_network: {path.name}", load_network, path)
    for path in _in(folder, "shelf"):
        judge.attempt("models", f"load_pretrained: {path.name}", load_pretrained, path.name, path.parent)
    for path in _in(folder, "faulty"):
        judge.attempt("models", f"RunFolder.restore: {path.name}", RunFolder(path).restore, network)
    if full:
        from studylib.evaluation import inception_features

        for path in _in(folder, "networks"):
            picture = np.zeros((1, 8, 8, 3), np.uint8)
            judge.attempt("models", f"inception_features: {path.name}", inception_features, picture, path)
    draw = random.Random(0)
    network.save(folder / "sound.keras")
    np.savez(folder / "sound.npz", **{"model.1.weight": np.ones((3, 3)), "b": np.arange(5)})
    for name, load in (("sound.npz", load_arrays), ("sound.keras", load_network)):
        content, path = (folder / name).read_bytes(), folder / f"damaged {name}"
        for k in range(300 if full else 25):
            path.write_bytes(_damaged(content, draw))
            judge.attempt("damaged bytes", f"{load.__name__}: damage {k}", load, path, may_be_taken=True)


def exported(judge, folder, full):
    """Files that pose as exported generators: loaded, and run on a black picture."""
    from hostile_exports import SIZE, constant_of_shape, litert_files, odd_files, onnx_files
    from hostile_graphs import saved_models
    from hostile_values import images
    from sound import exports

    from studylib.deployment import load

    sound, black = exports(), np.zeros((1, SIZE, SIZE, 3), np.float32)

    def translate(path):
        return load(path)(black)

    graphs = saved_models(folder, sound, judge.canary)
    files = onnx_files(folder, sound, judge.canary) + litert_files(folder, sound, judge.canary)
    _check_arms(judge, folder, black)
    for path in [*graphs, *files, *odd_files(folder / "odd"), *_in(folder, "networks")]:
        judge.attempt("exported", f"load: {path.name}", translate, path)
    (folder / "wide.onnx").write_bytes(constant_of_shape(3 * 10**8))  # 1.2 GB, once it runs: loading makes none of it
    judge.attempt("exported", "load: wide.onnx", load, folder / "wide.onnx", may_be_taken=True)
    _damaged_exports(judge, sound, translate, 300 if full else 25)
    for name, path in sound.items():
        translator = load(path.parent if name == "saved_model" else path)
        for value in [*images(scale=False), np.zeros(black.shape, np.uint8)]:
            judge.attempt(_kind(value), f"{translator}: images", translator, value, value=value)


def _check_arms(judge, folder, black):
    """Two graphs make the canary, one while it is loaded; a LiteRT file ends the process that runs it."""
    import tensorflow as tf

    from studylib.deployment import litert_trial

    tf.saved_model.load(folder / "saved" / "writes while it is loaded")
    armed = judge.canary.exists()
    judge.canary.unlink(missing_ok=True)
    tf.saved_model.load(folder / "saved" / "writes a file").signatures["serving_default"](image=tf.constant(black))
    armed = armed and judge.canary.exists()
    judge.canary.unlink(missing_ok=True)
    content = (folder / "litert" / "negative scales.tflite").read_bytes()
    command = [sys.executable, "-P", litert_trial.__file__]
    ended = subprocess.run(command, input=content, capture_output=True).returncode
    judge.note(armed=armed and ended not in (0, 1))


def _damaged_exports(judge, sound, translate, n):
    draw = random.Random(0)
    for kind, path in sound.items():
        whole = path.parent if kind == "saved_model" else path
        for file in [file for file in whole.rglob("*") if file.is_file()] or [path]:
            content = file.read_bytes()
            for k in range(n):
                file.write_bytes(_damaged(content, draw, keep_length=k % 3 > 0))  # else little is left of the structure
                judge.attempt("damaged bytes", f"{file.name}: damage {k}", translate, whole, may_be_taken=True)
            file.write_bytes(content)


def texts(judge, folder, full):
    """Files that pose as recordings, cards, settings and notebooks; TF_CONFIG; names of exercises."""
    import run_notebook
    import write_report

    from studylib import exercises
    from studylib.files import read_json
    from studylib.pretrained import load_pretrained
    from studylib.recorded import read
    from studylib.training.cluster import check_tf_config
    from studylib.training.run_folder import RunFolder, read_history

    def runs(path):
        recording = read(path)
        return recording.runs() if recording.rows else []

    for path in _in(folder, "texts"):
        judge.attempt("texts", f"read_json: {path.name}", read_json, path, may_be_taken=True)
        judge.attempt("texts", f"recorded: {path.name}", runs, path, may_be_taken=True)
        judge.attempt("texts", f"read_history: {path.name}", read_history, path, may_be_taken=True)
        judge.attempt("texts", f"notebook: {path.name}", run_notebook.notebook_parameters, path)
        judge.attempt("texts", f"TF_CONFIG: {path.name}", check_tf_config, path.read_bytes().decode("latin-1"))
    for path in _in(folder, "tf_configs"):
        judge.attempt("texts", f"TF_CONFIG: {path.name}", check_tf_config, path.read_text("utf-8"))
    for path in _in(folder, "notebooks"):
        judge.attempt("texts", f"notebook: {path.name}", run_notebook.notebook_parameters, path)
    for path in _in(folder, "runs"):
        judge.attempt("texts", f"load_run: {path.name}", write_report.load_run, path)
        claim = RunFolder(path).claim  # it writes damaged settings anew
        judge.attempt("texts", f"RunFolder.claim: {path.name}", claim, {"task": "x"}, may_be_taken=True)
    for path in _in(folder, "cards"):
        judge.attempt("texts", f"load_pretrained: {path.name}", load_pretrained, path.name, path.parent)
    for name in ("", "data.99", None, 3, ["data.1"], {"a": 1}, "x" * 100_000, float("nan")):
        for act in (exercises.prompt, exercises.hint, exercises.solution, functools.partial(exercises.check, answer=1)):
            judge.attempt("words", "exercises", _printed, act, name, value=name)


def _printed(act, name):
    """An exercise never stops a notebook: the sentence is printed. Here it is raised, to be judged like the others."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        act(name)
    assert printed.getvalue().startswith("There is no exercise"), printed.getvalue()
    raise OSError(printed.getvalue().strip())


def _in(folder, part):
    return sorted((folder / part).iterdir())


def _damaged(content, draw, keep_length=False):
    """A few bytes changed, and taken out or put in unless the length is kept."""
    content = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(content))
        n = draw.randint(0, 4)
        content[place : place + n] = draw.randbytes(min(n, len(content) - place) if keep_length else draw.randint(0, 4))
    return bytes(content)


def main(groups, folder, full=False):
    folder = Path(folder)
    judge = Judge(folder / f"{groups}.jsonl", folder / "canary")
    judge.note(temporary=tempfile.gettempdir())
    limit_memory(SPARE)
    for group in groups.split(","):
        if group.startswith("entries_"):
            arguments(judge, group)
        else:
            {"pictures": pictures, "weights": weights, "exported": exported, "texts": texts}[group](judge, folder, full)
    judge.note(finished=True)


if __name__ == "__main__":
    main(*sys.argv[1:3], full="--full" in sys.argv)
