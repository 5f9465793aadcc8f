"""A release's page with the words and charts of the code as it is, from the release's tables."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gapwatch import previewing
from gapwatch.cli import app
from gapwatch.errors import IntegrityError, UsageError
from gapwatch.project import Project
from gapwatch.reporting import release
from tests.command import contents
from tests.conftest import ROOT
from tests.e2e.conftest import Chain, Undisturbed


@pytest.fixture
def own_log() -> Iterator[None]:
    """The command line logs to its own stream, which is closed when the runner is done."""
    root = logging.getLogger()
    usual = root.handlers[:]
    yield
    root.handlers[:] = usual


def test_the_same_code_gives_the_released_page_byte_for_byte_and_touches_nothing_else(
    chain: Chain, tmp_path: Path
) -> None:
    before = contents(chain.project.root)
    made = previewing.preview(chain.project, tmp_path / "page")
    assert made.path.read_bytes() == (chain.second / "report.html").read_bytes()
    assert (made.release, made.differences) == (chain.second.name, ())
    assert contents(chain.project.root) == before
    assert [path.name for path in (tmp_path / "page").iterdir()] == ["report.html"]


def test_a_changed_chart_is_told_as_one(
    undisturbed: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = previewing.draw

    def redrawn(*inputs: object) -> object:
        charts = dict(usual(*inputs))  # type: ignore[arg-type]
        name = sorted(charts)[0]
        charts[name] = charts[sorted(charts)[1]]
        return charts

    monkeypatch.setattr(previewing, "draw", redrawn)
    made = previewing.preview(undisturbed.project, tmp_path)
    assert made.differences
    assert all("sha256" in old and "sha256" in new for _, old, new in made.differences)


@pytest.mark.long
def test_the_command_says_where_the_page_is_and_which_lines_differ(
    undisturbed: Undisturbed, own_log: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = str(undisturbed.project.study_file)
    command = ["preview", "--study", study, "--to", str(tmp_path / "p")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert f"{undisturbed.release.name}: as released" in done.output
    assert f"Page: {tmp_path / 'p' / 'report.html'}" in done.output
    monkeypatch.setattr(release, "changed", lambda *_: "Nothing <was> compared.")
    told = CliRunner().invoke(app, command).output
    assert "  - This is the first release of this study." in told
    assert "  + Nothing <was> compared." in told
    assert f"{undisturbed.release.name}: 1 line differs" in told
    page = (tmp_path / "p" / "report.html").read_bytes()
    assert b"Nothing &lt;was&gt; compared." in page
    assert "preview" not in CliRunner().invoke(app, ["--help"]).output


def test_without_a_release_it_says_to_make_one(shipped: Project, tmp_path: Path) -> None:
    nowhere = Project(tmp_path, shipped.study_file)
    with pytest.raises(UsageError) as caught:
        previewing.preview(nowhere, tmp_path / "page")
    assert caught.value.remedy == "make one first: gapwatch run"
    assert not (tmp_path / "page").exists()


def test_a_release_that_was_edited_is_no_base_for_a_preview(
    released: Project, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    table = released.reports / undisturbed.release.name / "data" / "gap.csv"
    table.write_bytes(table.read_bytes().replace(b"5.", b"6.", 1))
    with pytest.raises(IntegrityError, match=r"gap\.csv"):
        previewing.preview(released, tmp_path / "page")
    assert not (tmp_path / "page").exists()


def test_tables_of_other_code_are_refused_with_what_to_do(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    content = undisturbed.files["data/gap.csv"]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "gap.csv").write_bytes(content.replace(b"gap_years", b"gap_decades", 1))
    with pytest.raises(UsageError, match="gap_decades") as caught:
        previewing.released_tables(tmp_path, "")
    assert "gapwatch run" in caught.value.remedy


def test_a_table_without_rows_and_one_with_a_notice_are_read(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    header, *rows = undisturbed.files["data/gap.csv"].decode().splitlines()
    noted = [f"{header},notice", *(f"{row},invented" for row in rows)]
    (tmp_path / "data" / "gap.csv").write_text("\n".join(noted) + "\n", encoding="utf-8")
    flips = undisturbed.files["data/flip.csv"].split(b"\n")[0] + b"\n"
    (tmp_path / "data" / "flip.csv").write_bytes(flips)
    found = previewing.released_tables(tmp_path, "invented")
    assert len(found["gap"]) == len(rows)
    assert "notice" not in found["gap"].columns
    assert found["flip"].empty


def test_make_writes_the_page_where_git_does_not_look() -> None:
    assert "dist/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "gapwatch -q preview" in (ROOT / "Makefile").read_text(encoding="utf-8")
