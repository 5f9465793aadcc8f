"""Files of a country that are wrong: refused by name, with a row, before anything is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.counting.countries import Frames, frames

from gapwatch.counting.national.wards import ward_counts
from gapwatch.demo.national import InventedCountry
from gapwatch.errors import GapwatchError, UsageError, ValidationError

# 8 blocks, 2 sexes, 6 years and 20 bands: 1,920 rows a file, sorted by block, sex, year and age.
TINY = InventedCountry(seed=7, boroughs=2, wards=2, blocks=8, years=6)
Fault = Callable[[Frames], Frames]


def deaths(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Fault:
    return lambda made: made.changed(deaths=change(made.deaths))


def population(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Fault:
    return lambda made: made.changed(population=change(made.population))


def both(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Fault:
    return lambda made: made.changed(deaths=change(made.deaths), population=change(made.population))


def lookup(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Fault:
    return lambda made: made.changed(lookup=change(made.lookup))


def cell(row: int, column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Another value in a row, which is numbered as a spreadsheet does."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        cells = frame[column].astype(object).to_numpy().copy()
        cells[row - 2] = value
        return frame.assign(**{column: cells})

    return change


def without(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame[frame[column] != value]


def only_one_of(block: str, column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame[(frame["area_code"] != block) | (frame[column] != value)]


def ends(start: int, end: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(
        age_end_years=frame["age_end_years"].mask(frame["age_start_years"] == start, end)
    )


def tens(frame: pd.DataFrame) -> pd.DataFrame:
    """One band from 5 to 14."""
    return ends(5, 14)(without("age_start_years", 10)(frame))


FAULTS: dict[str, tuple[Fault, list[str]]] = {
    "a file added to itself": (
        deaths(lambda frame: pd.concat([frame, frame])),
        [
            "deaths.csv, rows 2 and 1922",
            "X01000000, female, 2001, age 0 again",
            "1,920 rows too many",
        ],
    ),
    "a row twice": (
        population(lambda frame: pd.concat([frame, frame.iloc[[40]]])),
        [
            "population.csv, rows 42 and 1922",
            "X01000000, female, 2003, age 0 again",
            "1 row too many",
        ],
    ),
    "a year missing in the middle": (
        both(without("year", 2003)),
        ["deaths.csv, row 42", "none of 2003: 2004 follows 2002", "X01000000, female, 2004"],
    ),
    "a year missing in the middle of one file": (
        population(without("year", 2004)),
        ["population.csv, row 62", "none of 2004: 2005 follows 2003"],
    ),
    "a year missing for one block": (
        both(only_one_of("X01000003", "year", 2002)),
        ["X01000003, female, 2002", "every year"],
    ),
    "a sex missing for one block": (
        both(only_one_of("X01000003", "sex", "male")),
        ["X01000003, male, 2001", "both sexes"],
    ),
    "deaths without residents": (
        population(without("area_code", "X01000002")),
        ["deaths.csv, row 482", "deaths without residents: X01000002, female, 2001", "one of 12 "],
    ),
    "residents without deaths": (
        deaths(only_one_of("X01000002", "year", 2006)),
        [
            "population.csv, row 582",
            "residents without deaths: X01000002, female, 2006",
            "one of 2 such groups",
        ],
    ),
    "a later year of deaths": (
        population(without("year", 2006)),
        ["deaths.csv, row 102", "deaths without residents: X01000000, female, 2006"],
    ),
    "a block without a ward": (
        lookup(without("block_code", "X01000005")),
        ["deaths.csv, row 1202, column area_code", "'X01000005'", "complete the lookup"],
    ),
    "a block of the lookup without counts": (
        both(without("area_code", "X01000005")),
        ["X01000005, female, 2001", "found:    none"],
    ),
    "a negative count": (
        deaths(cell(50, "deaths_persons", -1)),
        [
            "deaths.csv, row 50, column deaths_persons",
            "a number from 0",
            "'-1'",
            "X01000000, female, 2003",
        ],
    ),
    "sexes coded 1 and 2": (
        deaths(lambda frame: frame.assign(sex=frame["sex"].map({"male": 1, "female": 2}))),
        ["deaths.csv, row 2, column sex", "one of female, male", "'2'", "1,919 more rows"],
    ),
    "a blank count": (
        population(cell(3, "population_persons", None)),
        ["population.csv, row 3, column population_persons", "a blank"],
    ),
    "a count in words": (deaths(cell(3, "deaths_persons", "c")), ["row 3", "'c'"]),
    "a count that is no number": (deaths(cell(3, "deaths_persons", "nan")), ["row 3", "'nan'"]),
    "a count beyond measure": (deaths(cell(3, "deaths_persons", "inf")), ["row 3", "1,000,000"]),
    "half a year": (deaths(cell(3, "year", 2001.5)), ["row 3, column year", "'2001.5'"]),
    "a blank area": (deaths(cell(4, "area_code", None)), ["row 4, column area_code", "a blank"]),
    "an age beyond life": (deaths(cell(4, "age_start_years", 121)), ["row 4", "from 0 to 120"]),
    "a count of a month": (
        deaths(lambda frame: frame.assign(month="03")),
        ["row 2, column month", "a count of the whole year", "sum the counts over months"],
    ),
    "a count of a cause": (
        deaths(lambda frame: cell(9, "cause", "I21")(frame.assign(cause=""))),
        ["row 9, column cause", "all causes"],
    ),
    "a band that straddles in one row": (
        deaths(cell(44, "age_end_years", 14)),
        ["deaths.csv, row 44", "5 to 9 beside 5 to 14", "X01000000, female, 2003, age 5"],
    ),
    "a band that straddles in every row": (
        deaths(tens),
        ["deaths.csv, row 4", "do not straddle age 10", "5 to 14", "--age-starts"],
    ),
    "bands that overlap": (
        population(ends(5, 14)),
        ["population.csv, row 4", "5 to 14 beside 10 to 14"],
    ),
    "bands with a hole": (
        deaths(without("age_start_years", 30)),
        ["deaths.csv, row 8", "25 to 29 beside 35 to 39"],
    ),
    "a top band that ends": (deaths(ends(90, 94)), ["deaths.csv, row 21", "90 to 94"]),
    "no band of infants": (deaths(without("age_start_years", 0)), ["deaths.csv, row 2", "from 0"]),
    "a band missing for one block": (
        deaths(lambda frame: frame.drop(index=44)),
        ["deaths.csv, X01000000, female, 2003", "no age 15", "write zeros out"],
    ),
    "two vintages of blocks": (
        deaths(cell(7, "geography", "lsoa2021")),
        ["deaths.csv, row 7, column geography", "'lsoa2021'", "beside 'lsoa-invented'"],
    ),
    "another vintage than the other file's": (
        population(lambda frame: frame.assign(geography="lsoa2021")),
        ["population.csv, column geography", "lsoa-invented, as in deaths.csv", "lsoa2021"],
    ),
    "two bases in a year": (
        population(cell(25, "base", "census2011")),
        [
            "population.csv, row",
            "column base",
            "one base of 2002",
            "'invented'",
            "beside 'census2011'",
        ],
    ),
    "a base that is no name": (
        population(lambda frame: frame.assign(base="Census 2021")),
        ["row 2, column base", "'Census 2021'"],
    ),
    "a column missing": (
        population(lambda frame: frame.drop(columns="base")),
        ["population.csv, header", "no base"],
    ),
    "a header alone": (deaths(lambda frame: frame.head(0)), ["deaths.csv", "a header alone"]),
    "ages without an end": (
        population(lambda frame: ends(0, None)(frame[frame["age_start_years"] == 0])),
        ["deaths.csv", "an open band from 0"],
    ),
    "weights that do not sum to one": (
        lookup(lambda frame: frame.assign(weight=[0.5, *[1] * 7])),
        ["lookup.csv, block_code X01000000", "weights that sum to 1", "0.5"],
    ),
    "a ward in two boroughs": (
        lookup(cell(2, "borough_code", "X09000001")),
        ["lookup.csv, ward_code X05000000", "one borough_code", "X09000001"],
    ),
    "two scores of a block": (
        lookup(
            lambda frame: pd.concat(
                [
                    frame,
                    frame.head(1).assign(
                        ward_code="X05000002", borough_code="X09000001", deprivation_score=1
                    ),
                ]
            )
        ),
        ["lookup.csv, block_code X01000000", "one deprivation_score"],
    ),
    "a block twice in a ward": (
        lookup(lambda frame: pd.concat([frame, frame.head(1)])),
        ["lookup.csv, row 10", "again"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_the_file_and_an_example(name: str, tmp_path: Path) -> None:
    change, words = FAULTS[name]
    with pytest.raises(ValidationError) as refused:
        change(frames(TINY)).wards(tmp_path)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    "name", ["a file added to itself", "a negative count", "a blank count", "two bases in a year"]
)
def test_a_fault_of_a_parquet_file_is_named_by_the_same_row(name: str, tmp_path: Path) -> None:
    change, words = FAULTS[name]
    with pytest.raises(ValidationError) as refused:
        ward_counts(*change(frames(TINY)).save(tmp_path, "parquet"))
    for word in words:
        assert word.replace(".csv", ".parquet").replace("'-1'", "'-1.0'") in str(refused.value)


def spoil(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content[:-5], "stops in the middle of a line"),
        (lambda content: content.rpartition(b",")[0] + b",\n", "row 1921, column deaths_persons"),
        (lambda content: b"", "stops in the middle of a line"),
        (lambda content: content.replace(b"sex", b"year", 1), "each column once"),
        (lambda content: content.replace(b"sex", b"s\xe9x", 1), "can't decode byte 0xe9"),
        (lambda content: content.replace(b",", b";"), "no geography"),
        (lambda content: content + b"1,2\n", "Expected Number of Columns"),
        (lambda content: content + content.splitlines()[1] + b",7\n", "CSV Error on Line: 1922"),
        (lambda content: content + b'"open,2001\n', "CSV Error on Line: 1922"),
        (
            lambda content: content + content.splitlines()[1].replace(b"X0", b"\xe9\xff") + b"\n",
            "CSV Error on Line: 1922",
        ),
        (lambda content: b'"' + content * 4, "CSV in UTF-8"),
    ],
    ids=[
        "cut in a line",
        "cut before a count",
        "empty",
        "a name twice",
        "a header of other bytes",
        "semicolons",
        "a row too short",
        "a row too long",
        "a quote left open",
        "other bytes",
        "a quote left open in the header",
    ],
)
def test_a_file_that_is_not_whole_is_refused(
    change: Callable[[bytes], bytes], words: str, tmp_path: Path
) -> None:
    paths = frames(TINY).save(tmp_path)
    spoil(change)(paths[0])
    with pytest.raises(ValidationError, match=r"deaths\.csv") as refused:
        ward_counts(*paths)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [lambda content: b"", lambda content: content[:-100], lambda content: b"PAR1" + content[50:]],
    ids=["empty", "cut", "spoilt"],
)
def test_a_parquet_file_that_is_not_whole_is_refused(
    change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    paths = frames(TINY).save(tmp_path, "parquet")
    spoil(change)(paths[0])
    with pytest.raises(GapwatchError, match=r"deaths\.parquet"):
        ward_counts(*paths)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("name", ["none.csv", "none.parquet", "d*.csv", "."])
def test_a_file_that_is_not_there_is_a_usage_error(place: int, name: str, tmp_path: Path) -> None:
    paths = list(frames(TINY).save(tmp_path))
    paths[place] = tmp_path / name
    with pytest.raises(UsageError, match="no such file"):
        ward_counts(*paths)


@pytest.mark.parametrize("ages", [(), (0,), (5, 10), (0, 10, 5), (0, 5, 5)])
def test_ages_that_do_not_ascend_from_zero_are_a_usage_error(
    ages: tuple[int, ...], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="ascending from 0"):
        frames(TINY).wards(tmp_path, age_starts=ages)


def test_names_blank_months_and_causes_and_a_byte_order_mark_are_passed_over(
    tmp_path: Path,
) -> None:
    made = frames(TINY)
    plain = made.wards(tmp_path).counts
    more = made.deaths.assign(area_name='"A, B"', month="", cause="", block=1, fault="x")
    paths = made.changed(deaths=more).save(tmp_path)
    paths[0].write_bytes(b"\xef\xbb\xbf" + paths[0].read_bytes())
    found = ward_counts(*paths).counts
    assert found.deaths.tolist() == plain.deaths.tolist()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_folder_named_like_a_column_changes_no_figure(kind: str, tmp_path: Path) -> None:
    """Hive partitioning made a column of the folder's name, over the file's own."""
    plain, named = tmp_path / "plain", tmp_path / "base=census1801" / "year=1801"
    counted = []
    for folder in (plain, named):
        folder.mkdir(parents=True)
        counted.append(ward_counts(*frames(TINY).save(folder, kind)).counts)
    assert counted[1].bases == counted[0].bases
    assert (counted[1].years == counted[0].years).all()
    assert (counted[1].deaths == counted[0].deaths).all()
