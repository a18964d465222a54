"""Files that somebody might send: bombs, lies, programs that pose as data, loops, damage. All are small on the disk.

The programs among them only make the file `canary`; where it appears, somebody's code has run.
"""

import base64
import contextlib
import io
import json
import marshal
import os
import pickle
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image


class Payload:
    """An object that makes the canary when it is unpickled."""

    def __init__(self, canary):
        self.canary = str(canary)

    def __reduce__(self):
        return open, (self.canary, "w")


MEGABYTE = 10**6
BOMB = 1500  # megabytes that a bomb unpacks to


def _deflated(head, n_megabytes):
    """`head` and so many megabytes of zeros as a deflate stream, made without unpacking them: one block, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * n_megabytes + packer.flush(zlib.Z_FINISH)


def zip_bomb(name, head=b"", n_megabytes=BOMB):
    """A zip file with one member that unpacks to so much. Its checksum is wrong, which shows when it is too late."""
    packed, name = _deflated(head, n_megabytes), name.encode()
    sizes = struct.pack("<III", 0, len(packed), len(head) + n_megabytes * MEGABYTE) + struct.pack("<HH", len(name), 0)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + name
    entry = b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local) + len(packed), 0)
    return local + packed + entry + end


def _png(width, height, kind=2, data=b"", packed=None):
    """A PNG of 8 bits with this header; its pixels are `data`, or `packed` once it is unpacked."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    chunks = (body, b"IDAT" + (packed or zlib.compress(data, 9)), b"IEND")
    framed = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def encoded(kind, size=(64, 48), **options):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).save(buffer := io.BytesIO(), kind, **options)
    return buffer.getvalue()


