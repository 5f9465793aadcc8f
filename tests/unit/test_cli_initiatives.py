"""`gapwatch initiatives`, as people and programs read it."""

from __future__ import annotations

import json

import pytest

from gapwatch.cli.register import groups, lines
from gapwatch.project import Project
from gapwatch.queries import initiatives

ROW = {
    "id": "clubs",
    "title": "Work clubs",
    "led_by": "The council",
    "theme": "money",
    "starts_on": "2018-04-01",
    "ends_on": "",
    "areas": ["E1", "E2"],
    "area_names": ["Kilnfield", "Saltpan"],
    "where_basis": "delivery",
    "areas_chosen": "worst",
    "register": "study",
    "findings": [
        {
            "expectation": "fewer",
            "version": 1,
            "verdict": "sign as expected",
            "reason": "",
            "flags": "F01 F02",
            "maryland_level": 3,
            "effect_percent": -31.85,
            "effect_lower95_percent": -34.5,
            "effect_upper95_percent": -29.1,
        }
    ],
}
FAIR = {**ROW, "id": "fair", "title": "Job fair"}
BARE = {
    **ROW,
    "id": "lab",
    "title": "A lab",
    "led_by": "",
    "theme": "",
    "starts_on": "",
    "areas": [],
    "area_names": [],
    "where_basis": "not-stated",
    "findings": [
        {
            **ROW["findings"][0],  # type: ignore[index]
            "expectation": "",
            "version": 0,
            "verdict": "described, not evaluated",
            "reason": "E01",
            "flags": "",
            "maryland_level": 0,
            "effect_percent": None,
        }
    ],
}
CELLS = [
    {
        "theme": "money",
        "area_code": code,
        "area_name": name,
        "initiatives": 0,
        "running": 0,
        "indicators": 2,
        "indicators_worst_quarter": worst,
        "need_without_initiative": worst > 0,
    }
    for code, name, worst in (("E3", "Mossgate", 2), ("E4", "Weir End", 0))
]
FOUND = {
    "initiatives": [ROW, FAIR, BARE],
    "overlaps": [
        {
            "initiative": "clubs",
            "other": "fair",
            "theme": "money",
            "area_code": "E1",
            "area_name": "Kilnfield",
            "time_known": "yes",
        }
    ],
    "cells": CELLS,
}


def test_the_listing_by_place_says_what_meets_and_what_is_lacking() -> None:
    text = "\n".join(lines(FOUND, by="place", width=120))
    assert text.startswith("Kilnfield\n  Work clubs (The council)\n    Money; from 1 April 2018.\n")
    assert "found −31.9% (−34.5% to −29.1%). Evidence of level 3, fewer version 1." in text
    assert "To bear in mind: its areas were chosen for their figures" in text
    assert "No area stated\n  A lab\n    No priority stated; start not stated.\n" in text
    assert "Work clubs, Job fair; money: Kilnfield\n" in text
    assert "money: Mossgate (2 of 2)\n" in text
    assert "  money: all areas" in text


@pytest.mark.parametrize(
    ("by", "titles"),
    [
        ("place", ["Kilnfield", "Saltpan", "No area stated"]),
        ("theme", ["money", "No priority stated"]),
        ("time", ["2018", "No start stated"]),
    ],
)
def test_groups_end_with_what_is_not_stated(by: str, titles: list[str]) -> None:
    assert [title for title, _ in groups([ROW, BARE], by)] == titles


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for by in ("place", "theme", "time"):
        assert max(map(len, lines(FOUND, by=by, width=width))) <= width


def test_without_initiatives_the_listing_says_how_to_add_one() -> None:
    empty = {"initiatives": [], "overlaps": [], "cells": []}
    assert "[[initiatives]]" in " ".join(lines(empty, by="place", width=80))


def test_westminsters_register_is_described_and_not_evaluated(shipped: Project) -> None:
    found = initiatives(shipped, snapshot_id=None, known_at=None)
    json.dumps(found, allow_nan=False)
    assert [one["id"] for one in found["initiatives"]] == [
        "2035collaborative",
        "community-learning-lab",
        "paddington-life-sciences-social-purpose",
    ]
    for one in found["initiatives"]:
        assert [row["verdict"] for row in one["findings"]] == ["described, not evaluated"]
        assert one["starts_on"] == ""
    needs = {
        (cell["theme"], cell["area_name"])
        for cell in found["cells"]
        if cell["need_without_initiative"]
    }
    assert ("health", "Church Street") in needs
    assert ("health", "Knightsbridge and Belgravia") not in needs
