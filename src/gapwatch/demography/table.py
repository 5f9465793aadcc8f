"""The life table as a value: what a caller reads, with the reason when there is nothing to read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gapwatch.codes import FLAGS, INTERVAL_TOO_WIDE, REASONS
from gapwatch.demography.checks import FloatArray, StrArray
from gapwatch.demography.chiang import (
    Bands,
    bands_of,
    interval,
    probability_of_dying,
    survivors,
)
from gapwatch.demography.code_bits import every_code, first_code
from gapwatch.intervals import Z95

WIDEST_INTERVAL_YEARS = 20.0
"""A 95% interval wider than this withholds the value (S05)."""


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Life tables over (..., A) age bands; the leading axes are those of the counts.

    A refused table holds NaN everywhere and says why in ``reason``; the arrays are read-only.

    Attributes
    ----------
    age_starts : (A,) first age of each band, years; the last band is open
    level : () or (V,) levels of confidence
    m : (..., A) death rate, deaths a person-year
    e : (..., A) expectation of life at the start of each band, years; NaN when refused
    se : (..., A) standard error of e, years
    lower, upper : (..., A) normal interval of e, years; (V, ..., A) when ``level`` is a row.
        Kept, like ``se``, when the table is refused for S05 alone
    q : (..., A) probability of dying in the band, 1 in the open band
    l : (..., A) survivors to the start of the band, per person born
    L : (..., A) person-years lived in the band, per person born
    T : (..., A) person-years lived from the start of the band on, per person born
    reason : (...) first code of ``codes.REASONS`` that applies, "" when published
    all_reasons : (...) every such code, separated by spaces
    reason_at_age : (..., A) as ``reason``, and S05 at each age whose own 95% interval is wider than
        20 years: that age's e is computed, and should not be published by itself
    flags : (...) codes of ``codes.FLAGS`` that apply to a published table, separated by spaces
    """

    age_starts: FloatArray
    level: FloatArray
    m: FloatArray
    e: FloatArray
    se: FloatArray
    reason_bits: NDArray[np.uint8]
    flag_bits: NDArray[np.uint8]
    # The value at the centre of the interval, which outlives the withheld value under S05.
    _centre: FloatArray
    # Shares of the closed bands as the caller gave them; None for Chiang's.
    _shares: FloatArray | None = None

    @property
    def bands(self) -> Bands:
        """Widths of the closed bands and the share of the band lived by those who die in it."""
        usual = bands_of(self.age_starts)
        return usual if self._shares is None else Bands(usual.age_starts, usual.n, self._shares)

    @cached_property
    def _bounds(self) -> tuple[FloatArray, FloatArray]:
        lower, upper = interval(self._centre, self.se, self.level)
        return _frozen(lower), _frozen(upper)

    @property
    def lower(self) -> FloatArray:
        """Lower end of the interval of e, years."""
        return self._bounds[0]

    @property
    def upper(self) -> FloatArray:
        """Upper end of the interval of e, years."""
        return self._bounds[1]

    @cached_property
    def q(self) -> FloatArray:
        """Probability of dying in the band."""
        return _frozen(probability_of_dying(self.m, self.bands))

    @cached_property
    def l(self) -> FloatArray:  # noqa: E743 - the field's symbol
        """Survivors to the start of the band, per person born."""
        return _frozen(survivors(self.q))

    @cached_property
    def L(self) -> FloatArray:  # noqa: N802 - the field's symbol
        """Person-years lived in the band: n(l_next + a d), open band l/M."""
        years = np.empty_like(self.l)
        died = self.l[..., :-1] * self.q[..., :-1]
        years[..., :-1] = self.bands.n * (self.l[..., 1:] + self.bands.a * died)
        years[..., -1] = self.l[..., -1] / self.m[..., -1]
        return _frozen(years)

    @cached_property
    def T(self) -> FloatArray:  # noqa: N802 - the field's symbol
        """Person-years lived from the start of the band on."""
        return _frozen(np.cumsum(self.L[..., ::-1], axis=-1)[..., ::-1])

    @cached_property
    def reason(self) -> StrArray:
        """Why the table is refused, "" when it is published."""
        return first_code(self.reason_bits, REASONS)[()]

    @cached_property
    def all_reasons(self) -> StrArray:
        """Every reason to refuse the table, separated by spaces."""
        return every_code(self.reason_bits, REASONS)[()]

    @cached_property
    def reason_at_age(self) -> StrArray:
        """Why the value at each age should not be published, "" where it may be."""
        wide = ~(2.0 * Z95 * self.se <= WIDEST_INTERVAL_YEARS)
        table = np.asarray(self.reason)[..., np.newaxis]
        return np.where(table != "", table, np.where(wide, INTERVAL_TOO_WIDE, "")).astype("<U3")

    @cached_property
    def flags(self) -> StrArray:
        """Quality flags of a published table, separated by spaces."""
        return every_code(self.flag_bits, FLAGS)[()]


def _frozen(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array
