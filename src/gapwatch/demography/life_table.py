"""Abridged life tables by Chiang's second method, for any number of tables at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gapwatch.codes import BANDS_MISSING, INTERVAL_TOO_WIDE, PANDEMIC
from gapwatch.demography.checks import (
    LARGEST_COUNT,
    BoolArray,
    FloatArray,
    check_age_starts,
    check_level,
    numeric_array,
    refuse,
    refuse_where,
    same_shape,
)
from gapwatch.demography.chiang import (
    Bands,
    bands_of,
    chiang_block,
)
from gapwatch.demography.code_bits import FLAG_BIT, REASON_BIT
from gapwatch.demography.table import WIDEST_INTERVAL_YEARS, LifeTable
from gapwatch.intervals import Z95

__all__ = ["LifeTable", "life_table"]

LEAST_PERSON_YEARS = 5_000.0
# A sum of bands that is exactly 5,000 on paper may fall short of it by rounding. A third of a
# person-second can't admit a table that is truly short.
ROUNDING_PERSON_YEARS = 1e-8
WIDE_INTERVAL_YEARS = 4.0
FEW_OPEN_DEATHS = 10.0
TABLES_A_BLOCK = 4_096


def life_table(
    deaths: ArrayLike,
    population: ArrayLike,
    age_starts: ArrayLike,
    *,
    level: float | Sequence[float] = 0.95,
    pandemic_year: ArrayLike | None = None,
    a_x: ArrayLike | None = None,
) -> LifeTable:
    """Life expectancy at every age with its standard error, by Chiang's abridged life table [1].

    With D deaths and P person-years in a band of width n, of which those who die live the share a
    (0.1 in a first band one year wide, 0.5 elsewhere; a_x / n where a_x is given):
    M = D/P; q = nM / (1 + nM(1-a)), and 1 where D > P/(na); L = n(l_next + a d), open band l/M;
    e = T/l. The variance of e is [1, 2]
    sum over closed bands of q^2 (1-q)/D * l^2 * ((1-a)n + e_next)^2, plus l_w^2 / (D_w M_w^2) for
    the open band w, over l_x^2; a closed band without deaths adds none. The interval is normal and
    may reach below 0.

    Parameters
    ----------
    deaths, population : (..., A), equal shapes
        Counts; person-years when the window is longer than a year. Integers or floats. NaN or a
        masked entry is a missing band.
    age_starts : (A,) first age of each band, ascending from 0, at least two; the last band is
        open. Any set works: 85+, 90+, 95+, single years.
    level : one level of confidence or a row of V, each inside (0, 1)
    pandemic_year : (...) or one truth value: whether the window holds a pandemic year (flag Q04)
    a_x : (A,) for all tables, or (..., A), the shape of the counts: years lived in the band by
        those who die in it, as a published life table prints them, above 0 and at most n. That of
        the open band is ignored: its expectation is 1/M. They are taken as known without error

    Returns
    -------
    LifeTable, whose docstring gives the shapes.

    Rules of refusal
    ----------------
    The table's ``reason`` is the first that applies of S07 missing band, S06 negative count, S02
    band with population <= 0, S03 deaths > population in a band, S01 under 5,000 person-years [3]
    (exactly 5,000 is accepted), S04 no deaths in the open band, S05 95% interval of e at birth
    wider than 20 years whatever ``level`` is. A refused table is NaN throughout, except that S05
    keeps ``se`` and the interval; the tables beside it are unaffected. Flags on a published table:
    Q01 fewer than 10 deaths in the open band, Q02 a band without deaths, Q03 95% interval wider
    than 4 years, Q04 as the caller marks it.

    Errors
    ------
    ValueError, naming argument, expected and found: shapes that differ, ages not ascending from 0,
    an infinity, a count above 2**53, anything but real numbers, empty input, a level not in (0, 1),
    an a_x that is missing, 0 or less, or longer than its band.

    Memory beyond the input and the result is a few hundred kilobytes; time is linear in the tables.

    References
    ----------
    1. Chiang CL. Introduction to Stochastic Processes in Biostatistics. Wiley, 1968, chapter 9.
    2. Silcocks PBS, Jenner DA, Reza R. Life expectancy as a summary of mortality in a population.
       J Epidemiol Community Health 2001;55:38-43. (The variance of the open band.)
    3. Eayres D, Williams ES. Evaluation of methodologies for small area life expectancy estimation.
       J Epidemiol Community Health 2004;58:243-249. (The floor of 5,000 person-years.)
    """
    D, P, ages = check_counts(deaths, population, age_starts)
    levels, bands = check_level(level), bands_of(ages)
    lead, count = D.shape[:-1], D.size // ages.size
    shares = None if a_x is None else _shares(a_x, bands.n, D.shape)
    bands = bands if shares is None else Bands(ages, bands.n, shares)
    lost = bands.lost.reshape(-1, bands.n.size).T if bands.a.ndim > 1 else None
    m, centre, se = (np.empty((ages.size, count)) for _ in range(3))
    reason_bits, flag_bits = np.empty(count, np.uint8), np.empty(count, np.uint8)
    with np.errstate(all="ignore"):
        for block, D_block, P_block in _blocks(D, P, ages.size):
            into = m[:, block], centre[:, block], se[:, block]
            chiang_block(D_block, P_block, bands, into, None if lost is None else lost[:, block])
            reason_bits[block], flag_bits[block] = _judge(D_block, P_block, into[2][0])
            _blank(reason_bits[block], into)
    flag_bits |= _pandemic_bits(pandemic_year, lead)
    flag_bits[reason_bits != 0] = 0
    m, centre, se = (_tables_first(one, lead) for one in (m, centre, se))
    e, wide = centre, reason_bits.reshape(lead) == REASON_BIT[INTERVAL_TOO_WIDE]
    if wide.any():
        e = np.where(wide[..., np.newaxis], np.nan, centre)
        m[wide] = np.nan
    for one in (m, e, centre, se):
        one.flags.writeable = False
    bits = reason_bits.reshape(lead), flag_bits.reshape(lead)
    return LifeTable(ages, levels, m, e, se, *bits, centre, shares)


def _shares(a_x: ArrayLike, n: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Shares a of the closed bands (A-1,) or (..., A-1) from years a_x of all bands."""
    given = np.array(numeric_array("a_x", a_x), dtype=np.float64)
    if given.shape not in (shape, shape[-1:]):
        raise refuse("a_x", f"shape {shape[-1:]} or {shape}", f"shape {given.shape}")
    closed = given[..., :-1]
    # "not" catches NaN as well: a share that nobody knows can't be a half by default.
    wrong = ~((closed > 0) & (closed <= n))
    refuse_where("a_x", "years above 0 and at most the width of the band", closed, wrong)
    shares: FloatArray = closed / n
    shares.flags.writeable = False
    return shares


