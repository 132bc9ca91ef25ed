"""A Dask cluster that is not there, and a worker that has another course."""

import pytest

from coursework.grading import cluster

NUMBER = "03"


def test_an_address_at_which_nothing_is_gives_a_sentence(monkeypatch):
    monkeypatch.setattr("helpers.cluster.client.SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        there = cluster.cluster(address, NUMBER, "", False, print)
        with pytest.raises(ValueError, match=f"no Dask scheduler answers at {address}"), there:
            pass


def test_a_worker_of_another_course_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(cluster, "version", lambda *what: "of last year")
    refused, _ = cluster._examiner("key", NUMBER, "", False).examine()
    assert refused.startswith("it has another version of the course")
    lines = []
    found = {"one": ("one", 2, "", ""), "old": ("old", 0, refused, "")}
    assert cluster._slots("tcp://there", found, lines.append) == 2
    assert lines[0].startswith("worker old is not used: it has another version")
    with pytest.raises(ValueError, match="There is no worker at tcp://there that can grade"):
        cluster._slots("tcp://there", {"old": found["old"]}, lines.append)
