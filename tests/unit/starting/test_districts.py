"""Which districts are known without a network, and what is said of the others."""

from __future__ import annotations

import csv

import pytest

from gapwatch.errors import UsageError
from gapwatch.starting.districts import District, DistrictWard, chosen, find, known
from gapwatch.starting.proposals import propose
from tests import realdata


def district(code: str, name: str, wards: int = 5) -> District:
    made = tuple(
        DistrictWard(f"E0500{n:04d}", f"Ward {n}", 10.0 * n, 80.0 - n) for n in range(wards)
    )
    return District(code, name, made)


@pytest.mark.parametrize(
    "asked", ["E09000030", "e09000030", "Tower Hamlets", " tower hamlets ", "LB Tower Hamlets"]
)
def test_a_district_is_found_by_its_code_or_its_name_however_it_is_spelt(asked: str) -> None:
    assert find(asked).code == "E09000030"


def test_every_borough_is_known_with_its_wards_once() -> None:
    codes = [ward.code for one in known() for ward in one.wards]
    assert len(known()) == 32
    assert len(codes) == len(set(codes)) == 624


def test_an_unknown_district_is_told_with_near_names_and_what_is_known() -> None:
    with pytest.raises(UsageError, match="did you mean Hackney") as caught:
        find("Hackny")
    assert "Westminster" in caught.value.expected
    with pytest.raises(UsageError, match="another-place"):
        find("Newcastle upon Tyne")
    with pytest.raises(UsageError, match=r"E0900003\d \("):
        find("E0900003O")
    with pytest.raises(UsageError):
        find("   ")


def test_two_districts_of_one_name_are_told_with_their_codes() -> None:
    both = [district("E07000001", "Newport"), district("E07000002", "Newport")]
    with pytest.raises(UsageError, match=r"E07000001.*E07000002"):
        find("newport", both)
    assert find("E07000002", both).code == "E07000002"
    assert chosen("Newport", {"E07000001": "Newport"}) == "E07000001"


def test_a_district_of_too_few_wards_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 5 wards"):
        find("Small", [district("E07000001", "Small", 4)])


def test_sides_are_fifths_by_deprivation_and_the_more_deprived_one_lives_shorter() -> None:
    for one in known():
        made = propose(one)
        assert len(made.most) == len(made.least) == round(len(one.wards) / 5)
        assert min(w.score for w in made.most) >= max(w.score for w in made.least)
        assert not set(made.most) & set(made.least)
        assert made.gap_years > 0, one.name
    # By hand: of ten wards the two most deprived have 72 and 71, the two least 80 and 79.
    made = propose(district("E07000001", "Ten", 10))
    assert [ward.name for ward in made.most] == ["Ward 9", "Ward 8"]
    assert (made.worse_years, made.better_years, made.gap_years) == (71.5, 79.5, 8.0)


def test_the_list_says_what_the_publisher_does() -> None:
    folder = realdata.folder("gla")
    with (folder / "life-expectancy-ward-at-Birth.csv").open(encoding="latin-1", newline="") as f:
        life = {row["Ward"]: row for row in csv.DictReader(f) if row["Geography"] == "Ward"}
    with (folder / "ward-atlas-data.csv").open(encoding="latin-1", newline="") as f:
        atlas = {row["New Code"]: row for row in csv.DictReader(f)}
    wards = {ward.code: (one, ward) for one in known() for ward in one.wards}
    assert set(wards) == set(life)
    for code, (one, ward) in wards.items():
        assert one.name == atlas[code]["Borough"]
        assert ward.name == atlas[code]["Names"].replace("St. ", "St ")
        assert ward.male_years == float(life[code]["2005-09;Male;Life expectancy at birth"])
        score = float(atlas[code]["Indices of Deprivation; Average Score; 2010"])
        assert ward.score == pytest.approx(score, abs=0.005)