def _blocks(
    D: NDArray[Any], P: NDArray[Any], bands: int
) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Cut the tables into blocks that fit the cache, float64, bands along the first axis."""
    flat_D, flat_P = D.reshape(-1, bands), P.reshape(-1, bands)
    count = len(flat_D)
    D_room, P_room = np.empty((2, bands, min(count, TABLES_A_BLOCK)))
    for start in range(0, count, TABLES_A_BLOCK):
        block = slice(start, min(start + TABLES_A_BLOCK, count))
        D_block, P_block = (room[:, : block.stop - start] for room in (D_room, P_room))
        np.copyto(D_block, flat_D[block].T, casting="same_kind")
        np.copyto(P_block, flat_P[block].T, casting="same_kind")
        yield block, D_block, P_block


def check_counts(
    deaths: ArrayLike, population: ArrayLike, age_starts: ArrayLike
) -> tuple[NDArray[Any], NDArray[Any], FloatArray]:
    """Deaths and population as arrays of one shape (..., A), uncopied, and the checked ages.

    ``ValueError`` as ``life_table`` describes, except that values are not looked at yet.
    """
    D, P = numeric_array("deaths", deaths), numeric_array("population", population)
    if D.ndim == 0:
        raise refuse("deaths", "an array whose last axis is the age bands", "a single number")
    same_shape("population", P.shape, "deaths", D.shape)
    if D.size == 0:
        raise refuse("deaths", "at least one table", f"an empty array of shape {D.shape}")
    return D, P, check_age_starts(age_starts, D.shape[-1])


def _judge(
    D: FloatArray, P: FloatArray, se: FloatArray
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Reason and flag bits of each table in the block; ``se`` is that of e at birth."""
    least_D, least_P, total = D.min(axis=0), P.min(axis=0), P.sum(axis=0)
    missing = np.isnan(least_D) | np.isnan(least_P)
    _refuse_huge("deaths", D, missing)
    _refuse_huge("population", P, missing)
    width95 = 2.0 * Z95 * se
    reasons = _bits(
        REASON_BIT,
        S07=missing,
        S06=(least_D < 0) | (least_P < 0),
        S02=least_P <= 0,
        S03=np.asarray((D > P).any(axis=0)),
        S01=total < LEAST_PERSON_YEARS - ROUNDING_PERSON_YEARS,
        S04=D[-1] == 0,
    )
    # Nothing else can be judged of a table that isn't complete.
    reasons = np.where(missing, np.uint8(REASON_BIT[BANDS_MISSING]), reasons)
    # An interval can only be judged where the table itself stands; "not <=" catches NaN as well.
    reasons |= _bits(REASON_BIT, S05=(reasons == 0) & ~(width95 <= WIDEST_INTERVAL_YEARS))
    flags = _bits(
        FLAG_BIT,
        Q01=D[-1] < FEW_OPEN_DEATHS,
        Q02=least_D == 0,
        Q03=width95 > WIDE_INTERVAL_YEARS,
    )
    return reasons, flags


