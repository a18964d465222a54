"""The verdicts of notebook 04: what follows from its measurements about the notes' words on up- and down-sampling.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

from studylib.claims import check_the_note

ROUNDING = 1e-4  # float32 carries 7 digits, and a sum over a kernel loses one or two of them
RECOVERED = 0.01  # a way back that misses the signal by a hundredth of its size may be called one
VISIBLE = 0.01  # of the grey level: about the smallest step that an eye sees in an even area


def one_to_many(inputs_per_output, outputs_per_input, transpose_error, transpose_miss, inverse_miss):
    """4.1: many to one, one to many, and the name "deconvolution".

    Args:
        inputs_per_output: cells that one output cell of the convolution reads, at most.
        outputs_per_input: cells that one input cell of the transposed convolution paints, at most.
        transpose_error: largest difference between the library's layer and the transposed matrix.
        transpose_miss, inverse_miss: what the transposed and the inverse matrix make of a convolved signal: rms
            difference to the signal, relative to the signal's size.
    """
    conditions = []
    if transpose_miss > RECOVERED:
        conditions.append(
            f"the name is not taken at its word: what it makes of a convolved signal misses the signal by "
            f"{100 * transpose_miss:.2g} % of its size, so it does not undo the convolution"
        )
        if inverse_miss <= RECOVERED:
            conditions.append(f"what undoes it is the inverse matrix, which misses by {100 * inverse_miss:.1g} %")
    if transpose_error <= ROUNDING:
        conditions.append(f"`Conv2DTranspose` is the transposed matrix (largest difference {transpose_error:.0e})")
    return check_the_note(
        "4.1",
        "A convolution is many-to-one (다대일), a transposed convolution (전치 합성곱) one-to-many (일대다); "
        "hence it is also called deconvolution.",
        inputs_per_output > 1 and outputs_per_input > 1,
        f"an output cell of the convolution reads up to {inputs_per_output} cells; an input cell of the transposed "
        f"convolution paints up to {outputs_per_input}.",
        "; ".join(conditions) + "." if transpose_miss > RECOVERED else None,
    )


def gaps(by_stride, by_output_padding, sizes, error):
    """4.2: what moves the values apart?

    Args:
        by_stride: dict from stride to the zeros that a library's layer puts between two neighbours, one output_padding.
        by_output_padding: dict from output_padding to the same, one stride.
        sizes: dict from output_padding to the output size.
        error: largest difference between zero-insertion with an ordinary convolution and the library's layer.
    """
    moved = len(set(by_output_padding.values())) > 1
    condition = None
    if len(set(by_stride.values())) > 1:
        condition = "the stride moves them apart as well."
    return check_the_note(
        "4.2",
        "Out padding moves the values apart; the gaps are filled with 0, the border is zero-padded, and an ordinary "
        "convolution follows.",
        moved and error <= ROUNDING,
        f"zeros between neighbours, stride → zeros: {_listed(by_stride)}; `output_padding` → zeros: "
        f"{_listed(by_output_padding)}, and `output_padding` → cells of the output: {_listed(sizes)}. The rest of the "
        f"recipe {'gives' if error <= ROUNDING else 'does not give'} the layer's numbers (largest difference "
        f"{error:.0e}).",
        condition,
    )


def down_sampling(measured, predicted, halvings):
    """4.3: down-sampling uses stride 2.

    Args:
        measured: dict from stride to the output size of a library's layer, kernel, padding and input being the same.
        predicted: the same by the formula.
        halvings: dict from the name of a layer on the generator's way down to (stride, size before, size after).
    """
    wrong = [stride for stride in measured if measured[stride] != predicted[stride]]
    by_two = all(stride == 2 and before == 2 * after for stride, before, after in halvings.values())
    listed = ", ".join(f"{name} {before} → {after}" for name, (_, before, after) in halvings.items())
    return check_the_note(
        "4.3",
        "Down-sampling (다운 샘플링) sets the stride (스트라이드) to 2.",
        bool(halvings) and by_two and not wrong,
        f"a layer's output size, stride → cells: {_listed(measured)}, the formula {'differs' if wrong else 'agrees'}. "
        f"The generator's way down: {listed or 'no layer shrinks'}; strides "
        f"{', '.join(str(stride) for stride, _, _ in halvings.values()) or 'none'}.",
    )


def checkerboard(uneven, even, random, resized):
    """4.4: does a kernel that the stride does not divide leave a pattern, and what does not?

    Args:
        uneven, even: rms of the periodic part for an even grey input, over the grey level, with kernels of ones whose
            size the stride does not divide, and divides.
        random: the same for a kernel that it divides, with random weights.
        resized: the same for enlarging first and convolving with random weights then.
    """
    condition = None
    if random > VISIBLE:
        condition = (
            f"a kernel that the stride divides is even in count only: with random weights it leaves "
            f"{100 * random:.2g} %, until the weights are such that their sums agree."
        )
    return check_the_note(
        "4.4",
        "(Not in the notes.) A transposed convolution leaves a checkerboard where the stride does not divide the "
        "kernel, and none where it does; enlarging first and convolving then leaves none.",
        uneven > VISIBLE and max(even, resized) <= VISIBLE,
        f"pattern on an even grey, relative to the grey level: {100 * uneven:.2g} % where the stride does not divide "
        f"the kernel, {100 * even:.2g} % where it does (both with equal weights); {100 * resized:.2g} % after "
        f"enlarging and convolving with random weights.",
        condition,
    )


def _listed(numbers):
    return ", ".join(f"{key} → {value}" for key, value in numbers.items())
