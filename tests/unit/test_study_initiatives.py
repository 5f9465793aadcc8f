"""What a study says of initiatives and expectations, and every way in which it can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch import study
from gapwatch.errors import StudyError
from gapwatch.sources.registers import declared
from tests.little import Little

ONE = """
[[initiatives]]
id = "warm-homes"
title = "Warm homes"
led_by = "The housing team"
theme = "housing"
starts_on = 2021-04-01
ends_on = "2024"
areas = ["west", "E05098003"]
where_basis = "delivery"
areas_chosen = "worst"
reference = "Council minutes"
"""
TOLD = """
[[expectations]]
id = "fewer-deaths"
initiative = "warm-homes"
indicator = "deaths"
direction = "lower"
size_percent = 10
before = [2016, 2020]
after = [2021, 2025]
registered_on = 2021-01-31
"""
LATER = TOLD.replace('"fewer-deaths"', '"fewer-deaths"\nversion = 2').replace("2021-01", "2022-01")


def write(folder: Path, text: str) -> Path:
    return Little(more_sources=text).write(folder)


def test_a_register_is_read_with_zones_dates_and_a_hash(tmp_path: Path) -> None:
    loaded, _ = study.load(write(tmp_path, ONE + TOLD + LATER))
    made = declared(loaded)
    frame = made["initiative"]
    assert frame["area_code"].tolist() == ["E05098001", "E05098002", "E05098003"]
    assert set(frame["starts_on"]) == {"2021-04-01"}
    assert set(frame["register"]) == {"study"}
    told = made["expectation"]
    assert told["version"].tolist() == [1, 2]
    assert told["registered_on"].tolist() == ["2021-01-31", "2022-01-31"]
    first, second = told["sha256"]
    assert first != second
    # The hash is of what is said: an order of keys or a comment is nothing.
    again, _ = study.load(
        write(
            tmp_path,
            ONE + TOLD.replace("size_percent = 10\n", "") + "size_percent = 10.0 # as before\n",
        )
    )
    assert declared(again)["expectation"]["sha256"].tolist() == [first]


def test_a_study_without_any_has_no_such_tables(tmp_path: Path) -> None:
    assert declared(study.load(write(tmp_path, ""))[0]) == {}


@pytest.mark.parametrize(
    ("old", "new", "where", "found"),
    [
        ('ends_on = "2024"', "ends_on = 2020", "initiatives[1] (warm-homes).ends_on", "2020"),
        ('ends_on = "2024"', 'ends_on = "2021-03"', "(warm-homes).ends_on", "2021-03"),
        ('ends_on = "2024"', 'ends_on = "soon"', "initiatives[1].ends_on", "'soon'"),
        ('areas = ["west", "E05098003"]', "areas = []", "(warm-homes).areas", "none"),
        ('"E05098003"]', '"E05097003"]', ".areas[2]", "an area of another vintage or place"),
        ('"west", ', '"wets", ', ".areas[1]", "'wets'"),
        ('"delivery"', '"not-stated"', ".where_basis", "beside areas"),
        ('"delivery"', '"whole-place"', ".areas", "E05098003"),
        ('"delivery"', '"somewhere"', "where_basis", "'somewhere'"),
        ('"warm-homes"\ntitle', '"warm homes"\ntitle', "initiatives[1].id", "'warm homes'"),
        ('initiative = "warm-homes"', 'initiative = "warm-home"', ".initiative", "'warm-home'"),
        ("[2016, 2020]", "[2020, 2016]", ".before", "2020 to 2016"),
        ("[2021, 2025]", "[2020, 2025]", ".after", "2020 to 2025"),
        ("size_percent = 10", "size_percent = 0", "size_percent", "0"),
        ("size_percent = 10", "size_percent = 100", ".size_percent", "100"),
        ("2021-01-31", '"before the start"', "registered_on", "before the start"),
        ("registered_on", "registred_on", "registred_on", "not known"),
        (
            "registered_on",
            'comparators = ["east", "E05098003"]\nregistered_on',
            ".comparators",
            "E05098003, which has it too",
        ),
        (
            "registered_on",
            'comparators = ["E05098009"]\nregistered_on',
            ".comparators[1]",
            "another vintage",
        ),
        ("[[expectations]]", f"{ONE}[[expectations]]", "initiatives[2]", "warm-homes again"),
        ("[[expectations]]", f"{TOLD}[[expectations]]", ".version", "1"),
        ('"fewer-deaths"', '"fewer-deaths"\nversion = 2', ".version", "2"),
    ],
)
def test_what_is_wrong_is_refused_with_its_key(
    tmp_path: Path, old: str, new: str, where: str, found: str
) -> None:
    text = ONE + TOLD
    assert old in text
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(StudyError) as caught:
        study.load(path)
    assert where in caught.value.where
    assert found in caught.value.found
    assert caught.value.expected
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("2022-01-31", "2020-01-31", ".registered_on"),
        ("version = 2", "version = 3", ".version"),
    ],
)
def test_versions_follow_one_another(tmp_path: Path, old: str, new: str, where: str) -> None:
    with pytest.raises(StudyError) as caught:
        study.load(write(tmp_path, ONE + TOLD + LATER.replace(old, new)))
    assert caught.value.where.endswith(where)


def test_an_expectation_of_an_initiative_that_no_register_has_is_refused(tmp_path: Path) -> None:
    place = Little(more_sources=TOLD + _REGISTER)
    place.tables["done.csv"] = [
        {"Code": "warm-home", "Name": "Warm home", "Ward": "E05098001", "From": 2021}
    ]
    with pytest.raises(StudyError) as caught:
        place.read(tmp_path)
    assert caught.value.found == "none of that id"
    assert "'warm-home'" in caught.value.remedy


def test_a_register_of_a_source_and_the_studys_own_are_one_table(tmp_path: Path) -> None:
    place = Little(more_sources=ONE + TOLD + _REGISTER)
    place.tables["done.csv"] = [
        {"Code": "choir", "Name": "A choir", "Ward": "E05098001", "From": 2021},
        {"Code": "garden", "Name": "A garden", "Ward": None, "From": 2021},
    ]
    _, inputs = place.read(tmp_path)
    frame = inputs["initiative"]
    assert dict(zip(frame["initiative"], frame["where_basis"], strict=True)) == {
        "choir": "delivery",
        "garden": "not-stated",
        "warm-homes": "delivery",
    }
    assert dict(zip(frame["initiative"], frame["register"], strict=True)) == {
        "choir": "done",
        "garden": "done",
        "warm-homes": "study",
    }


_REGISTER = """
[[sources]]
id = "done"
kind = "file"
next_expected = "none"
title = "A register"
publisher = "nobody"
attribution = "invented"
table = "initiative"
path = "done.csv"
header = ["Code", "Name"]
columns = { initiative = "Code", title = "Name", area_code = "Ward", starts_on = "From" }
constants = { where_basis = "delivery" }
"""
