"""The parts of a pull by themselves: what is carried over, kept answers, the table, progress."""

from __future__ import annotations

import datetime as dt
import io
import logging
from pathlib import Path

import pytest
from rich.console import Console

from gapwatch import pulling, snapshots, study
from gapwatch.cli import tables as terminal
from gapwatch.errors import (
    IntegrityError,
    SourceError,
    StudyError,
    UnaskedError,
    UnavailableError,
    ValidationError,
    together,
)
from gapwatch.project import Project
from gapwatch.pulls.asking import Answered
from gapwatch.pulls.checked import TOGETHER, CheckedSources, SourceCheck, row_of
from gapwatch.pulls.kept import Kept
from gapwatch.pulls.progress import Progress
from gapwatch.reporting.chapters.quality.not_renewed import warning
from gapwatch.reporting.document import MissedFacts
from gapwatch.retiring import retire_snapshot
from gapwatch.sources.http import Client
from gapwatch.sources.payload import Payload
from gapwatch.study import NomisSource
from tests.little import TODAY, Little
from tests.unit.sources.served import nomis_source
from tests.whole.test_analysis import Here, project_of

BAD = "https://publisher.example/" + "a-long-way/" * 12
CHECKED = CheckedSources(
    (
        SourceCheck(
            "lsoa2021-population",
            "Office for National Statistics, Nomis",
            True,
            43_680,
            "2024",
            None,
            None,
        ),
        SourceCheck(
            "lsoa2011-deaths",
            "Office for National Statistics",
            False,
            None,
            None,
            f"{BAD}: expected an answer; found ReadTimeout [3 tries]",
            "try again later",
        ),
        SourceCheck(TOGETHER, None, None, None, None, None, None),
    ),
    ("lsoa2011-deaths",),
)


@pytest.mark.parametrize("columns", [80, 120, 160])
def test_the_table_of_a_check_fits_its_page_and_cuts_nothing_off(columns: int) -> None:
    page = io.StringIO()
    terminal.print_checked(CHECKED, Console(file=page, width=columns))
    lines = page.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    joined = "".join("".join(lines).split())
    for text in ("43,680", "2024", "ReadTimeout", "Apullwouldstop"):
        assert text in joined
    assert "…" not in joined
    if columns < 110:  # below the table a sentence has the whole page
        assert "".join(BAD.split()) in joined
        assert "[3tries]" in joined


def test_the_verdict_on_deaths_that_were_carried_over_is_said_loudly(tmp_path: Path) -> None:
    project, deaths = deaths_to_spare(tmp_path)
    first = pulling.pull(project, today=TODAY, checker=Here("coverage"))
    assert not first.carried
    deaths.unlink()
    second = pulling.pull(project, today=TODAY + dt.timedelta(days=1), checker=Here("coverage"))
    (lost,) = second.carried
    assert lost.decides
    assert lost.figures_of == TODAY.isoformat()
    assert "THE VERDICT RESTS ON THEM" in str(lost)
    made = snapshots.load(project.raw, second.snapshot)
    assert made.pin("deaths") == snapshots.load(project.raw, first.snapshot).pin("deaths")
    told = MissedFacts(
        "Deaths", made.missed["deaths"].why, made.missed["deaths"].since, TODAY, decides=True
    )
    assert warning([told]).startswith("Warning: the verdict rests on figures that could not be")


def test_deaths_that_can_be_spared_and_were_never_pinned_stop_a_pull_that_needs_them(
    tmp_path: Path,
) -> None:
    project, deaths = deaths_to_spare(tmp_path)
    deaths.unlink()
    with pytest.raises(SourceError, match="No such file") as caught:
        pulling.pull(project, today=TODAY, checker=Here("coverage"))
    assert any(isinstance(other, StudyError) for other in caught.value.others)
    assert not snapshots.ids(project.raw)


