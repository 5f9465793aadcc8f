"""Every code that the tables of initiatives hold; gapwatch.reporting turns them into words.

Reasons, why there is no evaluation (or, under `too early` and `could not have been seen`, why):

- E01 no expectation is registered; E02 none was registered before the start, or the start isn't
  known so that nobody can say; E03 the years after begin before the start, or the years before end
  after it.
- A01 no area is stated; A02 an area isn't one of the study's areas, such as one of another vintage;
  A03 the area is the address of an office; A04 it is for the whole place, so nothing is left to
  compare with.
- C01 an area compared with has the initiative too; C02 there are too few areas to compare with: no
  set of areas could ever move so far that chance is ruled out.
- D01 the design isn't one that is computed here.
- N01 the indicator isn't known; N02 it has no numerator or no denominator; N03 a year before is
  missing; N04 a year after is missing, though later ones are known; N05 a count is zero, so that
  its ratio can't be taken.
- L01 its areas moved apart from the others already before it started.
- T01 the years after aren't all known yet.

Flags: F01 its areas were chosen for their figures, or nobody says how; F02 another initiative for
the same priority runs in its areas; F03 another one runs in areas compared with; F04 no years
before are left to test for an earlier difference; F05 years of the window are missing in between,
the same in all areas; F06 a later version of the expectation was written down after the start.
"""

from __future__ import annotations

NO_EXPECTATION, REGISTERED_LATE, WINDOWS_OVERLAP_START = "E01", "E02", "E03"
NO_AREA, OTHER_AREA, OFFICE, WHOLE_PLACE = "A01", "A02", "A03", "A04"
COMPARATOR_TREATED, TOO_FEW_AREAS = "C01", "C02"
NOT_COMPUTED = "D01"
NO_INDICATOR, NO_DENOMINATOR, NO_BEFORE, NO_AFTER, ZERO_COUNT = "N01", "N02", "N03", "N04", "N05"
LEADS_DIFFER = "L01"
NOT_YET = "T01"
REASONS = (
    NO_EXPECTATION,
    REGISTERED_LATE,
    WINDOWS_OVERLAP_START,
    NO_AREA,
    OTHER_AREA,
    OFFICE,
    WHOLE_PLACE,
    COMPARATOR_TREATED,
    TOO_FEW_AREAS,
    NOT_COMPUTED,
    NO_INDICATOR,
    NO_DENOMINATOR,
    NO_BEFORE,
    NO_AFTER,
    ZERO_COUNT,
    LEADS_DIFFER,
    NOT_YET,
)

CHOSEN_FOR_FIGURES, OTHER_IN_AREAS, OTHER_IN_COMPARATORS = "F01", "F02", "F03"
NO_LEADS, YEARS_LACKING, CHANGED_LATER = "F04", "F05", "F06"
FLAGS = (
    CHOSEN_FOR_FIGURES,
    OTHER_IN_AREAS,
    OTHER_IN_COMPARATORS,
    NO_LEADS,
    YEARS_LACKING,
    CHANGED_LATER,
)

DESCRIBED, TOO_EARLY, COULD_NOT, NO_SIGN, AS_EXPECTED, OPPOSITE = (
    "described, not evaluated",
    "too early",
    "could not have been seen",
    "no sign",
    "sign as expected",
    "sign opposite",
)

COMPUTED_DESIGN = "difference-in-differences"
# Maryland Scientific Methods Scale (Sherman et al. 1997; What Works Centre for Local Economic
# Growth 2016): 3 is a comparison of the change with that of areas without it; 0 where nothing is
# compared.
LEVELS = {
    "stepped-wedge": 4,
    "difference-in-differences": 3,
    "interrupted-time-series": 2,
    "before-and-after": 2,
}
NO_LEVEL = 0
