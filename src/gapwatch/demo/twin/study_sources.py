"""The sources of the invented borough's study: files, Nomis, the portal and Fingertips."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from gapwatch.demo.replica.fingertips import INDICATOR, MSOA
from gapwatch.demo.replica.nomis import DATASET, TYPES
from gapwatch.demo.twin import asked, done, names
from gapwatch.demo.twin.borough import borough
from gapwatch.demo.twin.counted import BASE
from gapwatch.demo.twin.files import (
    ASKED,
    DEATHS,
    DEATHS_HEADER,
    LIFE,
    LIFE_HEADER,
    NAMES,
    PEOPLE,
    PEOPLE_HEADER,
    REFERENCE,
    REFERENCE_HEADER,
    TOTALS,
    TOTALS_HEADER,
)
from gapwatch.demo.twin.world import NOMIS_YEARS

Value = str | int | Sequence[str] | Sequence[int] | Mapping[str, str] | Mapping[str, dict[str, str]]
_TELLS = {
    "publisher": "The demonstration's replica of a statistics office",
    "licence": "None needed: the figures are invented",
    "attribution": "Invented by gapwatch's demonstration; no real place or person is counted.",
    "next_expected": "No further edition is expected: the place is invented.",
}


def sources(address: str) -> str:
    """TOML of every source; the ONS site's files are below `address`."""
    site = f"{address}ons/"
    return "".join(
        [*_files(site), *_done(site), _nomis(), *_lookups(), *_outlines(), _fingertips()]
    )


def _done(site: str) -> list[str]:
    """What is done, and what people said."""
    return [
        _source(
            name,
            "file",
            table,
            str(told["title"]),
            landing_page=f"{site}{page}",
            link=done.NAMES[page].replace(".", "[.]"),
            **{key: value for key, value in told.items() if key != "title"},  # type: ignore[arg-type]
        )
        for page, (name, table, told) in done.sources().items()
    ]


def _source(name: str, kind: str, table: str, title: str, **rest: Value) -> str:
    """One source: a key a line, tables within braces."""
    keys: dict[str, Value] = {"id": name, "kind": kind, "table": table, "title": title}
    lines = [f"{key} = {_toml(value)}" for key, value in (keys | _TELLS | rest).items()]
    return "\n".join(["", "[[sources]]", *lines, ""])


