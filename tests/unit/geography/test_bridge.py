"""Twenty wards to eighteen: residents carried over real lookups, checked by plain loops."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter

import pandas as pd
import pytest
from tests import realdata
from tests.conftest import ROOT

from gapwatch.contracts.bridges import BRIDGE, BRIDGE_SIDE
from gapwatch.errors import StudyError, ValidationError
from gapwatch.geography.bridge import Bridged, bridge, bridge_table, side_table
from gapwatch.geography.lookups import best_fit


def _zones() -> dict[str, list[str]]:
    study = tomllib.loads((ROOT / "gapwatch.toml").read_text(encoding="utf-8"))
    return {name: zone["areas"] for name, zone in study["zones"].items()}


def _rows(name: str) -> list[dict[str, str]]:
    kind, _, file = name.partition("/")
    with (realdata.folder(kind) / file).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _frame(kinds: tuple[str, str], pairs: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["from_code", "to_code", "weight"])
    return frame.assign(from_geography=kinds[0], to_geography=kinds[1])


def _best(name: str, one: str, other: str, kinds: tuple[str, str]) -> pd.DataFrame:
    pairs = sorted({(row[one], row[other]) for row in _rows(name)})
    number = Counter(pair[0] for pair in pairs)
    return _frame(kinds, [(a, b, 1 / number[a]) for a, b in pairs])


def _people() -> dict[str, int]:
    return {
        row["lsoa11_code"]: int(float(row["total_population"]))
        for row in _rows("population/population20_lsoa11.csv")
    }


def _lookups() -> dict[str, pd.DataFrame]:
    people = _people()
    weighted = [
        (row["lsoa11cd"], row["ward22cd"], float(row["weight"]))
        for row in _rows("lookups/lsoa11_ward22_weighted_extended.csv")
        if row["year"] == "2020" and row["lsoa11cd"] in people
    ]
    return {
        "w19": _best("lookups/LSOA11_WD19.csv", "LSOA11CD", "WD19CD", ("lsoa2011", "ward2011")),
        "w22": _best(
            "lookups/lsoa11_ward22_bf.csv", "lsoa11cd", "ward22cd", ("lsoa2011", "ward2022")
        ),
        "w22-weighted": _frame(("lsoa2011", "ward2022"), weighted),
        "l21": _best(
            "lookups/lookup_lsoa11_lsoa21_ltla22.csv",
            "lsoa11_code",
            "lsoa21_code",
            ("lsoa2011", "lsoa2021"),
        ),
        "l21-w22": _best(
            "lookups/lsoa21_ward22_bf.csv", "lsoa21cd", "ward22cd", ("lsoa2021", "ward2022")
        ),
    }


def _twenty_to_eighteen(up: str, **changed: object) -> Bridged:
    zones = _zones()
    plain = {
        "geography": "ward2022",
        "blocks": "lsoa2011",
        "up": [up],
        "across": ["w19"],
        "study_geography": "ward2011",
        "study_areas": [*zones["north"], *zones["south"]],
        "residents": {"lsoa2011": pd.Series(_people())},
    }
    return bridge(_lookups(), **(plain | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("up", "outside", "share_in_regents_park"),
    [("w22", 4910.0, 14776 / 19686), ("w22-weighted", 5511.814, 0.713)],
)
def test_twenty_wards_become_eighteen_and_no_resident_is_lost(
    up: str, outside: float, share_in_regents_park: float
) -> None:
    bridged = _twenty_to_eighteen(up)
    assert bridged.cells["area_code"].nunique() == 18
    # ONS mid-2020: 269,848 residents, of whom 111,657 in the north.
    assert bridged.cells["residents"].sum() == pytest.approx(269_848, abs=0.5)
    zones = _zones()
    north, south = bridged.side(zones["north"]), bridged.side(zones["south"])
    assert (len(north.assigned), len(south.assigned)) == (8, 10)
    assert not set(north.assigned) & set(south.assigned)
    assert north.residents == pytest.approx(111_657, abs=0.5)
    assert north.elsewhere == pytest.approx(0, abs=0.5)
    assert north.outside == pytest.approx(outside, abs=0.01)
    assert south.elsewhere == pytest.approx(outside, abs=0.01)
    assert north.share_elsewhere == pytest.approx(0, abs=1e-6)
    assert south.share_elsewhere == pytest.approx(outside / (269_848 - 111_657), abs=1e-5)
    # Regent's Park took streets south of Marylebone Road: the only ward in both zones.
    inside = bridged.inside(zones["north"])
    assert inside["E05013805"] == pytest.approx(share_in_regents_park, abs=1e-3)
    rest = inside.drop("E05013805")
    assert ((rest < 0.001) | (rest > 0.999)).all()


def test_cells_agree_with_a_plain_loop_over_the_files() -> None:
    people = _people()
    old = {row["LSOA11CD"]: row["WD19CD"] for row in _rows("lookups/LSOA11_WD19.csv")}
    new = {row["lsoa11cd"]: row["ward22cd"] for row in _rows("lookups/lsoa11_ward22_bf.csv")}
    counted: Counter[tuple[str, str]] = Counter()
    for block, persons in people.items():
        counted[new[block], old[block]] += persons
    found = _twenty_to_eighteen("w22").cells
    assert {(r.area_code, r.study_area_code): r.residents for r in found.itertuples()} == counted


def test_best_fit_blocks_can_not_tell_the_unchanged_wards_but_hold_them_whole() -> None:
    shares = _twenty_to_eighteen("w22").lookup
    whole = {(r.from_code, r.to_code) for r in shares.pairs.itertuples() if r.weight == 1}
    unchanged = {
        ("E05013794", "E05000634"),
        ("E05013799", "E05000639"),
        ("E05013804", "E05000642"),
    }
    assert unchanged <= whole
    assert best_fit(shares)["E05013805"] == "E05000643"


def test_a_lookup_of_the_other_direction_is_turned_round_and_its_guesses_are_named() -> None:
    zones = _zones()
    across = ["l21", "w19"]
    plain = _twenty_to_eighteen("l21-w22", blocks="lsoa2021", across=across, residents=None)
    assert plain.basis == "blocks"
    assert plain.cells["residents"].sum() == pytest.approx(123)
    # Twelve rows of the ONS lookup are mergers of areas of 2011 into areas of 2021.
    merged = {
        row["lsoa21_code"]
        for row in _rows("lookups/lookup_lsoa11_lsoa21_ltla22.csv")
        if row["change_code"] == "M"
    }
    assert plain.assumed == merged
    weighted = _twenty_to_eighteen(
        "l21-w22", blocks="lsoa2021", across=across, residents={"lsoa2011": pd.Series(_people())}
    )
    assert not weighted.assumed
    assert (
        weighted.side(zones["north"]).assigned
        == _twenty_to_eighteen("w22").side(zones["north"]).assigned
    )


def test_the_table_names_each_ward_its_best_fit_and_its_zone() -> None:
    table = bridge_table(_twenty_to_eighteen("w22"), _zones())
    assert tuple(table.columns) == BRIDGE.names
    assert len(table) == 18
    row = table.set_index("area_code").loc["E05013805"]
    assert (row["study_area_code"], row["zone"], row["basis"]) == (
        "E05000643",
        "north",
        "residents",
    )
    assert row["residents_persons"] == 19_686
    assert row["share_in_zone"] == pytest.approx(14_776 / 19_686, abs=1e-6)
    assert (table["zone"] == "north").sum() == 8


def test_a_population_of_other_blocks_and_wards_of_another_vintage_are_refused_by_name() -> None:
    people = pd.Series(_people())
    with pytest.raises(ValidationError, match="E01004646"):
        _twenty_to_eighteen("w22", residents={"lsoa2011": people.drop("E01004646")})
    with pytest.raises(ValidationError, match="E05013792"):
        _twenty_to_eighteen("w22", study_areas=["E05013792", *people.index[:0]])
    with pytest.raises(ValidationError, match="E05000630"):
        _twenty_to_eighteen("w22", published=["E05000630"])
    people["E01004646"] = -1
    with pytest.raises(ValidationError, match="E01004646"):
        _twenty_to_eighteen("w22", residents={"lsoa2011": people})


TINY = {
    "up": _frame(("block", "msoa"), [(b, "E02000001", 1.0) for b in ("E01000001", "E01000002")]),
    "across": _frame(
        ("block", "ward"), [("E01000001", "E05000001", 1.0), ("E01000002", "E05000002", 1.0)]
    ),
}


def _tiny(**changed: object) -> Bridged:
    plain = {
        "geography": "msoa",
        "blocks": "block",
        "up": ["up"],
        "across": ["across"],
        "study_geography": "ward",
        "study_areas": ["E05000001", "E05000002"],
    }
    return bridge(TINY, **(plain | changed))  # type: ignore[arg-type]


def test_a_side_with_half_of_an_area_has_none_and_says_so() -> None:
    side = _tiny().side(["E05000001"])
    assert side.assigned == ()
    assert (side.residents, side.elsewhere, side.outside) == (1.0, 1.0, 0.0)
    assert side.share_elsewhere == 1.0
    assert side.share_outside != side.share_outside  # NaN: there is nothing to share


def test_more_than_half_assigns_the_area_and_its_strangers_are_counted() -> None:
    people = {"block": pd.Series({"E01000001": 300.0, "E01000002": 100.0})}
    side = _tiny(residents=people).side(["E05000001"])
    assert side.assigned == ("E02000001",)
    assert (side.share_elsewhere, side.share_outside) == (0.0, 0.25)


def test_every_area_of_a_side_is_named_and_only_a_majority_counts() -> None:
    people = {"block": pd.Series({"E01000001": 300.0, "E01000002": 100.0})}
    sides = {"one": ["E05000001"], "two": ["E05000002"]}
    table = side_table(_tiny(residents=people), sides, {"E02000001": "Riverton 001"})
    assert tuple(table.columns) == BRIDGE_SIDE.names
    assert list(table["side"]) == ["one", "two"]
    assert list(table["share_in_side"]) == [0.75, 0.25]
    assert list(table["counts"]) == [True, False]
    assert set(table["area_name"]) == {"Riverton 001"}
    unnamed = side_table(_tiny(residents=people), {"one": ["E05000001"]}, {})
    assert list(unnamed["area_name"]) == ["E02000001"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"up": []}, "ends at block"),
        ({"up": ["across"]}, "ends at ward"),
        ({"across": ["across", "up"]}, "has ward at one end"),
        ({"across": ["nothing"]}, "found:    nothing"),
    ],
)
def test_a_chain_that_does_not_connect_names_the_break(
    changed: dict[str, object], told: str
) -> None:
    with pytest.raises(StudyError, match=told):
        _tiny(**changed)