def _bits(bit: dict[str, int], **where: BoolArray) -> NDArray[np.uint8]:
    bits = np.zeros(next(iter(where.values())).shape, np.uint8)
    for code, truth in where.items():
        bits |= truth.view(np.uint8) * np.uint8(bit[code])
    return bits


def _refuse_huge(argument: str, counts: FloatArray, missing: BoolArray) -> None:
    # A NaN hides an infinity beside it from max(), so a block with a missing band takes fmax.
    most, least = (np.fmax, np.fmin) if missing.any() else (np.maximum, np.minimum)
    largest = max(float(most.reduce(counts, axis=None)), -float(least.reduce(counts, axis=None)))
    if largest > LARGEST_COUNT:
        raise refuse(argument, "finite counts of at most 2**53", f"{largest:g}")


def _blank(reasons: NDArray[np.uint8], results: tuple[FloatArray, ...]) -> None:
    """NaN for the refused; S05 alone is left to the end, because it keeps its interval."""
    refused = (reasons != 0) & (reasons != REASON_BIT[INTERVAL_TOO_WIDE])
    if refused.any():
        for one in results:
            one[:, refused] = np.nan


def _pandemic_bits(pandemic_year: ArrayLike | None, lead: tuple[int, ...]) -> NDArray[np.uint8]:
    marks = np.asarray(False if pandemic_year is None else pandemic_year)
    if marks.dtype != np.bool_:
        raise refuse("pandemic_year", "truth values", f"dtype {marks.dtype}")
    if marks.shape not in ((), lead):
        raise refuse("pandemic_year", f"one value or shape {lead}", f"shape {marks.shape}")
    bits: NDArray[np.uint8] = np.broadcast_to(marks, lead).reshape(-1) * np.uint8(
        FLAG_BIT[PANDEMIC]
    )
    return bits


def _tables_first(rows: FloatArray, lead: tuple[int, ...]) -> FloatArray:
    """(A, tables) as (..., A) without a copy: bands stay apart in memory, where ages are read."""
    return np.moveaxis(rows.reshape((rows.shape[0], *lead)), 0, -1)
