"""Deaths and person-years by area, sex, year and age band; windows and groups of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gapwatch.contracts import CALENDAR_YEAR, YEAR_LEADS
from gapwatch.errors import ValidationError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rounded:
    """What rounding by a publisher may have done to counts, in the shape of the counts.

    `variance` is that of the rounding errors taken as independent, persons squared; `bias` is the
    most that rounding may have taken from small counts, all of them the same way, persons
    (gapwatch.counting.rounding).
    """

    variance: FloatArray
    bias: FloatArray

    def total(self) -> FloatArray:
        """Variance and squared bias together, persons squared."""
        return self.variance + self.bias**2


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of A areas, two sexes (female, male), Y years and K age bands.

    Attributes
    ----------
    geography : kind and vintage of the areas, or `side` for the study's sides
    areas : (A,) codes, or names of sides
    years : (Y,) ascending, each called by the calendar year that it ends in; a gap is a break
    bases : (Y,) base of the residents' estimates of each year
    age_starts : (K,) first age of each band, years; the last band is open
    deaths : (A, 2, Y, K) persons; not whole where a block was shared out between areas
    person_years : (A, 2, Y, K) person-years at risk, for the part of the year that deaths cover
    provisional : (Y,) deaths of the year are still coming in, or cover a part of it
    reassigned : (A,) share of residents who live in blocks that were shared out between areas
    restricted : whether the deaths may not be published as they are
        (gapwatch.counting.disclosure.protect)
    year_ends : last day of each year, 12-31 or 06-30
    absent : (A, 2, Y) deaths that the residents make to be expected aren't there; None for nowhere
    deaths_rounded, residents_rounded : what rounding may have done to deaths and to person_years,
        (A, 2, Y, K) each; None where the publisher rounds nothing
    """

    geography: str
    areas: tuple[str, ...]
    years: IntArray
    bases: tuple[str, ...]
    age_starts: IntArray
    deaths: FloatArray
    person_years: FloatArray
    provisional: BoolArray
    reassigned: FloatArray
    restricted: bool = False
    year_ends: str = CALENDAR_YEAR
    absent: BoolArray | None = None
    deaths_rounded: Rounded | None = None
    residents_rounded: Rounded | None = None

    @property
    def segments(self) -> IntArray:
        """(Y,) number of the comparable run that each year is in: another base starts the next."""
        later = np.array(
            [
                0 if at == 0 else int(base != self.bases[at - 1] or year != self.years[at - 1] + 1)
                for at, (base, year) in enumerate(zip(self.bases, self.years, strict=True))
            ],
            dtype=np.int64,
        )
        return 1 + np.cumsum(later)

    def groups(self, sides: Mapping[str, Sequence[str]], geography: str = "side") -> Counts:
        """Areas added up to sides, in the order of `sides`; ValidationError for an unknown area."""
        place = {code: at for at, code in enumerate(self.areas)}
        lost = sorted({code for codes in sides.values() for code in codes} - place.keys())
        if lost:
            raise ValidationError(
                f"counts of {self.geography}",
                expected="each area of the study",
                found=f"none for {', '.join(lost[:5])}",
                remedy="check that the lookups lead to the study's areas",
            )
        picked = [[place[code] for code in codes] for codes in sides.values()]
        people = self.person_years.sum(axis=(1, 2, 3))

        def grouped(rounded: Rounded | None) -> Rounded | None:
            if rounded is None:
                return None
            return Rounded(
                *(
                    np.stack([part[at].sum(axis=0) for at in picked])
                    for part in (rounded.variance, rounded.bias)
                )
            )

        return replace(
            self,
            geography=geography,
            areas=tuple(sides),
            deaths_rounded=grouped(self.deaths_rounded),
            residents_rounded=grouped(self.residents_rounded),
            absent=None
            if self.absent is None
            else np.stack([self.absent[at].any(axis=0) for at in picked]),
            deaths=np.stack([self.deaths[at].sum(axis=0) for at in picked]),
            person_years=np.stack([self.person_years[at].sum(axis=0) for at in picked]),
            reassigned=np.array(
                [
                    float(self.reassigned[at] @ people[at] / people[at].sum())
                    if people[at].any()
                    else 0.0
                    for at in picked
                ]
            ),
        )

    def scaled(self, factor: float, first_age: int, last_age: int | None) -> Counts:
        """Residents of the bands from one age to another times `factor`; deaths as they are."""
        ends = np.append(self.age_starts[1:] - 1, np.iinfo(np.int64).max)
        inside = (self.age_starts >= first_age) & (
            (ends <= last_age) if last_age is not None else True
        )
        return replace(self, person_years=self.person_years * np.where(inside, factor, 1.0))


