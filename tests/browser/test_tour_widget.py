"""The slider of notebook 00 goes through the training: each epoch has its picture, the first and last are known."""

from fast import FAST
from likeness import difference, nearest


def test_epoch_slider_goes_through_the_training(open_notebook, artifacts):
    notebook = open_notebook("00_start_here")
    view = notebook.widget("epochs")
    assert view.controls() == ["epoch"] and view.value("epoch") == 0
    last = FAST["00_start_here"]["epochs"]
    pictures, seen = [view.pixels()], [view.picture()]
    for epoch in range(1, last + 1):
        before = view.picture()
        view.set_slider("epoch", epoch)
        seen.append(view.wait_for_change(before))
        pictures.append(view.pixels())
    assert len(set(seen)) == last + 1
    # The static twins: the untrained networks' picture, and the one that was renewed during the training.
    (untrained,), (trained,) = notebook.outputs("frames = [translated()]"), notebook.outputs("gan.fit(")
    assert nearest(untrained, pictures) == 0 and difference(untrained, pictures[0]) < 3
    assert nearest(trained, pictures) == last and difference(trained, pictures[-1]) < 3
    view.screenshot(artifacts / "widget_epochs.png")

    view.drag_slider("epoch", 0)
    view.wait_for_picture(pictures[0])
