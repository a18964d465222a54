"""The figures of notebook 04: the numbers, colours and outlines stand where the operations put them."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from studylib import plots
from studylib.plots.figure import PAPER
from studylib.plots.transposed_convolution.cells import BLUE, ORANGE, PAINTS, glyph, numbers, sheet
from studylib.plots.transposed_convolution.checkerboard import spectrum
from studylib.plots.transposed_convolution.steps import TOY, TOY_KERNEL
from studylib.transposed_convolution import insert_and_pad, kernel_overlap, transposed_convolution, zero_insertion


def drawn(figure):
    """The figure, after it could be drawn without being left open in pyplot."""
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def written(axis):
    """The grids of numbers of a sheet, in the order in which they were drawn: (places, numbers)."""
    readable = {glyph(str(value)).vertices.tobytes(): value for value in range(100)}
    return [
        (collection.get_offsets(), [readable[path.vertices.tobytes()] for path in collection.get_paths()])
        for collection in axis.collections
        if isinstance(collection, PathCollection)
    ]


def grid(offsets, values):
    """Numbers at places as an array; a place without one is 0."""
    columns, rows = (np.rint(offsets - offsets.min(axis=0)).astype(int)).T
    array = np.zeros((rows.max() + 1, columns.max() + 1), int)
    array[rows, columns] = values
    return array


def outlines(axis, colour):
    """(x, y, width, height) of the frames of a colour."""
    frames = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    return [
        (*frame.get_xy(), frame.get_width(), frame.get_height())
        for frame in frames
        if to_hex(frame.get_edgecolor()) == colour
    ]


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_numbers_stand_in_the_middle_of_their_cells():
    _, axis = sheet(10, 5, inches=4)
    collection = numbers(axis, 2, 1, np.array([[7, 0, 12]]), blank=0)
    assert collection.get_offsets().tolist() == [[2.5, 1.5], [4.5, 1.5]]
    assert [path is glyph(text) for path, text in zip(collection.get_paths(), ("7", "12"), strict=True)] == [True, True]
    for text in ("7", "12"):
        box = glyph(text).get_extents()
        np.testing.assert_allclose(box.get_points().sum(axis=0), 0, atol=1e-9)
        assert box.height == pytest.approx(1, rel=0.1)


def test_painting_shows_the_sums_so_far():
    (axis,) = drawn(plots.painted_cell_by_cell()).axes
    grids = [grid(*each) for each in written(axis)]
    assert np.array_equal(grids[0], TOY) and np.array_equal(grids[1], TOY_KERNEL) and len(grids) == 6
    so_far = np.zeros_like(TOY)
    for shown, cell in zip(grids[2:], np.ndindex(TOY.shape), strict=True):
        so_far[cell] = TOY[cell]
        assert np.array_equal(shown, transposed_convolution(so_far, TOY_KERNEL, 2))
    lefts = [outlines(axis, colour) for colour in PAINTS]
    assert [len(frames) for frames in lefts] == [1, 1, 1, 1] and all(frame[0][2:] == (3, 3) for frame in lefts)
    assert texts(axis)[2:] == ["add 1 · kernel", "add 2 · kernel", "add 3 · kernel", "add 4 · kernel"]


@pytest.mark.parametrize("numbers_", [(1, 0, 0), (2, 0, 0), (2, 1, 1), (3, 2, 2)])
def test_zero_insertion_shows_each_step(numbers_):
    (axis,) = drawn(plots.zero_insertion_steps(TOY, TOY_KERNEL, *numbers_)).axes
    steps = [TOY, zero_insertion(TOY, numbers_[0]), insert_and_pad(TOY, (3, 3), *numbers_)]
    steps += [np.flip(TOY_KERNEL), transposed_convolution(TOY, TOY_KERNEL, *numbers_)]
    assert [grid(*each).tolist() for each in written(axis)] == [step.tolist() for step in steps]
    zeros = numbers_[0] - 1
    assert f"stride {numbers_[0]}: {zeros} zero{'s' if zeros > 1 else ''} between" in texts(axis) or zeros == 0


@pytest.mark.parametrize(
    "function", [plots.transposed_convolution_steps, plots.down_sampling, plots.up_sampling], ids=lambda f: f.__name__
)
def test_drawing_for_images_brings_its_own_ground_and_stays_inside(function):
    figure = drawn(function())
    (axis,) = figure.axes
    assert to_hex(figure.get_facecolor()) == PAPER
    canvas = figure.bbox
    for text in axis.texts:
        box = text.get_window_extent()
        assert canvas.x0 <= box.x0 and box.x1 <= canvas.x1 and canvas.y0 <= box.y0 and box.y1 <= canvas.y1, text
    (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
    for mesh in (each for each in axis.collections if isinstance(each, QuadMesh)):
        corners = mesh.get_coordinates().reshape(-1, 2)
        assert left <= corners[:, 0].min() and corners[:, 0].max() <= right
        assert top <= corners[:, 1].min() and corners[:, 1].max() <= bottom


def test_sampling_drawings_join_windows_two_cells_apart():
    for function, formula in (
        (plots.down_sampling, "(6 + 2·1 − 3) // 2 + 1 = 3"),
        (plots.up_sampling, "2·(3 − 1) + 3 − 2·1 + 1 = 6"),
    ):
        (axis,) = function().axes
        (blue,), (orange,) = outlines(axis, BLUE), outlines(axis, ORANGE)
        assert blue[2:] == orange[2:] == (3, 3) and np.allclose(np.subtract(orange[:2], blue[:2]), (0, 2))
        assert formula in texts(axis)


@pytest.mark.parametrize(
    ("numbers_", "input_cell", "output_cell"),
    [((3, 3, 2, 1, 1), 5, 22), ((2, 4, 3, 2, 2), 4, 3), ((4, 2, 3, 0, 0), 1, 99)],
)
def test_view_outlines_what_is_read_and_what_is_painted(numbers_, input_cell, output_cell):
    n, kernel, *rest = numbers_
    (axis,) = drawn(plots.transposed_convolution_view(*numbers_, input_cell, output_cell)).axes
    (places, values), (out_places, counts) = written(axis)
    expected = kernel_overlap((n, n), kernel, *rest)
    assert np.array_equal(grid(out_places, counts), expected)
    assert values == list(range(1, n * n + 1))
    left, right = (mesh.get_coordinates()[0, 0] for mesh in axis.collections if isinstance(mesh, QuadMesh))

    window, cell = outlines(axis, ORANGE)
    number = min(output_cell, expected.size)
    assert np.allclose(np.subtract(cell[:2], right), divmod(number - 1, len(expected))[::-1]) and cell[2:] == (1, 1)
    assert np.allclose(np.subtract(window[:2], left), np.subtract(cell[:2], right)) and window[2:] == (kernel, kernel)
    inside = (places > window[:2]).all(axis=1) & (places < np.add(window[:2], window[2:])).all(axis=1)
    assert inside.sum() == expected.flat[number - 1]  # as many values in the window as kernels on the cell

    chosen, painted = outlines(axis, BLUE)
    assert np.allclose(np.add(chosen[:2], 0.5), places[input_cell - 1])
    one = np.zeros((n, n), int)
    one.flat[input_cell - 1] = 1
    reached = transposed_convolution(one, np.ones((kernel, kernel), int), *rest)
    rows, columns = np.nonzero(reached)
    assert np.allclose(np.subtract(painted[:2], right), (columns.min(), rows.min()))
    assert painted[2:] == (np.ptp(columns) + 1, np.ptp(rows) + 1)


def test_view_refuses_what_does_not_go_together():
    with pytest.raises(ValueError, match="output_padding must be at most stride - 1 = 1"):
        plots.transposed_convolution_view(3, 3, 2, 1, 2)


def test_matrices_leave_zeros_white():
    matrix = np.array([[1, 0, 4], [0, 2, 0]])
    (axis,) = drawn(plots.matrix_grids({"A": matrix, "its transpose": matrix.T})).axes
    meshes = [mesh for mesh in axis.collections if isinstance(mesh, QuadMesh)]
    for values, mesh in zip((matrix, matrix.T), meshes, strict=True):
        colours = np.asarray(mesh.get_array()).reshape(*values.shape, 3)
        assert (colours[values == 0] == 1).all()
        order = np.argsort(values[values > 0])
        assert (np.diff(colours[values > 0].sum(axis=1)[order]) < 0).all()  # darker, the larger
    assert [sorted(values) for _, values in written(axis)] == [[1, 2, 4], [1, 2, 4]]
    assert texts(axis) == ["A", "its transpose"]


def test_curves_hold_the_numbers():
    (axis,) = drawn(plots.size_stairs(range(4, 8), kernel=3, padding=1, strides=(1, 2))).axes
    assert [list(line.get_ydata()) for line in axis.lines] == [[4, 5, 6, 7], [2, 3, 3, 4]]

    left, right = drawn(plots.ways_back(np.zeros(5), {"same": np.zeros(5), "off": np.full(5, 3.0)})).axes
    assert left.get_title() == "same\nrms difference 0" and right.get_title() == "off\nrms difference 3"
    assert list(right.lines[1].get_ydata()) == [3] * 5

    errors, patterns = {"a": [1, 0.5], "b": [1, 0.2]}, {"a": [0.1, 0.01], "b": [0, 0]}
    left, right = drawn(plots.strength_over_training([0, 9], patterns, errors)).axes
    assert [list(line.get_ydata()) for line in left.lines] == [[1, 0.5], [1, 0.2]]
    assert [list(line.get_ydata()) for line in right.lines] == [[0.1, 0.01], [0, 0]]
    assert right.get_ylim()[0] < 0 < right.transData.transform((0, 0))[1]  # 0 is on the picture


def test_rows_of_cells_name_and_number():
    (axis,) = drawn(plots.rows_of_cells({"one": [0, 1, 0], "two": [5, 0, 0, 6]}, highlight={"two": 3})).axes
    assert [values for _, values in written(axis)] == [[0, 1, 0], [5, 0, 0, 6]]
    assert texts(axis) == ["one", "two", "0", "1", "2", "3"]
    colours = [np.asarray(mesh.get_array()).reshape(-1, 3) for mesh in axis.collections if isinstance(mesh, QuadMesh)]
    assert (colours[0][0] == 1).all() and (colours[0][1] != 1).any()
    assert not np.allclose(colours[1][3], colours[1][0])


def test_overlap_maps_count():
    *panels, _ = drawn(plots.overlap_maps([(3, 2), (4, 2)], size=4)).axes
    for axis, (kernel, words) in zip(panels, ((3, "remainder 1"), (4, "divides")), strict=True):
        assert np.array_equal(axis.images[0].get_array(), kernel_overlap((4, 4), kernel, 2))
        assert axis.get_title() == f"kernel {kernel}, stride 2\n{kernel} % 2 = {kernel % 2}: {words}"


def test_spectrum_of_a_wave_and_of_stripes():
    wave = np.cos(2 * np.pi * 4 * np.arange(32) / 32)
    frequencies, amplitudes = spectrum(np.tile(3 + 2 * wave, (8, 1)))
    assert frequencies[amplitudes.argmax()] == 4 / 32 and amplitudes.max() == pytest.approx(1)  # half goes to -4/32
    stripes = np.tile([1.0, -1.0], (8, 16))
    frequencies, amplitudes = spectrum(stripes)
    assert frequencies[amplitudes.argmax()] == 0.5 and amplitudes.max() == pytest.approx(1)

    figure = drawn(plots.spectra({"stripes": stripes, "wave": np.tile(wave, (8, 1))}, 2, (0, 4, 4), credit="by nobody"))
    axes = np.reshape(figure.axes, (3, 2))
    assert [axis.get_title() for axis in axes[2]] == ["checkerboard 100.0 %", "checkerboard 0.0 %"]
    assert np.array_equal(axes[1, 0].images[0].get_array(), stripes[:4, 4:8])
    assert axes[2, 0].lines[1].get_xdata()[0] == 0.5 and figure.get_supxlabel() == "by nobody"


def test_gradient_phases_write_measured_and_predicted():
    figure = drawn(plots.gradient_phases({"k": np.array([[4, 2], [2, 0.0]])}, {"k": np.ones((2, 2))}))
    assert texts(figure.axes[0]) == ["2.00\n(1.00)", "1.00\n(1.00)", "1.00\n(1.00)", "0.00\n(1.00)"]
