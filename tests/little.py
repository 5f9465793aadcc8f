"""A little invented place of five areas, as plain files beside a study that can be edited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from gapwatch import study as study_file
from gapwatch.sources import registry as kinds
from gapwatch.sources.corrections import correct
from gapwatch.sources.inputs import combine
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, Study

TODAY = dt.date(2026, 11, 29)
NAMES = {
    "E05098001": "Alder Green",
    "E05098002": "Brook End",
    "E05098003": "Church Row",
    "E05098004": "Dene & Fell",
    "E05098005": "St Mary's",
}
AGES = ("0", "1-4", *(f"{start}-{start + 4}" for start in range(5, 90, 5)), "90+")
COUNTED = {
    "residents": (
        "population",
        "people.csv",
        "Residents",
        "population_persons",
        ', base = "census2021"',
    ),
    "deaths": ("deaths", "deaths.csv", "Deaths", "deaths_persons", ""),
}
Rows = list[dict[str, object]]


@dataclass
class Little:
    """The place's tables, each a list of rows; what a test changes is written as it then stands."""

    decides: bool = False
    kinds: tuple[str, ...] = ("pooled",)
    codes: tuple[str, ...] = tuple(NAMES)
    extra: str = ""
    tables: dict[str, Rows] = field(default_factory=dict)
    more_sources: str = ""

    def __post_init__(self) -> None:
        self.tables["reference.csv"] = [
            {"Code": code, "Area": NAMES[code], "Score": 50 - 9 * at}
            for at, code in enumerate(self.codes)
        ]
        first = 2016 if self.decides else 2003
        self.tables["totals.csv"] = [
            {"Code": code, "Area": NAMES[code], "Year": year, "People": 8000, "Died": 90 - 5 * at}
            for at, code in enumerate(self.codes)
            for year in range(first, first + 12 - 2 * self.decides)
        ]
        self.tables["published.csv"] = [
            {
                "Code": code,
                "Area": NAMES[code],
                "Sex": sex,
                "Years": f"{start}-{start + 4}",
                "Life": round(72 + 2.5 * at + 4 * (sex == "female") + 0.1 * (start - 2003), 1),
                "Low": round(70 + 2.5 * at + 4 * (sex == "female") + 0.1 * (start - 2003), 1),
                "High": round(74 + 2.5 * at + 4 * (sex == "female") + 0.1 * (start - 2003), 1),
            }
            for at, code in enumerate(self.codes)
            for sex in ("female", "male")
            for start in range(2003, 2011)
        ]
        if self.decides:
            self.tables["people.csv"] = list(self._counts("Residents"))
            self.tables["deaths.csv"] = list(self._counts("Deaths"))
            for row in self.tables["totals.csv"]:
                row["People"], row["Died"] = (
                    sum(
                        int(str(of[quantity]))
                        for of in self.tables[table]
                        if (of["Code"], of["Year"]) == (row["Code"], row["Year"])
                    )
                    for table, quantity in (("people.csv", "Residents"), ("deaths.csv", "Deaths"))
                )

    def _counts(self, quantity: str) -> Iterable[dict[str, object]]:
        """A Gompertz mortality of each area, men's above women's; whole numbers, and no chance.

        Each age goes up and down by up to 5%, so that no two years have the same deaths.
        """
        for at, code in enumerate(self.codes):
            for sex in ("female", "male"):
                for year in range(2016, 2026):
                    for place, age in enumerate(AGES):
                        people = 401 - 14 * place if place > 1 else (61, 243)[place]
                        if sex == "male":
                            # A few more boys, and fewer men the older they are.
                            people += 3 - max(0, place - 8) * 6
                        middle = (0.5, 3)[place] if place < 2 else 5 * place - 2.5
                        rate = 3e-5 * (1.7 if sex == "male" else 1.0) * 2.718 ** (0.098 * middle)
                        rate *= (1.6 - 0.2 * at) * (0.95 + 0.01 * ((2 * year + 3 * place) % 11))
                        value = (
                            people if quantity == "Residents" else round(people * min(rate, 0.6))
                        )
                        if quantity == "Deaths" and place == 0:
                            # An infant of each sex and area every fifth year: 3 in 1,000.
                            value = int((year + at) % 5 == 0)
                        yield {
                            "Code": code,
                            "Area": NAMES[code],
                            "Sex": sex,
                            "Year": year,
                            "Age": age,
                            quantity: value,
                        }

    def change(self, table: str, change: Callable[[dict[str, object]], None]) -> Little:
        """Change every row of a table in place."""
        for row in self.tables[table]:
            change(row)
        return self

    def keep(self, table: str, wanted: Callable[[dict[str, object]], bool]) -> Little:
        """Leave the other rows of a table out."""
        self.tables[table] = [row for row in self.tables[table] if wanted(row)]
        return self

    def write(self, folder: Path) -> Path:
        """Write the study and its files to a folder; return the study's path."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            pd.DataFrame(rows).to_csv(folder / name, index=False)
        path = folder / "study.toml"
        path.write_text(self.text(), encoding="utf-8")
        return path

    def text(self) -> str:
        """The study file."""
        areas = "\n".join(
            f'  {{ code = "{code}", name = "{NAMES[code]}", row = 0, column = {at} }},'
            for at, code in enumerate(self.codes)
        )
        half = len(self.codes) // 2
        sides = {"west": self.codes[:half], "east": self.codes[half:]}
        zones = "\n".join(
            f'[zones.{key}]\nname = "{key.title()}"\ndefinition = "areas of the {key}"\n'
            f"areas = {list(codes)}\n".replace("'", '"')
            for key, codes in sides.items()
        )
        measures = "\n".join(
            f'[[measures]]\nid = "{kind}"\ntitle = "Measure {at}"\nkind = "{kind}"\n'
            + ('worse = "west"\nbetter = "east"\nprimary = true\n' if kind == "pooled" else "")
            for at, kind in enumerate(self.kinds, 1)
        )
        baseline = "[2016, 2020]" if self.decides else "[2004, 2008]"
        counted = "".join(_counted(name) for name in COUNTED) if self.decides else ""
        return _STUDY.format(
            baseline=baseline,
            areas=areas,
            zones=zones,
            measures=measures,
            extra=self.extra,
            computed=_COMPUTED if self.decides else "",
            counted=counted,
            more=self.more_sources,
        )

    def read(self, folder: Path) -> tuple[Study, dict[str, pd.DataFrame]]:
        """The study and its input tables, as a pull would read them."""
        study, _ = study_file.load(self.write(folder))
        found = {}
        for source in study.sources:
            assert isinstance(source, FileSource)
            assert source.path is not None
            content = (folder / source.path).read_bytes()
            payload = Payload("data", source.path, source.format, content)
            found[source.id] = correct(study, source.id, kinds.parse(source, (payload,), TODAY))
        return study, combine(study, found, known_in=TODAY.year)


def source(name: str, table: str, path: str, columns: str, units: str, constants: str = "") -> str:
    """One described source of the place."""
    return f"""
