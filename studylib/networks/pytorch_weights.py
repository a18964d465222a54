"""Weights of the public PyTorch implementation of CycleGAN and pix2pix, carried over to the networks of this study.

**Never unpickle a file you do not trust: loading a pickle runs whatever code its author put in.** A ``.pth`` file is
a pickle. Read it where PyTorch is installed, with the option that admits tensors only, and keep plain arrays::

    import numpy, torch
    state_dict = torch.load("latest_net_G_A.pth", map_location="cpu", weights_only=True)
    numpy.savez("latest_net_G_A.npz", **{name: tensor.numpy() for name, tensor in state_dict.items()})

Then, without PyTorch::

    load_pytorch_weights(resnet_generator((256, 256, 3)), load_arrays("latest_net_G_A.npz"))

`studylib.files.load_arrays` refuses pickles, and files that would fill the memory.
"""

from collections.abc import Mapping

import numpy as np
from keras import layers

from studylib.files import check_archive

_CONVOLUTIONS = (layers.Conv2D, layers.Conv2DTranspose)


def load_pytorch_weights(model, state_dict):
    """Sets all weights of `model` from a PyTorch state_dict; checks everything first, so it is all or nothing.

    The names are those of the reference implementation, for all its generators and its PatchGAN. Kernels are
    transposed from (out, in, height, width), or (in, out, height, width) for transposed convolutions, to Keras' order.
    A prefix ``module.`` (left by DataParallel) and running statistics of instance normalization are ignored.

    Args:
        model: made by resnet_generator, unet_generator, encoder_decoder_generator or patchgan_discriminator, with the
            numbers of filters, blocks, levels and channels that the checkpoint was trained with.
        state_dict: mapping from names to arrays of any floating type, or whatever numpy.asarray accepts. Never get
            it by unpickling a file you do not trust; the module's docstring says how to convert a .pth file.

    Raises:
        ValueError: the model is of another kind; or entries are missing, unexpected, of another shape, not finite;
            or they belong to a network with batch normalization. The model is then unchanged.

    Reference: github.com/junyanz/pytorch-CycleGAN-and-pix2pix, whose checkpoints have these names.
    """
    arrays = _plain_names(state_dict)
    variables = {}
    for pytorch_name, layer in _pytorch_names(model, _has_dropout(arrays)).items():
        variables[f"{pytorch_name}.weight"] = layer.kernel
        variables[f"{pytorch_name}.bias"] = layer.bias

    _check_names(arrays, variables)
    values = {name: _value(name, arrays[name], variable) for name, variable in variables.items()}
    for name, variable in variables.items():
        variable.assign(values[name])


def _has_dropout(arrays):
    """Whether residual blocks hold a dropout, which moves their second convolution from position 5 to 6."""
    positions = {name.rpartition(".conv_block.")[2] for name in arrays}
    return "6.weight" in positions and "5.weight" not in positions


