"""A study whose names are in Hebrew, Arabic, Chinese and emoji: reported, bundled, made again."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from gapwatch import pipeline, replaying
from gapwatch.audit.verify import read_manifest
from gapwatch.project import Project
from gapwatch.reporting.language.apart import END, START
from tests.command import gapwatch
from tests.conftest import ROOT

CUT = ROOT / "tests" / "fonts" / "NotoSansSC-Cut.otf"
NAMES = {
    "Abbey Road": "דרך המנזר 2",
    "Church Street": "شارع الكنيسة",
    "Bayswater": "西敏区公园",
    "Hyde Park": "Hyde Park 😀",
}


def renamed(text: str) -> str:
    """The shipped study with other names, and its font."""
    others = ""
    for old, new in NAMES.items():
        before, found, after = text.partition(f'name = "{old}", row')
        assert found
        code = before.rpartition('code = "')[2].partition('"')[0]
        text = f'{before}name = "{new}", row{after}'
        others += (
            f'[[geography.other_names]]\ncode = "{code}"\nname = "{old}"\nreason = "In English."\n'
        )
    text = text.replace("[[geography.breaks]]", f"{others}\n[[geography.breaks]]", 1)
    text = text.replace('name = "North of the borough"', 'name = "צפון הרובע"')
    digest = hashlib.sha256(CUT.read_bytes()).hexdigest()
    return f'{text}\n[[fonts]]\nfile = "{CUT.name}"\nsha256 = "{digest}"\n'


@pytest.fixture
def named(project: Project) -> Project:
    text = renamed(project.study_file.read_text(encoding="utf-8"))
    project.study_file.write_text(text, encoding="utf-8")
    folder = project.study_file.parent / "fonts"
    folder.mkdir()
    shutil.copy(CUT, folder)
    return project


@pytest.mark.long
def test_names_in_four_scripts_are_reported_and_made_again_from_a_bundle(
    named: Project, tmp_path: Path
) -> None:
    made = pipeline.run(named)
    html = (made.path / "report.html").read_text(encoding="utf-8")
    assert f"{START}{NAMES['Abbey Road']}{END}" in html
    assert f"{START}{NAMES['Church Street']}{END}" in html
    for name in NAMES.values():
        assert name in html
        if "\u0590" < name[0] < "\u0700":
            # From right to left: an isolate of its own, wherever it stands.
            assert html.count(name) == html.count(f"{START}{name}{END}")
    told = " ".join(
        page.extract_text()
        for name in ("report.pdf", "annex.pdf")
        for page in PdfReader(made.path / name).pages
    )
    for word in ("המנזר", "الكنيسة", "西敏区公园", "😀"):
        assert word in told
    kept = f"inputs/fonts/{CUT.name}"
    manifest = read_manifest(made.path)
    assert manifest.outputs[kept].sha256 == hashlib.sha256(CUT.read_bytes()).hexdigest()
    # The font is no longer beside the study: a bundle brings its own.
    shutil.rmtree(named.study_file.parent / "fonts")
    target = tmp_path / "release.zip"
    told_of = gapwatch(named, "bundle", made.release, str(target))
    assert told_of.returncode == 0, told_of.stderr
    with zipfile.ZipFile(target) as archive:
        assert any(name.endswith(kept) for name in archive.namelist())
    assert replaying.replay(str(target), None).identical
