"""The error of a study: the file, the key, what was expected, what was found, what to do."""

from __future__ import annotations

from pathlib import Path

from gapwatch.errors import StudyError


def wrong(path: Path, key: str, expected: str, found: str, remedy: str = "") -> StudyError:
    """What is wrong with a key of a study file; without a remedy the key is to be corrected."""
    return StudyError(
        f"{path.name}, {key}",
        expected=expected,
        found=found,
        remedy=remedy or f"correct {key} in {path}",
    )
