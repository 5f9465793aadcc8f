"""Where a demonstration may be made."""

from __future__ import annotations

from pathlib import Path

from gapwatch.errors import UsageError
from gapwatch.project import STUDY_FILE

WRITTEN_BY = "# Written by `gapwatch demo`: a study "
FIRST_LINE = "# Written by `gapwatch demo`: a study of an invented borough."


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
