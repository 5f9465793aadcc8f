"""Shares of those who answered, as they may be told, and quotes."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.little import Little
from tests.oracles import initiatives as oracle

from gapwatch import warehouse
from gapwatch.contracts import VOICE
from gapwatch.errors import ValidationError
from gapwatch.listening.shares import wilson
from gapwatch.listening.tables import voice_tables
from gapwatch.study import Study
from gapwatch.tables import canonical

A, B, C, D, E = (f"E0509800{number}" for number in range(1, 6))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return Little().read(tmp_path_factory.mktemp("voice"))[0]


def voice(*rows: tuple[str, str, int, int], **other: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {
                "programme": "listening",
                "wave": "2025",
                "question": "prompted",
                "theme": theme,
                "area_code": area,
                "sample": "representative",
                "respondents_persons": people,
                "mentions_persons": named,
                "quote": "",
                "consent": "",
                **other,
            }
            for theme, area, people, named in rows
        ]
    )
    return canonical(VOICE, frame, "voice")


def shares(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    made = voice_tables(study, frame, None)
    warehouse.check(made)
    return made["voice_share"].set_index(["theme", "level", "place"]).sort_index()


@pytest.mark.parametrize(("count", "of"), [(0, 10), (3, 17), (10, 10), (412, 1033), (1, 12)])
def test_limits_are_wilsons(count: int, of: int) -> None:
    assert wilson(count, of) == pytest.approx(oracle.wilson(count, of), abs=1e-12)


def test_published_limits_of_wilson_come_out() -> None:
    # Newcombe 1998, Stat Med 17:857, Table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for (count, of), limits in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        assert tuple(round(limit, 4) for limit in wilson(count, of)) == limits


@pytest.mark.parametrize(("count", "of"), [(-1, 5), (6, 5), (0, 0)])
def test_a_share_of_nobody_has_no_limits(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="count: expected"):
        wilson(count, of)


def test_shares_of_place_zones_and_areas_add_up(place: Study) -> None:
    frame = voice(
        ("housing", A, 40, 10), ("housing", B, 60, 30), ("housing", C, 20, 5), ("housing", D, 80, 8)
    )
    found = shares(place, frame)
    whole = found.loc[("housing", "place", place.study.area_code)]
    assert (whole["respondents_persons"], whole["mentions_persons"]) == (200, 53)
    assert whole["share_percent"] == pytest.approx(26.5)
    lower, upper = oracle.wilson(53, 200)
    assert whole["share_lower95_percent"] == pytest.approx(100 * lower, abs=1e-6)
    assert whole["share_upper95_percent"] == pytest.approx(100 * upper, abs=1e-6)
    assert found.loc[("housing", "zone", "west"), "mentions_persons"] == 40


def test_those_who_answered_for_themselves_have_a_share_and_no_limits(place: Study) -> None:
    found = shares(place, voice(("housing", A, 40, 10), sample="self-selected"))
    row = found.loc[("housing", "area", A)]
    assert row["share_percent"] == 25
    assert pd.isna(row["share_lower95_percent"])
    assert row["sample"] == "self-selected"


def test_fewer_than_ten_are_withheld_with_another_area(place: Study) -> None:
    frame = voice(("housing", A, 9, 9), ("housing", B, 60, 30), ("housing", C, 20, 5))
    found = shares(place, frame)
    assert found.loc[("housing", "area", A), "reason"] == "H01"
    assert found.loc[("housing", "area", B), "reason"] == "H02"
    hidden = found[found["reason"] != ""]
    figures = ["respondents_persons", "mentions_persons", "share_percent", "rank_by_mentions"]
    assert hidden[figures].isna().all(axis=None)


def test_one_pattern_for_all_questions_of_a_wave(place: Study) -> None:
    frame = voice(
        ("housing", A, 40, 9),
        ("housing", B, 60, 30),
        ("health", A, 8, 2),
        ("health", B, 60, 3),
        ("health", C, 30, 3),
        ("housing", C, 30, 3),
    )
    found = shares(place, frame)
    for theme in ("housing", "health"):
        assert found.loc[(theme, "area", A), "reason"] == "H01"
        assert found.loc[(theme, "area", B), "reason"] == "H02"


def test_priorities_are_ranked_by_mentions_and_equal_ones_share_a_place(place: Study) -> None:
    frame = voice(
        ("housing", A, 40, 9), ("health", A, 40, 9), ("money", A, 40, 20), ("crime", A, 40, 1)
    )
    found = shares(place, frame)["rank_by_mentions"].xs("area", level="level")
    assert found.droplevel("place").to_dict() == {
        "crime": 4,
        "health": 2,
        "housing": 2,
        "money": 1,
    }


def test_measured_need_stands_beside_the_rank_and_changes_nothing(place: Study) -> None:
    frame = voice(("housing", A, 40, 9), ("health", A, 40, 20))
    columns = ["priority", "better", "difference", "reason", "flags"]
    rows = [
        ("housing", "lower", 3.0, "", ""),
        ("housing", "higher", 2.0, "", ""),
        ("housing", "lower", 1.0, "", "rounded;no-sign"),
        ("housing", "neither", 9.0, "", ""),
        ("health", "lower", None, "P02", ""),
    ]
    compared = pd.DataFrame(rows, columns=columns)
    made = voice_tables(place, frame, compared)["voice_share"]
    plain = voice_tables(place, frame, None)["voice_share"]
    housing = made[made["theme"] == "housing"]
    assert set(housing["indicators_compared"]) == {3}
    assert set(housing["indicators_worse"]) == {1}
    assert made[made["theme"] == "health"]["indicators_compared"].isna().all()
    assert made["rank_by_mentions"].equals(plain["rank_by_mentions"])


def test_quotes_stand_by_zone_with_consent_and_in_no_areas_order(place: Study) -> None:
    frame = voice(("housing", A, 40, 9), ("housing", B, 40, 9), ("housing", C, 40, 9))
    frame["quote"] = ["We wait for years.", "It is damp.", ""]
    frame["consent"] = ["given", "given", ""]
    made = voice_tables(place, frame, None)["quote"]
    assert made[["zone", "number", "quote"]].to_numpy().tolist() == [
        ["west", 1, "It is damp."],
        ["west", 2, "We wait for years."],
    ]
    assert "area_code" not in made


def test_a_quote_of_a_zone_that_is_withheld_is_not_told(place: Study) -> None:
    frame = voice(("housing", A, 4, 3), ("housing", B, 3, 3), ("housing", C, 40, 9))
    frame["quote"] = ["It is damp.", "", ""]
    frame["consent"] = ["given", "", ""]
    assert "quote" not in voice_tables(place, frame, None)


def test_areas_of_another_vintage_and_less_people_than_its_areas_are_refused(place: Study) -> None:
    with pytest.raises(ValidationError, match="areas of the study"):
        voice_tables(place, voice(("housing", "E05000634", 40, 9)), None)
    with pytest.raises(ValidationError, match="at least 40 people"):
        voice_tables(place, voice(("housing", A, 40, 9), ("housing", "", 30, 9)), None)
    uneven = voice(("housing", A, 40, 9), ("housing", "", 60, 9), ("health", A, 40, 9))
    with pytest.raises(ValidationError, match="a row of the whole place"):
        voice_tables(place, uneven, None)
