"""Which project is meant, and where it may write: never where its data lie, nor around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.errors import StudyError, UsageError
from gapwatch.fleet.finding import find_studies
from gapwatch.fleet.running import run_fleet
from gapwatch.project import Project, find
from tests.command import gapwatch


@pytest.fixture
def made(tmp_path: Path) -> Project:
    """A project whose study lies in a folder of studies, as ours does."""
    (tmp_path / "expectations").mkdir()
    study = tmp_path / "studies" / "x" / "gapwatch.toml"
    study.parent.mkdir(parents=True)
    study.touch()
    return find(study)


def test_a_folder_for_a_study_is_told_with_the_file_in_it(made: Project, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        find(made.study_file.parent)
    assert caught.value.found == "a folder, with gapwatch.toml in it"
    assert find(Path(caught.value.remedy.partition("--study ")[2])) == made
    with pytest.raises(StudyError) as caught:
        find(tmp_path / "expectations")
    assert caught.value.found == "a folder"


@pytest.mark.parametrize(
    "name",
    [
        *("data", "data/raw", "data/raw/objects", "data/restricted", "data/restricted/x.zip"),
        *("data/curated", "data/../data/raw/x.zip", ".", "..", "studies/x"),
    ],
)
def test_no_output_lies_among_what_is_pinned_or_around_it(made: Project, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        made.require_apart(made.root / name)
    assert caught.value.where == "--out"
    assert caught.value.found.endswith(name) or name in (".", "..", "data/../data/raw/x.zip")
    made.require_apart(Path(caught.value.remedy.removeprefix("name another place, such as ")))


@pytest.mark.parametrize("name", ["reports", "public", "data/public", "studies/x/reports", "../y"])
def test_other_places_are_free(made: Project, name: str) -> None:
    made.require_apart(made.root / name)


def test_a_link_to_the_data_is_no_way_round(made: Project) -> None:
    made.raw.mkdir(parents=True)
    (made.root / "public").symlink_to(made.raw)
    with pytest.raises(UsageError):
        made.require_apart(made.root / "public")


def test_a_fleet_may_lie_around_a_study_but_not_around_its_data(made: Project) -> None:
    studies = find_studies([str(made.study_file)])
    with pytest.raises(UsageError, match="data/restricted"):
        run_fleet(studies, made.root, lambda _: iter(()))
    made.require_apart(made.root / "studies", study=False)


@pytest.mark.parametrize(
    "words",
    [
        ("site", "--out", "data"),
        ("run", "--out", "data/restricted"),
        ("fleet", "gapwatch.toml", "--out", "."),
        ("bundle", "latest", "data/raw/x.zip"),
    ],
)
def test_each_command_refuses_them_and_writes_nothing(
    project: Project, words: tuple[str, ...]
) -> None:
    before = sorted(project.root.rglob("*"))
    done = gapwatch(project, *words)
    assert done.returncode == UsageError.exit_code, done.stderr
    assert "never to be served" in done.stderr
    assert sorted(project.root.rglob("*")) == before
