"""Pictures that renew themselves while a model trains."""

import keras
from IPython.display import DisplayHandle

from studylib.plots import loss_curves


class LiveTraining(keras.callbacks.Callback):
    """Show the sample sheet, and below it the loss curves, renewed after every epoch.

    Args:
        draw: function of the model that returns a Figure, the same that `train` saves as sample sheet.
        history: function that returns the history so far, a dict as of `read_history`.
    """

    def __init__(self, draw, history):
        super().__init__()
        self.draw, self.history = draw, history

    def drawn(self):
        with self.model.averaged():
            return self.draw(self.model)

    def on_train_begin(self, logs=None):
        self.sheet, self.curves = DisplayHandle(), None
        self.sheet.display(self.drawn())

    def on_epoch_end(self, epoch, logs=None):
        self.sheet.update(self.drawn())
        history = self.history()
        if len(history.get("epoch", ())) < 2:
            return  # a curve needs two points
        figure = loss_curves(history)
        if self.curves is None:
            self.curves = DisplayHandle()
            self.curves.display(figure)
        else:
            self.curves.update(figure)
