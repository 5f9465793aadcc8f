"""The study file: what it says is what is used, and what is wrong is refused by name."""

from __future__ import annotations

import datetime as dt

import pytest

from gapwatch import study
from gapwatch.errors import StudyError
from gapwatch.project import Project, find


def changed(project: Project, old: str, new: str) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    assert old in text
    project.study_file.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(project: Project) -> StudyError:
    with pytest.raises(StudyError) as caught:
        study.load(project.study_file)
    return caught.value


def test_westminster_registers_the_five_kinds_of_the_campaigns_gap(shipped: Project) -> None:
    loaded, _ = study.load(shipped.study_file)
    assert [measure.id for measure in loaded.measures] == [
        "north-v-knightsbridge",
        "north-v-south",
        "church-street-v-knightsbridge",
        "extremes",
        "slope",
    ]
    assert loaded.primary.id == "north-v-knightsbridge"
    assert len(loaded.side("north")) == 8
    assert len(loaded.side("south")) == 12
    assert loaded.promise.deadline_year == 2035


@pytest.mark.parametrize(
    ("old", "new", "where", "found"),
    [
        ("deadline_year", "dedline_year", "promise.dedline_year", "not known"),
        ("[study]", "[study]\ncolour = 3", "study.colour", "not known"),
        ('kind = "pair"', 'kind = "pairs"', "measures[3].kind", "'pairs'"),
        ('worse = "E05000634"', 'worse = "E05999999"', "measures[3]", "'E05999999'"),
        ('areas = ["E05000630", ', 'areas = ["E05999999", ', "zones.north.areas[1]", "E05999999"),
        ("share_of_baseline = 0.5", "share_of_baseline = 1.5", "promise.share_of_baseline", "1.5"),
        ("off_track_probability = 0.2", "off_track_probability = 0.9", "verdict", "0.9"),
        ("primary = true", "primary = false", "measures", "0"),
        ('better = "south"', 'better = "north"', "measures[2]", "on both sides"),
        ('worse = "E05000634"', 'worse = "north"', "measures[3]", "zone"),
        ('kind = "slope"', 'kind = "slope"\nworse = "north"', "measures[5]", "'north'"),
        ("row = 0, column = 0", "row = 0, column = 1", "geography.areas", "taken twice"),
        ('code = "E05000631"', 'code = "E05000630"', "geography.areas[2]", "E05000630 again"),
        ('id = "slope"', 'id = "extremes"', "measures[5]", "extremes again"),
        ("deadline_year = 2035", "deadline_year = 2009", "promise.deadline_year", "2009"),
        ("stated_gap_years = 14", "stated_gap_years = 12", "promise.stated_gap_years", "12"),
        ("stated_gap_years = 14", "stated_gap_years = inf", "promise.stated_gap_years", "inf"),
        ("deadline_year = 2035", "deadline_year = 2101", "promise.deadline_year", "2101"),
        ("[2005, 2009]", "[2009, 2005]", "promise.baseline_period", "2009 to 2005"),
        ("on_track_probability = 0.8", "on_track_probability = 1", "on_track_probability", "1"),
        ("[study]", '[site]\ndocs = "http://a.org/"\n[study]', "site", "http://a.org/"),
        ("[study]", '[site]\ndocs = "https://a.org/?b"\n[study]', "site", "https://a.org/?b"),
        ('name = "Hyde Park"', 'name = "Hyde \U0001f333"', "areas[7].name", "U+1F333"),
        ('name = "Hyde Park"', 'name = "Hyde\\u0007"', "areas[7].name", "U+0007"),
        ("[simulation]\nseed = 2035", "[simulation]", "simulation.seed", "nothing"),
    ],
)
def test_a_wrong_study_is_refused_with_file_key_expected_and_found(
    project: Project, old: str, new: str, where: str, found: str
) -> None:
    changed(project, old, new)
    error = refusal(project)
    assert error.where.startswith("gapwatch.toml, ")
    assert where in error.where
    assert found in error.found
    assert error.expected
    assert error.remedy
    assert error.exit_code == 2


def test_a_baseline_that_is_still_to_come_is_refused_on_the_day_of_a_snapshot(
    project: Project,
) -> None:
    changed(project, "baseline_period = [2005, 2009]", "baseline_period = [2030, 2034]")
    loaded, _ = study.load(project.study_file)
    with pytest.raises(StudyError) as caught:
        loaded.known_at(dt.date(2033, 12, 31))
    assert "promise.baseline_period" in caught.value.where
    assert caught.value.found == "2030 to 2034"
    assert loaded.known_at(dt.date(2034, 1, 1)) == loaded


def test_a_misspelt_key_is_answered_with_the_nearest_known_one(project: Project) -> None:
    changed(project, "deadline_year", "dedline_year")
    assert "'deadline_year'" in refusal(project).remedy


@pytest.mark.parametrize(
    ("words", "where", "found", "remedy"),
    [
        ('language = "de-DE"', "words.language", "'de-DE'", "correct"),
        ('language = "en_US"', "words.language", "did you mean 'en-US'?", "correct"),
        (f'whole = "{"x" * 61}"', "words.whole", "xxx", "correct"),
        (
            '[words.levels.msoa2031]\none = "a"\nmany = "b"',
            "words.levels.msoa2031",
            "msoa2031",
            "msoa",
        ),
        ('places = { E12000008 = "the region" }', "words.places", "E12000008", "E12000007"),
        ('wholes = "city"', "words.wholes", "not known", "whole"),
    ],
)
def test_words_for_what_is_not_there_are_refused(
    project: Project, words: str, where: str, found: str, remedy: str
) -> None:
    changed(project, "[verdict]", f"[words]\n{words}\n\n[verdict]")
    error = refusal(project)
    assert where in str(error)
    assert found in error.found
    assert remedy in error.remedy
    if "language" in where:
        assert "en-AU, en-GB, en-IE, en-NZ, en-US" in error.expected


def test_a_zone_with_no_area_is_refused(project: Project) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    text += '\n[zones.empty]\nname = "Empty"\ndefinition = "Nothing"\nareas = []\n'
    project.study_file.write_text(text, encoding="utf-8")
    error = refusal(project)
    assert error.where == "gapwatch.toml, zones.empty.areas"
    assert error.expected == "at least one area"


@pytest.mark.parametrize("content", [b"not toml = = 1", b"\xff\xfe", b""])
def test_a_file_that_is_no_study_is_refused(project: Project, content: bytes) -> None:
    project.study_file.write_bytes(content)
    assert refusal(project).exit_code == 2


def test_a_study_that_is_not_there_is_refused_with_its_name(project: Project) -> None:
    project.study_file.unlink()
    assert "gapwatch.toml" in refusal(project).where


def test_the_project_is_found_from_a_folder_below_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.raw)
    assert find().root == project.root.resolve()


def test_no_project_is_a_named_error(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    with pytest.raises(StudyError, match=r"gapwatch\.toml here or in a folder above"):
        find()
