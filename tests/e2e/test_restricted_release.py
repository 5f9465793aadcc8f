"""A release that rests on a restricted file: verified, bundled and made again without it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from gapwatch import pipeline, previewing, replaying, snapshots
from gapwatch.audit.bundle import release as bundle
from gapwatch.audit.custody import check_all
from gapwatch.errors import UsageError
from gapwatch.project import Project
from tests.command import gapwatch
from tests.pullable import forget_publishers
from tests.whole.test_restricted import DEATHS, FIRST, SOURCE, object_of, pull, put


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, shipped: Project) -> Project:
    """A project with a restricted extract, pulled and released once."""
    root = tmp_path_factory.mktemp("restricted") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(shipped.root / name, root / name)
    for name in ("gapwatch.toml", "requirements.lock"):
        shutil.copy(shipped.root / name, root / name)
    project = Project(root, root / "gapwatch.toml")
    forget_publishers(project)
    with project.study_file.open("a", encoding="utf-8") as study:
        study.write(SOURCE.format(restricted="true"))
    put(project, DEATHS)
    pull(project)
    pipeline.run(project)
    return project


@pytest.mark.long
def test_a_preview_from_restricted_deaths_is_the_released_page(
    made: Project, tmp_path: Path
) -> None:
    released = made.reports / release(made) / "report.html"
    assert previewing.preview(made, tmp_path).path.read_bytes() == released.read_bytes()


@pytest.fixture
def mine(made: Project, tmp_path: Path) -> Project:
    root = tmp_path / "mine"
    shutil.copytree(made.root, root)
    return Project(root, root / "gapwatch.toml")


def release(project: Project) -> str:
    return (project.reports / "latest-westminster").read_text().strip()


def bundled(project: Project, target: Path, *options: str) -> tuple[set[str], str]:
    """Names of a bundle's files and its bag-info."""
    told = gapwatch(project, "bundle", release(project), str(target), *options)
    assert told.returncode == 0, told.stderr
    with zipfile.ZipFile(target) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        info = next(name for name in archive.namelist() if name.endswith("bag-info.txt"))
        return names, archive.read(info).decode() + told.stderr


def holding(folder: Path) -> list[str]:
    """Files that name a block of the extract, which nothing else names."""
    block = FIRST.encode()
    return [
        path.name for path in folder.rglob("*") if path.is_file() and block in path.read_bytes()
    ]


@pytest.mark.long
def test_verify_names_a_restricted_file_that_is_elsewhere_and_fails_only_when_asked(
    mine: Project,
) -> None:
    object_of(mine).unlink()
    assert check_all(mine.raw, mine.reports).problems == ()
    told = gapwatch(mine, "verify")
    assert told.returncode == 0
    assert "local-deaths" in told.stdout
    assert "restricted, not on this machine" in told.stdout
    assert gapwatch(mine, "verify", "--require-restricted").returncode == 5
    one = gapwatch(mine, "verify", release(mine))
    assert (one.returncode, "not on this machine" in one.stdout) == (0, True)
    wanted = gapwatch(mine, "verify", release(mine), "--require-restricted")
    assert wanted.returncode == 5


def test_a_run_without_the_restricted_file_says_where_to_get_it(mine: Project) -> None:
    object_of(mine).unlink()
    told = gapwatch(mine, "run")
    assert told.returncode == 2
    assert "restricted, not on this machine" in told.stderr
    assert "have The council's public health team give you extract.csv" in told.stderr


@pytest.mark.long
def test_a_bundle_leaves_restricted_files_out_and_says_so(mine: Project, tmp_path: Path) -> None:
    target = tmp_path / "release.zip"
    names, info = bundled(mine, target)
    # The committed code, which goes along where the work tree is clean, has such names of its own.
    held = [name for name in names if not name.startswith("data/code/")]
    assert not any("restricted" in name for name in held)
    assert "Gapwatch-Restricted-Left-Out: local-deaths" in info
    assert "Restricted and left out: local-deaths." in info
    with zipfile.ZipFile(target) as archive:
        assert not any(FIRST.encode() in archive.read(name) for name in archive.namelist())
    away = tmp_path / "away"
    away.mkdir()
    assert gapwatch(mine, "verify", str(target), cwd=away).returncode == 0
    assert gapwatch(mine, "verify", str(target), "--require-restricted", cwd=away).returncode == 5
    again = gapwatch(mine, "replay", str(target), cwd=away)
    assert again.returncode == 2
    assert "--include-restricted local-deaths" in again.stderr


@pytest.mark.long
def test_whoever_has_the_restricted_file_makes_a_bundle_without_it_again(
    mine: Project, tmp_path: Path
) -> None:
    target = tmp_path / "release.zip"
    bundled(mine, target)
    assert replaying.replay(str(target), mine).identical


@pytest.mark.long
def test_a_bundle_holds_a_restricted_file_that_was_asked_for_by_name(
    mine: Project, tmp_path: Path
) -> None:
    target = tmp_path / "release.zip"
    names, info = bundled(mine, target, "--include-restricted", "local-deaths")
    path = object_of(mine)
    assert f"data/restricted/objects/{path.name}" in names
    assert "Gapwatch-Restricted-Included: local-deaths" in info
    assert replaying.replay(str(target), None).identical
    path.unlink()
    with replaying.located(release(mine), mine, None) as held:
        for name in ("local-deaths", "ward-reference"):
            with pytest.raises(UsageError, match=name):
                bundle.write(held, tmp_path / "other.zip", include_restricted=[name])
    assert snapshots.check(mine.raw).problems == []


@pytest.mark.long
def test_no_bundle_of_a_release_without_restricted_files_speaks_of_any(
    project: Project, tmp_path: Path
) -> None:
    pipeline.run(project)
    with replaying.located(release(project), project, None) as held:
        assert bundle.restricted_sources(held) == {}
        bundle.write(held, tmp_path / "release.zip", without_code=True)
    with zipfile.ZipFile(tmp_path / "release.zip") as archive:
        info = next(name for name in archive.namelist() if name.endswith("bag-info.txt"))
        assert b"Restricted" not in archive.read(info)


def test_no_file_of_a_release_or_of_what_is_shared_names_a_block_of_the_restricted_file(
    mine: Project,
) -> None:
    assert holding(mine.raw) == []
    assert holding(mine.reports) == []
    assert holding(mine.raw.parent / "restricted") == [object_of(mine).name]