def test_a_damaged_object_is_written_anew_by_a_pull_that_is_sent_the_same(tmp_path: Path) -> None:
    project = project_of(Little(), tmp_path)
    first = pulling.pull(project, today=TODAY, checker=Here("coverage"))
    before = stored(project)
    again = pulling.pull(project, today=TODAY, checker=Here("coverage"))
    assert (again.new, again.mended) == (False, ())
    assert stored(project) == before, "an undamaged store was touched"

    pins = {pin.id: pin for pin in snapshots.load(project.raw, first.snapshot).pins}
    paths = [snapshots.object_path(project.raw, pin.objects[0]) for pin in pins.values()]
    for path in paths:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    (problem, *_) = snapshots.check(project.raw).problems
    assert problem.remedy.startswith("pull again, which writes it anew")

    mended = pulling.pull(project, today=TODAY, checker=Here("coverage"))
    assert (mended.snapshot, mended.new) == (first.snapshot, False)
    assert set(mended.mended) == {str(path) for path in paths}
    assert snapshots.check(project.raw).problems == []
    assert {name: content for name, (_, content) in stored(project).items()} == {
        name: content for name, (_, content) in before.items()
    }


def test_a_damaged_object_that_nobody_sends_any_more_is_passed_over_once_retired(
    tmp_path: Path,
) -> None:
    project = project_of(Little(), tmp_path)
    first = pulling.pull(project, today=TODAY, checker=Here("coverage")).snapshot
    pin = snapshots.load(project.raw).pin("published")
    path = snapshots.object_path(project.raw, pin.objects[0])
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    with (tmp_path / "published.csv").open("a", encoding="utf-8") as sent:
        sent.write("\n")
    with pytest.raises(IntegrityError) as caught:
        pulling.pull(project, today=TODAY, checker=Here("coverage"))
    assert "gapwatch snapshots retire" in caught.value.remedy
    retire_snapshot(project, first, "damaged", on=TODAY)
    assert pulling.pull(project, today=TODAY, checker=Here("coverage")).new


def test_a_pin_that_was_edited_is_made_anew_once_it_is_deleted(tmp_path: Path) -> None:
    project = project_of(Little(), tmp_path)
    first = pulling.pull(project, today=TODAY, checker=Here("coverage")).snapshot
    pin = project.raw / "snapshots" / first / "pins" / "published.json"
    pin.write_bytes(pin.read_bytes().replace(b'"published"', b'"Published"', 1))
    with pytest.raises(IntegrityError, match="delete the file and pull again"):
        pulling.pull(project, today=TODAY, checker=Here("coverage"))
    pin.unlink()
    assert pulling.pull(project, today=TODAY, checker=Here("coverage")).new
    assert snapshots.check(project.raw).problems == []


