"""A test of publishers' files is skipped only where nobody said that they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import realdata


def test_a_folder_that_is_there_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "files" / "gla").mkdir(parents=True)
    (tmp_path / "facts").mkdir()
    monkeypatch.setenv(realdata.VARIABLE, str(tmp_path / "files"))
    assert realdata.folder("gla") == tmp_path / "files" / "gla"
    assert realdata.written_out() == tmp_path / "facts"


def test_absent_files_skip_unless_the_variable_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(realdata.VARIABLE, raising=False)
    monkeypatch.setattr(realdata, "BESIDE", tmp_path)
    with pytest.raises(pytest.skip.Exception, match="no folder gla"):
        realdata.folder("gla")
    monkeypatch.setenv(realdata.VARIABLE, str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="there is no folder"):
        realdata.folder("gla")
