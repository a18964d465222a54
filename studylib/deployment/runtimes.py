"""A file that `export` wrote, run by its own runtime: a function from images to images."""

import numpy as np
import tensorflow as tf

# The layers that a .keras file names must be known to Keras before it is loaded.
import studylib.networks  # noqa: F401
from studylib.arguments import path_of
from studylib.deployment.checks import check_generator, float_batch
from studylib.deployment.foreign import LARGEST, check_saved_model, litert_content, onnx_content
from studylib.deployment.messages import hidden_messages
from studylib.files import ALWAYS_TAKEN, load_network, reason
from studylib.machine import usable_cores


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
                check of sizes that a generator makes in Keras, so this is noticed by what comes out. And for more or
                larger images than the memory holds.
        """
        images = self._checked(images)
        height, width = images.shape[1:3]
        is_open = None in self.shape[1:3]
        way_out = "; a network that halves its input n times takes multiples of 2^n" if is_open else ""
        try:
            results = np.concatenate([self._run(batch) for batch in self._batches(images)])
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise ValueError(
                f"{self.path.name} needs more memory than there is for images of shape {images.shape}: give it fewer, "
                "or smaller ones."
            ) from error
        except Exception as error:  # each runtime has errors of its own, and ONNX Runtime's have no common class
            raise ValueError(
                f"{self.path.name} stopped at images of {height} x {width} pixels ({reason(error)}){way_out}."
            ) from error
        if results.ndim != 4 or results.dtype.kind != "f":
            raise ValueError(f"{self.path.name} made no images: {results.dtype} of shape {results.shape}.")
        if results.shape[1:3] != (height, width):
            made = f"{results.shape[1]} x {results.shape[2]}"
            raise ValueError(
                f"{self.path.name} made {made} pixels of {height} x {width}; a generator returns the size that it "
                f"takes{way_out}."
            )
        return results

    def _batches(self, images):
        n = self.shape[0]
        return [images] if n is None else [images[i : i + n] for i in range(0, len(images), n)]

    def _checked(self, images):
        images = float_batch("images", images)
        if any(wanted not in (None, size) for wanted, size in zip(self.shape[1:], images.shape[1:], strict=True)):
            wanted = tuple("any" if size is None else size for size in self.shape[1:])
            raise ValueError(
                f"{self.path.name} takes images of (height, width, channels) = ({', '.join(map(str, wanted))}). "
                f"Received: {images.shape[1:]}"
            )
        return images


def load(path):
    """Load an exported generator with the runtime of its format.

    All runtimes use all cores that this process may use. TensorFlow does by itself; the others are told.

    A .keras file that brings code of its own, such as a Lambda layer, is refused. The other formats hold a graph, and
    that is a program. One that is seen to reach beyond itself, for files or code, is refused; but no look tells all
    that it does, how long and in how much memory. Load files, and a SavedModel above all, only from whom you trust.
    A .tflite file is first tried in a process of its own, which a damaged one may end. There it has 25 s
    for one image and, on Linux, 1 GB of memory and 20 times its own size.

    Example:
        >>> translate = load("exported/g_AB.onnx")
        >>> pictures = postprocess(translate(preprocess(pictures, image_size=64)))

    Args:
        path: a file ending in .keras, .onnx or .tflite, or the folder of a SavedModel.

    Returns:
        `Translator`.

    Raises:
        FileNotFoundError: there is nothing of that name.
        ValueError: a file of another kind, one that its runtime cannot read, or one that reaches beyond itself.
        ImportError: the runtime is not installed.
    """
    path = path_of("path", path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: `export` writes it.")
    runtime, read = _RUNTIMES.get("folder" if path.is_dir() else path.suffix, (None, None))
    if runtime is None:
        raise ValueError(
            f"path must end in .keras, .onnx or .tflite, or be the folder of a SavedModel. Received: {str(path)!r}"
        )
    with hidden_messages():
        source = load_network(path) if runtime == "Keras" else path  # says itself what is wrong
        try:
            _check_file(path)
            run, shape = read(source)
            _check_shape(shape)
        except ImportError as error:
            raise ImportError(
                f"{path} needs {runtime}, which is not installed ({error}): `make study` installs it."
            ) from error
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            raise ValueError(f"{path} needs more memory than there is.") from error
        except Exception as error:  # whatever a runtime raises for a damaged file
            raise ValueError(
                f"{path} cannot be read by {runtime}: export it anew ({reason(error)}). Received: path={str(path)!r}"
            ) from error
    return Translator(path, runtime, run, shape)


def _check_file(path):
    if path.is_dir():
        return
    if not path.is_file():  # a pipe, which one could wait for for ever
        raise ValueError("it is no file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST:,} bytes")


def _check_shape(shape):
    if len(shape) != 4 or any(size is not None and size < 1 for size in shape):
        raise ValueError(f"it takes no images, but arrays of shape {tuple(shape)}")


def _check_type(name):
    if name not in ("float32", "tensor(float)"):  # the latter in ONNX
        raise ValueError(f"it takes {name}, and images are float32")


def _keras(model):
    return compiled(model), model.input_shape


def compiled(model):
    """A Keras model as a function from and to arrays, compiled as one graph: called plainly, each layer would wait.

    Raises:
        ValueError: no model from images to images.
    """
    check_generator(model)
    graph = tf.function(lambda images: tf.cast(model(images, training=False), tf.float32))
    graph = graph.get_concrete_function(tf.TensorSpec(model.input_shape, tf.float32))

    def run(images, keep=model):  # a graph does not keep its variables alive
        return graph(tf.constant(images)).numpy()

    return run


def _saved_model(path):
    check_saved_model(path)
    loaded = tf.saved_model.load(path)
    if "serving_default" not in loaded.signatures:
        raise ValueError("it has no signature 'serving_default'")
    signature = loaded.signatures["serving_default"]
    ((name, spec),) = signature.structured_input_signature[1].items()
    (output,) = signature.structured_outputs
    _check_type(spec.dtype.name)

    def run(images, keep=loaded):  # nor does a signature
        return signature(**{name: tf.constant(images)})[output].numpy()

    return run, spec.shape.as_list()


def _onnx(path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors are raised; they need no red line besides
    options.intra_op_num_threads = usable_cores()
    # A few bytes may stand for a constant that would fill the memory: the runtime need not work those out beforehand.
    options.add_session_config_entry("optimization.constant_folding_max_output_size_in_bytes", str(ALWAYS_TAKEN))
    # Without fallback: there is nothing to fall back to, and it would print.
    options = {"sess_options": options, "providers": ["CPUExecutionProvider"], "enable_fallback": 0}
    session = onnxruntime.InferenceSession(onnx_content(path), **options)
    (image,) = session.get_inputs()
    _check_type(image.type)
    shape = [size if isinstance(size, int) else None for size in image.shape]
    return lambda images: session.run(None, {image.name: images})[0], shape


def _litert(path):
    from ai_edge_litert.interpreter import Interpreter

    # Not the path: where the runtime opens files itself, Windows keeps it from those with letters beyond ASCII.
    interpreter = Interpreter(model_content=litert_content(path), num_threads=usable_cores())
    interpreter.allocate_tensors()
    (image,), (translated,) = interpreter.get_input_details(), interpreter.get_output_details()
    _check_type(np.dtype(image["dtype"]).name)

    def run(images):
        interpreter.set_tensor(image["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(translated["index"])  # a copy

    return run, image["shape"].tolist()


_RUNTIMES = {
    ".keras": ("Keras", _keras),
    "folder": ("TensorFlow", _saved_model),
    ".onnx": ("ONNX Runtime", _onnx),
    ".tflite": ("LiteRT", _litert),
}
