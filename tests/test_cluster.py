"""The cluster that TF_CONFIG names: what is wrong with it is said in one sentence, and each worker finds its number."""

import json
import types

import pytest
import tensorflow as tf

from studylib.training import choose_strategy
from studylib.training.cluster import check_tf_config, number_of_worker

ADDRESSES = ["host1:2222", "[::1]:2222", "10.0.0.3:65535"]


def tf_config(cluster=None, task=None):
    return json.dumps({"cluster": cluster, "task": task, "environment": "cloud"})


@pytest.mark.parametrize("more", [{}, {"evaluator": ["host9:2222"]}])
@pytest.mark.parametrize("task", [{"type": "chief", "index": 0}, {"type": "worker", "index": "1"}])
def test_good_tf_config(task, more):
    check_tf_config(tf_config({"chief": ADDRESSES[:1], "worker": ADDRESSES[1:], **more}, task))


FIRST = {"type": "worker", "index": 0}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("worker 0", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "names no cluster"),
        (tf_config(), "names no cluster"),
        (tf_config({}, FIRST), "names no cluster"),
        (tf_config({"ps": ADDRESSES, "worker": ADDRESSES}, FIRST), "chief and worker only, not ps"),
        (tf_config({"worker": "host1:2222"}, FIRST), "a list of addresses"),
        (tf_config({"worker": []}, FIRST), "a list of addresses"),
        (tf_config({"worker": ["host1"]}, FIRST), "holds 'host1' where host:port"),
        (tf_config({"worker": ["host1:99999"]}, FIRST), "holds 'host1:99999'"),
        (tf_config({"worker": [2222]}, FIRST), "holds 2222"),
        (tf_config({"worker": ADDRESSES[:1] * 2}, FIRST), "an address twice"),
        (tf_config({"chief": ADDRESSES[:2], "worker": ADDRESSES[2:]}, FIRST), "one chief only"),
        (tf_config({"evaluator": ADDRESSES}, FIRST), "names no cluster"),
        (
            tf_config({"worker": ADDRESSES, "evaluator": ["host9:1"]}, {"type": "evaluator", "index": 0}),
            "an evaluator, which the study has no work for: start none",
        ),
        (tf_config({"worker": ADDRESSES}), "which task this process is, of type worker"),
        (tf_config({"worker": ADDRESSES}, {"type": "chief", "index": 0}), "of type worker"),
        (tf_config({"worker": ADDRESSES}, {"type": ["worker"], "index": 0}), "of type worker"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker"}), "an index from 0 to 2"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker", "index": 3}), "an index from 0 to 2"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker", "index": -1}), "an index from 0 to 2"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker", "index": True}), "an index from 0 to 2"),
    ],
)
def test_bad_tf_config_is_one_sentence(monkeypatch, text, problem):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError) as caught:
        choose_strategy()
    assert str(caught.value).startswith("TF_CONFIG ") and problem in str(caught.value)
    assert "It should look like" in str(caught.value) and "Received: TF_CONFIG=" in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700


@pytest.mark.parametrize("text", [None, "", "{}", " { }\n"])
def test_without_tf_config_there_is_no_cluster(monkeypatch, text):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if text is not None:
        monkeypatch.setenv("TF_CONFIG", text)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])
    strategy = choose_strategy()
    assert strategy.num_replicas_in_sync == 1 and not tf.distribute.has_strategy()
    assert number_of_worker(strategy) == 0


def test_cluster_is_joined_first_or_never(monkeypatch):
    tf.constant(0)  # from here on TensorFlow is in use
    monkeypatch.setenv("TF_CONFIG", tf_config({"worker": ["127.0.0.1:1"]}, FIRST))
    with pytest.raises(RuntimeError, match="cannot join the cluster .* before anything else of TensorFlow is used"):
        choose_strategy()


@pytest.mark.parametrize(
    ("jobs", "task", "number"),
    [
        ({"worker": 3}, ("worker", 0), 0),
        ({"worker": 3}, ("worker", 2), 2),
        ({"worker": 2, "chief": 1}, ("chief", 0), 0),
        ({"worker": 2, "chief": 1}, ("worker", 1), 2),
    ],
)
def test_number_of_worker(jobs, task, number):
    cluster = tf.train.ClusterSpec({job: [f"{job}{i}:1" for i in range(n)] for job, n in jobs.items()})
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(cluster, task_type=task[0], task_id=task[1])
    assert number_of_worker(types.SimpleNamespace(cluster_resolver=resolver)) == number
