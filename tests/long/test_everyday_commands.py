"""The studies of everyday slips by the real commands: a pull and a run end alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.project import Project
from tests.command import gapwatch
from tests.conftest import ROOT
from tests.everyday.cases import REFUSED, RIGHT, files_of

pytestmark = pytest.mark.long


def project_of(case: str, control: str, root: Path) -> Project:
    root.mkdir()
    for name, content in files_of(case, control).items():
        (root / name).write_bytes(content)
    for name in ("expectations", "requirements.lock"):
        (root / name).symlink_to(ROOT / name)
    return Project(root, root / "study.toml")


@pytest.mark.parametrize("case", RIGHT)
def test_a_control_is_pulled_and_published(case: str, tmp_path: Path) -> None:
    control, gap_years, (first, last), verdict = RIGHT[case]
    project = project_of(case, control, tmp_path / "project")
    pulled = gapwatch(project, "pull", "--study", "study.toml")
    assert pulled.returncode == 0, pulled.stderr
    done = gapwatch(project, "run", "--study", "study.toml")
    assert done.returncode == 0, done.stderr
    assert f"Verdict: {verdict}" in done.stdout
    assert f"males is {gap_years} years, for {first} to {last}" in done.stdout


@pytest.mark.parametrize("case", REFUSED)
def test_a_slip_is_refused_by_the_pull_and_nothing_is_pinned(case: str, tmp_path: Path) -> None:
    control, where, words = REFUSED[case]
    project = project_of(case, control, tmp_path / "project")
    pulled = gapwatch(project, "pull", "--study", "study.toml")
    assert pulled.returncode == 3
    assert where in pulled.stderr
    assert words in pulled.stderr
    assert snapshots.ids(project.raw) == []
