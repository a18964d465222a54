"""A trained generator as a file that other programs run."""

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from studylib.arguments import modest_number, number_array, one_of, path_of, shown, true_or_false
from studylib.data.images import LARGEST_SIZE
from studylib.deployment.checks import check_generator
from studylib.deployment.messages import hidden_messages
from studylib.files import load_network, reason

INPUT, OUTPUT = "image", "translated"
OPSET = 17  # of ONNX: all that a generator needs, and every runtime of the last years knows it
SUFFIXES = {
    "keras": ".keras",
    "saved_model": "",
    "onnx": ".onnx",
    "litert": ".tflite",
    "litert-float16": ".tflite",
    "litert-dynamic-range": ".tflite",
    "litert-int8": ".tflite",
}
FORMATS = tuple(SUFFIXES)
MOST_SAID = 200  # characters of an error of Keras


def export(model, format, path, calibration=None, image_size=None, overwrite=False):
    """Write a generator in another format; `load` runs what was written.

    The file appears under its name when it is complete, or not at all. ONNX and SavedModel take images of any size
    that the network admits, any number at a time, also where the Keras model was built for one size. A LiteRT file
    takes one image of one size.

    Example:
        >>> export(painter.g_AB, "onnx", "exported/g_AB.onnx")

    Args:
        model: keras.Model of one input and one output, float (N, H, W, C) in [-1, 1], functional or sequential.
        format: "keras", "saved_model" (for TF Serving), "onnx", or one of LiteRT: "litert" (float32),
            "litert-float16" (weights of 16 bits), "litert-dynamic-range" (weights of 8 bits, and activations too while
            a convolution lasts), "litert-int8" (all arithmetic in 8 bits; images go in and come out as float).
        path: of the file, ending as the format does (.keras, .onnx, .tflite), or of the SavedModel's folder.
        calibration: for "litert-int8" only: float images (N, H, W, C) in [-1, 1] like those that it will meet. The
            range of every number in the network is taken from what they cause.
        image_size: for LiteRT only: height and width in pixels; None is the size that the model was built for.
        overwrite: replace what is there under that name.

    Returns:
        The `pathlib.Path` that was written.

    Raises:
        ValueError: a model, format, ending, calibration or size that does not fit; a model that the format cannot hold,
            as "keras" one whose file would not load again, for a layer or function that Keras does not know.
        FileExistsError: there is something of that name, and overwrite is False, or it is a folder of another kind.
        OSError: the path cannot be written.
    """
    path, overwrite = path_of("path", path), true_or_false("overwrite", overwrite)
    _check_format(format, path)
    check_generator(model)
    is_litert = format.startswith("litert")
    if not is_litert and image_size is not None:
        raise ValueError(
            f"image_size is for LiteRT; {format} takes every size. Received: image_size={shown(image_size)}"
        )
    shape = _litert_shape(model, image_size) if is_litert else None
    calibration = _checked_calibration(format, calibration, shape)
    with _written(path, overwrite) as temporary, hidden_messages():
        if format == "keras":
            _save_keras(model, temporary)
        else:
            _convert(model, format, temporary, shape, calibration)
    return path


def any_size(model):
    """The same network with the same weights for images of any size that it admits.

    A network that depends on its size, such as one with a Dense layer over all pixels, comes back as it is, and so
    does one with a layer that Keras cannot make anew.

    Raises:
        ValueError: no model from images to images.
    """
    check_generator(model)
    if model.input_shape[1:3] == (None, None):
        return model
    try:
        copy = keras.models.clone_model(
            model, input_tensors=keras.Input((None, None, model.input_shape[-1]), name=INPUT)
        )
    except (TypeError, ValueError, NotImplementedError):  # sizes that do not fit; or such a layer
        return model
    copy.set_weights(model.get_weights())
    return copy


def _save_keras(model, path):
    """Write a .keras file and load it again: it only names classes and functions, and Keras finds the registered ones.

    Those that this process alone knows are not found even here, so that the file is as good as it is for others.
    """
    try:
        model.save(path)
        load_network(path)
    except (OSError, MemoryError):  # the model is not to blame
        raise
    except Exception as error:
        # The innermost of Keras' errors, which quote one another, and of that the first sentence.
        why = " ".join(str(error.__cause__ or error).split("Exception encountered:")[-1].split()).split(". ")[0]
        why = re.sub(r"[\w+/=\\]{40,}", "...", why)  # the code of a lambda
        raise ValueError(
            f"model {model.name!r} cannot be a .keras file ({why[:MOST_SAID]}): put "
            "@keras.saving.register_keras_serializable() above layers, functions and initializers of your own, give "
            "layers get_config(), use no lambda; or export another format."
        ) from error


def _convert(model, format, path, shape, calibration):
    """Write a file of another program than Keras. Each converter has errors of its own for what it cannot do."""
    try:
        if format == "saved_model":
            _save(any_size(model), path)
        elif format == "onnx":
            path.write_bytes(_onnx(any_size(model)))
        else:
            path.write_bytes(_litert(any_size(model), shape, format, calibration))
    except (OSError, MemoryError, ImportError):  # the model is not to blame
        raise
    except Exception as error:
        lacking = re.search("(?:Select|Custom) ops: (.+)", str(error))  # LiteRT says so below a page of places
        why = f"it has no {lacking[1]}" if lacking else reason(error)
        other = "format" if shape is None else "format, or another image_size"
        raise ValueError(f"model {model.name!r} cannot become {format} ({why}): export another {other}.") from error


