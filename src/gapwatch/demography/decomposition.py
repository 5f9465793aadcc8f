"""Which ages, and which causes, make a gap in life expectancy, and which side made it change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gapwatch.demography.checks import (
    FloatArray,
    StrArray,
    count_array,
    refuse,
    same_shape,
)
from gapwatch.demography.chiang import Bands, survivors
from gapwatch.demography.life_table import life_table
from gapwatch.demography.table import LifeTable


def arriaga(a: LifeTable, b: LifeTable) -> FloatArray:
    """Years of e0(b) - e0(a) that each age band contributes, symmetric in the two sides [1, 2].

    Arriaga's contribution of a closed band x, going from table 1 to table 2, is
    l1_x (L2_x/l2_x - L1_x/l1_x) + T2_(x+n) (l1_x/l2_x - l1_(x+n)/l2_(x+n)), which simplifies to
    -l1_x (q2_x - q1_x) ((1-a)n + e2_(x+n)); of the open band, l1_w (e2_w - e1_w). The mean of going
    from a to b and of minus going from b to a is returned, in the simplified form: it divides by no
    survivorship, is exactly 0 for equal rates and changes exactly its sign when the sides swap.

    Parameters: a, b, life tables with the same age bands, whose leading axes broadcast.

    Returns: (..., A) years; the sum over bands is b.e[..., 0] - a.e[..., 0]. Positive where b's
    lower mortality lengthens life.

    Rules of refusal: NaN where either table is refused; ``a.reason`` and ``b.reason`` say why.

    Errors: ValueError when the age bands differ or the leading axes don't broadcast.

    References
    ----------
    1. Arriaga EE. Measuring and explaining the change in life expectancies. Demography
       1984;21:83-96.
    2. Andreev EM, Shkolnikov VM, Begun AZ. Algorithm for decomposition of differences between
       aggregate demographic measures. Demographic Research 2002;7:499-522. (The symmetric mean.)
    """
    check_same_bands("b", b, "a", a)
    return contributions(a.q, a.e, b.q, b.e, a.bands)


def check_same_bands(argument: str, b: LifeTable, other: str, a: LifeTable) -> None:
    """Raise unless two tables have the same age bands and leading axes that broadcast."""
    if not np.array_equal(a.age_starts, b.age_starts):
        expected = f"the age bands of {other}, {a.age_starts.tolist()}"
        raise refuse(argument, expected, b.age_starts.tolist())
    try:
        np.broadcast_shapes(a.e.shape, b.e.shape)
    except ValueError as error:
        expected = f"leading axes that broadcast with those of {other}, {a.e.shape[:-1]}"
        raise refuse(argument, expected, b.e.shape[:-1]) from error


def contributions(
    qa: FloatArray, ea: FloatArray, qb: FloatArray, eb: FloatArray, bands: Bands
) -> FloatArray:
    """``arriaga`` from probabilities of dying and expectations (..., A)."""
    la, lb = survivors(qa), survivors(qb)
    years = np.empty(np.broadcast_shapes(qa.shape, qb.shape))
    years[..., :-1] = (qa[..., :-1] - qb[..., :-1]) * _years_lost(la, ea, lb, eb, bands)
    years[..., -1] = 0.5 * (la[..., -1] + lb[..., -1]) * (eb[..., -1] - ea[..., -1])
    return years


def _years_lost(
    la: FloatArray, ea: FloatArray, lb: FloatArray, eb: FloatArray, bands: Bands
) -> FloatArray:
    """Years of e0 that a unit of q in each closed band costs, mean of the two directions."""
    ahead = la[..., :-1] * (bands.lost + eb[..., 1:])
    return 0.5 * (ahead + lb[..., :-1] * (bands.lost + ea[..., 1:]))


@dataclass(frozen=True, eq=False)
class CauseDecomposition:
    """Contributions by cause and age.

    Attributes
    ----------
    contribution : (..., C, A) years of e0(b) - e0(a); sums to the gap over causes and bands
    by_age : (..., A) and by_cause : (..., C) its sums
    reason : (...) why a's table, else b's, is refused; "" when published
    """

    contribution: FloatArray
    reason: StrArray

    @property
    def by_age(self) -> FloatArray:
        """Sum over causes, which is ``arriaga`` of the two tables."""
        return np.asarray(self.contribution.sum(axis=-2))

    @property
    def by_cause(self) -> FloatArray:
        """Sum over age bands."""
        return np.asarray(self.contribution.sum(axis=-1))


def arriaga_by_cause(
    deaths_a: ArrayLike,
    population_a: ArrayLike,
    deaths_b: ArrayLike,
    population_b: ArrayLike,
    age_starts: ArrayLike,
) -> CauseDecomposition:
    """Years of e0(b) - e0(a) by age band and cause of death [1].

    Arriaga's share of a band is divided in proportion to the differences of the causes' rates,
    C_x (m2_cx - m1_cx) / (m2_x - m1_x). Written so it divides by a difference that may be 0; here
    the ratio C_x / (m2_x - m1_x) is taken in closed form instead,
    -n Y_x / ((1 + (1-a)n m1_x)(1 + (1-a)n m2_x)) with Y_x the years that a unit of q costs, and
    -(l1_w + l2_w) / (2 m1_w m2_w) in the open band. So equal rates are no special case, the sum
    over causes is ``arriaga`` to rounding, and splitting a cause changes no total. Where q is
    capped at 1 the causes' rates are scaled to the rate at which q reaches 1.

    Parameters
    ----------
    deaths_a, deaths_b : (..., C, A) deaths by cause, equal shapes. The causes must be exhaustive
        and exclusive: their sum is taken as all deaths
    population_a, population_b : (..., A)
    age_starts : (A,)

    Rules of refusal: NaN where a side's table is refused; ``reason`` is its code.

    Errors: ValueError as ``life_table``; shapes that don't fit; negative counts, which a sum over
    causes would hide.

    References
    ----------
    1. Arriaga EE. Changing trends in mortality decline during the last decades. In:
       Ruzicka L, Wunsch G, Kane P (eds). Differential Mortality. Clarendon Press, 1989, 105-129.
    """
    D1, D2 = count_array("deaths_a", deaths_a), count_array("deaths_b", deaths_b)
    P1, P2 = count_array("population_a", population_a), count_array("population_b", population_b)
    if D1.ndim < 2:  # noqa: PLR2004 - causes and ages
        raise refuse("deaths_a", "axes (..., causes, ages)", f"shape {D1.shape}")
    same_shape("deaths_b", D2.shape, "deaths_a", D1.shape)
    for argument, P in (("population_a", P1), ("population_b", P2)):
        same_shape(argument, P.shape, "deaths_a without causes", (*D1.shape[:-2], D1.shape[-1]))
    a = life_table(D1.sum(axis=-2), P1, age_starts)
    b = life_table(D2.sum(axis=-2), P2, age_starts)
    bands = a.bands
    # The rate at which the cap of q bites; q as a function of min(m, cap) has one formula.
    cap = np.append(1.0 / (bands.n * bands.a), np.inf)
    m1, m2 = np.minimum(a.m, cap), np.minimum(b.m, cap)
    a_unit = np.empty_like(m1)
    scale = (1.0 + bands.lost * m1[..., :-1]) * (1.0 + bands.lost * m2[..., :-1])
    a_unit[..., :-1] = -bands.n * _years_lost(a.l, a.e, b.l, b.e, bands) / scale
    a_unit[..., -1] = -0.5 * (a.l[..., -1] + b.l[..., -1]) / (m1[..., -1] * m2[..., -1])
    difference = _cause_rates(D2, P2, b.m, m2) - _cause_rates(D1, P1, a.m, m1)
    return CauseDecomposition(a_unit[..., np.newaxis, :] * difference, either_reason(a, b))


def _cause_rates(D: FloatArray, P: FloatArray, m: FloatArray, capped: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(m > capped, capped / m, 1.0)
        return np.asarray(D / P[..., np.newaxis, :] * scale[..., np.newaxis, :])


def either_reason(*tables: LifeTable) -> StrArray:
    """The reason of the first refused table, "" where none is."""
    reason = np.asarray(tables[0].reason)
    for table in tables[1:]:
        reason = np.where(reason != "", reason, table.reason)
    return reason[()]


@dataclass(frozen=True, eq=False)
class GapChange:
    """The change of a gap between two periods, split by side and age.

    Attributes
    ----------
    worse_side : (..., A) years by which the worse-off side's own change widened the gap
    better_side : (..., A) years by which the better-off side's own change widened the gap
    by_age : (..., A) their sum; total : (...) sum over bands, the change of the gap
    reason : (...) why one of the four tables is refused, "" when published
    """

    worse_side: FloatArray
    better_side: FloatArray
    reason: StrArray

    @property
    def by_age(self) -> FloatArray:
        """Years by which each band widened the gap."""
        return self.worse_side + self.better_side

    @property
    def total(self) -> FloatArray:
        """Gap after minus gap before, years."""
        return np.asarray(self.by_age.sum(axis=-1))[()]


def gap_change(
    worse_before: LifeTable,
    worse_after: LifeTable,
    better_before: LifeTable,
    better_after: LifeTable,
) -> GapChange:
    """Split the change of a gap e0(better) - e0(worse) into the two sides' parts, by age.

    The change is [e0(better, after) - e0(better, before)] - [e0(worse, after) - e0(worse, before)],
    and each bracket is decomposed by ``arriaga`` over time. Negative parts narrow the gap. A gap
    that narrows because the better-off side lost years shows as a negative ``better_side``: no
    success.

    Parameters: four life tables with the same age bands, whose leading axes broadcast.

    Rules of refusal: NaN where a table is refused, with the first one's code in ``reason``.

    Errors: ValueError when age bands differ or leading axes don't broadcast.

    References
    ----------
    1. Arriaga EE. Measuring and explaining the change in life expectancies. Demography
       1984;21:83-96. (Applied to each side over time.)
    """
    tables = (worse_before, worse_after, better_before, better_after)
    names = ("worse_before", "worse_after", "better_before", "better_after")
    for name, table in zip(names[1:], tables[1:], strict=True):
        check_same_bands(name, table, names[0], worse_before)
    reason = either_reason(*tables)
    published = (np.asarray(reason) == "")[..., np.newaxis]
    worse = np.where(published, -arriaga(worse_before, worse_after), np.nan)
    better = np.where(published, arriaga(better_before, better_after), np.nan)
    return GapChange(worse, better, reason)
