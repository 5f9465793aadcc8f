"""No published figure moves without being recorded, and none is recorded without being told."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from gapwatch.audit.revisions.figures import NEWEST, Key, published
from gapwatch.project import Project
from tests.conftest import ROOT
from tests.e2e.conftest import Undisturbed
from tests.record_figures import RECORD, as_csv, computed, from_csv, shown_hash

SHOWN = 30
TABLES = ("data/gap.csv", "data/verdict.csv")
TO_DO = "record it: make figures, and tell it under Figures in CHANGELOG.md"


def moved(before: dict[Key, str], after: dict[Key, str]) -> list[str]:
    return [
        f"{' '.join(part for part in key[:-1] if part)}, {key.figure}: "
        f"{before.get(key, 'not there')} -> {after.get(key, 'not there')}"
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


def test_every_released_figure_is_the_recorded_one(undisturbed: Undisturbed) -> None:
    released = published({name: undisturbed.files[name] for name in TABLES})
    now = {key: value for key, value in released.items() if key.period != NEWEST}
    found = moved(from_csv(RECORD.read_bytes()), now)
    if found:
        more = f"\n  and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        listed = "\n  ".join(found[:SHOWN])
        pytest.fail(f"{len(found)} figures moved:\n  {listed}{more}\n{TO_DO}", pytrace=False)


def test_the_record_is_what_make_figures_writes(shipped: Project) -> None:
    assert RECORD.read_bytes() == as_csv(computed(shipped)), TO_DO


def test_the_record_is_told_in_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.split(r"^##+ ", text.split("### Figures\n", 1)[1], flags=re.MULTILINE)[0]
    sha = shown_hash(RECORD.read_bytes())
    assert sha in newest, f"docs/figures.csv has the hash {sha}: {TO_DO}"


def test_the_record_holds_the_first_figures_and_a_figure_that_moves_is_seen() -> None:
    record = from_csv(RECORD.read_bytes())
    key = Key("gap", "", "north-v-knightsbridge", "male", "2005 to 2009", "gap_years")
    assert round(Decimal(record[key]), 4) == Decimal("14.0956")
    assert moved(record, record) == []
    assert moved(record, record | {key: "14.1"}) == [
        f"gap north-v-knightsbridge male 2005 to 2009, gap_years: {record[key]} -> 14.1"
    ]
