"""`gapwatch prune` deletes what no kept release needs, says so first, and leaves a record."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import pytest

from gapwatch import pruning, snapshots
from gapwatch.audit.custody import check_all
from gapwatch.audit.disclosed import RECORD, Record
from gapwatch.audit.manifest import seal
from gapwatch.audit.verify import SEAL
from gapwatch.errors import OutputError, UsageError
from gapwatch.project import Project
from gapwatch.pruning import Asked
from gapwatch.snapshots import Object, Pin
from tests.command import contents, gapwatch
from tests.e2e.conftest import Chain, Once, copied, project_in, run

TODAY = dt.date(2027, 1, 1)


class Three(NamedTuple):
    """Three releases of one snapshot, each following the one before, and two later snapshots."""

    project: Project
    releases: list[str]
    older: str
    newer: str


def pull(raw: Path, day: dt.date, content: bytes, follows: str) -> str:
    """A snapshot as a pull would leave it, of one source."""
    pin = Pin(
        id="deaths",
        table="deaths",
        title="T",
        publisher="P",
        licence="L",
        attribution="A",
        period="2026",
        obtained="retrieved",
        obtained_on=day,
        objects=(Object(role="data", sha256=snapshots.sha256(content), bytes=len(content)),),
    )
    items = [(pin, (content,))]
    return snapshots.write(
        raw, title="T", as_known_at=day, items=items, study="westminster", follows=follows
    ).id


@pytest.fixture(scope="module")
def made(chain: Chain, once: Once) -> Three:
    def work(folder: Path) -> None:
        project = copied(chain.project, folder / "project")
        text = project.study_file.read_text(encoding="utf-8")
        changed = text.replace("share_of_baseline = 0.6", "share_of_baseline = 0.7")
        project.study_file.write_text(changed, encoding="utf-8")
        third = run(project).name
        older = pull(project.raw, dt.date(2026, 12, 1), b"older\n", "")
        newer = pull(project.raw, dt.date(2026, 12, 2), b"newer\n", older)
        told = {"third": third, "older": older, "newer": newer}
        (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")

    folder = once("three", work)
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    releases = [chain.first.name, chain.second.name, told["third"]]
    return Three(project_in(folder / "project"), releases, told["older"], told["newer"])


@pytest.fixture
def mine(made: Three, tmp_path: Path) -> Three:
    return made._replace(project=copied(made.project, tmp_path / "project"))


def refused(three: Three, asked: Asked) -> str:
    before = contents(three.project.root)
    with pytest.raises(UsageError) as caught:
        pruning.prune(three.project, asked, "too old", on=TODAY)
    assert contents(three.project.root) == before
    return str(caught.value)


def test_without_yes_it_says_what_would_go_and_deletes_nothing(made: Three) -> None:
    before = contents(made.project.root)
    done = gapwatch(made.project, "prune", "--keep", "1")
    assert done.returncode == 0, done.stderr
    assert f"Would delete: release {made.releases[0]}\n" in done.stdout
    assert f"Would delete: snapshot {made.older}\n" in done.stdout
    assert f"Stays: {made.releases[1]} (release {made.releases[2]} follows it" in done.stdout
    assert "--yes" in done.stdout
    assert contents(made.project.root) == before


@pytest.mark.long
def test_what_is_kept_is_verified_and_made_again_and_what_went_is_recorded(mine: Three) -> None:
    project, (first, second, third) = mine.project, mine.releases
    sha = snapshots.sha256((project.reports / first / "manifest.json").read_bytes())
    done = gapwatch(project, "prune", "--keep", "1", "--yes", "--reason", "too old", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["releases"], said["snapshots"], said["done"]) == ([first], [mine.older], True)
    assert not (project.reports / first).exists()
    objects = {path.stem for path in (project.raw / "objects").iterdir()}
    assert snapshots.sha256(b"older\n") not in objects
    assert snapshots.sha256(b"newer\n") in objects
    record = snapshots.pruned(project.reports)[first]
    assert (record.sha256, record.reason, record.study) == (sha, "too old", "westminster")
    assert list(snapshots.pruned(project.raw)) == [mine.older]
    assert not check_all(project.raw, project.reports).problems
    done = gapwatch(project, "replay", third)
    assert done.returncode == 0, done.stdout + done.stderr
    # The one that it follows stays whole, and says why it can't be made again itself.
    assert gapwatch(project, "verify").returncode == 0
    assert gapwatch(project, "replay", second).returncode == 5
    # A second time there is nothing left to do.
    assert pruning.plan(project, Asked(keep=1)).plan.releases == ()


def test_a_forged_record_does_not_stand_for_a_release_that_was_lost(mine: Three) -> None:
    project, first = mine.project, mine.releases[0]
    pruning.prune(project, Asked(keep=1), "too old", on=TODAY)
    path = project.reports / "pruned" / f"{first}.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(told | {"sha256": "0" * 64}), encoding="utf-8")
    (problem,) = check_all(project.raw, project.reports).problems
    assert first in problem.where
    path.write_text("{", encoding="utf-8")
    assert len(check_all(project.raw, project.reports).problems) == 2


def test_what_a_kept_release_needs_is_refused_by_name(made: Three) -> None:
    first, second, third = made.releases
    assert f"release {second} follows it" in refused(made, Asked(releases=(first,)))
    assert f"release {third} follows it" in refused(made, Asked(releases=(second,)))
    assert "the newest" in refused(made, Asked(releases=(third,)))
    base = snapshots.ids(made.project.raw, "")[-1]
    assert base in refused(made, Asked(snapshots=(base,)))
    assert "the newest" in refused(made, Asked(snapshots=(made.newer,)))
    assert "no such release" in refused(made, Asked(releases=("westminster-2020",)))
    assert "--keep" in refused(made, Asked())
    assert "at least 1" in refused(made, Asked(keep=0))


def test_a_snapshot_that_a_release_was_made_from_is_refused_by_name(mine: Three) -> None:
    """As if the oldest release had been made from the older of the pulled snapshots."""
    path = mine.project.reports / mine.releases[0] / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["snapshot"]["id"] = mine.older
    content = json.dumps(told).encode()
    path.write_bytes(content)
    path.with_name(SEAL).write_bytes(seal(content))
    assert f"release {mine.releases[0]} was made from it" in refused(
        mine, Asked(snapshots=(mine.older,))
    )
    # Where that release goes as well, so may its snapshot.
    found = pruning.plan(mine.project, Asked(keep=1)).plan
    assert (found.releases, found.snapshots) == ((mine.releases[0],), (mine.older,))


def test_a_release_of_restricted_deaths_stays_for_good(mine: Three) -> None:
    first = mine.releases[0]
    record = Record(
        calendar="year",
        closed_after_months=18,
        first_year=None,
        closed={"2020": mine.older},
        side_window_years={},
        earlier=[],
    )
    (mine.project.reports / first / RECORD).write_bytes(record.content())
    found = pruning.plan(mine.project, Asked(keep=1)).plan
    assert found.releases == ()
    assert "restricted deaths" in found.releases_kept[first]
    # And so do the snapshots from which its closed years are read.
    assert found.snapshots == ()
    assert first in found.snapshots_kept[mine.older]


@pytest.mark.long
def test_what_was_stopped_half_way_is_finished_by_whoever_comes_next(
    mine: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(path: Path, *_: object, **__: object) -> None:
        raise OSError(5, "stopped", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", stops)
        with pytest.raises(OutputError):
            pruning.prune(mine.project, Asked(keep=1), "too old", on=TODAY)
    assert not (mine.project.reports / mine.releases[0]).exists()
    run(mine.project, "--snapshot", snapshots.ids(mine.project.raw, "")[-1])
    pruning.prune(mine.project, Asked(keep=1), "too old", on=TODAY)
    assert not check_all(mine.project.raw, mine.project.reports).problems
    assert mine.older not in snapshots.ids(mine.project.raw)


def test_prefects_database_goes_whole_and_only_when_nobody_uses_it(mine: Three) -> None:
    asked = Asked(prefect=True)
    assert "prefect.db" in refused(mine, asked)
    folder = mine.project.root / ".prefect"
    folder.mkdir()
    with sqlite3.connect(folder / "prefect.db", isolation_level=None) as database:
        database.execute("CREATE TABLE run (id)")
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutputError, match="nobody uses"):
            pruning.prune(mine.project, asked, "too old", on=TODAY)
        assert (folder / "prefect.db").is_file()
        database.execute("COMMIT")
    database.close()
    found = pruning.prune(mine.project, asked, "too old", on=TODAY)
    assert (found.plan.releases, found.plan.snapshots) == ((), ())
    assert not folder.exists()
