"""Publishers' own files, read by a description alone, against figures taken independently."""

from __future__ import annotations

import csv
import tomllib

import pandas as pd
import python_calamine

from gapwatch.sources import files
from gapwatch.study.sources import FileSource
from tests import realdata
from tests.unit.sources import gla

LIFE = "life-expectancy-ward-at-Birth.csv"
SAPE = "sape23dt15mid2020msoaquinaryestimatesunformatted.xlsx"
SAPE_TOML = f"""
id = "ons-sape"
kind = "file"
table = "population"
next_expected = "unknown"
title = "Mid-2020 population estimates for MSOAs"
publisher = "ONS"
attribution = "Office for National Statistics"
path = "{SAPE}"
format = "xlsx"
header = ["MSOA Code", "MSOA Name", "All Ages"]
columns = {{ area_code = "MSOA Code", area_name = "MSOA Name" }}
wide = '(?P<age>[0-9]+-[0-9]+|90\\+)'
units = {{ population_persons = "persons" }}

[constants]
geography = "msoa2011"
base = "census2011"
year = "2020"
measure = "population_persons"

[sheets]
"Mid-2020 Males" = {{ sex = "Males" }}
"Mid-2020 Females" = {{ sex = "Females" }}
"""


class NoClient:
    def get(self, address: str, **_: object) -> files.Answer:
        raise AssertionError(f"a local file asked for {address}")


def read(toml: str, folder: str) -> pd.DataFrame:
    source = FileSource.model_validate(tomllib.loads(toml))
    where = realdata.folder(folder)
    return files.parse(source, files.fetch(source, NoClient(), where))[source.table]


def facts(name: str) -> list[dict[str, str]]:
    with (realdata.written_out() / name).open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["area_code"].startswith("E05")]


def agree(
    found: pd.DataFrame,
    known: list[dict[str, str]],
    key: list[str],
    values: list[str],
    within: float = 0.0,
) -> None:
    indexed = found.astype(dict.fromkeys(key, "str")).set_index(key)
    for row in known:
        for name in values:
            value = indexed.loc[tuple(row[part] for part in key), name]
            if row[name] == "":
                assert pd.isna(value), (row, name)
            else:
                assert abs(float(value) - float(row[name])) <= within + 1e-9, (row, name)


def told_columns(row: dict[str, str]) -> dict[tuple[str, int, int], list[str]]:
    """Names of the three columns of a window and sex, by what the contract calls these."""
    stems = {name.rpartition(";")[0] for name in row if ";" in name and "at birth" in name}
    found = {}
    for stem in stems:
        period, _, sex = stem.partition(";")
        start = int(period[:4])
        names = ("Life expectancy at birth", "95% Lower", "95% Upper")
        found[sex.lower(), start, start + 4] = [f"{stem};{name}" for name in names]
    return found


def test_every_london_ward_is_read_from_the_ward_life_expectancy_file():
    frame = read(gla.LIFE_EXPECTANCY, "gla")
    wards = frame[frame.geography == "ward2011"]
    assert len(wards) == 624 * 12 * 2 == 14_976
    assert wards.area_code.nunique() == 624
    assert frame[frame.geography == "borough"].area_code.nunique() == 33
    assert set(frame[frame.geography == "region"].area_code) == {"E12000007"}
    # The publisher's file has every figure of every ward; read it here without our own code.
    with (realdata.folder("gla") / LIFE).open(encoding="latin-1", newline="") as stream:
        cells = [row for row in csv.DictReader(stream) if row["Geography"] == "Ward"]
    assert len(cells) == 624
    found = wards.set_index(["area_code", "sex", "period_start", "period_end"])
    quantities = ["life_expectancy_years", "lower95_years", "upper95_years"]
    said = {
        (row["Ward"], *key): [float(row[name]) for name in names]
        for row in cells
        for key, names in told_columns(row).items()
    }
    assert len(said) == 14_976
    assert found[quantities].notna().all(axis=None)
    for key, values in zip(found.index, found[quantities].to_numpy().tolist(), strict=True):
        assert values == said[key], key
    value, lower, upper = (found[name] for name in quantities)
    assert ((lower <= value) & (value <= upper)).all()
    known = facts("ward_life_expectancy_1999_2014.csv")
    assert len(known) == 20 * 12 * 2
    agree(
        wards,
        known,
        ["area_code", "sex", "period_start", "period_end"],
        ["life_expectancy_years", "lower95_years", "upper95_years"],
    )


def test_the_ward_atlas_gives_deaths_and_populations_and_leaves_unpublished_years_blank():
    frame = read(gla.POPULATION_DEATHS, "gla")
    known = facts("ward_population_deaths_2002_2013.csv")
    assert len(known) == 240
    assert frame.area_code.nunique() == 624
    assert sorted(frame.year.unique()) == list(range(2002, 2014))
    agree(frame, known, ["area_code", "year"], ["population_persons", "deaths_persons"])


def test_the_ward_atlas_gives_deprivation_scores():
    known = facts("ward_reference_2011.csv")
    agree(
        read(gla.AREA_REFERENCE, "gla"),
        known,
        ["area_code"],
        ["imd2007_average_score", "imd2010_average_score"],
        within=0.005,
    )


def test_the_sape_workbook_adds_up_to_its_own_column_of_all_ages():
    frame = read(SAPE_TOML, "population")
    assert frame.area_code.nunique() == 7201
    assert len(frame) == 7201 * 19 * 2
    path = realdata.folder("population") / SAPE
    workbook = python_calamine.CalamineWorkbook.from_path(path)
    for sheet, sex in (("Mid-2020 Males", "male"), ("Mid-2020 Females", "female")):
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[5:]
        published = {row[0]: row[6] for row in rows}
        summed = frame[frame.sex == sex].groupby("area_code").population_persons.sum()
        assert summed.to_dict() == published
    top = frame[frame.age_start_years == 90]
    assert top.age_end_years.isna().all()
