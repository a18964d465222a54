"""Build the page that runs a trained pair of generators in the browser (`make web`): build/web/, plain files.

The page's own files are those of web/. Added are both generators as ONNX, held-out pictures as samples, and ONNX
Runtime Web, which npm fetches once into the user's cache; nothing of it is kept in git. Whatever depends on the model
stands in page.json.

Example:
    python tools/build_web.py openmoji/line2color
"""

import argparse
import base64
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.colors import CSS4_COLORS, to_rgb
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studylib.xla_cache import cache_folder

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "web"
VERSION = "1.30.0"  # of ONNX Runtime Web, with what npm calls its integrity
INTEGRITY = "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
SCRIPT, WASM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"  # all that a page without threads needs

N_SAMPLES = 12
N_PENS = 10  # at most, black and white included
KIND = 32  # grey levels: what is alike to within these counts as one colour
LEAST_CHROMA = 32  # grey levels between a pen's largest and smallest channel: greys are mostly edges of black lines
LEAST_SHARE = 0.005  # of the pixels that are coloured
LEAST_DISTANCE = 40  # between two pens, in their most different channel


# ---- ONNX Runtime Web ------------------------------------------------------------------------------------------------


def runtime_package():
    """The package of ONNX Runtime Web in the cache, its bytes checked; fetched by npm where it is not there yet.

    Returns:
        Path of the .tgz file.

    Raises:
        FileNotFoundError: npm is not installed.
        ConnectionError: npm could not fetch the package.
        ValueError: what came is not what is expected.
    """
    package = cache_folder() / f"onnxruntime-web-{VERSION}.tgz"
    if package.exists() and integrity(package) == INTEGRITY:
        return package
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError(
            "The page needs ONNX Runtime Web, which npm fetches, and npm is not installed: install it (on Debian and "
            "Ubuntu: apt-get install npm; on macOS: brew install node) and repeat `make web`."
        )
    print(f"Fetching ONNX Runtime Web {VERSION} with npm: 33 MB, once.", flush=True)
    package.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=package.parent, prefix=".npm_") as folder:
        command = [npm, "pack", f"onnxruntime-web@{VERSION}", "--pack-destination", folder, "--ignore-scripts"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        fetched = Path(folder) / package.name
        if done.returncode or not fetched.exists():
            said = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()
            raise ConnectionError(f"npm could not fetch onnxruntime-web@{VERSION}. It said: {' '.join(said[:3])}")
        if (found := integrity(fetched)) != INTEGRITY:
            raise ValueError(
                f"What npm fetched as onnxruntime-web@{VERSION} is damaged or another file, and is not used: repeat "
                f"`make web`, or look at npm's registry setting. Received: {found}, expected {INTEGRITY}"
            )
        os.replace(fetched, package)
    return package


def integrity(path):
    """The digest of a file in npm's notation."""
    with open(path, "rb") as file:
        return "sha512-" + base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()


def unpack_runtime(package, folder):
    """Take the two files that the page needs out of the package."""
    folder.mkdir()
    with tarfile.open(package) as archive:
        for name in (SCRIPT, WASM):
            with archive.extractfile(f"package/dist/{name}") as source, open(folder / name, "wb") as target:
                shutil.copyfileobj(source, target)


# ---- what depends on the task ----------------------------------------------------------------------------------------


def write_samples(task, folder, seed):
    """Write some held-out pictures, both faces of each, as PNG; return what page.json says of them."""
    from studylib.pretrained.card import title  # TensorFlow comes with it

    folder.mkdir()
    n_pairs = min(len(task.test_a), len(task.test_b))
    drawn = np.random.default_rng(seed).choice(n_pairs, min(N_SAMPLES, n_pairs), replace=False)
    notes = PngInfo()
    notes.add_itxt("Copyright", task.attribution)
    samples = []
    for number, i in enumerate(sorted(drawn.tolist())):
        files = [f"{folder.name}/{number:02}_{face}.png" for face in "AB"]
        for file, images in zip(files, (task.test_a, task.test_b), strict=True):
            Image.fromarray(images[i]).save(folder.parent / file, pnginfo=notes)
        name = task.names_test[i]
        samples.append({"name": name, "title": title(name), "files": files})
    return samples


def pens(images):
    """The colours to draw with: black, white, and what pictures of the domain are coloured with most.

    Args:
        images: uint8 (N, H, W, 3).

    Returns:
        List of {"name": a word of CSS, "value": "#rrggbb"}.
    """
    codes, counts = np.unique(images.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1]), return_counts=True)
    colours = codes[:, None] >> np.array([16, 8, 0]) & 255
    coloured = np.flatnonzero(np.ptp(colours, axis=1) >= LEAST_CHROMA)
    coloured = coloured[np.argsort(-counts[coloured], kind="stable")]
    colours, counts = colours[coloured], counts[coloured]
    _, first, kind = np.unique(colours // KIND, axis=0, return_index=True, return_inverse=True)
    shares = np.bincount(kind, counts) / max(1, counts.sum())
    chosen = [np.zeros(3, int), np.full(3, 255)]
    for number in np.argsort(-shares, kind="stable"):
        colour = colours[first[number]]  # the most frequent one of its kind
        is_new = all(np.abs(colour - other).max() >= LEAST_DISTANCE for other in chosen)
        if is_new and shares[number] >= LEAST_SHARE and len(chosen) < N_PENS:
            chosen.append(colour)
    return [{"name": colour_name(colour), "value": "#{:02x}{:02x}{:02x}".format(*colour)} for colour in chosen]


def colour_name(colour):
    """The word of CSS that is nearest to a colour of three numbers from 0 to 255."""
    return min(CSS4_COLORS, key=lambda word: np.square(255 * np.array(to_rgb(word)) - colour).sum())


# ---- the page --------------------------------------------------------------------------------------------------------


def build(name, folder, shelf=None, seed=0):
    """Build the page for the generators of `name` into `folder`, which is replaced as a whole in the end.

    Args:
        name: of a pair on the shelf, such as "openmoji/line2color".
        folder: Path; an earlier page there is replaced, anything else is refused.
        shelf: another folder than studylib/pretrained.
        seed: draws the samples.

    Raises:
        ValueError, FileNotFoundError, ConnectionError: in one sentence.
    """
    from studylib import pretrained  # TensorFlow: not before it is known that there is work for it
    from studylib.data import load_task
    from studylib.deployment import export

    if folder.exists() and not (folder / "page.json").exists() and (folder.is_file() or any(folder.iterdir())):
        raise ValueError(f"folder must be new, empty, or a page that was built before. Received: folder={folder}")
    pair = pretrained.load_pretrained(name, shelf or pretrained.SHELF)
    task = load_task(name, pair.image_size)
    package = runtime_package()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".web_") as workplace:
        site = Path(workplace) / "site"
        shutil.copytree(PAGE, site)
        (site / "models").mkdir()
        for network in pretrained.GENERATORS:
            export(getattr(pair, network), "onnx", site / "models" / f"{network}.onnx")
        unpack_runtime(package, site / "runtime")
        page = {"samples": write_samples(task, site / "samples", seed), **described(pair, task, site)}
        (site / "page.json").write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if folder.exists():
            folder.rename(Path(workplace) / "before")
        site.rename(folder)


