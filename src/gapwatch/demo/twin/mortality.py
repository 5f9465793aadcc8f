"""The true mortality of the invented borough: one formula, by sex, age band, ward and year.

log m(sex, x, ward, t) = log(I exp(-x / 0.4) + M + B exp(g x))       infants, Makeham, Gompertz
                         + a(x) s(ward, t) d(ward)                   deprivation
                         - r (t - 2013)                              the general fall
                         + a(x) shock(t) (max(d, 0) + 1/2)           a pandemic, where there is one

with x the middle of the band, d the ward's deprivation from -1 to 1, s the scenario's gradient
above or below the middle, and a(x) = 0.35 + 0.65 / (1 + exp((x - 76) / 6)), because deprivation
tells less on the very old. The rate is the same for all in a band, so that a life table of these
rates is the truth: no approximation within the band stands between.

References: Gompertz 1825; Makeham 1860; Siler 1979 (the falling term of childhood).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gapwatch.demo.twin.names import WARDS
from gapwatch.demo.twin.scenarios import Scenario
from gapwatch.study.computed import STANDARD_AGES

FloatArray = npt.NDArray[np.float64]
AGE_STARTS = np.array(STANDARD_AGES, dtype=np.int64)
# Where in the open band those who are in it stand, in years after its start.
_OPEN_MIDDLE = 3.5
CENTRE_YEAR = 2013
INFANT_FADES_YEARS = 0.4


@dataclass(frozen=True)
class Law:
    """Parameters of one sex: deaths per person-year, and rates per year of age or of time."""

    infant: float
    makeham: float
    gompertz: float
    slope: float
    fall: float


FEMALE = Law(infant=0.012, makeham=1.0e-4, gompertz=0.9e-5, slope=0.1035, fall=0.005)
MALE = Law(infant=0.014, makeham=1.8e-4, gompertz=1.7e-5, slope=0.0985, fall=0.006)
DEPRIVATION = np.array([plan.deprivation for plan in WARDS])


def rates(
    scenario: Scenario, years: npt.ArrayLike, deprivation: FloatArray = DEPRIVATION
) -> FloatArray:
    """Deaths per person-year, (A, 2, Y, 20), by area, sex (female, male), year and age band.

    The areas are those of `deprivation`, (A,): the borough's wards of the old vintage.
    """
    middle = middles()
    told = 0.35 + 0.65 / (1 + np.exp((middle - 76) / 6))
    found = np.empty((len(deprivation), 2, len(np.atleast_1d(years)), len(AGE_STARTS)))
    for at, year in enumerate(np.atleast_1d(years).tolist()):
        worse, better = scenario.gradients(year)
        level = np.where(deprivation > 0, worse, better) * deprivation
        level = level + scenario.shock.get(year, 0.0) * (np.maximum(deprivation, 0.0) + 0.5)
        for sex, law in enumerate((FEMALE, MALE)):
            base = (
                law.infant * np.exp(-middle / INFANT_FADES_YEARS)
                + law.makeham
                + law.gompertz * np.exp(law.slope * middle)
            ) * np.exp(-law.fall * (year - CENTRE_YEAR))
            found[:, sex, at] = base * np.exp(told * level[:, None])
    return found


def middles() -> FloatArray:
    """The age at the middle of each band, (20,) years."""
    widths = np.diff(AGE_STARTS, append=AGE_STARTS[-1] + 2 * _OPEN_MIDDLE)
    middle: FloatArray = AGE_STARTS + widths / 2
    return middle
