"""The toy of notebooks 06 and 07 as it trains: start, stop, one step, and every setting may be changed on the way."""

import asyncio
import html
import io

import ipywidgets

from studylib import plots
from studylib.arguments import one_of, whole_number
from studylib.gan.toy import DATA, ToyTraining
from studylib.losses import ADVERSARIAL_LOSSES

PAUSE = 0.05  # seconds between two pictures in which the kernel is free for everything else
LIMIT = 20_000  # steps after which a training that nobody stopped ends by itself
LARGEST_SEED = 99
RATES = (0.0001, 0.0002, 0.0005, 0.001, 0.00125, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1)
_WIDE, _NARROW = ipywidgets.Layout(width="350px"), ipywidgets.Layout(width="200px")
_ROW = ipywidgets.Layout(flex_flow="row wrap")

_training = None  # the one view of this kernel that trains: two at once would share the cores


def toy_training(data="ring", adversarial="gan", learning_rate=0.001, discriminator_learning_rate=0.002, seed=0):
    """Watch a GAN in the plane while it trains.

    Nothing runs before "start" is pressed, so that a notebook runs to its end. The training takes a slice of steps,
    shows `plots.toy_gan` of the moment, leaves the kernel free for a while, and goes on with the values that the
    controls have then.

    Args:
        data: "ring" or "spiral". adversarial: "gan", "lsgan" or "minimax".
        learning_rate, discriminator_learning_rate: where the sliders stand at first.
        seed: from 0 to 99.

    Returns:
        An ipywidgets box of the class "studylib-toy-training".

    Raises:
        ValueError: an argument is out of its range.
    """
    one_of("data", data, DATA)
    whole_number("seed", seed, at_least=0, at_most=LARGEST_SEED)
    return _ToyView(ToyTraining(data, adversarial, learning_rate, discriminator_learning_rate, seed)).box


class _ToyView:
    """The controls, the picture and the numbers, and the task that trains."""

    def __init__(self, toy):
        self.toy, self.task = toy, None

        def slider(description, options, value):
            made = ipywidgets.SelectionSlider(options=options, value=value, description=description, layout=_WIDE)
            made.style.description_width = "145px"
            return made

        def rate(network, value):
            return slider(f"rate of {network}", sorted({*RATES, value}), value)

        self.data = ipywidgets.Dropdown(options=list(DATA), value=toy.data, description="data")
        self.loss = ipywidgets.Dropdown(options=sorted(ADVERSARIAL_LOSSES), value=toy.adversarial, description="loss")
        self.rate_g = rate("generator", toy.gan.learning_rate)
        self.rate_d = rate("discriminator", toy.gan.discriminator_learning_rate)
        self.slice = slider("steps a picture", (1, 5, 10, 20, 50, 100), 50)
        self.seed = ipywidgets.BoundedIntText(toy.gan.seed, min=0, max=LARGEST_SEED, description="seed")

        self.buttons = {name: ipywidgets.Button(description=name) for name in ("start", "stop", "step", "reset")}
        for name, button in self.buttons.items():
            button.layout = ipywidgets.Layout(width="80px")
            press = getattr(self, name)
            button.on_click(lambda _, press=press: press())
        self.data.layout = self.loss.layout = self.seed.layout = _NARROW
        for control in (self.data, self.loss):
            control.observe(lambda _: self.take(0), names="value")
        self.seed.observe(lambda _: self.reset(), names="value")

        self.picture, self.text = ipywidgets.Image(format="png"), ipywidgets.HTML()
        self.picture.layout = ipywidgets.Layout(max_width="100%", width="fit-content", object_fit="contain")
        rows = (self.buttons.values(), (self.data, self.loss, self.seed), (self.rate_g, self.rate_d, self.slice))
        rows = [ipywidgets.HBox(list(row), layout=_ROW) for row in rows]
        self.box = ipywidgets.VBox([*rows, self.picture, self.text]).add_class("studylib-toy-training")
        self.take(0)
        self.show_state()

    def start(self):
        """Train until "stop"; a view that trains elsewhere stops."""
        global _training
        if self.is_running():
            return
        if _training is not None:
            _training.stop()
        _training = self
        self.task = asyncio.get_running_loop().create_task(self.train())
        self.show_state()

    def stop(self):
        """End the training before its next slice."""
        if self.is_running():
            self.task.cancel()
        self.task = None
        self.show_state()

    def step(self):
        """Take one slice of steps, as many as "steps a picture" says."""
        self.stop()
        self.take(self.slice.value)

    def reset(self):
        """Start values anew, by the seed; the controls stay where they are, and so does running or not."""
        self.toy = ToyTraining(self.data.value, self.loss.value, seed=self.seed.value)
        self.take(0)

    def is_running(self):
        return self.task is not None and not self.task.done()

    async def train(self):
        """Slice after slice, each with the latest values of the controls."""
        last = self.toy.step + LIMIT
        while self.toy.step < last and self.take(self.slice.value):
            await asyncio.sleep(PAUSE)
        self.task = None
        self.show_state()

    def take(self, n):
        """Take n steps with the values of the controls and show the moment; False if there is nothing to go on with."""
        try:
            if self.data.value != self.toy.data:
                self.toy.data = self.data.value
            self.toy.adversarial = self.loss.value
            self.toy.set_learning_rates(self.rate_g.value, self.rate_d.value)
            if n:
                self.toy.run(n)
            moment = self.toy.snapshot()
        except ValueError as error:
            self.text.value = html.escape(str(error))
            return False
        # Speed counts here, not size.
        figure = plots.toy_gan(moment)
        figure.savefig(buffer := io.BytesIO(), format="png", dpi=100, pil_kwargs={"compress_level": 1})
        self.picture.value, self.text.value = buffer.getvalue(), _numbers(moment)
        return True

    def show_state(self):
        self.buttons["start"].disabled = self.is_running()
        self.buttons["stop"].disabled = not self.is_running()


def _numbers(moment):
    """The numbers below the picture, as HTML."""
    losses = "no step taken yet"
    if moment.losses:
        losses = f"discriminator {moment.losses['d']:.3f}, generator {moment.losses['g']:.3f}"
    return (
        f"step <b>{moment.step}</b>, loss {moment.adversarial}: {losses}<br>"
        f"modes covered <b>{moment.modes} of {moment.n_modes}</b>, {moment.inside:.0%} of the samples inside them; "
        f"energy distance from the data {moment.distance:.4f}"
    )
