"""Train the encoder behind `studylib.evaluation.kid` anew, and write it with its card into studylib/pretrained.

Example:
    python tools/train_encoder.py
"""

import argparse
import json
import shlex
import sys
import time
from datetime import UTC, datetime

from record_runs import ROOT, committed


def card(command, commit, seed, n_steps, seconds, encoder, losses, artworks, held_out):
    """What made the encoder and how well it does, as a dict."""
    from studylib.evaluation.contrastive import retrieval_accuracy

    return {
        "what": "Encoder behind studylib.evaluation.kid: a picture of 64 x 64 pixels to 128 numbers",
        "data": f"OpenMoji, CC BY-SA 4.0: {len(artworks)} artworks for training, {artworks.shape[1]} faces each",
        "objective": "contrastive, two windows of one picture against all others of the batch; no labels",
        "command": command,
        "commit": commit,
        "seed": seed,
        "steps": n_steps,
        "seconds": round(seconds),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "parameters": encoder.count_params(),
        "loss_of_the_last_hundred_steps": round(sum(losses[-100:]) / len(losses[-100:]), 4),
        "retrieval_among_held_out": round(retrieval_accuracy(encoder, held_out), 4),
        "chance_of_retrieval": round(1 / (held_out.shape[0] * held_out.shape[1]), 4),
        "limits": "It has seen drawings only. Its distances compare with one another, not with published ones.",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        commit = committed(ROOT)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    import studylib.quiet  # noqa: F401
    from studylib.evaluation.contrastive import faces_of_artworks, train_encoder
    from studylib.evaluation.encoder import CARD, PATH

    artworks, begun = faces_of_artworks("train"), time.monotonic()
    encoder, losses = train_encoder(artworks, options.steps, seed=options.seed)
    command = shlex.join(["python", "tools/train_encoder.py", *sys.argv[1:]])
    seconds = time.monotonic() - begun
    about = card(
        command, commit, options.seed, options.steps, seconds, encoder, losses, artworks, faces_of_artworks("test")
    )
    PATH.parent.mkdir(exist_ok=True)
    for path, write in (
        (PATH, encoder.save),
        (CARD, lambda path: path.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")),
    ):
        temporary = path.with_name(f"new_{path.name}")
        write(temporary)
        temporary.replace(path)
    print(json.dumps(about, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
