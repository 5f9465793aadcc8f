"""Where a demonstration may be made, and where its suites are."""

from __future__ import annotations

from pathlib import Path

import gapwatch
from gapwatch.errors import StudyError, UsageError
from gapwatch.project import STUDY_FILE

WRITTEN_BY = "# Written by `gapwatch demo`: a study "
FIRST_LINE = "# Written by `gapwatch demo`: a study of an invented borough."


def find_suites() -> Path:
    """The folder of suites: beside the installed package, else here or in a folder above."""
    package = Path(gapwatch.__file__).resolve().parent
    here = Path.cwd()
    for folder in (*package.parents, here, *here.parents):
        if (folder / "expectations" / "life_expectancy.json").is_file():
            return folder / "expectations"
    raise StudyError(
        str(here),
        expected="a project: a folder with expectations/, here or above",
        found="none",
        remedy="run the demonstration in the folder of the gapwatch project",
    )


def require_free(folder: Path) -> None:
    """UsageError for a folder that holds anything but an earlier demonstration."""
    mine = folder / STUDY_FILE
    if mine.is_file() and mine.read_bytes().startswith(WRITTEN_BY.encode()):
        return
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    found = "a folder that holds something else" if folder.is_dir() else "a file"
    raise UsageError(
        f"--out {folder}",
        expected="an empty or new folder, or an earlier demonstration",
        found=found,
        remedy="name another folder with --out",
    )
