"""Each release follows the one before, says what moved since, and stops where the chain is cut."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import html
import json
import re
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gapwatch import queries, site_files, snapshots
from gapwatch.audit.lineage import lineage
from gapwatch.audit.revisions.figures import Key, published
from gapwatch.audit.verify import MANIFEST, SEAL
from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.e2e.conftest import Chain, Undisturbed, copied, run
from tests.e2e.repository import edit
from tests.repin import repin

TABLES = ("data/gap.csv", "data/verdict.csv")
PLACE = ("table_name", "geography", "measure", "sex", "period", "figure")


@pytest.fixture
def mine(chain: Chain, tmp_path: Path) -> Chain:
    """A copy of two releases, to be broken or followed."""
    project = copied(chain.project, tmp_path / "project")
    return Chain(project, *(project.reports / path.name for path in (chain.first, chain.second)))


def told(release: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((release / MANIFEST).read_bytes())
    return document


def figures_of(release: Path) -> dict[Key, str]:
    return published({name: (release / name).read_bytes() for name in TABLES})


def text_of(release: Path) -> str:
    """What the report says, as one line of text."""
    page = (release / "report.html").read_text(encoding="utf-8")
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def ask_for(project: Project, old: str, new: str) -> None:
    edit(
        project.study_file,
        lambda text: text.replace(f"share_of_baseline = {old}\n", f"share_of_baseline = {new}\n"),
    )


def test_the_first_release_follows_none_and_the_second_the_first(chain: Chain) -> None:
    assert told(chain.first)["previous"] is None
    sha = hashlib.sha256((chain.first / MANIFEST).read_bytes()).hexdigest()
    assert told(chain.second)["previous"] == {"release": chain.first.name, "sha256": sha}
    assert told(chain.first)["basis"] != told(chain.second)["basis"]
    pointer = chain.project.reports / "latest-westminster"
    assert pointer.read_text(encoding="utf-8") == f"{chain.second.name}\n"


def apart(files: dict[str, bytes]) -> dict[str, bytes]:
    """Releases and pointers; the site tells which of them is the newest, and changes with that."""
    return {n: c for n, c in files.items() if n.split("/")[0] not in site_files.PLACES}


def beside_the_site(project: Project) -> dict[str, bytes]:
    return apart(contents(project.reports))


@pytest.mark.long
def test_making_either_again_gives_the_very_release(mine: Chain) -> None:
    before = contents(mine.project.reports)
    assert run(mine.project).name == mine.second.name
    assert contents(mine.project.reports) == before
    ask_for(mine.project, "0.6", "0.5")
    assert run(mine.project).name == mine.first.name
    pointer = {"latest-westminster": f"{mine.first.name}\n".encode()}
    assert beside_the_site(mine.project) == apart(before) | pointer


def test_the_report_says_what_moved_since_the_release_before(chain: Chain) -> None:
    assert "This is the first release of this study." in text_of(chain.first)
    assert "data/revision.csv" not in contents(chain.first)
    said = text_of(chain.second)
    assert (
        "The newest gap for males is the same as in the release of 29 November 2026. In all, "
    ) in said
    assert re.search(r"In all, \d+ figures by the study's own definitions changed\.", said)
    assert "Each change is in data/revision.csv." in said


def test_the_changes_of_every_figure_add_up_to_its_whole_change_exactly(chain: Chain) -> None:
    old, new = figures_of(chain.first), figures_of(chain.second)
    with (chain.second / "data" / "revision.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    moved: dict[Key, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        moved[Key(*(row[name] for name in PLACE))].append(row)
    assert moved.keys() == {key for key in {*old, *new} if old.get(key, "") != new.get(key, "")}
    assert any(key.figure == "target_gap_years" for key in moved)
    for key, steps in moved.items():
        assert (steps[0]["from_value"], steps[-1]["to_value"]) == (old[key], new[key])
        assert {step["kind"] for step in steps} == {"study"}
        if steps[0]["reason"] == "":
            changes = sum((Decimal(step["change"]) for step in steps), Decimal(0))
            assert changes == Decimal(new[key]) - Decimal(old[key])


@pytest.mark.long
def test_diff_tells_the_same_to_people_and_programs(chain: Chain) -> None:
    done = gapwatch(chain.project, "diff", chain.first.name, chain.second.name, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    with (chain.second / "data" / "revision.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [[row[name] for name in PLACE] for row in found] == [
        [row[name] for name in PLACE] for row in rows
    ]
    done = gapwatch(chain.project, "diff", chain.second.name, chain.first.name)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    numbers = {_place(row) for row in found if row["reason"] == ""}
    assert first == f"Since {chain.second.name}: {len(numbers)} by study."
    assert len(rest) == min(len(found), 21)
    assert any(", target_gap_years: " in line and line.endswith(", by study") for line in rest)
    same = gapwatch(chain.project, "diff", chain.first.name, chain.first.name)
    assert same.stdout == f"No published number has changed since {chain.first.name}.\n"


def _place(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in PLACE)


@pytest.mark.long
def test_releases_of_two_studies_are_not_compared(mine: Chain) -> None:
    edit(
        mine.project.study_file, lambda text: text.replace('id = "westminster"', 'id = "other"', 1)
    )
    other = run(mine.project)
    done = gapwatch(mine.project, "diff", mine.first.name, other.name)
    assert done.returncode == 2
    assert mine.first.name in done.stderr or "westminster" in done.stderr
    assert "other" in done.stderr


def stopped(project: Project) -> str:
    """What a run says that may not be made; it leaves the releases as they are."""
    before = contents(project.reports)
    done = gapwatch(project, "run")
    assert done.returncode == 5, done.stderr
    assert contents(project.reports) == before
    assert not list(project.reports.glob(".building-*"))
    return done.stderr


def test_a_release_that_was_changed_is_not_followed(mine: Chain) -> None:
    path = mine.second / "data" / "gap.csv"
    edit(path, lambda text: text.replace("14.09", "13.09", 1))
    ask_for(mine.project, "0.6", "0.7")
    assert str(path) in stopped(mine.project)


@pytest.mark.long
def test_a_release_is_not_made_again_after_one_that_was_changed(mine: Chain) -> None:
    path = mine.first / "data" / "gap.csv"
    edit(path, lambda text: text.replace("14.09", "13.09", 1))
    assert str(path) in stopped(mine.project)


def test_a_release_that_was_lost_is_not_followed(mine: Chain) -> None:
    shutil.rmtree(mine.second)
    ask_for(mine.project, "0.6", "0.7")
    said = stopped(mine.project)
    assert "latest-westminster" in said
    assert mine.second.name in said


def test_a_release_is_not_made_again_after_one_that_was_lost(mine: Chain) -> None:
    shutil.rmtree(mine.first)
    said = stopped(mine.project)
    assert f"the release that {mine.second.name} follows" in said
    assert mine.first.name in said
    assert "restore it from a backup or a bundle" in said


@pytest.fixture(scope="module")
def dated(undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a later snapshot, in which one ward's figures are others."""
    project = copied(undisturbed.project, tmp_path_factory.mktemp("dated") / "project")
    repin(
        project,
        "ward-life-expectancy",
        lambda text: re.sub(
            r"(ward2011,E05000634,Church Street,male,2010,\d+),[\d.]+", r"\1,78.5", text
        ),
        days=30,
    )
    return project


