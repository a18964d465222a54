"""The verdicts of notebook 05: what follows from its measurements about the notes' words on networks.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

from studylib.claims import check_the_note
from studylib.networks.inspection import megabytes, short_number

CLEARLY = 1.2  # a fifth: chosen, not derived. Each network is trained once, and a smaller difference may be chance
ROUNDING = 1e-6  # of float32 numbers near 1


def sequential_and_functional(sequential_error, functional_shape):
    """5.1: Sequential takes no skip, Functional does.

    Args:
        sequential_error: the message with which Sequential refuses a skip; None if it accepts one.
        functional_shape: shape of the functional model's output, None if it could not be built.
    """
    refused = "it was accepted" if sequential_error is None else f'it was refused: "{sequential_error}"'
    return check_the_note(
        "5.1",
        "Sequential is easy and limited; the Functional way is harder and flexible.",
        sequential_error is not None and functional_shape is not None,
        f"a skip written with Sequential: {refused}. The same with Functional: output {functional_shape}.",
    )


def encoder_decoder(values_in, values_core, kept, mirrored, constant):
    """5.2: an encoder-decoder compresses, and learns to move an image.

    Args:
        values_in, values_core: numbers in an image, and in the smallest layer.
        kept, mirrored: error (grey levels) of one network trained to return an image as it is, and mirrored.
        constant: error of the best answer that does not look at the image; two thirds of it or more is no learning.
    """
    return check_the_note(
        "5.2",
        "An encoder-decoder compresses the image and expands it again; it can change the image drastically.",
        values_core < values_in and mirrored < constant * 2 / 3,
        f"{values_in:,} numbers of an image pass through a core of {values_core:,}. Asked to return every image "
        f"mirrored, it errs by {mirrored:.1f} grey levels; asked to return it as it is, by {kept:.1f}; an answer that "
        f"does not look at the image errs by {constant:.1f} (one training each).",
    )


def unet_and_vae(n_skips, difference_unet, difference_vae, n_losses_unet, n_losses_vae):
    """5.3: a U-Net has skips, and does not draw its core at random as a VAE does.

    Args:
        n_skips: skips of the U-Net, layers that its data may pass by.
        difference_unet, difference_vae: largest difference between two outputs for one and the same input.
        n_losses_unet, n_losses_vae: terms of their own that the networks add to the loss, such as the distance of
            the core's values to a prior.
    """
    condition = None
    if difference_unet == 0 and difference_vae > 0 and n_losses_unet < n_losses_vae:
        condition = (
            "only the outline is meant: a VAE draws its core at random and pulls it towards a prior, so that it can be "
            "sampled. A U-Net does neither; it is no VAE."
        )
    return check_the_note(
        "5.3",
        "A U-Net goes down and up like a VAE, but not along a line: skips (스킵 연결) lead past the middle.",
        n_skips > 0,
        f"the U-Net has {n_skips} skips. The same input twice: outputs differ by {difference_unet:.2g} for the U-Net "
        f"and {difference_vae:.2g} for a small VAE; loss terms for a prior: {n_losses_unet} and {n_losses_vae}.",
        condition,
    )


def unet(fine, fine_without, kept, mirrored, depths, depth_resnet):
    """5.4: a U-Net keeps detail, gains where nothing moves, and has fewer convolutions than the ResNet.

    Args:
        fine, fine_without: error of details of a U-Net, and of the same network trained without skips.
        kept, mirrored: error of a U-Net trained to return an image as it is, and mirrored.
        depths: dict from image size to (fewest, most) convolutions on a way through the deepest U-Net of that size.
        depth_resnet: (fewest, most) of the ResNet.
    """
    small, large = min(depths), max(depths)
    condition = None
    if depths[large][1] > depths[small][1]:
        condition = (
            f"the depth is that of the image: the longest way grows from {depths[small][1]} convolutions at {small} "
            f"pixels to {depths[large][1]} at {large}. Along the outermost skip there are only {depths[large][0]}."
        )
    return check_the_note(
        "5.4",
        "A U-Net keeps detail and suits domains that are alike; it lacks depth.",
        fine < fine_without / CLEARLY and kept < mirrored / CLEARLY and depths[large][1] < depth_resnet[1],
        f"error of details {fine:.1f} with skips, {fine_without:.1f} without. An image returned as it is: error "
        f"{kept:.1f}; mirrored, where nothing stays in its place: {mirrored:.1f} (one training each). Convolutions on "
        f"a way through: {depths[large][0]} to {depths[large][1]} in the U-Net for {large} pixels, {depth_resnet[0]} "
        f"to {depth_resnet[1]} in the ResNet.",
        condition,
    )


def what_skips_carry(whole, cut, without):
    """5.5: a trained U-Net without one of its skips loses details.

    Args:
        whole: error of details of a trained U-Net.
        cut: dict from a skip's name to the same error with that skip cut.
        without: the same error of a network that was trained without skips.
    """
    worst, least = max(cut, key=cut.get), min(cut, key=cut.get)
    conditions = [
        "the skips bring the place back, not up-sampling (업샘플링) as such: without them the network ends at "
        f"{without:.1f}"
    ] * (without > CLEARLY * whole)
    if cut[worst] > CLEARLY * cut[least]:
        conditions.append(f"not all skips weigh the same: {worst} carries most, {least} least")
    each = ", ".join(f"{name} {error:.1f}" for name, error in cut.items())
    return check_the_note(
        "5.5",
        "Down-sampling (다운샘플링) learns what is there and loses where; on the way up it is given back, and skips "
        "mix deep style with shallow content.",
        cut[worst] > CLEARLY * whole,
        f"error of details with all skips {whole:.1f}; with one of them cut: {each} (one training).",
        "; ".join(conditions) or None,
    )


def concatenation(channels, joined, n_weights, error):
    """5.6: joining doubles the channels and has no weights.

    Args:
        channels, joined: of each of the two inputs, and of the result. n_weights: of the layer.
        error: what the code as written in the note raises, None if it runs.
    """
    condition = f"it is written `Concatenate()([x, y])`. As it stands in the note it raises {error}"
    return check_the_note(
        "5.6",
        "`concatenate()([x, y])` joins along the channels, k become 2k, and it has no weights.",
        joined == 2 * channels and n_weights == 0,
        f"{channels} and {channels} channels became {joined}; the layer has {n_weights} weights.",
        condition if error is not None else None,
    )


def resnet(size, smallest, tables, kept, mirrored):
    """5.7: the ResNet does not shrink the image, and learns to move it less well than to keep it.

    Args:
        size, smallest: rows of the image, and of the smallest layer of the ResNet.
        tables: dict from a generator's name to its `LayerTable`; the ResNet's is called "ResNet".
        kept, mirrored: error of a small ResNet trained to return an image as it is, and mirrored.
    """
    others = [table for name, table in tables.items() if name != "ResNet"]
    own = tables["ResNet"]
    more = own.parameters >= min(table.parameters for table in others)
    less = own.activation_bytes <= max(table.activation_bytes for table in others)
    conditions = ["another one has fewer parameters"] * more + ["another one takes more memory"] * less
    costs = "; ".join(
        f"{name} {short_number(table.parameters)} parameters, {megabytes(table.activation_bytes)} of activations"
        for name, table in tables.items()
    )
    return check_the_note(
        "5.7",
        "A ResNet does not shrink the image (no bottleneck, 병목); it takes much memory, has few parameters, and "
        "changes shapes little.",
        smallest == size and mirrored > CLEARLY * kept,
        f"CycleGAN's ResNet goes from {size} rows to {smallest} before its blocks. At {size} pixels: {costs}. A small "
        f"one returns an image with an error of {kept:.1f}, and mirrored with {mirrored:.1f} (one training each).",
        "; ".join(conditions) or None,
    )


def residual_blocks(n_sums, n_of_own_input, n_relu_behind):
    """5.8: nine residual sums, each of its block's own input, none with a ReLU behind it.

    Args:
        n_sums: residual sums in the generator for 256 x 256.
        n_of_own_input: those that add the input of their own block.
        n_relu_behind: those with a ReLU between the sum and what reads it.
    """
    return check_the_note(
        "5.8",
        "From 256 x 256 on there are 9 residual blocks (잔차 블록); each adds its input; none ends with a ReLU.",
        n_sums == n_of_own_input == 9 and n_relu_behind == 0,
        f"counted in the model: {n_sums} sums, {n_of_own_input} of them of the block's own input, {n_relu_behind} with "
        "a ReLU behind the sum. (For 128 x 128 the paper takes 6.)",
    )


def generator_layers(found, noted):
    """5.9: the generator has the noted stages, with the noted numbers of channels.

    Args:
        found, noted: lists of texts, one for each stage, such as "conv 7x7, 64 channels", of the model and of the note.
    """
    wrong = [f"stage {k + 1} is {a}, not {b}" for k, (a, b) in enumerate(zip(found, noted, strict=False)) if a != b]
    if len(found) != len(noted):
        wrong.append(f"{len(found)} stages, not {len(noted)}")
    return check_the_note(
        "5.9",
        "The generator: reflection padding, 7x7 convolution with 64 filters, instance normalization, ReLU; two steps "
        "down; nine blocks; two steps up; reflection padding, convolution, tanh.",
        not wrong,
        f"stage by stage: {'; '.join(wrong[:3]) or f'all {len(found)} stages of the model are as noted'}.",
    )


def tanh(difference, mean_tanh, mean_sigmoid, slope_middle, slope_far):
    """5.10: tanh is 2 sigmoid(2x) - 1, centred at zero, and saturates.

    Args:
        difference: largest difference between tanh(x) and 2 sigmoid(2x) - 1.
        mean_tanh, mean_sigmoid: mean output for inputs that lie evenly around 0.
        slope_middle, slope_far: derivative of tanh at 0, and at 5.
    """
    return check_the_note(
        "5.10",
        "tanh is a transformed sigmoid, centred at zero; its gradient still vanishes for large inputs.",
        # A hundredth: six layers of it leave 1e-12 of a gradient.
        difference < ROUNDING and abs(mean_tanh) < ROUNDING < mean_sigmoid and slope_far < 0.01 * slope_middle,
        f"tanh(x) and 2 sigmoid(2x) - 1 differ by at most {difference:.0e}; mean output {abs(mean_tanh):.2f} against "
        f"{mean_sigmoid:.2f}; slope {slope_middle:.2f} at 0 and {slope_far:.1e} at 5.",
    )


def discriminator_layers(filters, rows_before, rows_after, channels_image, channels_scores, computed, measured):
    """5.11: three convolutions with 64, 128, 256 filters, and a last one that up-samples.

    Args:
        filters: of the reference's convolutions, the last one left out.
        rows_before, rows_after: rows of the last convolution's input and output.
        channels_image, channels_scores: channels of the image, and of the last convolution's output.
        computed, measured: side of the receptive field, from kernels and strides and by the gradient.
    """
    return check_the_note(
        "5.11",
        "The discriminator has three convolutions, 64, 128, 256 filters, and a last one that up-samples back to the "
        "first channel.",
        filters == [64, 128, 256] and rows_after > rows_before and channels_scores == channels_image,
        f"filters of the reference: {', '.join(map(str, filters))}. Its last convolution goes from {rows_before} rows "
        f"to {rows_after}, and from {filters[-1]} channels to {channels_scores}: one score a patch. A score sees "
        f"{computed} pixels a side by the kernels, {measured} by the gradient.",
    )


def finer_features(channels, rows):
    """5.12: the channels become more from layer to layer.

    Args:
        channels, rows: of the maps behind each convolution but the last, from the first on.
    """
    coarser = f"the grid gets coarser, from {rows[0]} rows to {rows[-1]}"
    return check_the_note(
        "5.12",
        "With more and more channels (채널) the features get finer.",
        channels[-1] > channels[0],
        f"channels {', '.join(map(str, channels))} on grids of {', '.join(map(str, rows))} rows.",
        f"finer means more kinds of features, not smaller ones: {coarser}" if rows[-1] < rows[0] else None,
    )


def activations(counts):
    """5.13: ReLU in the generators, leaky ReLU in the discriminator.

    Args:
        counts: dict from a network's name to (number of ReLU, number of leaky ReLU); the discriminator's name is
            "PatchGAN", the others are generators.
    """
    relus, leaky = counts["PatchGAN"]
    generators = {name: numbers for name, numbers in counts.items() if name != "PatchGAN"}
    exceptions = [f"the {name} has {n} leaky ones on its way down" for name, (_, n) in generators.items() if n]
    listed = "; ".join(f"{name} {a} ReLU and {b} leaky" for name, (a, b) in counts.items())
    return check_the_note(
        "5.13",
        "The generator uses ReLU, the discriminator leaky ReLU.",
        relus == 0 < leaky and all(a > 0 for a, _ in generators.values()),
        f"counted in the models: {listed}.",
        f"it depends on the generator: {'; '.join(exceptions)}" if exceptions else None,
    )


def either_network(losses):
    """5.14: each method learns with its own paper's generator.

    Args:
        losses: dict from (method, generator) to (loss before, loss after) some training steps; the methods are
            "pix2pix" and "CycleGAN", the generators "U-Net" and "ResNet".
    """
    falls = {pair: after < before / CLEARLY for pair, (before, after) in losses.items()}
    listed = "; ".join(f"{m} with {g} {before:.3f} to {after:.3f}" for (m, g), (before, after) in losses.items())
    others = [pair for pair in (("pix2pix", "ResNet"), ("CycleGAN", "U-Net")) if falls[pair]]
    condition = None
    if others:
        works = " and for ".join(f"{method} with the {generator}" for method, generator in others)
        condition = f"these are the papers' choices and no rule: the loss clearly falls for {works}, too"
    return check_the_note(
        "5.14",
        "pix2pix uses the U-Net, CycleGAN the ResNet.",
        falls["pix2pix", "U-Net"] and falls["CycleGAN", "ResNet"],
        f"reconstruction loss over a few steps (of pix2pix the L1 term only): {listed}.",
        condition,
    )