def _pytorch_names(model, with_dropout):
    """{PyTorch's name of a convolution: our layer}, from the names of our layers."""
    ours = {layer.name: layer for layer in getattr(model, "layers", []) if isinstance(layer, _CONVOLUTIONS)}
    if "stem_conv" in ours:
        n_blocks = (len(ours) - 6) // 2
        names = _resnet_names(n_blocks, second=6 if with_dropout else 5)
    elif "down_1_conv" in ours:
        names = _unet_names(n_downsamplings=len(ours) // 2)
    elif "score_conv" in ours:
        names = _patchgan_names(n_layers=len(ours) - 2)
    else:
        names = {}
    if not names or set(names) != set(ours):
        raise ValueError(
            "model must be made by resnet_generator, unet_generator, encoder_decoder_generator or "
            f"patchgan_discriminator. Received: model={getattr(model, 'name', model)!r}"
        )
    return {names[name]: layer for name, layer in ours.items()}


def _resnet_names(n_blocks, second):
    """Positions in one list of modules: padding, convolution, normalization, ReLU, ... count one each."""
    names = {"stem_conv": "model.1", "down_1_conv": "model.4", "down_2_conv": "model.7"}
    for i in range(n_blocks):
        names[f"block_{i + 1}_conv_1"] = f"model.{10 + i}.conv_block.1"
        names[f"block_{i + 1}_conv_2"] = f"model.{10 + i}.conv_block.{second}"
    end = 10 + n_blocks
    return {**names, "up_1_conv": f"model.{end}", "up_2_conv": f"model.{end + 3}", "head_conv": f"model.{end + 7}"}


def _unet_names(n_downsamplings):
    """Every level holds the next one: outermost 0 (down), 1 (next), 3 (up); others 1, 3, 5; the core 1 and 3."""
    names = {"down_1_conv": "model.model.0", "up_1_conv": "model.model.3"}
    level = "model.model.1.model"
    for i in range(2, n_downsamplings + 1):
        names[f"down_{i}_conv"] = f"{level}.1"
        names[f"up_{i}_conv"] = f"{level}.3" if i == n_downsamplings else f"{level}.5"
        level = f"{level}.3.model"
    return names


def _patchgan_names(n_layers):
    """The first convolution has no normalization behind it, so the second follows at 2 and the others every 3."""
    names = {"conv_1": "model.0"}
    for i in range(2, n_layers + 2):
        names[f"conv_{i}"] = f"model.{3 * i - 4}"
    return {**names, "score_conv": f"model.{3 * n_layers + 2}"}


def _plain_names(state_dict):
    """The entries that are weights, without the prefix of DataParallel and without running statistics."""
    if not isinstance(state_dict, Mapping):
        raise ValueError(
            "state_dict must be a mapping from names to arrays, such as studylib.files.load_arrays(path) gives. "
            f"Received: {type(state_dict).__name__}"
        )
    if isinstance(state_dict, np.lib.npyio.NpzFile):  # reads each array when it is asked for
        check_archive(state_dict.zip)
    try:
        entries = list(state_dict.items())
    except Exception as error:  # a file that is read now may be damaged, or hold a pickle
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"state_dict must hold plain arrays, and cannot be read: {reason}") from error
    plain = {}
    for name, array in entries:
        short = str(name).removeprefix("module.")
        if short in plain:
            raise ValueError(f"state_dict must hold each entry once. Received: {short} with and without 'module.'")
        if not short.endswith((".running_mean", ".running_var", ".num_batches_tracked")):
            plain[short] = array
    return plain


def _check_names(arrays, variables):
    missing = [name for name in variables if name not in arrays]
    extra = [name for name in arrays if name not in variables]
    scales = [name for name in extra if name.endswith(".weight") and np.ndim(arrays[name]) == 1]
    if scales:
        raise ValueError(
            "state_dict must come from a network with instance normalization without learned scales (--norm instance), "
            f"not from one with batch normalization. Received: {_listed(scales)}"
        )
    if missing or extra:
        given = [_listed(list(arrays)) or "no entry"]
        given += [f"missing {_listed(missing)}"] * bool(missing) + [f"unexpected {_listed(extra)}"] * bool(extra)
        raise ValueError(
            "state_dict must hold exactly the convolutions of the model, so build it with the checkpoint's numbers of "
            f"filters, blocks or levels, and channels. Received: {'; '.join(given)}"
        )


def _value(name, array, variable):
    """The entry as float32 in Keras' order of axes, checked against the variable it is for."""
    try:
        array = np.asarray(array)
        if array.dtype.kind == "c":
            raise TypeError("complex numbers have no place")
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused below
            array = array.astype(np.float32)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"state_dict must hold arrays of numbers. Received: {name}, for which {error}") from None
    expected = tuple(variable.shape) if len(variable.shape) == 1 else tuple(variable.shape[i] for i in (3, 2, 0, 1))
    if array.shape != expected:
        raise ValueError(
            f"{name} must have shape {expected} for this model, so build it with the checkpoint's numbers of filters "
            f"and channels. Received: shape {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"state_dict must hold finite numbers. Received: {name} with values that are not")
    return array if array.ndim == 1 else array.transpose(2, 3, 1, 0)


def _listed(names, shown=3):
    """The first few names; a checkpoint of another network would otherwise list hundreds."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
