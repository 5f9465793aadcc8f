"""What any table must say, whichever kind of source brought it: sexes, codes, whole countries."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from gapwatch.contracts import SEXES
from gapwatch.errors import ValidationError
from gapwatch.study import Study

Frames = Mapping[str, pd.DataFrame]
INTERVAL_WIDTH_SE = 2 * 1.959963984540054
# A real place doesn't show men ahead by three standard errors where women live years longer.
_BEYOND_CHANCE = 3.0
_OLDEST_YEARS = 85
_MEN_AHEAD = 5.0  # standard errors, of the numbers of the oldest men and women
_COUNTRIES = ("E92", "W92", "S92", "N92", "K02", "K03", "K04")
_REGIONS = ("E12",)
# At birth, since the 1990s, in the countries and regions of the United Kingdom.
_LIVES_YEARS = (68.0, 92.0)
_SINCE = 1993
_PREFIXES = {
    "oa": ("E00", "W00", "S00", "N00"), "lsoa": ("E01", "W01", "S01", "N20"),
    "msoa": ("E02", "W02", "S02", "N21"), "ward": ("E05", "W05", "S13", "N08", "E36", "W40"),
}  # fmt: skip
_GEOGRAPHY = re.compile(r"(oa|lsoa|msoa|ward)-?[0-9]{4}")
_KEYS = ["geography", "period_start", "period_end"]


def require_sane(study: Study, inputs: Frames) -> None:
    """Refuse tables that can't be what they are said to be. Raises ValidationError.

    For every table with areas: codes of the kind that its geography names. For life expectancy:
    women who live longer than men, and whole countries and regions in a plausible range. For
    residents: no more men than women among the oldest. For outlines of the study's areas: each.
    """
    for table, frame in sorted(inputs.items()):
        _require_kinds(table, frame)
    _require_countries(inputs["life_expectancy"])
    require_sexes("life_expectancy", inputs["life_expectancy"], code="area_code")
    if "population" in inputs:
        _require_oldest(inputs["population"])
    if "boundary" in inputs:
        _require_outlines(study, inputs["boundary"])


def require_sexes(table: str, life: pd.DataFrame, *, code: str, told: bool = True) -> None:
    """Refuse life expectancy in which the sexes stand in each other's place.

    In a whole country women live longer than men. In small areas either may be ahead by chance, so
    the mean difference of all areas of a kind in a window is held against its standard error:
    men ahead by three of them are no chance. With `told` false no number is told.
    """
    both = _paired(life, code)
    country = both["code"].str[:3].isin(_COUNTRIES) & (both["difference"] < 0)
    if country.any():
        row = both[country].iloc[0]
        raise _exchanged(f"{table}, {row['code']}", row, f"{row['female']:g}", f"{row['male']:g}")
    groups = both.groupby(_KEYS, sort=True)
    for key, rows in groups:
        error = float(np.sqrt((rows["se"] ** 2).sum()) / len(rows))
        mean = float(rows["difference"].mean())
        if error > 0 and mean < -_BEYOND_CHANCE * error:
            values = [f"{rows[sex].mean():.1f}" for sex in SEXES] if told else ["", ""]
            raise _exchanged(f"{table}, {key[0]}", rows.iloc[0], *values, areas=len(rows))


def _paired(life: pd.DataFrame, code: str) -> pd.DataFrame:
    """Both sexes of an area and window in one row, with difference and standard error in years."""
    known = life.dropna(subset=["life_expectancy_years", "lower95_years", "upper95_years"])
    error = (known["upper95_years"] - known["lower95_years"]) / INTERVAL_WIDTH_SE
    plain = known.assign(code=known[code], se=error)[
        [*_KEYS, "code", "sex", "life_expectancy_years", "se"]
    ]
    women, men = (plain[plain["sex"] == sex].drop(columns="sex") for sex in SEXES)
    both = women.merge(men, on=[*_KEYS, "code"], suffixes=("_female", "_male"))
    return both.assign(
        female=both["life_expectancy_years_female"], male=both["life_expectancy_years_male"],
        difference=both["life_expectancy_years_female"] - both["life_expectancy_years_male"],
        se=np.hypot(both["se_female"], both["se_male"]),
    )  # fmt: skip


def _exchanged(
    where: str, row: pd.Series, female: str, male: str, *, areas: int = 1
) -> ValidationError:
    mean = f", as a mean of {areas} areas" * (areas > 1)
    values = f": {female} and {male} years{mean}" if female else ""
    return ValidationError(
        f"{where}, {row['period_start']} to {row['period_end']}",
        expected="women who live longer than men", found=f"men who outlive women{values}",
        remedy="see whether the sexes are exchanged: in the file, in its columns or in the words "
        "that the source's description maps",
    )  # fmt: skip


def _require_countries(life: pd.DataFrame) -> None:
    low, high = _LIVES_YEARS
    whole = life["area_code"].str[:3].isin([*_COUNTRIES, *_REGIONS])
    value = life["life_expectancy_years"]
    odd = whole & (life["period_end"] >= _SINCE) & ((value < low) | (value > high))
    if odd.any():
        row = life[odd].iloc[0]
        raise ValidationError(
            f"life_expectancy, {row['area_code']} {row['sex']} {row['period_start']} to "
            f"{row['period_end']}",
            expected=f"life expectancy at birth of a country or region: {low:g} to {high:g} years",
            found=f"{row['life_expectancy_years']:g}",
            remedy="see which indicator the file holds: healthy life expectancy, and life "
            "expectancy at 65, are others",
        )


def _require_kinds(table: str, frame: pd.DataFrame) -> None:
    """Codes of another kind of small area than the geography names would be joined to nothing.

    A file of wards may tell the borough and the country as well.
    """
    for geography, code in (("geography", "area_code"), ("from_geography", "from_code"),
                            ("to_geography", "to_code")):  # fmt: skip
        if geography not in frame or code not in frame:
            continue
        for kind in sorted(frame[geography].unique()):
            named = _GEOGRAPHY.fullmatch(str(kind))
            if named is None:
                continue
            codes = frame.loc[frame[geography] == kind, code]
            others = [
                prefix for other in _PREFIXES.keys() - {named[1]} for prefix in _PREFIXES[other]
            ]
            odd = codes[codes.str.startswith(tuple(others))]
            if len(odd):
                raise ValidationError(
                    f"{table}, {kind}",
                    expected=f"codes of {named[1]}s, which begin with "
                    f"{' or '.join(_PREFIXES[named[1]][:2])}",
                    found=str(odd.iloc[0]),
                    remedy="correct geography in the source's description, or leave such rows out "
                    "by keep or drop",
                )  # fmt: skip


def _require_oldest(people: pd.DataFrame) -> None:
    """Far more women than men grow old, wherever enough of both do for chance to be ruled out."""
    old = people[people["age_start_years"] >= _OLDEST_YEARS]
    for key, rows in old.groupby(["geography", "year", "base"], sort=True):
        women, men = (
            float(rows.loc[rows["sex"] == sex, "population_persons"].sum()) for sex in SEXES
        )
        if women > 0 and men - women > _MEN_AHEAD * np.sqrt(men + women):
            geography, year, base = key
            raise ValidationError(
                f"population, {geography}, {year} ({base})",
                expected=f"no more men than women aged {_OLDEST_YEARS} and over",
                found=f"{men:,.0f} men and {women:,.0f} women",
                remedy="see whether the sexes are exchanged: in the file, in its columns or in the "
                "words that the source's description maps",
            )  # fmt: skip


def _require_outlines(study: Study, outlines: pd.DataFrame) -> None:
    """A map that lacks areas shows a hole where nobody says that there is one."""
    mine = set(outlines.loc[outlines["geography"] == study.geography.vintage, "area_code"])
    lacking = [f"{code} ({name})" for code, name in study.area_names.items() if code not in mine]
    if mine and lacking:
        raise ValidationError(
            f"boundary, {study.geography.vintage}", expected="an outline of each of the study's "
            "areas", found=f"none of {', '.join(lacking[:5])}",
            remedy="complete the file; or leave all outlines of these areas out, and the map is "
            "drawn of tiles",
        )  # fmt: skip