@dataclass(frozen=True, eq=False)
class CountWindows:
    """Counts added up over W windows of as many years, all inside one comparable run.

    `start` and `end` (W,) years; `segment` (W,); `bases` (W,); `deaths` and `person_years`
    (A, 2, W, K); `provisional` (W,); `year_ends` the last day of each year. `absent` (A, 2, W) and
    `deaths_rounded`, `residents_rounded` as those of the counts.
    """

    start: IntArray
    end: IntArray
    segment: IntArray
    bases: tuple[str, ...]
    deaths: FloatArray
    person_years: FloatArray
    provisional: BoolArray
    year_ends: str = CALENDAR_YEAR
    absent: BoolArray | None = None
    deaths_rounded: Rounded | None = None
    residents_rounded: Rounded | None = None

    @property
    def first_calendar_year(self) -> IntArray:
        """(W,) the first calendar year that each window covers, or covers a part of."""
        return self.start - int(YEAR_LEADS[self.year_ends] > 0)


def windows(counts: Counts, length: int) -> CountWindows:
    """Every run of `length` consecutive years on one base, one year apart; none if there is none.

    Raises ValueError unless length is 1 or more.
    """
    if length < 1:
        raise ValueError(f"length: expected 1 or more, found {length}")
    segments = counts.segments
    last = np.arange(length - 1, len(counts.years))
    first = last - length + 1
    whole = segments[first] == segments[last]
    return window_sums(counts, first[whole], last[whole])


def period(counts: Counts, start: int, end: int) -> CountWindows:
    """The one window from `start` to `end`; empty unless its years are all there, on one base."""
    at = np.flatnonzero((counts.years >= start) & (counts.years <= end))
    whole = len(at) == end - start + 1 and len(set(counts.segments[at].tolist())) == 1
    ends = (at[:1], at[-1:]) if whole else (at[:0], at[:0])
    return window_sums(counts, *ends)


def window_sums(counts: Counts, first: IntArray, last: IntArray) -> CountWindows:
    """Windows from positions of their first and last years, (W,) each."""

    def summed(array: FloatArray) -> FloatArray:
        # Year by year, not by differences of running sums: whole counts then stay whole.
        shape = (*array.shape[:2], len(first), array.shape[3])
        total = np.zeros(shape)
        for at, (one, other) in enumerate(zip(first, last, strict=True)):
            total[:, :, at] = array[:, :, one : other + 1].sum(axis=2)
        return total

    def rounding(rounded: Rounded | None) -> Rounded | None:
        return rounded and Rounded(summed(rounded.variance), summed(rounded.bias))

    return CountWindows(
        absent=None
        if counts.absent is None
        else np.stack(
            [
                counts.absent[:, :, one : other + 1].any(axis=2)
                for one, other in zip(first, last, strict=True)
            ],
            axis=-1,
        )
        if len(first)
        else np.zeros((*counts.absent.shape[:2], 0), dtype=bool),
        deaths_rounded=rounding(counts.deaths_rounded),
        residents_rounded=rounding(counts.residents_rounded),
        start=counts.years[first],
        end=counts.years[last],
        segment=counts.segments[first],
        bases=tuple(counts.bases[at] for at in first),
        deaths=summed(counts.deaths),
        person_years=summed(counts.person_years),
        provisional=np.array(
            [
                bool(counts.provisional[one : other + 1].any())
                for one, other in zip(first, last, strict=True)
            ],
            dtype=bool,
        ),
        year_ends=counts.year_ends,
    )
