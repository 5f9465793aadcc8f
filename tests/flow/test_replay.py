"""The replay flow on a real Prefect server: past releases made again, each month another.

Flows are imported by the tests that need them: Prefect takes seconds, and every test waits for what
a module of tests imports.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from pathlib import Path

import pytest

from gapwatch.errors import UsageError
from gapwatch.project import Project
from tests.e2e.conftest import Chain, copied
from tests.e2e.repository import edit
from tests.flow.conftest import ask, run_flow, tasks_of


@pytest.mark.long
def test_the_newest_release_and_another_are_made_again_as_tasks_and_told(
    chain: Chain, server: dict[str, str]
) -> None:
    done = run_flow("replay", chain.project, server)
    assert done.returncode == 0, done.stdout + done.stderr
    artifact = next(
        item for item in ask(server, "artifacts/filter", {}) if item["key"] == "gapwatch-replay"
    )
    for release in (chain.second, chain.first):
        assert f" files of {release.name} (with current code: its own code)." in artifact["data"]
    assert artifact["data"].count("Identical: all ") == 2
    runs = tasks_of(server, artifact)
    assert [run["name"].rsplit("-", 1)[0] for run in runs] == [
        "choose releases",
        "replay",
        "replay",
    ]


def test_a_release_that_was_changed_fails_the_flow_with_its_name(
    chain: Chain, server: dict[str, str], tmp_path: Path
) -> None:
    project = copied(chain.project, tmp_path / "project")
    path = project.reports / chain.second.name / "data" / "gap.csv"
    edit(path, lambda text: text.replace("14.09", "13.09", 1))
    done = run_flow("replay", project, server)
    assert done.returncode == 5, done.stdout + done.stderr
    assert str(path) in done.stderr


def test_a_project_without_a_release_is_told_to_make_one(project: Project) -> None:
    from flows.replay import due

    with pytest.raises(UsageError, match="gapwatch run"):
        due(project, project.reports, dt.date(2026, 12, 1))


def test_each_of_the_others_has_its_month(chain: Chain, tmp_path: Path) -> None:
    from flows.replay import due

    reports = tmp_path / "reports"
    names = [f"westminster-2026-0{number}-01-0123456789" for number in range(1, 5)]
    for name in (*names, "elsewhere-2026-01-01-0123456789"):
        (reports / name).mkdir(parents=True)
        shutil.copy(chain.first / "manifest.json", reports / name)
    (reports / "latest-westminster").write_text(f"{names[-1]}\n", encoding="utf-8")
    chosen = [due(chain.project, reports, dt.date(2026, month, 1)) for month in range(1, 13)]
    assert {newest for newest, _ in chosen} == {names[-1]}
    others = [other for _, other in chosen]
    assert set(others) == set(names[:-1])
    assert all(one != other for one, other in itertools.pairwise(others))