[[sources]]
id = "{name}"
kind = "file"
next_expected = "none"
title = "Invented figures"
publisher = "nobody"
attribution = "invented"
table = "{table}"
path = "{path}"
header = ["Code"]
columns = {{ {columns} }}
constants = {{ geography = "ward2021"{constants} }}
units = {{ {units} }}
"""


def _counted(name: str) -> str:
    table, path, column, quantity, constants = COUNTED[name]
    return source(
        name,
        table,
        path,
        'area_code = "Code", area_name = "Area", sex = "Sex", year = "Year", age = "Age", '
        f'{quantity} = "{column}"',
        f'{quantity} = "persons"',
        constants,
    )


_COMPUTED = """
[computed]
decides = true
bases = ["census2021"]

[[computed.levels]]
geography = "ward2021"
paths = { ward2021 = [] }
"""
_STUDY = (
    """
[study]
id = "little-vale"
place = "Little Vale"
area_code = "E09098001"
title = "An invented place of five areas"
invented = "Little Vale does not exist."

[promise]
text = "halve the gap by 2035"
made_by = "nobody"
source = "invented"
sex = "male"
stated_worse_years = 74
stated_better_years = 80
stated_gap_years = 6
baseline_period = {baseline}
share_of_baseline = 0.5
deadline_year = 2035

[geography]
vintage = "ward2021"
deprivation = "imd2010_average_score"
areas = [
{areas}
]
{extra}
{zones}
{measures}
{computed}
[simulation]
seed = 1
draws = 1000
"""
    + source(
        "areas",
        "area_reference",
        "reference.csv",
        'area_code = "Code", area_name = "Area", imd2010_average_score = "Score"',
        'imd2010_average_score = "score"',
    )
    .replace("{", "{{")
    .replace("}", "}}")
    + source(
        "published",
        "life_expectancy",
        "published.csv",
        'area_code = "Code", area_name = "Area", sex = "Sex", period = "Years", '
        'life_expectancy_years = "Life", lower95_years = "Low", upper95_years = "High"',
        'life_expectancy_years = "years", lower95_years = "years", upper95_years = "years"',
    )
    .replace("{", "{{")
    .replace("}", "}}")
    + source(
        "totals",
        "population_deaths",
        "totals.csv",
        'area_code = "Code", area_name = "Area", year = "Year", population_persons = "People", '
        'deaths_persons = "Died"',
        'population_persons = "persons", deaths_persons = "persons"',
    )
    .replace("{", "{{")
    .replace("}", "}}")
    + "{counted}{more}"
)