def stored(project: Project) -> dict[Path, tuple[int, bytes]]:
    """Every file below data/raw, with the time at which it was written and its bytes."""
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(project.raw.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def deaths_to_spare(root: Path) -> tuple[Project, Path]:
    place = Little(decides=True)
    for at, row in enumerate(place.tables["people.csv"]):  # no count is rounded
        row["Residents"] = int(str(row["Residents"])) + at % 3
    for total in place.tables["totals.csv"]:
        for column, table, counted in (
            ("People", "people.csv", "Residents"),
            ("Died", "deaths.csv", "Deaths"),
        ):
            total[column] = sum(
                int(str(row[counted]))
                for row in place.tables[table]
                if (row["Code"], row["Year"]) == (total["Code"], total["Year"])
            )
    project = project_of(place, root)
    text = project.study_file.read_text(encoding="utf-8")
    text = text.replace('id = "deaths"\n', 'id = "deaths"\nrequired = false\n')
    project.study_file.write_text(text, encoding="utf-8")
    loaded, _ = study.load(project.study_file)
    (deaths,) = (source for source in loaded.sources if source.id == "deaths")
    assert not study.is_required(loaded, deaths)
    assert study.rests_on(loaded, deaths)
    return project, root / "deaths.csv"


SENT = (
    Payload("types", "https://a.example/", "json", b"{}"),
    Payload("data-0001", "https://a.example/1", "csv", b"a,b\n1,2\n"),
)
DAY = dt.date(2026, 12, 1)


@pytest.fixture
def source() -> NomisSource:
    return nomis_source()


def test_what_arrived_whole_is_given_again_on_the_same_day_and_for_the_same_study_alone(
    tmp_path: Path, source: NomisSource
) -> None:
    raw = tmp_path / "raw"
    Kept(raw, "a" * 64, DAY).write(source, SENT)
    assert Kept(raw, "a" * 64, DAY).read(source) == SENT
    assert Kept(raw, "b" * 64, DAY).read(source) is None
    assert Kept(raw, "a" * 64, DAY + dt.timedelta(days=1)).read(source) is None
    assert Kept(raw, "a" * 64, DAY).read(source.model_copy(update={"years": (2020,)})) is None
    Kept(raw, "a" * 64, DAY + dt.timedelta(days=1)).sweep()
    assert Kept(raw, "a" * 64, DAY).read(source) is None


def test_a_kept_answer_that_was_changed_is_asked_for_again(
    tmp_path: Path, source: NomisSource
) -> None:
    kept = Kept(tmp_path / "raw", "a" * 64, DAY)
    kept.write(source, SENT)
    (stored,) = tmp_path.rglob(SENT[1].sha256)
    stored.write_bytes(b"a,b\n1,3\n")
    assert kept.read(source) is None
    assert not kept.taken


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_download_is_told_in_tenths_and_a_short_one_not_at_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "gapwatch.pulls.progress")
    progress = Progress(io.StringIO(), clock=lambda: 0.0)
    for megabyte in range(1, 101):
        progress.arrived("https://a.example/file.zip", megabyte * 1_000_000, 100_000_000)
    progress.ended()
    assert len(caplog.messages) == 10
    assert caplog.messages[4] == "  50.0 of 100.0 MB, 50%"
    caplog.clear()
    progress.arrived("https://a.example/file.csv", 900_000, 1_000_000)
    assert not caplog.messages


def test_a_download_of_no_known_size_is_told_every_ten_seconds_and_not_when_quiet(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "gapwatch.pulls.progress")
    ticks = iter(range(1000))
    progress = Progress(io.StringIO(), clock=lambda: next(ticks))
    for megabyte in range(6, 40):
        progress.arrived("https://a.example/file.zip", megabyte * 1_000_000, 0)
    assert 3 <= len(caplog.messages) <= 15
    caplog.clear()
    caplog.set_level(logging.WARNING, "gapwatch.pulls.progress")
    screen = Terminal()
    Progress(screen, clock=lambda: 0.0).arrived("https://a.example/f", 9_000_000, 10_000_000)
    assert not caplog.messages
    assert not screen.getvalue()


def test_a_terminal_has_a_bar_that_goes_when_the_body_is_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "gapwatch.pulls.progress")
    screen = Terminal()
    progress = Progress(screen, clock=lambda: 0.0)
    progress.arrived("https://a.example/deaths.zip?key=1", 50_000_000, 100_000_000)
    progress.ended()
    assert "deaths.zip" in screen.getvalue()
    assert "key=1" not in screen.getvalue()
    assert not caplog.messages


def test_errors_told_together_have_the_exit_code_of_what_can_be_tried_again() -> None:
    silent = UnavailableError("a", expected="an answer", found="none", remedy="wait")
    refused = ValidationError("b", expected="a number", found="x", remedy="ask")
    told = together([refused, silent])
    assert told is silent
    assert told.exit_code == 4
    assert str(refused) in str(told)


@pytest.mark.parametrize("address", ["http://publisher.example/a.csv", "https://a:b@p.example/a"])
def test_of_an_address_that_is_not_asked_no_check_says_that_it_answered(address: str) -> None:
    with Client() as client, pytest.raises(UnaskedError) as refused:
        client.get(address, expect="csv")
    row = row_of(Answered(nomis_source(), error=refused.value), refused.value)
    assert row.answered is False
    assert row.remedy == refused.value.remedy
