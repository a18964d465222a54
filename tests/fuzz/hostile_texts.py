"""Texts that pose as settings, recordings, notebooks or TF_CONFIG."""

import json
import pickle

HEAD = "# command: x\n# commit: x\n# seeds: x\n# machine: x\n# time: x\n"


def texts():
    """{file name: content} of what stands where JSON or CSV is expected."""
    return {
        "empty": b"",
        "spaces": b"  \n",
        "zeros": bytes(1000),
        "bytes": bytes(range(256)),
        "cut": b'{"task": "x", "ima',
        "nested": b"[" * 100_000,
        "braces": b'{"a":' * 50_000,
        "list": b"[1, 2]",
        "number": b"3",
        "null": b"null",
        "digits": b'{"image_size": ' + b"9" * 5000 + b"}",
        "names": b'{"task": 3, "image_size": "x"}',
        "sizes": b'{"task": "shapes/plain2striped", "image_size": -5, "commit": "x"}',
        "utf-16": '{"a": 1}'.encode("utf-16"),
        "page": b"<html><body>404</body></html>",
        "pickle": pickle.dumps({"step": 1}),
        "no head": b"a,step\n1,2\n",
        "half head": b"# command\n# commit: \na\n1\n",
        "no rows": HEAD.encode(),
        "ragged": f"{HEAD}a,step\n1\n1,2,3\n".encode(),
        "quote": f'{HEAD}a,step\n"1,2\n3'.encode(),
        "no step": f"{HEAD}a,b\n1,2\n".encode(),
        "null byte": f"{HEAD}a,step\n1,\0\n".encode(),
        "long field": f"{HEAD}a,step\n{'x' * 200_000},1\n".encode(),
    }


def notebooks():
    """{file name: content} of notebooks whose parameters cannot be told."""

    def notebook(*sources):
        cells = [
            {"cell_type": "code", "id": f"c{k}", "metadata": {"tags": ["parameters"]}, "source": source, "outputs": [],
             "execution_count": None}
            for k, source in enumerate(sources)
        ]  # fmt: skip
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()

    return {
        "none.ipynb": notebook(),
        "two.ipynb": notebook("n = 1", "m = 2"),
        "import.ipynb": notebook("import os"),
        "call.ipynb": notebook("n = open('canary', 'w')"),
        "attribute.ipynb": notebook("n.m = 3"),
        "several.ipynb": notebook("n = m = 3"),
        "unpacked.ipynb": notebook("n, m = 3, 4"),
        "no python.ipynb": notebook("n = = 3"),
        "nested.ipynb": notebook("n = " + "(" * 5000),
        "null.ipynb": notebook("n = '\0'"),
        "cells.ipynb": b'{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        "version.ipynb": b'{"nbformat": "four"}',
        "future.ipynb": b'{"cells": [], "metadata": {}, "nbformat": 99, "nbformat_minor": 0}',
    }


def tf_configs():
    """{file name: content} of a TF_CONFIG that names no cluster, or not this worker's place in it."""
    workers = '{"cluster": {"worker": ["h:1"]}'
    wrong = [
        "{}", '{"cluster": {}}', '{"cluster": []}', '{"cluster": {"worker": []}}', '{"cluster": {"worker": ["x"]}}',
        '{"cluster": {"worker": [3]}}', '{"cluster": {"worker": "h:1"}}', '{"cluster": {"cook": ["h:1"]}}',
        '{"cluster": {"worker": ["h:1", "h:1"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["h:99999"]}, "task": {"type": "worker", "index": 0}}',
        f"{workers}}}", f'{workers}, "task": 3}}', f'{workers}, "task": {{"type": "worker"}}}}',
        *(f'{workers}, "task": {{"type": "worker", "index": {k}}}}}' for k in ("7", "-1", '"first"', "true", "[]")),
        f'{workers}, "task": {{"type": ["worker"], "index": 0}}}}',
        f'{workers}, "task": {{"type": "cook", "index": 0}}}}',
    ]  # fmt: skip
    return {f"{k:02}": text.encode() for k, text in enumerate(wrong)}
