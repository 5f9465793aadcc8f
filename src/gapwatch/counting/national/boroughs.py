"""The gap inside every borough of a country, from life tables of its wards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gapwatch import publishing, tables
from gapwatch.codes import GROUP_SINGLE
from gapwatch.contracts import SEXES
from gapwatch.contracts.boroughs import BOROUGH_GAP
from gapwatch.counting.counts import CountWindows, FloatArray, IntArray, windows
from gapwatch.counting.national.wards import Wards
from gapwatch.demography.checks import StrArray
from gapwatch.demography.code_bits import missing_reason
from gapwatch.demography.inequality import slope_index
from gapwatch.demography.life_table import life_table
from gapwatch.errors import ValidationError

WINDOW_YEARS = 5
_FIGURES = ("gap_years", "se_years", "lower95_years", "upper95_years")

_NEARLY_ALL, _BEYOND_CHANCE = 0.9, 5.0


@dataclass(frozen=True, eq=False)
class _Life:
    """Life expectancy at birth of wards, (A, 2, W): years, standard error, person-years."""

    e: FloatArray
    se: FloatArray
    person_years: FloatArray


def borough_gaps(wards: Wards, *, window_years: int = WINDOW_YEARS) -> pd.DataFrame:
    """The gap of every borough, window and sex, as a canonical `borough_gap` table.

    A ward's life expectancy at birth is Chiang's, from its deaths and person-years of the window
    (`demography.life_table`). The gap is the slope index of inequality [1]: wards in order of
    deprivation, the most deprived first, a line through their life expectancy weighted by
    person-years, and the difference between its two ends (`demography.inequality.slope_index`). It
    uses every ward, so it is not driven by the two that happen to be extreme, and it is
    the index by which inequality within local authorities of England is published [2]; there the
    groups are deciles of deprivation, here they are wards, so the two are not the same figure. The
    order is that of the residents of all years, one order for all windows.

    Wards are taken as independent, which people who are shared out between two of them are not
    quite. Windows overlap: neighbours share all but a year of their deaths.

    A borough's figures are withheld (`reason`) where one of its wards is (G01: the missing one may
    be the extreme one, and the line through the others answers another question), or where it has a
    single ward (G04).

    Raises ValidationError when no window fits into years of one base, and as `require_direction`;
    ValueError unless window_years is 1 or more.

    References
    ----------
    1. Low A, Low A. Measuring the gap: quantifying and comparing local health inequalities.
       J Public Health 2004;26:388-395.
    2. Office for Health Improvement and Disparities. Fingertips indicator 92901, inequality in life
       expectancy at birth.
    """
    spans = windows(wards.counts, window_years)
    if not len(spans.start):
        raise ValidationError(
            "years of the counts",
            expected=f"{window_years} years in a row on one base",
            found=", ".join(map(str, wards.counts.years)),
            remedy="add years, or ask for shorter windows with --window-years",
        )
    table = life_table(spans.deaths, spans.person_years, wards.counts.age_starts)
    life = _Life(table.e[..., 0], table.se[..., 0], spans.person_years.sum(axis=-1))
    parts = [_rows(codes, members, life, spans) for codes, members in _same_sized(wards)]
    gaps = tables.canonical(BOROUGH_GAP, pd.concat(parts), "gaps of boroughs")
    require_direction(gaps)
    return gaps


def require_direction(gaps: pd.DataFrame) -> None:
    """Refuse a league whose most deprived live longest: its scores run the wrong way.

    Judged by the newest window: nine tenths or more of its gaps are below zero, and their mean
    weighted by precision lies more than 5 standard errors below it. Raises ValidationError.
    """
    newest = gaps[(gaps["period_end"] == gaps["period_end"].max()) & (gaps["se_years"] > 0)]
    if newest.empty:
        return
    precision = 1 / newest["se_years"] ** 2
    mean = float((newest["gap_years"] * precision).sum() / precision.sum())
    below = float((newest["gap_years"] < 0).mean())
    if below >= _NEARLY_ALL and mean * float(precision.sum()) ** 0.5 < -_BEYOND_CHANCE:
        raise ValidationError(
            "deprivation_score",
            expected="gaps above zero in most boroughs: the least deprived live longest",
            found=f"{below:.0%} of {len(newest):,} gaps below zero, {mean:.1f} years on average",
            remedy="see that a higher score is more deprived: ranks and "
            "deciles run the other way (1 is the most deprived)",
        )


def _same_sized(wards: Wards) -> Iterator[tuple[list[str], IntArray]]:
    """Boroughs (B,) that have as many wards G, with those (B, G), the most deprived first."""
    places = pd.DataFrame(
        {"borough": wards.boroughs, "ward": wards.counts.areas, "score": -wards.deprivation}
    ).sort_values(["borough", "score", "ward"])
    members = {str(code): part.index.to_numpy() for code, part in places.groupby("borough")}
    for size in sorted({len(part) for part in members.values()}):
        codes = [code for code, part in members.items() if len(part) == size]
        yield codes, np.stack([members[code] for code in codes])


def _rows(codes: list[str], members: IntArray, life: _Life, spans: CountWindows) -> pd.DataFrame:
    """One row a borough, sex and window, of boroughs that have as many wards."""
    # (B, G, 2, W) to (B, 2, W, G): wards last, as the engine takes groups.
    e, se, people = (
        np.moveaxis(one[members], 1, -1) for one in (life.e, life.se, life.person_years)
    )
    shape = e.shape[:-1]
    withheld = np.isnan(e).sum(axis=-1)
    figures, reason = _figures(e, se, people)
    places = np.indices(shape).reshape(3, -1)
    names = np.array(codes, dtype=object), np.array(SEXES, dtype=object)
    frame = {
        "borough_code": names[0][places[0]],
        "sex": names[1][places[1]],
        "period_start": spans.start[places[2]],
        "period_end": spans.end[places[2]],
        "base": np.array(spans.bases, dtype=object)[places[2]],
        "wards": members.shape[1],
        "wards_withheld": withheld.ravel(),
        "reason": reason.ravel(),
    }
    return pd.DataFrame({**frame, **{name: one.ravel() for name, one in figures.items()}})


def _figures(
    e: FloatArray, se: FloatArray, people: FloatArray
) -> tuple[dict[str, FloatArray], StrArray]:
    """The columns `_FIGURES` and the reason, (B, 2, W) each, from wards (B, 2, W, G)."""
    if e.shape[-1] == 1:
        none = np.full(e.shape[:-1], np.nan)
        return dict.fromkeys(_FIGURES, none), np.full(none.shape, GROUP_SINGLE)
    # A ward without residents has no place in the order; its life expectancy is withheld anyway.
    slope = slope_index(np.where(people > 0, people, np.nan), e, se)
    found = (slope.sii, slope.se, slope.lower, slope.upper)
    return dict(zip(_FIGURES, found, strict=True)), missing_reason(np.isnan(slope.sii))


def as_csv(gaps: pd.DataFrame) -> bytes:
    """The table as CSV, the same bytes for the same counts."""
    return tables.to_csv(BOROUGH_GAP, gaps)


def write(target: Path, content: bytes) -> None:
    """Write a file whole or not at all, over one that is there; OutputError when it can't be."""
    with publishing.told(target.parent), publishing.beside(target, ".gapwatch-boroughs-") as room:
        made = room / target.name
        made.write_bytes(content)
        made.replace(target)


def summary(gaps: pd.DataFrame) -> str:
    """How many rows there are of what, and why some have no figures."""
    withheld = gaps.loc[gaps["reason"] != "", "reason"].value_counts().sort_index()
    named = "; ".join(f"{number} rows withheld for {code}" for code, number in withheld.items())
    return (
        f"{gaps['borough_code'].nunique():,} boroughs, {gaps['period_start'].nunique()} windows, "
        f"{gaps['sex'].nunique()} sexes. " + (f"{named}." if named else "Nothing is withheld.")
    )
