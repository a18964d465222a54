"""The gallery: ranks follow the rule, pictures stand where their rank does, and everything is labelled."""

import numpy as np
import pytest

from studylib import plots
from studylib.data import load_task
from studylib.evaluation import luminance_ramp


def grey(levels):
    """One plain picture for each grey level: (N, 4, 4, 3)."""
    return np.broadcast_to(np.array(levels, np.uint8)[:, None, None, None], (len(levels), 4, 4, 3))


def shown(axis):
    """dict from (column, row), the input's row being 0, to the grey level that stands there, gaps left out."""
    pictures = {}
    for image in axis.images:
        left, right, bottom, top = image.get_extent()
        pictures[(left + right) / 2, 2 - int(bottom)] = int(np.asarray(image.get_array()).mean())
    columns = sorted({x for x, _ in pictures})
    return {(columns.index(x), row): level for (x, row), level in pictures.items()}


def test_typical_ranks_are_the_middles_of_equal_parts_of_the_rest():
    ranks = plots.gallery_ranks(198)
    assert ranks["best"] == [0, 1, 2] and ranks["worst"] == [195, 196, 197]
    parts = np.arange(3, 195).reshape(8, 24)
    assert ranks["typical"] == [part[12] for part in parts.tolist()]
    assert plots.gallery_ranks(42, n_extreme=1, n_typical=4)["typical"] == [6, 16, 26, 36]


def test_no_picture_is_shown_twice():
    for n in (14, 15, 30, 195, 1000):
        places = sum(plots.gallery_ranks(n).values(), [])
        assert places == sorted(set(places)) and places[-1] == n - 1


def test_pictures_stand_by_rank_input_above_output_above_truth():
    values = np.random.default_rng(0).permutation(20).astype(float)
    levels = np.arange(20)
    block = {"values": values, "rule": "a made-up figure"}
    block |= {"inputs": grey(levels), "outputs": grey(levels + 50), "truth": grey(levels + 100)}
    figure = plots.gallery({"there": block, "back": block}, n_extreme=2, n_typical=4)
    ranks = sum(plots.gallery_ranks(20, 2, 4).values(), [])
    order = np.argsort(values)
    for axis in figure.axes:
        expected = {(k, row): order[rank] + 50 * row for k, rank in enumerate(ranks) for row in range(3)}
        assert shown(axis) == expected
        assert [label.get_text() for label in axis.get_xticklabels()] == [f"{rank:g}" for rank in ranks]
        above = [text.get_text() for text in axis.texts]
        assert [text for text in above if text.isdigit()] == [str(rank + 1) for rank in ranks]
        assert [text.split(":")[0] for text in above if not text.isdigit()] == ["best", "typical", "worst"]


def test_gallery_says_rule_title_and_credit():
    task = load_task("shapes/plain2striped", image_size=16)
    outputs = luminance_ramp(task.test_a, 0, 200)
    values = np.abs(outputs.astype(float) - task.test_b).mean(axis=(1, 2, 3))
    block = {"inputs": task.test_a, "outputs": outputs, "truth": task.test_b, "values": values, "rule": "their error"}
    figure = plots.gallery({"plain to striped": block}, title="A heading", credit="drawn by nobody")
    said = " ".join(figure.axes[0].get_title(loc="left").split())
    assert said.startswith("plain to striped: ") and f"{len(values)} held-out pictures" in said
    assert "ranked (number above) by their error" in said
    assert figure.get_suptitle() == "A heading" and figure.get_supxlabel() == "drawn by nobody"
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["input", "output", "truth"]


def test_too_few_pictures_are_refused():
    with pytest.raises(ValueError, match=r"a picture for each of its 14 places\. Received: 13 pictures"):
        plots.gallery_ranks(13)
