"""Fonts that a study declares: beside it, by their hash, of a kind that can be drawn with."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from gapwatch.errors import StudyError
from gapwatch.study import load
from gapwatch.study.fonts import MOST_BYTES
from gapwatch.study.model import Study
from tests.conftest import ROOT

CUT = ROOT / "tests" / "fonts" / "NotoSansSC-Cut.otf"
NAME = "西敏区公园"


def study(folder: Path, content: bytes | None, *, name: str = "cut.otf", sha256: str = "") -> Study:
    """The shipped study with a Chinese name, read with this font."""
    (folder / "fonts").mkdir(exist_ok=True)
    if content is not None:
        (folder / "fonts" / name).write_bytes(content)
    digest = sha256 or hashlib.sha256(content or b"").hexdigest()
    text = (ROOT / "gapwatch.toml").read_text(encoding="utf-8").replace("Bayswater", NAME)
    declared = f'\n[[fonts]]\nfile = "{name}"\nsha256 = "{digest}"\n'
    path = folder / "gapwatch.toml"
    path.write_text(text + declared, encoding="utf-8")
    return load(path)[0]


def test_a_declared_font_lets_its_names_in_for_the_study_and_its_sources(tmp_path: Path) -> None:
    found = study(tmp_path, CUT.read_bytes())
    assert NAME in found.area_names.values()
    assert [font.file for font in found.typefaces] == ["cut.otf"]
    assert all(set(NAME) <= source.letters for source in found.sources)
    assert found.model_copy().typefaces == found.typefaces


def test_without_it_the_name_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "gapwatch.toml"
    text = (ROOT / "gapwatch.toml").read_text(encoding="utf-8").replace("Bayswater", NAME)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"or a font under \[\[fonts\]\]") as caught:
        load(path)
    assert "'西' (U+897F)" in str(caught.value)


def changed(change: Callable[[TTFont], None]) -> bytes:
    with TTFont(CUT) as font:
        change(font)
        into = io.BytesIO()
        font.save(into)
    return into.getvalue()


def restricted(font: TTFont) -> None:
    font["OS/2"].fsType = 2


def without_outlines(font: TTFont) -> None:
    del font["CFF "], font["VORG"]


def ours(font: TTFont) -> None:
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = "DejaVu Sans"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7\n" * 30, "one TrueType or OpenType font"),
        (b"ttcf" + bytes(40), "a collection of several"),
        (b"OTTO" + bytes(40), "a font that can be read"),
        (CUT.read_bytes()[:3000], "a font that can be read"),
        (bytes(MOST_BYTES + 1), "at most 16,000,000 bytes"),
        (changed(restricted), "may be embedded"),
        (changed(without_outlines), "a font of outlines"),
        (changed(ours), "a name that isn't the report's own"),
    ],
)
def test_a_file_that_is_no_font_to_draw_with_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(StudyError, match=r"fonts\[1\] \(cut\.otf\)") as caught:
        study(tmp_path, content)
    assert told in str(caught.value)


def test_a_font_that_is_not_the_one_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="put the old file back"):
        study(tmp_path, CUT.read_bytes(), sha256="0" * 64)


def test_a_font_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="put the font there"):
        study(tmp_path, None)


@pytest.mark.skipif(os.name == "nt", reason="POSIX links and pipes")
def test_no_link_is_followed_and_no_pipe_waited_for(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    elsewhere = tmp_path / "elsewhere.otf"
    shutil.copy(CUT, elsewhere)
    (tmp_path / "fonts" / "cut.otf").symlink_to(elsewhere)
    digest = hashlib.sha256(CUT.read_bytes()).hexdigest()
    with pytest.raises(StudyError, match="a file in the folder fonts"):
        study(tmp_path, None, sha256=digest)
    (tmp_path / "fonts" / "cut.otf").unlink()
    os.mkfifo(tmp_path / "fonts" / "cut.otf")
    with pytest.raises(StudyError, match="a regular file"):
        study(tmp_path, None, sha256=digest)


@pytest.mark.parametrize("name", ["../cut.otf", "/etc/cut.otf", "a/cut.otf", ".otf", "cut.ttc"])
def test_a_font_is_named_by_its_file_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / "gapwatch.toml"
    text = (ROOT / "gapwatch.toml").read_text(encoding="utf-8")
    told = f'\n[[fonts]]\nfile = "{name}"\nsha256 = "{"0" * 64}"\n'
    path.write_text(text + told, encoding="utf-8")
    with pytest.raises(StudyError, match=r"fonts\[1\]\.file"):
        load(path)