def pictures(canary):
    """{file name: content} of files that pose as pictures; none of them is one that can be taken."""
    files = {
        "bomb.png": _png(60_000, 60_000, data=bytes(1_000_000)),
        "wide bomb.png": _png(2**31 - 1, 1, data=bytes(1000)),
        "lying header.png": _png(8000, 8000, data=bytes(64 * 64 * 3)),
        "no pixels.png": _png(0, 0),
        "huge.gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\xf7\0\0" + bytes(768),
        "lying.bmp": b"BM" + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 2**31 - 1, -(2**31), 1, 24, *[0] * 6),
        "endless.ppm": b"P6 99999 99999 255\n" + bytes(100),
        "words.ppm": b"P6 " + b"9" * 5000 + b" 1 255\n",
        "float.tif": _encoded_float(),
        "loop.tif": b"II*\0\x08\0\0\0\x01\0\0\x01\x04\0\x01\0\0\0\xff\xff\xff\x7f\x08\0\0\0",  # page 2 is page 1
        "program.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(canary) (w) file closefile\nshowpage\n",
        "script.svg.png": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        "page.jpg": b"<!DOCTYPE html><html><body>404 not found</body></html>",
        "pickle.png": pickle.dumps(Payload(canary)),
        "zip.png": b"PK\3\4" + bytes(100),
        "text.jpg": "고양이".encode() * 100,
        "empty.png": b"",
        "zeros.png": bytes(1000),
        "signature.png": b"\x89PNG\r\n\x1a\n",
    }
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"):
        whole = encoded(kind)
        files |= {f"half.{kind.lower()}": whole[: len(whole) // 2], f"head.{kind.lower()}": whole[:24]}
    return files


def large_pictures():
    """Sound, and as large as is admitted: what they unpack to must not fill the memory."""
    side = 9400  # 88 million pixels
    return {f"large {kind}.png": _png_of_zeros(side, kind) for kind in (0, 4)}  # grey; grey with transparency


def _png_of_zeros(side, kind):
    n_bytes = side * (1 + side * {0: 1, 4: 2}[kind])
    n_megabytes, rest = divmod(n_bytes, MEGABYTE)
    checksum = struct.pack(">I", (n_bytes % 65521) << 16 | 1)  # Adler-32 of zeros
    return _png(side, side, kind=kind, packed=b"\x78\x01" + _deflated(bytes(rest), n_megabytes) + checksum)


def _encoded_float():
    Image.new("F", (20, 20), 0.5).save(buffer := io.BytesIO(), "TIFF")
    return buffer.getvalue()


def _zip(members, compressed=True):
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", kind, compresslevel=9 if compressed else None) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _npy(array):
    np.save(buffer := io.BytesIO(), array, allow_pickle=True)
    return buffer.getvalue()


def _npy_claiming(shape):
    """The head of an array of this shape, with hardly any data behind it."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + bytes(64)


def arrays(canary):
    """{file name: content} of files that pose as an .npz file of weights."""
    objects = np.array([Payload(canary)], dtype=object)
    bomb = zip_bomb("model.1.weight.npy", _npy_claiming((BOMB * MEGABYTE // 4,))[:-64])
    return {
        "objects.npz": _zip({"model.1.weight.npy": _npy(objects)}),
        "bomb.npz": bomb,
        "claims.npz": _zip({"x.npy": _npy_claiming((10**12,))}),
        "more claims.npz": _zip({"x.npy": _npy_claiming((2**62, 2**62))}),
        "negative.npz": _zip({"x.npy": _npy_claiming((-5,))}),
        "expression.npz": _zip({"x.npy": _npy_claiming((1,)).replace(b"(1,)", b"f()")}),
        "slip.npz": _zip({"../../evil.txt.npy": _npy(np.ones(3))}),
        "absolute.npz": _zip({"/tmp/x.npy": _npy(np.ones(3))}),
        "drive.npz": _zip({"C:\\x.npy": _npy(np.ones(3))}),
        "array.npy": _npy(np.ones(3)),
        "pickle.npy": _npy(objects),
        "pickle.pth": pickle.dumps({"model.1.weight": Payload(canary)}),
        "torch.pth": _zip({"archive/data.pkl": pickle.dumps(Payload(canary)), "archive/version": "3"}),
        "half.npz": _zip({"x.npy": _npy(np.random.default_rng(0).normal(size=500))})[:2000],
        "text.npz": b"weights", "empty.npz": b"",
    }  # fmt: skip


def _keras(layers, **members):
    """A .keras file of a Sequential model of these layers, given as Keras' description of them."""
    start = {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
             "config": {"batch_shape": [None, 4], "dtype": "float32", "sparse": False, "name": "in"}}  # fmt: skip
    config = {"module": "keras", "class_name": "Sequential", "registered_name": None,
              "config": {"name": "model", "layers": [start, *layers]},
              "build_config": {"input_shape": [None, 4]}}  # fmt: skip
    head = {"keras_version": "3.15.1", "date_saved": "2026-11-21@00:00:00"}
    return _zip({"config.json": json.dumps(config), "metadata.json": json.dumps(head), **members}, compressed=False)


def _layer(name, config, module="keras.layers"):
    return {"module": module, "class_name": name, "registered_name": None, "config": {"name": "l", **config}}


def lambda_layer(canary):
    """A Lambda whose code makes the canary: an armed one, as `keras.layers.Lambda` is saved."""
    scope = {}
    exec(f"def code(x):\n    open({str(canary)!r}, 'w').close()\n    return x\n", scope)
    code = base64.encodebytes(marshal.dumps(scope["code"].__code__)).decode("ascii")
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}
    return _layer("Lambda", {"function": function, "arguments": {}})


def networks(canary):
    """{file name: content} of files that pose as models."""
    opened = {"module": "builtins", "class_name": "function", "config": "open", "registered_name": "open"}
    pickled = base64.b64encode(pickle.dumps(Payload(canary))).decode("ascii")
    wrapper = {"module": {"class_name": "__bytes__", "config": {"value": pickled}}}
    closure = lambda_layer(canary)["config"]["function"]
    return {
        "lambda.keras": _keras([lambda_layer(canary)]),
        "activation.keras": _keras([_layer("Activation", {"activation": closure})]),
        "builtin.keras": _keras([_layer("Lambda", {"function": opened, "arguments": {"mode": "w"}})]),
        "system.keras": _keras([_layer("system", {"command": f"touch {canary}"}, module="os")]),
        "torch.keras": _keras([_layer("TorchModuleWrapper", wrapper)]),
        "unknown layer.keras": _keras([_layer("Denze", {"units": 3})]),
        "no weights.keras": _keras([_layer("Dense", {"units": 3})]),
        "negative.keras": _keras([_layer("Dense", {"units": -3})]),
        "many units.keras": _keras([_layer("Dense", {"units": 10**8})]),
        "bomb.keras": zip_bomb("config.json"),
        "weights bomb.keras": zip_bomb("model.weights.h5"),
        "claims.keras": _keras([_layer("Dense", {"units": 3})], **{"model.weights.h5": _h5_claiming(10**9)}),
        "slip.keras": _keras([], **{"../../evil.txt": "x"}),
        "assets.keras": _keras([], **{"assets/../../evil.txt": "x"}),
        "nested.keras": _zip({"config.json": "[" * 100_000, "metadata.json": "{}"}),
        "list.keras": _zip({"config.json": "[]", "metadata.json": "{}"}),
        "no config.keras": _zip({"metadata.json": "{}"}),
        "pickle.keras": pickle.dumps(Payload(canary)),
        "half.keras": _keras([_layer("Dense", {"units": 3})])[:300],
        "text.keras": b"model", "empty.keras": b"",
    }  # fmt: skip


def _h5_claiming(n):
    """Weights of n numbers, of which none is stored."""
    import h5py

    with h5py.File(buffer := io.BytesIO(), "w") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", shape=(4, n), dtype="f4", chunks=(4, 1024), compression="gzip")
    return buffer.getvalue()


def write(folder, files):
    """Write a dict of files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def loops(folder):
    """Links that lead in a circle, a pipe, and what a path may meet besides: paths that hold no data."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with contextlib.suppress(OSError):  # Windows lets only some users make links
        targets = {"itself.png": "itself.png", "a.png": "b.png", "b.png": "a.png", "gone.png": "none"}
        for name, target in targets.items():
            os.symlink(target, folder / name)
            made.append(folder / name)
        os.symlink(".", folder / "round", target_is_directory=True)
        made += [folder / "round", folder / "round" / "round" / "itself.png"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.png")
        made.append(folder / "pipe.png")
    return made
