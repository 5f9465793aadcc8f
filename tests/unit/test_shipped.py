"""What comes with gapwatch is found in a checkout and beside an installed package."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gapwatch import shipped, snapshots
from gapwatch.errors import OutputError
from gapwatch.project import Project, find
from tests.conftest import ROOT

OTHER = "other"


def wheel_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wheel", ROOT / ".ci" / "wheel.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages in which gapwatch seems to lie."""
    packages = tmp_path / "packages"
    (packages / "gapwatch").mkdir(parents=True)
    monkeypatch.setattr(shipped.resources, "files", lambda _: packages / "gapwatch")
    return packages


def test_in_a_checkout_they_are_those_at_its_top() -> None:
    assert shipped.folder() == ROOT
    assert shipped.suites() == ROOT / "expectations"
    assert shipped.flow("monthly").is_file()
    assert shipped.study().is_file()
    assert snapshots.ids(shipped.raw(), "")


def test_an_installed_package_has_them_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = installed(tmp_path, monkeypatch)
    for name in wheel_hook().shipped(ROOT):
        target = packages / "gapwatch_shipped" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    assert shipped.folder() == packages / "gapwatch_shipped"
    snapshot = snapshots.load(shipped.raw(), snapshots.ids(shipped.raw(), "")[-1])
    assert all(snapshots.read_objects(shipped.raw(), pin) for pin in snapshot.pins)


def test_code_that_was_copied_without_them_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch)
    with pytest.raises(OutputError, match="from its wheel"):
        shipped.folder()


def test_a_projects_own_suites_come_first(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "gapwatch.toml")
    assert project.expectations == ROOT / "expectations"
    (tmp_path / "expectations").mkdir()
    assert project.expectations == tmp_path / "expectations"


def test_a_study_without_suites_around_it_is_a_project_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tmp_path / "alone" / "gapwatch.toml"
    study.parent.mkdir()
    study.write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert find(study).root == study.parent.resolve()


def test_a_wheel_takes_the_snapshot_that_nobody_pulled_and_no_other(tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw"
    shutil.copytree(ROOT / "data" / "raw", raw)
    wanted = wheel_hook().shipped_snapshots(tmp_path)
    assert {name.split("/")[2] for name in wanted} == {"snapshots", "objects"}
    # A snapshot of a later day that a study pulled, with an object that mustn't leave.
    pulled = raw / "snapshots" / "2027-01-01-0000000000"
    (pulled / "pins").mkdir(parents=True)
    (pulled / "snapshot.json").write_text(json.dumps({"study": OTHER}), encoding="utf-8")
    (raw / "objects" / f"{'a' * 64}.csv").write_text("private", encoding="utf-8")
    assert wheel_hook().shipped_snapshots(tmp_path) == wanted
    object_ = next(name for name in wanted if "/objects/" in name)
    (tmp_path / object_).unlink()
    with pytest.raises(FileNotFoundError, match="isn't here"):
        wheel_hook().shipped_snapshots(tmp_path)


def test_serve_without_prefect_says_what_to_install(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gapwatch.cli import scheduling
    from gapwatch.errors import UsageError

    monkeypatch.setitem(sys.modules, "prefect", None)
    with pytest.raises(UsageError, match=r"gapwatch\[prefect\]"):
        scheduling.serve(project, "monthly", "0 6 1 * *")
