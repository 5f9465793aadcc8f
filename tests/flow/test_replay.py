"""The replay flow on a real Prefect server: past releases made again, each in its turn.

Flows are imported by the tests that need them: Prefect takes seconds, and every test waits for what
a module of tests imports.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from gapwatch.audit.verify import MANIFEST, SEAL
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


def release_of(study_id: str, date: str, like: Path, reports: Path) -> str:
    """A release in name and manifest, with the seal: enough to be chosen."""
    name = f"{study_id}-{date}-0123456789"
    told = json.loads((like / MANIFEST).read_bytes())
    told |= {"release": name, "as_known_at": date, "study": told["study"] | {"id": study_id}}
    content = json.dumps(told).encode()
    (reports / name).mkdir(parents=True)
    (reports / name / MANIFEST).write_bytes(content)
    seal = f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n"
    (reports / name / SEAL).write_text(seal, encoding="ascii", newline="")
    return name


def test_each_of_the_others_has_its_month(chain: Chain, tmp_path: Path) -> None:
    from flows.replay import due

    names = [
        release_of("westminster", f"2026-0{number}-01", chain.first, tmp_path)
        for number in range(1, 5)
    ]
    (tmp_path / "latest-westminster").write_text(f"{names[-1]}\n", encoding="utf-8")
    chosen = [due(chain.project, tmp_path, dt.date(2026, month, 1)) for month in range(5, 13)]
    assert {newest for newest, _ in chosen} == {names[-1]}
    others = [other for _, other in chosen]
    assert all(set(others[at : at + 3]) == set(names[:-1]) for at in range(6))


def test_another_study_whose_name_begins_the_same_has_no_turn(chain: Chain, tmp_path: Path) -> None:
    from flows.replay import due

    older, newest = (
        release_of("westminster", date, chain.first, tmp_path)
        for date in ("2026-01-01", "2026-02-01")
    )
    for month in range(1, 7):
        release_of("westminster-north", f"2026-0{month}-01", chain.first, tmp_path)
    (tmp_path / "latest-westminster").write_text(f"{newest}\n", encoding="utf-8")
    for month in range(1, 13):
        assert due(chain.project, tmp_path, dt.date(2026, month, 1)) == [newest, older]


def test_a_release_whose_manifest_was_changed_has_its_turn_too(
    chain: Chain, tmp_path: Path
) -> None:
    from flows.replay import due

    older, newest = (
        release_of("westminster", date, chain.first, tmp_path)
        for date in ("2026-01-01", "2026-02-01")
    )
    (tmp_path / "latest-westminster").write_text(f"{newest}\n", encoding="utf-8")
    edit(tmp_path / older / MANIFEST, lambda text: text.replace("2026-01-01", "2026-01-02"))
    assert due(chain.project, tmp_path, dt.date(2026, 3, 1)) == [newest, older]


def test_each_release_has_its_turn_though_every_month_brings_another() -> None:
    from flows.replay import whose_turn

    months = [dt.date(2027 + at // 12, at % 12 + 1, 1) for at in range(96)]
    names = [f"westminster-{day:%Y-%m-%d}-0123456789" for day in months]
    line: dict[str, int] = {}  # when each was last made again, and how many it stood behind then
    behind: dict[str, int] = {}
    turns: Counter[str] = Counter()
    for at in range(1, len(months)):
        line[names[at - 1]], behind[names[at - 1]] = at - 1, at - 1  # it was the newest
        (chosen,) = whose_turn(names[:at], "westminster", months[at])
        assert at - line[chosen] <= behind[chosen] + 1
        line[chosen], behind[chosen] = at, at
        turns[chosen] += 1
        assert all(at - line[name] <= behind[name] for name in line), at
    assert set(turns) >= set(names[:48])
    assert max(turns.values()) <= 7, "and none has the turns of others"


def test_a_line_that_grows_no_more_goes_round() -> None:
    from flows.replay import whose_turn

    names = [f"westminster-2026-{number:02}-01-0123456789" for number in range(1, 6)]
    months = [dt.date(2027 + at // 12, at % 12 + 1, 1) for at in range(40)]
    chosen = [whose_turn(names, "westminster", month)[0] for month in months]
    assert all(set(chosen[at : at + 5]) == set(names) for at in range(35))


def test_two_releases_of_this_very_month_and_none_at_all() -> None:
    from flows.replay import whose_turn

    assert whose_turn([], "westminster", dt.date(2026, 1, 1)) == []
    (name,) = ["westminster-2026-01-05-0123456789"]
    for month in (1, 2):
        assert whose_turn([name], "westminster", dt.date(2026, month, 1)) == [name]
    assert whose_turn([name], "westminster", dt.date(2025, 12, 1)) == [name]