def _serving_function(model, shape=None):
    """The model as a graph of named input and output, for images of `shape`; None is the model's own."""
    shape = model.input_shape if shape is None else shape

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, name=INPUT)])
    def serve(image):
        return {OUTPUT: tf.cast(model(image, training=False), tf.float32)}  # where layers compute in 16 bits

    return serve


def _save(model, folder, shape=None):
    """A SavedModel whose signature "serving_default" is what TF Serving asks for."""
    # Not keras.export.ExportArchive, which would write every weight twice. TensorFlow's own variables, for LiteRT's
    # converter does not find the weights behind Keras'.
    module = tf.Module()
    module.weights = [variable.value for variable in model.variables]
    signatures = {"serving_default": _serving_function(model, shape)}
    tf.saved_model.save(module, str(folder), signatures=signatures)


def _onnx(model):
    import onnx
    import tf2onnx

    serve = _serving_function(model)
    proto, _ = tf2onnx.convert.from_function(serve, input_signature=serve.input_signature, opset=OPSET)
    for value in (*proto.graph.input, *proto.graph.output):
        for name, size in zip(("batch", "height", "width"), value.type.tensor_type.shape.dim, strict=False):
            if size.dim_param:
                size.dim_param = name
    channels = {INPUT: model.input_shape[-1], OUTPUT: model.output_shape[-1]}
    colours = {name: "RGB" if n == 3 else f"{n} channels" for name, n in channels.items()}
    onnx.helper.set_model_props(proto, {name: f"float32, NHWC, {kind}, -1 to 1" for name, kind in colours.items()})
    onnx.checker.check_model(proto)
    return proto.SerializeToString()


def _litert(model, shape, format, calibration):
    with tempfile.TemporaryDirectory() as folder:
        _save(model, folder, shape)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if format != "litert":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if format == "litert-float16":
            converter.target_spec.supported_types = [tf.float16]
        if format == "litert-int8":
            converter.representative_dataset = lambda: ([image[None]] for image in calibration)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        return converter.convert()


def _check_format(format, path):
    one_of("format", format, FORMATS)
    suffix = SUFFIXES[format]
    if suffix and path.suffix != suffix:
        raise ValueError(f"path must end in {suffix} for {format}. Received: {str(path)!r}")
    if not suffix and path.suffix in set(SUFFIXES.values()) - {""}:
        raise ValueError(f"path must name a folder for {format}, without {path.suffix}. Received: {str(path)!r}")


def _litert_shape(model, image_size):
    _, height, width, channels = model.input_shape
    if image_size is not None:
        height = width = modest_number("image_size", image_size, LARGEST_SIZE)
    if None in (height, width):
        raise ValueError(
            f"image_size must say for which size the file is: LiteRT takes one, and {model.name!r} takes any. "
            f"Received: image_size={image_size!r}"
        )
    return (1, height, width, channels)


def _checked_calibration(format, calibration, shape):
    if format != "litert-int8":
        if calibration is not None:
            raise ValueError(f"calibration is for litert-int8. Received: calibration and format={format!r}")
        return None
    wanted = f"calibration must hold float images of shape {shape[1:]} in [-1, 1]"
    wanted += "; `preprocess` makes them of pictures" if shape[-1] == 3 else ""
    if calibration is None:
        raise ValueError(f"{wanted}. Received: calibration=None")
    images = number_array("calibration", calibration, empty=True)
    if images.ndim != 4 or len(images) == 0 or images.shape[1:] != shape[1:]:
        raise ValueError(f"{wanted}. Received: shape {images.shape}")
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"{wanted}. Received: {images.dtype}")
    low, high = float(images.min()), float(images.max())
    if not (-1.001 <= low <= high <= 1.001):
        raise ValueError(f"{wanted}. Received: {images.dtype} values from {low:g} to {high:g}")
    return images.astype(np.float32)


@contextlib.contextmanager
def _written(path, overwrite):
    """Give a temporary path of the same name in a folder beside `path`; at the end it takes the place of `path`."""
    if path.exists():
        if not overwrite:
            raise FileExistsError(f"{path} is there already: choose another name, or overwrite=True.")
        if path.is_dir() and not (path / "saved_model.pb").exists():
            raise FileExistsError(f"{path} is a folder and no SavedModel, so it is not replaced: choose another name.")
    folder = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        yield folder / path.name
        _replace(path, folder / path.name, folder / "old")
    except OSError as error:
        raise OSError(f"{path} cannot be written ({error}): choose a folder that can.") from error
    finally:
        if folder and (path.exists() or not (folder / "old").exists()):  # else that is the only copy
            shutil.rmtree(folder, ignore_errors=True)


def _replace(path, made, old):
    """Put what was made in the place of `path`; what was there is `old` meanwhile, and comes back where that fails."""
    if not (path.is_dir() or (path.exists() and made.is_dir())):  # renaming replaces a file by a file only
        return os.replace(made, path)
    os.replace(path, old)
    try:
        os.replace(made, path)
    except OSError:
        os.replace(old, path)
        raise