def newest_gap(project: Project, known_at: str | None) -> float:
    date = None if known_at is None else dt.date.fromisoformat(known_at)
    frame = queries.gaps(
        project,
        snapshot_id=None,
        known_at=date,
        sex="male",
        measure="church-street-v-knightsbridge",
    )
    return float(frame["gap_years"].iloc[-1])


def test_the_gap_is_told_as_it_was_known_at_a_date(dated: Project) -> None:
    *_, old, new = snapshots.ids(dated.raw)
    first = newest_gap(dated, old[:10])
    assert newest_gap(dated, "2026-12-22") == first
    last = newest_gap(dated, new[:10])
    assert last != first
    assert newest_gap(dated, None) == newest_gap(dated, "2099-01-01") == last


@pytest.mark.long
def test_a_run_as_known_at_a_date_is_the_release_of_that_date(
    dated: Project, undisturbed: Undisturbed
) -> None:
    release = run(dated, "--as-known-at", "2026-12-01")
    assert release.name == undisturbed.release.name
    assert contents(release) == undisturbed.files


@pytest.mark.parametrize("command", ["gap", "run"])
def test_a_date_before_the_first_snapshot_is_refused(dated: Project, command: str) -> None:
    done = gapwatch(dated, command, "--as-known-at", "2026-11-22")
    assert done.returncode == 2
    assert "a date from 2026-11-23 on" in done.stderr


def test_a_date_and_a_snapshot_together_are_refused(dated: Project) -> None:
    both = ("--as-known-at", "2026-11-30", "--snapshot", snapshots.ids(dated.raw)[0])
    done = gapwatch(dated, "gap", *both)
    assert done.returncode == 2
    assert "leave one of them out" in done.stderr


@pytest.mark.long
def test_a_release_as_known_at_a_date_follows_nothing_that_was_known_later(mine: Chain) -> None:
    first = snapshots.load(mine.project.raw).as_known_at
    repin(
        mine.project,
        "ward-life-expectancy",
        lambda text: text.replace("Road,female,1999,2003,82.3", "Road,female,1999,2003,82.5"),
        days=30,
    )
    later = run(mine.project)
    assert told(later)["previous"]["release"] == mine.second.name
    ask_for(mine.project, "0.6", "0.7")
    then = run(mine.project, "--as-known-at", first.isoformat())
    assert told(then)["previous"]["release"] == mine.second.name
    pointer = (mine.project.reports / "latest-westminster").read_text(encoding="utf-8")
    assert pointer == f"{later.name}\n"


def test_a_release_of_an_older_schema_is_not_followed_and_not_taken_for_damaged(
    mine: Chain,
) -> None:
    document = told(mine.second) | {"schema_version": 1}
    (mine.second / MANIFEST).write_text(json.dumps(document), encoding="utf-8")
    (mine.second / SEAL).unlink()
    done = gapwatch(mine.project, "verify")
    assert done.returncode == 0, done.stderr
    assert "1 more of an older schema, not checked" in done.stdout
    follows = lineage(mine.project.reports, "westminster", "0" * 64, dt.date(2026, 12, 1))
    assert follows.previous is None
