"""The verdicts of notebook 10 on how a set of pictures is judged.

Every function takes measured numbers and returns a `NoteCheck`.
"""

import numpy as np

from studylib.claims import check_the_note

NEAR = 0.05  # of a score from 0 to 1: what a short training with small batches leaves
REFUSED = 0.2  # a score below is a clear "not from this set"; 0.5 is "I cannot tell"


def style_of_a_set(shares, fake_shares, of_the_set, of_one_picture, pictured):
    """9.12: where the style comes from, and whether the distribution is modelled.

    Args:
        shares: how often each colour comes in the set of true pictures, (k,), sum 1.
        fake_shares: the same for the fakes.
        of_the_set: scores of a discriminator for each colour, the whole set being its reals, (k,).
        of_one_picture: the same, a single picture being its only real.
        pictured: index of that picture's colour.
    """
    shares, fake_shares, of_the_set, of_one_picture = map(np.asarray, (shares, fake_shares, of_the_set, of_one_picture))
    others = np.arange(len(shares)) != pictured
    expected = shares / (shares + fake_shares)
    deviation = float(np.abs(of_the_set - expected).max())
    condition = None
    if deviation < NEAR:
        condition = (
            "no share is written down anywhere, yet the adversarial term compares the two distributions: the score is "
            "the share among the true pictures over the sum of both shares. And it holds of this method: that of "
            "Gatys and others takes its style from one image."
        )
    return check_the_note(
        "9.12",
        "The style comes from the whole set (전체 집합), not from one picture, and the distribution is not modelled.",
        bool(of_one_picture[others].max() < REFUSED < of_the_set[shares > 0].min()),
        f"a discriminator whose reals are the whole set scores its {len(shares)} colours "
        f"{', '.join(f'{score:.2f}' for score in of_the_set)}, where the ratio of the shares is "
        f"{', '.join(f'{score:.2f}' for score in expected)}; one whose only real is a single picture gives the other "
        f"colours of the set at most {of_one_picture[others].max():.2f}.",
        condition,
    )
