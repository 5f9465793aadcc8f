"""A cluster is held to what it runs before anything is made; one that goes away loses its turn."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("prefect_dask")

from flows import fleet

from gapwatch.errors import SourceError
from gapwatch.fleet.jobs import FAILED, StudyJob

OURS = fleet._kit()
VERSION = OURS[1]


class Cluster:
    """What a client says of a cluster; a real one of other versions can't be had beside ours."""

    def __init__(self, workers: dict[str, Any], scheduler: str = VERSION) -> None:
        self.workers, self.scheduler = workers, scheduler

    def get_versions(self) -> dict[str, Any]:
        return {"scheduler": {"packages": {"distributed": self.scheduler}}, "workers": {}}

    def run(self, function: Any, *, on_error: str) -> dict[str, Any]:
        return self.workers


@pytest.mark.parametrize(
    ("cluster", "expected", "found"),
    [
        (Cluster({}), "at least one worker", "none"),
        (Cluster({"w": OURS}, "2024.1.0"), f"distributed {VERSION}", "distributed 2024.1.0"),
        (Cluster({"a": OURS, "b": ("3.9.1", *OURS[1:])}), "as here", "3.9.1"),
        (Cluster({"a": OURS, "b": (*OURS[:2], "other code")}), OURS[2], "other code"),
        (
            Cluster({"a": ModuleNotFoundError("No module named 'gapwatch'")}),
            "gapwatch's code as here",
            "No module named 'gapwatch'",
        ),
    ],
)
def test_a_cluster_that_would_make_other_bytes_is_refused(
    cluster: Cluster, expected: str, found: str
) -> None:
    with pytest.raises(SourceError) as refused:
        fleet.require_same("Dask scheduler tcp://there", cluster)
    assert expected in refused.value.expected
    assert found in refused.value.found


def test_a_cluster_that_is_as_we_are_is_taken() -> None:
    fleet.require_same("Dask scheduler tcp://there", Cluster({"a": OURS, "b": OURS}))


def test_an_answer_of_another_protocol_is_named_and_nothing_is_made() -> None:
    class Strange(Cluster):
        def get_versions(self) -> dict[str, Any]:
            raise KeyError("scheduler")

    with pytest.raises(SourceError, match="workers that tell their versions"):
        fleet.require_same("there", Strange({}))


def test_a_study_whose_worker_is_gone_stands_as_failed_with_what_to_do() -> None:
    study = StudyJob("alder", "study.toml", "/root", "/out")
    done = fleet.lost(study, ConnectionError("scheduler closed"))
    assert (done.id, done.status) == ("alder", FAILED)
    assert "ConnectionError: scheduler closed" in done.fault
    assert "run the same command again" in done.fault
