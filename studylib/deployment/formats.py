"""A trained generator as a file that other programs run."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from studylib.arguments import whole_number
from studylib.deployment.messages import hidden_messages

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
        ValueError: a model, format, ending, calibration or size that does not fit.
        FileExistsError: there is something of that name, and overwrite is False, or it is a folder of another kind.
        OSError: the path cannot be written.
    """
    path = Path(path).expanduser()
    _check_format(format, path)
    _check_model(model)
    if format == "keras":
        _check_registered(model)
    is_litert = format.startswith("litert")
    if not is_litert and image_size is not None:
        raise ValueError(f"image_size is for LiteRT; {format} takes every size. Received: image_size={image_size!r}")
    shape = _litert_shape(model, image_size) if is_litert else None
    calibration = _checked_calibration(format, calibration, shape)
    with _written(path, overwrite) as temporary, hidden_messages():
        if format == "keras":
            model.save(temporary)
        elif format == "saved_model":
            _save(any_size(model), temporary)
        elif format == "onnx":
            temporary.write_bytes(_onnx(any_size(model)))
        else:
            temporary.write_bytes(_litert(any_size(model), shape, format, calibration))
    return path


def any_size(model):
    """The same network with the same weights for images of any size that it admits.

    A network that depends on its size, such as one with a Dense layer over all pixels, comes back as it is, and so
    does one that holds a model with layers that Keras does not know.
    """
    if model.input_shape[1:3] == (None, None):
        return model
    try:
        copy = keras.models.clone_model(
            model, input_tensors=keras.Input((None, None, model.input_shape[-1]), name=INPUT)
        )
    except (TypeError, ValueError):  # sizes that do not fit; or a layer that Keras cannot make anew
        return model
    copy.set_weights(model.get_weights())
    return copy


def _serving_function(model, shape=None):
    """The model as a graph of named input and output, for images of `shape`; None is the model's own."""
    shape = model.input_shape if shape is None else shape

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, name=INPUT)])
    def serve(image):
        return {OUTPUT: model(image, training=False)}

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
    onnx.helper.set_model_props(proto, {"image": "float32, NHWC, RGB, -1 to 1", "translated": "the same"})
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
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}. Received: format={format!r}")
    suffix = SUFFIXES[format]
    if suffix and path.suffix != suffix:
        raise ValueError(f"path must end in {suffix} for {format}. Received: {str(path)!r}")
    if not suffix and path.suffix in SUFFIXES.values() and path.suffix:
        raise ValueError(f"path must name a folder for {format}, without {path.suffix}. Received: {str(path)!r}")


def _check_model(model):
    if not isinstance(model, keras.Model):
        raise ValueError(f"model must be a keras.Model. Received: {type(model).__name__}")
    if not isinstance(model, keras.Sequential) and not hasattr(model, "inputs"):
        own = " such as model.g_AB" if hasattr(model, "g_AB") else ""
        raise ValueError(
            f"model must be functional or sequential; export the generator inside{own}. "
            f"Received: {type(model).__name__} {model.name!r}"
        )
    if not model.built or not model.inputs:
        raise ValueError(
            f"model must be built before it is exported: call it once on images. Received: {model.name!r}, not built"
        )
    shapes = [tuple(tensor.shape) for tensor in (*model.inputs, *model.outputs)]
    if len(shapes) != 2 or any(len(shape) != 4 or shape[-1] is None for shape in shapes):
        raise ValueError(
            "model must take and return images, (batch, height, width, channels). "
            f"Received: {model.name!r} with {', '.join(map(str, shapes))}"
        )


def _check_registered(model):
    """A .keras file names its layers' classes: one that Keras does not know would save, and never load again."""
    for layer in _all_layers(model):
        kind = type(layer)
        if isinstance(layer, keras.layers.Lambda):
            raise ValueError(
                f"layer {layer.name!r} is a Lambda, whose code a .keras file must not carry: write it as a layer of "
                "its own, or export another format."
            )
        is_known = kind.__module__.split(".")[0] == "keras"
        if not is_known and keras.saving.get_registered_object(keras.saving.get_registered_name(kind)) is not kind:
            raise ValueError(
                f"layer {layer.name!r} is a {kind.__name__}, which Keras does not know: put "
                "@keras.saving.register_keras_serializable() above its class, or export another format."
            )


def _all_layers(model):
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)


def _litert_shape(model, image_size):
    _, height, width, channels = model.input_shape
    if image_size is not None:
        height = width = whole_number("image_size", image_size)
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
    images = np.asarray([] if calibration is None else calibration)
    wanted = f"calibration must hold float images of shape {shape[1:]} in [-1, 1]; `preprocess` makes them of pictures"
    if images.ndim != 4 or len(images) == 0 or images.shape[1:] != shape[1:]:
        what = "no calibration" if calibration is None else f"shape {images.shape}"
        raise ValueError(f"{wanted}. Received: {what}")
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"{wanted}. Received: {images.dtype}")
    low, high = float(images.min()), float(images.max())
    if not (-1.001 <= low <= high <= 1.001):
        raise ValueError(f"{wanted}. Received: values from {low:g} to {high:g}")
    return images.astype(np.float32)


@contextlib.contextmanager
def _written(path, overwrite):
    """Give a temporary path of the same name in a folder beside `path`; at the end it takes the place of `path`."""
    if path.exists():
        if not overwrite:
            raise FileExistsError(f"{path} is there already: choose another name, or overwrite=True.")
        if path.is_dir() and not (path / "saved_model.pb").exists():
            raise FileExistsError(f"{path} is a folder and no SavedModel, so it is not replaced: choose another name.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise OSError(f"{path} cannot be written ({error.strerror}): choose a folder that can.") from error
    try:
        made = folder / path.name
        yield made
        if path.is_dir() or (path.exists() and made.is_dir()):  # renaming replaces a file by a file only
            os.replace(path, folder / "old")
        os.replace(made, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