def _toml(value: Value) -> str:
    """A value as TOML; text is escaped in JSON as it is in TOML."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {_toml(words)}" for key, words in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return json.dumps(value if isinstance(value, str | int) else list(value), ensure_ascii=False)


def _file(site: str, page: str, name: str, table: str, title: str, **rest: Value) -> str:
    link = NAMES[page].replace(".", "[.]")
    return _source(name, "file", table, title, landing_page=f"{site}{page}", link=link, **rest)


def _files(site: str) -> list[str]:
    kinds = {"Ward": "ward2011", "Borough": "borough", "Region": "region", "Country": "country"}
    persons = {"population_persons": "persons", "deaths_persons": "persons"}
    years = {"life_expectancy_years": "years", "lower95_years": "years", "upper95_years": "years"}
    area = {"area_code": "Area code", "area_name": "Area name", "geography": "Area type"}
    return [
        _file(
            site,
            LIFE,
            "ward-life-expectancy",
            "life_expectancy",
            "Life expectancy at birth by ward of 2011, 2001-05 to 2010-14",
            header=LIFE_HEADER,
            columns=area
            | {"sex": "Sex", "period": "Period", **dict(zip(years, LIFE_HEADER[-3:], strict=True))},
            values={"geography": kinds},
            units=years,
        ),
        _file(
            site,
            TOTALS,
            "ward-population-deaths",
            "population_deaths",
            "Mid-year residents and deaths by ward of 2011",
            header=TOTALS_HEADER,
            columns=area
            | {
                "year": "Year",
                "population_persons": "Mid-year population",
                "deaths_persons": "Deaths",
            },
            values={"geography": kinds},
            units=persons,
        ),
        _file(
            site,
            REFERENCE,
            "ward-reference",
            "area_reference",
            "Wards of 2011 and their deprivation scores",
            header=REFERENCE_HEADER,
            columns={
                "area_code": "Ward code",
                "area_name": "Ward name",
                "imd2007_average_score": "Average score 2007",
                "imd2010_average_score": "Average score 2010",
            },
            constants={"geography": "ward2011"},
            units={"imd2007_average_score": "score", "imd2010_average_score": "score"},
        ),
        _file(
            site,
            ASKED,
            "ward-priorities",
            "area_figure",
            f"What residents asked for, by ward of 2011, {asked.YEAR}",
            header=asked.HEADER,
            columns={"area_code": "Ward code", "area_name": "Ward name"},
            constants={"geography": "ward2011"},
            figures={
                f"{name}-{asked.YEAR}": {"column": heading, "period": str(asked.YEAR)}
                for name, heading in asked.FIGURES.items()
            },
        ),
        _by_age(
            site,
            DEATHS,
            "lsoa2011-deaths",
            "deaths",
            "Deaths by lower-layer area of 2011, sex and age, 2001 to 2025",
            DEATHS_HEADER,
        ),
        _by_age(
            site,
            PEOPLE,
            "lsoa2011-population",
            "population",
            "Residents at mid-year by lower-layer area of 2011, sex and age, 2001 to 2025",
            PEOPLE_HEADER,
            base=BASE,
        ),
    ]


def _by_age(
    site: str, page: str, name: str, table: str, title: str, header: Sequence[str], **fixed: str
) -> str:
    """A file with a row an area, year and sex, and a column an age band."""
    quantity = f"{table}_persons"
    return _file(
        site,
        page,
        name,
        table,
        title,
        header=header,
        wide="Aged (?P<age>.+)",
        columns=dict(zip(("area_code", "area_name", "year", "sex"), header, strict=True)),
        constants={"geography": "lsoa2011", "measure": quantity, **fixed},
        units={quantity: "persons"},
    )


def _nomis() -> str:
    return _source(
        "lsoa2021-population",
        "nomis",
        "population",
        "Residents at mid-year by lower-layer area of 2021, sex and single year of age",
        dataset=DATASET,
        area_type=TYPES["TYPE151"],
        parent_code=names.BOROUGH_CODE,
        geography="lsoa2021",
        base=BASE,
        years=NOMIS_YEARS,
        expected_areas=len(borough().lsoas21),
    )


def _lookups() -> list[str]:
    old, new = len(borough().lsoas11), len(borough().lsoas21)
    told = [
        ("LSOA11_WD19_LAD19_EW_LU", "LAD19CD", "lsoa2011", "LSOA11CD", "ward2011", "WD19CD", old),
        ("LSOA11_WD19_LAD19_EW_LU", "LAD19CD", "lsoa2011", "LSOA11CD", "borough", "LAD19CD", old),
        (
            "LSOA11_LSOA21_LAD22_EW_LU_v5",
            "LAD22CD",
            "lsoa2011",
            "LSOA11CD",
            "lsoa2021",
            "LSOA21CD",
            old,
        ),
        ("LSOA21_WD24_LAD24_EW_LU", "LAD24CD", "lsoa2021", "LSOA21CD", "ward2024", "WD24CD", new),
        (
            "OA21_LSOA21_MSOA21_LAD22_EW_LU",
            "LAD22CD",
            "lsoa2021",
            "LSOA21CD",
            "msoa2021",
            "MSOA21CD",
            new,
        ),
    ]
    return [
        _source(
            f"{geography}-to-{to}",
            "portal",
            "lookup",
            f"Areas of {geography} to {to}",
            service=service,
            filter_column=borough_column,
            filter_values=[names.BOROUGH_CODE],
            geography=geography,
            code_column=code,
            to_geography=to,
            to_code_column=to_code,
            expected_areas=count,
        )
        for service, borough_column, geography, code, to, to_code, count in told
    ]


def _outlines() -> list[str]:
    places = borough()
    told = [
        ("MSOA_2021_EW_BGC_V3", "MSOA21", "msoa2021", list(places.msoas)),
        (
            "Wards_December_2019_Boundaries_EW_BGC",
            "WD19",
            "ward2011",
            [ward.code for ward in places.wards],
        ),
    ]
    return [
        _source(
            f"{geography}-boundaries",
            "portal",
            "boundary",
            f"Boundaries of {geography}",
            service=service,
            filter_column=f"{name}CD",
            filter_values=codes,
            geography=geography,
            code_column=f"{name}CD",
            name_column=f"{name}NM",
            expected_areas=len(codes),
        )
        for service, name, geography, codes in told
    ]


def _fingertips() -> str:
    areas = f'{{ id = {MSOA}, geography = "msoa2021", expected_areas = {len(borough().msoas)} }}'
    text = _source(
        "small-area-life-expectancy",
        "fingertips",
        "life_expectancy",
        "Life expectancy at birth, five years together, by MSOA",
        indicator=int(INDICATOR),
        parent_area_type=101,
        parent_code=names.BOROUGH_CODE,
    )
    return f"{text}area_types = [{areas}]\n"
