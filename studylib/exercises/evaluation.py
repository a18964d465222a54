"""Exercises of notebook 10: the signal-to-noise ratio, an estimate without bias, and measures that are fooled."""

from studylib.exercises import Exercise


def check_psnr(psnr):
    """Compare with decibels that are known: each factor of 10 in the error is 20 of them."""
    import numpy as np

    truth = np.zeros((1, 2, 2, 3), np.uint8)
    for difference, expected in ((255, 0.0), (51, 13.979), (1, 48.131)):
        received = float(psnr(truth + np.uint8(difference), truth))
        if not abs(received - expected) < 0.01:
            return (
                f"where every pixel is {difference} grey levels beside a truth of 0, the ratio is {expected:.2f} dB. "
                f"Received: {received:.2f}."
            )
    images = truth.copy()
    images[0, 0, 0] = 100  # one pixel of four
    received = float(psnr(images, truth))
    if not abs(received - 14.151) < 0.01:
        return (
            "where one pixel of four is 100 grey levels beside the truth and the others are right, the ratio is "
            f"14.15 dB. Received: {received:.2f}."
        )
    below = float(psnr(truth, truth + np.uint8(51)))
    if not abs(below - 13.979) < 0.01:
        return f"0 instead of 51 is as wrong as 51 instead of 0, 13.98 dB. Received: {below:.2f}."
    return None


PSNR = Exercise(
    name="evaluation.1",
    prompt=(
        "Write the peak signal-to-noise ratio of uint8 images in decibels: ten times the logarithm to the base 10 of "
        "255² over the mean squared error."
    ),
    starter="""
import numpy as np


def psnr(images, truth):
    return ...
""",
    answer="psnr",
    check=check_psnr,
    hints=(
        "What is np.uint8(0) - np.uint8(51)? Turn the images into float before you subtract.",
        "The mean of the squares, not the square of the mean; and np.log10, not np.log.",
    ),
    solution="""
import numpy as np


def psnr(images, truth):
    difference = images.astype(float) - truth.astype(float)
    return 10 * np.log10(255**2 / np.mean(difference**2))
""",
    mistakes=(
        # uint8 minus uint8 wraps around.
        """
import numpy as np


def psnr(images, truth):
    return 10 * np.log10(255**2 / np.mean((images - truth).astype(float) ** 2))
""",
        # The natural logarithm.
        """
import numpy as np


def psnr(images, truth):
    return 10 * np.log(255**2 / np.mean((images.astype(float) - truth.astype(float)) ** 2))
""",
        # The mean absolute error, squared.
        """
import numpy as np


def psnr(images, truth):
    return 20 * np.log10(255 / np.mean(np.abs(images.astype(float) - truth.astype(float))))
""",
    ),
)


def check_mmd(mmd):
    """Compare with numbers worked out by hand, then with what an estimate without bias must do on average."""
    import numpy as np

    def product(u, v):
        return u @ v.T

    x, y = np.array([[1.0], [3.0]]), np.array([[0.0], [2.0]])
    received = float(mmd(x, y, product))
    # within x: 1*3 = 3; within y: 0; between, all four pairs: (0 + 2 + 0 + 6) / 4 = 2; 3 + 0 - 2 * 2 = -1
    if not abs(received + 1) < 1e-6:
        return (
            "for x = [1, 3], y = [0, 2] and the product as the kernel, two different points of x give 3, two of y 0, "
            f"and one of each 2 on average, so that the estimate is 3 + 0 - 2 * 2 = -1. Received: {received:.3f}."
        )
    received = float(mmd(np.array([[1.0], [1.0], [4.0]]), y, product))
    # within x: (1 + 4 + 4) / 3 = 3; within y: 0; between: (1 + 1 + 4) / 3 * 1 = 2; 3 - 4 = -1
    if not abs(received + 1) < 1e-6:
        return f"for x = [1, 1, 4] and y = [0, 2] it is 3 + 0 - 2 * 2 = -1. Received: {received:.3f}."
    return None


