"""A cluster is held to what it runs before anything is made; one that goes away loses its turn."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest

from gapwatch.errors import SourceError
from gapwatch.fleet.jobs import FAILED, StudyJob

pytestmark = pytest.mark.skipif(
    find_spec("prefect_dask") is None, reason="the extra `fleet` is not installed"
)
Kit = tuple[str, str, str]


@pytest.fixture(scope="module")
def fleet() -> ModuleType:
    """The program that runs on a cluster: five seconds of imports that no other test waits for."""
    from flows import fleet

    return fleet


@pytest.fixture(scope="module")
def ours(fleet: ModuleType) -> Kit:
    kit: Kit = fleet._kit()
    return kit


class Cluster:
    """What a client says of a cluster; a real one of other versions can't be had beside ours."""

    def __init__(self, workers: dict[str, Any], scheduler: str) -> None:
        self.workers, self.scheduler = workers, scheduler

    def get_versions(self) -> dict[str, Any]:
        return {"scheduler": {"packages": {"distributed": self.scheduler}}, "workers": {}}

    def run(self, function: Any, *, on_error: str) -> dict[str, Any]:
        return self.workers


@pytest.mark.parametrize(
    ("workers", "scheduler", "expected", "found"),
    [
        (lambda ours: {}, None, "at least one worker", "none"),
        (lambda ours: {"w": ours}, "2024.1.0", "distributed {1}", "distributed 2024.1.0"),
        (lambda ours: {"a": ours, "b": ("3.9.1", *ours[1:])}, None, "as here", "3.9.1"),
        (lambda ours: {"a": ours, "b": (*ours[:2], "other code")}, None, "{2}", "other code"),
        (
            lambda ours: {"a": ModuleNotFoundError("No module named 'gapwatch'")},
            None,
            "gapwatch's code as here",
            "No module named 'gapwatch'",
        ),
    ],
)
def test_a_cluster_that_would_make_other_bytes_is_refused(
    fleet: ModuleType,
    ours: Kit,
    workers: Callable[[Kit], dict[str, Any]],
    scheduler: str | None,
    expected: str,
    found: str,
) -> None:
    with pytest.raises(SourceError) as refused:
        fleet.require_same(
            "Dask scheduler tcp://there", Cluster(workers(ours), scheduler or ours[1])
        )
    assert expected.format(*ours) in refused.value.expected
    assert found in refused.value.found


def test_a_cluster_that_is_as_we_are_is_taken(fleet: ModuleType, ours: Kit) -> None:
    fleet.require_same("Dask scheduler tcp://there", Cluster({"a": ours, "b": ours}, ours[1]))


def test_an_answer_of_another_protocol_is_named_and_nothing_is_made(
    fleet: ModuleType, ours: Kit
) -> None:
    class Strange(Cluster):
        def get_versions(self) -> dict[str, Any]:
            raise KeyError("scheduler")

    with pytest.raises(SourceError, match="workers that tell their versions"):
        fleet.require_same("there", Strange({}, ours[1]))


def test_a_study_whose_worker_is_gone_stands_as_failed_with_what_to_do(fleet: ModuleType) -> None:
    study = StudyJob("alder", "study.toml", "/root", "/out")
    done = fleet.lost(study, ConnectionError("scheduler closed"))
    assert (done.id, done.status) == ("alder", FAILED)
    assert "ConnectionError: scheduler closed" in done.fault
    assert "run the same command again" in done.fault
