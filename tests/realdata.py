"""Publishers' own files, for tests alone: they are no part of the project, and may be absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import ROOT

VARIABLE = "GAPWATCH_REALDATA"
BESIDE = ROOT.parent / "shared" / "realdata"


def folder(name: str) -> Path:
    """A folder of publishers' files; skips the test where it isn't at hand.

    The environment variable GAPWATCH_REALDATA names the folder of them all; where it is set,
    absence fails the test instead.
    """
    return _found(_base() / name)


def written_out() -> Path:
    """The folder of published figures that were written out by hand, beside the files."""
    return _found(_base().parent / "facts")


def _base() -> Path:
    named = os.environ.get(VARIABLE)
    return Path(named) if named else BESIDE


def _found(path: Path) -> Path:
    if path.is_dir():
        return path
    if os.environ.get(VARIABLE):
        pytest.fail(f"{VARIABLE} is set, and there is no folder {path}")
    pytest.skip(f"publishers' files are not at hand: no folder {path.name} (see {VARIABLE})")