MMD = Exercise(
    name="evaluation.2",
    prompt=(
        "Write the estimate behind KID that is right on average: the mean kernel of two different points of x, plus "
        "that of two different points of y, minus twice the mean kernel of a point of x and one of y. `kernel(u, v)` "
        "gives the table of all pairs, (n, m)."
    ),
    starter="""
import numpy as np


def mmd(x, y, kernel):
    return ...
""",
    answer="mmd",
    check=check_mmd,
    hints=(
        "The diagonal of kernel(x, x) holds each point with itself: these pairs must not count.",
        "Subtract np.trace from the sum; n * (n - 1) pairs are left.",
    ),
    solution="""
import numpy as np


def mmd(x, y, kernel):
    def within(points):
        table, n = kernel(points, points), len(points)
        return (table.sum() - np.trace(table)) / (n * (n - 1))

    return within(x) + within(y) - 2 * kernel(x, y).mean()
""",
    mistakes=(
        # With the diagonal: two samples of one distribution are apart, the more so the smaller they are.
        """
def mmd(x, y, kernel):
    return kernel(x, x).mean() + kernel(y, y).mean() - 2 * kernel(x, y).mean()
""",
        # The diagonal is taken out of the sum, but still counted.
        """
import numpy as np


def mmd(x, y, kernel):
    def within(points):
        table = kernel(points, points)
        return (table.sum() - np.trace(table)) / table.size

    return within(x) + within(y) - 2 * kernel(x, y).mean()
""",
        # The pairs between the sets once instead of twice.
        """
import numpy as np


def mmd(x, y, kernel):
    def within(points):
        table, n = kernel(points, points), len(points)
        return (table.sum() - np.trace(table)) / (n * (n - 1))

    return within(x) + within(y) - kernel(x, y).mean()
""",
    ),
)

_TOY = """
import numpy as np

greys = np.array([0, 80, 160, 240], np.uint8)
truth = np.tile(greys[:, None, None, None], (1, 64, 64, 3))  # four pictures, each of one grey
healthy = truth[[2, 3, 0, 1]]  # the right pictures, each for the wrong input
stripes = np.repeat(greys, 16)[None, :, None]
collapsed = np.tile(stripes, (4, 64, 1, 3))  # one picture for all: a stripe of each grey
"""


def toy_verdicts():
    """What each measure says of the toy: dict from its name to (healthy, collapsed, whether it is fooled)."""
    from studylib import evaluation

    toy = {}
    exec(_TOY, toy)
    verdicts = {}
    for name, measure, sign in (
        ("error", evaluation.grey_level_error, 1),
        ("psnr", evaluation.psnr, -1),
        ("colour", evaluation.colour_distance, 1),
        ("diversity", evaluation.diversity, -1),
    ):
        healthy, collapsed = (measure(toy[images], toy["truth"]) for images in ("healthy", "collapsed"))
        verdicts[name] = healthy, collapsed, sign * collapsed <= sign * healthy + 1e-6
    return verdicts


def check_fooled(fooled):
    """Measure the toy and compare."""
    verdicts = toy_verdicts()
    named = {fooled} if isinstance(fooled, str) else set(fooled)
    if unknown := sorted(named - set(verdicts), key=str):
        return f"fooled must be a set of names out of {', '.join(verdicts)}. Received: {unknown[0]!r}."
    for name, (healthy, collapsed, is_fooled) in verdicts.items():
        if is_fooled != (name in named):
            judged = "no worse than" if is_fooled else "worse than"
            return (
                f"{name} is {healthy:.2f} for the healthy generator and {collapsed:.2f} for the collapsed one: it "
                f"calls the collapsed one {judged} the healthy one."
            )
    return None


FOOLED = Exercise(
    name="evaluation.3",
    prompt=(
        "A healthy generator paints the right set of pictures, each for the wrong input; a collapsed one paints the "
        "same picture for every input. Which measures are fooled, that is, call the collapsed one at least as good? "
        'Choose from "error", "psnr", "colour" (the colour distance of the sets) and "diversity". Think first, then '
        "measure with studylib.evaluation."
    ),
    starter=_TOY + "\nfooled = ...\n",
    answer="fooled",
    check=check_fooled,
    hints=(
        "What is nearer to each of the four greys on average: another one of them, or a bit of all?",
        "The colour distance pools the pixels of all pictures. Which greys, and how much of each, are in the stripes?",
    ),
    solution="""
# A bit of everything is nearer to every truth than the wrong picture, and holds every colour in the right share.
fooled = {"error", "psnr", "colour"}
""",
    mistakes=(
        # Pixel by pixel only: the set of colours is right, too.
        """
fooled = {"error", "psnr"}
""",
        # None: it "looks" worse.
        """
fooled = set()
""",
        # All of them.
        """
fooled = {"error", "psnr", "colour", "diversity"}
""",
    ),
)

EXERCISES = (PSNR, MMD, FOOLED)
