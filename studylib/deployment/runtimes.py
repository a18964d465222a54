"""A file that `export` wrote, run by its own runtime: a function from images to images."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

# The layers that a .keras file names must be known to Keras before it is loaded.
import studylib.networks  # noqa: F401
from studylib.deployment.messages import hidden_messages


class Translator:
    """A loaded file. Called on images, it returns their translations.

    Attributes:
        path: of the file or folder.
        runtime: name of what runs it.
        shape: (batch, height, width, channels) of the images that the file takes; None for any number.
    """

    def __init__(self, path, runtime, run, shape):
        self.path, self.runtime, self.shape = path, runtime, tuple(shape)
        self._run = run

    def __repr__(self):
        shape = " x ".join("any" if size is None else str(size) for size in self.shape[1:])
        return f"Translator({self.path.name!r}, {self.runtime}, {shape})"

    def __call__(self, images):
        """Translate.

        Args:
            images: float array (N, H, W, C) in [-1, 1]; see `preprocess`.

        Returns:
            float32 array (N, H, W, C) in [-1, 1]; see `postprocess`.

        Raises:
            ValueError: for images of another kind, or of a size that the network does not admit. A file has lost the
                check of sizes that a generator makes in Keras, so this is noticed by what comes out.
        """
        images = self._checked(images)
        height, width = images.shape[1:3]
        way_out = "a network that halves its input n times takes multiples of 2^n."
        try:
            results = np.concatenate([self._run(batch) for batch in self._batches(images)])
        except Exception as error:  # each runtime has errors of its own, and ONNX Runtime's have no common class
            raise ValueError(f"{self.path.name} stopped at images of {height} x {width} pixels; {way_out}") from error
        if results.shape[1:3] != (height, width):
            made = f"{results.shape[1]} x {results.shape[2]}"
            raise ValueError(f"{self.path.name} made {made} pixels of {height} x {width}; {way_out}")
        return results

    def _batches(self, images):
        n = self.shape[0]
        return [images] if n is None else [images[i : i + n] for i in range(0, len(images), n)]

    def _checked(self, images):
        images = np.asarray(images)
        if images.ndim != 4 or 0 in images.shape or not np.issubdtype(images.dtype, np.floating):
            raise ValueError(
                "images must be a float array (number, height, width, channels) in [-1, 1]; `preprocess` makes one of "
                f"pictures. Received: {images.dtype} of shape {images.shape}"
            )
        if any(wanted not in (None, size) for wanted, size in zip(self.shape[1:], images.shape[1:], strict=True)):
            wanted = tuple("any" if size is None else size for size in self.shape[1:])
            raise ValueError(
                f"{self.path.name} takes images of (height, width, channels) = ({', '.join(map(str, wanted))}). "
                f"Received: {images.shape[1:]}"
            )
        return images.astype(np.float32, copy=False)


def load(path):
    """Load an exported generator with the runtime of its format.

    Example:
        >>> translate = load("exported/g_AB.onnx")
        >>> pictures = postprocess(translate(preprocess(pictures, image_size=64)))

    Args:
        path: a file ending in .keras, .onnx or .tflite, or the folder of a SavedModel.

    Returns:
        `Translator`.

    Raises:
        FileNotFoundError: there is nothing of that name.
        ValueError: a file of another kind, or one that its runtime cannot read.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: `export` writes it.")
    runtime, read = _RUNTIMES.get("" if path.is_dir() else path.suffix, (None, None))
    if runtime is None:
        raise ValueError(
            f"path must end in .keras, .onnx or .tflite, or be the folder of a SavedModel. Received: {str(path)!r}"
        )
    try:
        with hidden_messages():
            run, shape = read(path)
    except Exception as error:  # whatever a runtime raises for a damaged file
        raise ValueError(f"{path} cannot be read by {runtime}: export it anew.") from error
    return Translator(path, runtime, run, shape)


def _keras(path):
    return compiled(model := keras.models.load_model(path, compile=False)), model.input_shape


def compiled(model):
    """A Keras model as a function from and to arrays, compiled as one graph: called plainly, each layer would wait."""
    graph = tf.function(lambda images: model(images, training=False))
    graph = graph.get_concrete_function(tf.TensorSpec(model.input_shape, tf.float32))

    def run(images, keep=model):  # a graph does not keep its variables alive
        return graph(tf.constant(images)).numpy()

    return run


def _saved_model(path):
    loaded = tf.saved_model.load(path)
    signature = loaded.signatures["serving_default"]
    ((name, spec),) = signature.structured_input_signature[1].items()
    (output,) = signature.structured_outputs

    def run(images, keep=loaded):  # nor does a signature
        return signature(**{name: tf.constant(images)})[output].numpy()

    return run, spec.shape.as_list()


def _onnx(path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors are raised; they need no red line besides
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (image,) = session.get_inputs()
    shape = [size if isinstance(size, int) else None for size in image.shape]
    return lambda images: session.run(None, {image.name: images})[0], shape


def _litert(path):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    (image,), (translated,) = interpreter.get_input_details(), interpreter.get_output_details()

    def run(images):
        interpreter.set_tensor(image["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(translated["index"])  # a copy

    return run, image["shape"].tolist()


_RUNTIMES = {
    ".keras": ("Keras", _keras),
    "": ("TensorFlow", _saved_model),
    ".onnx": ("ONNX Runtime", _onnx),
    ".tflite": ("LiteRT", _litert),
}