def described(pair, task, site):
    """What the page must know of the model, a dict."""

    def file(path, what):
        return {"path": path, "bytes": (site / path).stat().st_size, "what": what}

    labels = (task.label_a, task.label_b)
    networks = ("models/g_AB.onnx", "models/g_BA.onnx")
    directions = [
        {"from": source, "to": 1 - source, "file": file(path, f"generator for {labels[1 - source]}")}
        for source, path in enumerate(networks)
    ]
    faces = (np.concatenate([task.train_a, task.test_a]), np.concatenate([task.train_b, task.test_b]))
    return {
        "name": pair.name,
        "image_size": pair.image_size,
        "limits": pair.card.get("limits", ""),
        "attribution": task.attribution,
        "domains": [{"label": label, "pens": pens(images)} for label, images in zip(labels, faces, strict=True)],
        "directions": directions,
        "runtime": {"version": VERSION, "script": f"./runtime/{SCRIPT}", "wasm": file(f"runtime/{WASM}", "runtime")},
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Build the page that runs the generators in the browser.")
    parser.add_argument("name", nargs="?", default="openmoji/line2color", help="of a pair on the shelf")
    parser.add_argument("--shelf", type=Path, help="another folder of trained pairs than studylib/pretrained")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "web")
    parser.add_argument("--seed", type=int, default=0, help="draws the samples")
    options = parser.parse_args(arguments)
    import studylib.quiet  # noqa: F401

    try:
        build(options.name, options.folder, options.shelf, options.seed)
    except (ValueError, FileNotFoundError, ConnectionError) as problem:
        sys.exit(f"{problem}")
    n_bytes = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    server = [sys.executable, "-m", "http.server", "8000", "--bind", "127.0.0.1", "--directory", str(options.folder)]
    print(f"{options.folder}: {n_bytes / 1e6:.0f} MB. To look at it, run\n  {shlex.join(server)}")
    print("and open http://127.0.0.1:8000/")


if __name__ == "__main__":
    main()
