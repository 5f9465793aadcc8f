"""What any table must say, whichever kind of source brought it: sexes, codes, whole countries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from gapwatch.contracts import SEXES
from gapwatch.errors import ValidationError
from gapwatch.intervals import WIDTH_SE
from gapwatch.study import Study, restricted_tables

Frames = Mapping[str, pd.DataFrame]
# A real place doesn't show men ahead by three standard errors where women live years longer.
_BEYOND_CHANCE = 3.0
_BEYOND_CHANCE_OF_AREA = 3.0
# Where women live years longer, men ahead by so many standard errors are further from it than this.
_OUTLIVED = 2.5
_NEVER_BY_CHANCE = 18.0  # deaths expected where there is none
_OLDEST_YEARS = 85
_MEN_AHEAD = 5.0  # standard errors, of the numbers of the oldest men and women
_COUNTRIES = ("E92", "W92", "S92", "N92", "K02", "K03", "K04")
_REGIONS = ("E12",)
# At birth, since the 1990s, in the countries and regions of the United Kingdom.
_LIVES_YEARS = (68.0, 92.0)
_SINCE = 1993
_PREFIXES = {
    "oa": ("E00", "W00", "S00", "N00"),
    "lsoa": ("E01", "W01", "S01", "N20"),
    "msoa": ("E02", "W02", "S02", "N21"),
    "ward": ("E05", "W05", "S13", "N08", "E36", "W40"),
}
_GEOGRAPHY = re.compile(r"(oa|lsoa|msoa|ward)-?[0-9]{4}")
_BESIDE_SEX = (
    "geography",
    "area_code",
    "year",
    "year_ends",
    "month",
    "cause",
    "base",
    "period_start",
    "period_end",
    "age_start_years",
)
_SMALL, _LEAST_CELLS = 3, 12
_KEYS = ["geography", "period_start", "period_end"]


def require_sane(study: Study, inputs: Frames) -> None:
    """Refuse tables that can't be what they are said to be. Raises ValidationError.

    For every table with areas: codes of the kind that its geography names. For life expectancy:
    women who live longer than men, and whole countries and regions in a plausible range. For
    all that is told by sex: not the same figures for both. For
    residents: no more men than women among the oldest. For outlines of the study's areas: each.
    """
    for table, frame in sorted(inputs.items()):
        _require_kinds(table, frame)
    _require_countries(inputs["life_expectancy"])
    require_sexes("life_expectancy", inputs["life_expectancy"], code="area_code")
    restricted = restricted_tables(study.sources)
    for table in ("deaths", "life_expectancy"):
        found = same_for_both(table, inputs[table]) if table in inputs else {}
        for where, cells in found.items():
            raise ValidationError(
                f"{table}, {where}",
                expected="women and men counted apart",
                found="the same figures for both"
                + f", in each of {cells} cells" * (table not in restricted),
                remedy="see whether the figures are of persons, or of one sex twice: in the file, "
                "in its columns or in the words that the source's description maps",
            )
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


def exchanged_areas(life: pd.DataFrame, *, code: str) -> list[str]:
    """Areas in which men outlive women beyond chance over all years: codes, with the difference.

    The mean difference of an area's windows is held against its standard error, as of as many
    windows as do not overlap. Two and a half standard errors are no chance where women live
    years longer; a large home for the old may yet explain them, so it is a warning.
    """
    told = []
    both = _paired(life, code)
    for (_, area), rows in both.groupby(["geography", "code"], sort=True):
        width = int((rows["period_end"] - rows["period_start"]).max()) + 1
        span = int(rows["period_end"].max() - rows["period_start"].min()) + 1
        error = float(rows["se"].mean()) / np.sqrt(max(1.0, span / width))
        mean = float(rows["difference"].mean())
        if error > 0 and mean < -_OUTLIVED * error:
            told.append(f"{area}: men ahead by {-mean:.1f} years")
    return told


def men_among_oldest(people: pd.DataFrame) -> list[str]:
    """Areas in which more men than women grow old, beyond chance: codes, with the numbers.

    Residents of 85 and over, as a mean of the years; a year's are counted once, since those of the
    next are the same people.
    """
    old = people[people["age_start_years"] >= _OLDEST_YEARS]
    by_year = old.groupby(["geography", "area_code", "year", "sex"])["population_persons"].sum()
    mean = by_year.groupby(level=["geography", "area_code", "sex"]).mean().unstack("sex")  # noqa: PD010
    known = mean.dropna()
    codes = known.index.get_level_values("area_code").to_numpy()
    men, women = (known[sex].to_numpy(dtype=np.float64) for sex in ("male", "female"))
    beyond = men - women > _BEYOND_CHANCE_OF_AREA * np.sqrt(men + women)
    return [
        f"{codes[at]}: {men[at]:,.0f} men, {women[at]:,.0f} women of {_OLDEST_YEARS} and over"
        for at in np.flatnonzero(beyond)
    ]


def absent_from_blocks(deaths: pd.DataFrame) -> list[str]:
    """Blocks without a death, of all or of one sex, in years where 18 or more are to be expected.

    That is what their other years lead to expect; of a Poisson count none is then a chance of 1 in
    65 million. A part of an area that an extract leaves out lowers the area's deaths by less than
    the comparison of its years would see.
    """
    told = []
    for _, rows in deaths.groupby(["geography", "year_ends"], sort=True):
        by_sex = rows.groupby(["area_code", "sex", "year"])["deaths_persons"].sum().unstack("year")  # noqa: PD010
        counted = by_sex.fillna(0)
        whole = list(_empty_runs(counted.groupby(level="area_code").sum()))
        told += [f"{code}: {what}" for code, what in whole]
        if len(counted.index.unique("sex")) > 1:
            known = {code for code, _ in whole}
            told += [
                f"{code}, {sex}: {what}"
                for (code, sex), what in _empty_runs(counted)
                if code not in known
            ]
    return told


def _empty_runs(counts: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """Rows with a run of years, the columns, that chance leaves empty nowhere, and which it is."""
    values, codes = counts.to_numpy(dtype=np.float64), counts.index.tolist()
    years = [str(year) for year in counts.columns]
    empty = values == 0
    for at in np.flatnonzero(empty.any(axis=1) & ~empty.all(axis=1)):
        mean = values[at][~empty[at]].mean()
        ends = np.flatnonzero(np.diff(np.concatenate([[0], empty[at].astype(int), [0]])))
        for first, end in zip(ends[::2], ends[1::2], strict=True):
            if mean * (end - first) >= _NEVER_BY_CHANCE:
                told = " to ".join(dict.fromkeys((years[first], years[end - 1])))
                yield codes[at], f"none in {told}, {mean:.0f} in other years"


def require_direction(gaps: pd.DataFrame, *, declared: bool = False) -> None:
    """Refuse scores by which the most deprived live longest, in every window and for both sexes.

    `gaps` are those of all measures; a slope below zero by its 95% interval in each window is no
    chance, but scores that run the other way, as ranks and deciles do. `declared`: by a ranking of
    the study's own. Raises ValidationError.
    """
    slopes = gaps[(gaps["kind"] == "slope") & gaps["upper95_years"].notna()]
    if len(slopes) and (slopes["upper95_years"] < 0).all():
        newest = slopes.sort_values("period_end").iloc[-1]
        raise ValidationError(
            f"area_reference, by which {newest['measure']} ranks the areas",
            expected="deprivation scores, the most deprived highest: the most deprived live the "
            "shortest lives",
            found=f"the most deprived ahead by {-newest['gap_years']:.1f} years in "
            f"{newest['period_start']} to {newest['period_end']}, and in every other window",
            remedy=(
                "see whether higher in [geography.ranking] says which way the ranking runs; "
                if declared
                else "take the average score of the index, where a higher score is more deprived; "
            )
            + "where the scores are right, take the slope out of the study's measures",
        )


def _paired(life: pd.DataFrame, code: str) -> pd.DataFrame:
    """Both sexes of an area and window in one row, with difference and standard error in years."""
    known = life.dropna(subset=["life_expectancy_years", "lower95_years", "upper95_years"])
    error = (known["upper95_years"] - known["lower95_years"]) / WIDTH_SE
    plain = known.assign(code=known[code], se=error)[
        [*_KEYS, "code", "sex", "life_expectancy_years", "se"]
    ]
    women, men = (plain[plain["sex"] == sex].drop(columns="sex") for sex in SEXES)
    both = women.merge(men, on=[*_KEYS, "code"], suffixes=("_female", "_male"))
    return both.assign(
        female=both["life_expectancy_years_female"],
        male=both["life_expectancy_years_male"],
        difference=both["life_expectancy_years_female"] - both["life_expectancy_years_male"],
        se=np.hypot(both["se_female"], both["se_male"]),
    )


def _exchanged(
    where: str, row: pd.Series, female: str, male: str, *, areas: int = 1
) -> ValidationError:
    mean = f", as a mean of {areas} areas" * (areas > 1)
    values = f": {female} and {male} years{mean}" if female else ""
    return ValidationError(
        f"{where}, {row['period_start']} to {row['period_end']}",
        expected="women who live longer than men",
        found=f"men who outlive women{values}",
        remedy="see whether the sexes are exchanged: in the file, in its columns or in the words "
        "that the source's description maps",
    )


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


def same_for_both(table: str, frame: pd.DataFrame) -> dict[str, int]:
    """Where a table has the same figures for women as for men in every cell, and in how many.

    Those are figures of persons, or of one sex. Small counts are the same by chance, and left out.
    By geography and time, or by geography where no time has twelve cells.
    """
    value = "life_expectancy_years" if table == "life_expectancy" else f"{table}_persons"
    time = "year" if "year" in frame else "period_end"
    beside = [name for name in frame.columns if name in _BESIDE_SEX]
    women, men = (
        frame.loc[frame["sex"] == sex, [*beside, value]].set_index(beside)[value] for sex in SEXES
    )
    both = pd.concat([women, men], axis=1, join="inner", keys=SEXES)
    both = both[both.min(axis=1) > _SMALL]
    same = both["female"] == both["male"]
    by_time = _all_same(same, ["geography", time])
    # Few areas make few cells in a year; in all years together they may be enough.
    return by_time or _all_same(same, ["geography"])


def _all_same(same: pd.Series, by: list[str]) -> dict[str, int]:
    found = same.groupby(level=by).agg(["size", "all"])
    found = found[(found["size"] >= _LEAST_CELLS) & found["all"]]
    places = zip(*(found.index.get_level_values(name) for name in by), strict=True)
    cells = (int(n) for n in found["size"])
    return {", ".join(map(str, place)): n for place, n in zip(places, cells, strict=True)}


def _require_kinds(table: str, frame: pd.DataFrame) -> None:
    """Codes of another kind of small area than the geography names would be joined to nothing.

    A file of wards may tell the borough and the country as well.
    """
    for geography, code in (
        ("geography", "area_code"),
        ("from_geography", "from_code"),
        ("to_geography", "to_code"),
    ):
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
                )


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
            )


def _require_outlines(study: Study, outlines: pd.DataFrame) -> None:
    """A map that lacks areas shows a hole where nobody says that there is one."""
    mine = set(outlines.loc[outlines["geography"] == study.geography.vintage, "area_code"])
    lacking = [f"{code} ({name})" for code, name in study.area_names.items() if code not in mine]
    if mine and lacking:
        raise ValidationError(
            f"boundary, {study.geography.vintage}",
            expected="an outline of each of the study's areas",
            found=f"none of {', '.join(lacking[:5])}",
            remedy="complete the file; or leave all outlines of these areas out, and the map is "
            "drawn of tiles",
        )
