"""The register as a whole, and the tables as they are published."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.little import NAMES, Little
from tests.unit.initiatives.worlds import AREAS, initiative

from gapwatch import warehouse
from gapwatch.contracts import TABLES
from gapwatch.errors import ValidationError
from gapwatch.initiatives.register import cells, initiatives, needs_of, overlaps
from gapwatch.initiatives.tables import initiative_tables
from gapwatch.tables import to_csv

MONEY = {"theme": "money"}


def pairs(frame: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    return list(
        frame[["initiative", "other", "area_code", "time_known"]].itertuples(index=False, name=None)
    )


def test_overlaps_are_of_one_priority_one_area_and_one_time() -> None:
    found = (
        initiative(AREAS[:2], id="a", starts_on="2010", ends_on="2012"),
        initiative(AREAS[1:3], id="b", starts_on="2012-06", ends_on=""),
        initiative(AREAS[1:3], id="c", starts_on="2013", ends_on="2014"),
        initiative(AREAS[1:2], id="d", starts_on="2011", **MONEY),
        initiative(AREAS[1:2], id="e", starts_on=""),
    )
    assert pairs(overlaps(found)) == [
        ("a", "b", AREAS[1], "yes"),
        ("a", "e", AREAS[1], "not-stated"),
        ("b", "c", AREAS[1], "yes"),
        ("b", "c", AREAS[2], "yes"),
        ("b", "e", AREAS[1], "not-stated"),
        ("c", "e", AREAS[1], "not-stated"),
    ]


def test_cells_count_what_is_done_and_name_needs_without_any() -> None:
    found = (
        initiative(AREAS[:1], id="a", starts_on="2010", ends_on="2012"),
        initiative(AREAS[:1], id="b", starts_on="2020", ends_on=""),
        initiative(AREAS[:1], id="c", starts_on="", ends_on=""),
        initiative(("E09000033",), id="d", where_basis="whole-place"),
        initiative(AREAS[1:2], id="e", where_basis="office"),
    )
    needs = {("health", AREAS[1]): (3, 2), ("health", AREAS[0]): (3, 1)}
    frame = cells(found, AREAS[:2], ["money"], needs, 2026).set_index(["theme", "area_code"])
    first = frame.loc[("health", AREAS[0])]
    # Two run as stated; of the third nobody knows.
    assert (first["initiatives"], first["running"]) == (3, 1)
    assert not first["need_without_initiative"]
    second = frame.loc[("health", AREAS[1])]
    assert (second["initiatives"], second["indicators_worst_quarter"]) == (0, 2)
    assert second["need_without_initiative"]
    assert pd.isna(frame.loc[("money", AREAS[0]), "indicators_worst_quarter"])


def test_needs_are_the_worst_quarter_of_each_indicator_with_an_order() -> None:
    areas = AREAS[:8]
    values = pd.DataFrame(
        [
            {"priority": "health", "indicator": name, "area": area, "value": value}
            for name, sign in (("bad", 1.0), ("good", -1.0), ("neither", 1.0), ("refused", 1.0))
            for area, value in zip(areas, [sign * v for v in (8, 7, 7, 5, 4, 3, 2, 1)], strict=True)
        ]
    )
    compared = pd.DataFrame(
        [
            {"indicator": "bad", "better": "lower", "reason": ""},
            {"indicator": "good", "better": "higher", "reason": ""},
            {"indicator": "neither", "better": "neither", "reason": ""},
            {"indicator": "refused", "better": "lower", "reason": "P02"},
        ]
    )
    found = needs_of(values, compared, areas)
    # Two of eight, and whoever is equal to the second.
    assert [found["health", area] for area in areas[:4]] == [(2, 2), (2, 2), (2, 2), (2, 0)]
    lacking = values[~((values["indicator"] == "bad") & (values["area"] == areas[7]))]
    assert needs_of(lacking, compared, areas)["health", areas[0]] == (1, 1)
    assert needs_of(None, compared, areas) == {}


def test_an_initiative_that_is_described_in_two_ways_is_refused() -> None:
    columns = ("title", "led_by", "theme", "starts_on", "ends_on", "where_basis")
    rows = pd.DataFrame(
        [
            {
                **dict.fromkeys(columns, "x"),
                "initiative": "a",
                "area_code": area,
                "areas_chosen": "other",
                "register": "r",
            }
            for area in AREAS[:2]
        ]
    )
    assert initiatives(rows)[0].areas == AREAS[:2]
    rows.loc[1, "title"] = "y"
    with pytest.raises(ValidationError) as caught:
        initiatives(rows)
    assert "one title in all its rows" in caught.value.expected


TEXT = """
[[initiatives]]
id = "choir"
title = "A choir"
theme = "communities"
starts_on = 2009
areas = ["E05098001"]
where_basis = "delivery"
areas_chosen = "other"
reference = "a poster"

[[initiatives]]
id = "garden"
title = "A garden"
theme = "communities"
starts_on = 2009
areas = ["E05098001", "E05098002"]
where_basis = "delivery"
reference = "a poster"

[[expectations]]
id = "longer-lives"
initiative = "choir"
indicator = "deaths"
direction = "lower"
size_percent = 20
before = [2004, 2008]
after = [2009, 2013]
registered_on = 2008-05-01
"""


def test_tables_hold_their_contracts_and_repeat_to_the_byte(tmp_path: Path) -> None:
    study, inputs = Little(more_sources=TEXT).read(tmp_path)
    made = initiative_tables(study, inputs, 2026)
    assert set(made) == {"effect", "detectable", "initiative_overlap", "initiative_cell"}
    warehouse.check(made)
    again = initiative_tables(study, inputs, 2026)
    for name, frame in made.items():
        assert to_csv(TABLES[name], frame) == to_csv(TABLES[name], again[name])
    effect = made["effect"].set_index("initiative")
    # Five areas: the smallest share of sets is a fifth, so chance is never ruled out.
    assert (effect.loc["choir", "verdict"], effect.loc["choir", "reason"]) == (
        "could not have been seen",
        "C02",
    )
    assert effect.loc["garden", "reason"] == "E01"
    assert made["initiative_cell"]["area_code"].tolist() == list(NAMES)
    seen = made["detectable"]
    assert seen[["areas", "expectation"]].to_numpy().tolist() == [
        [1, ""],
        [1, "longer-lives"],
        [4, ""],
    ]


def test_a_study_without_initiatives_has_no_tables(tmp_path: Path) -> None:
    study, inputs = Little().read(tmp_path)
    assert initiative_tables(study, inputs, 2026) == {}
