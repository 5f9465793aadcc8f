"""Codes of the gap and of what it is made of: reasons, flags, verdicts, choices, bases.

A code is what a table holds and what rules compare; the words for it are made in
`reporting.language` alone. A code that needs more to be understood, such as the years of the
window that is left out, carries it as arguments (`Coded`). Priorities, initiatives and what people
said keep codes of their own tables in a module beside them (docs/decisions, 14).
"""

from __future__ import annotations

from dataclasses import dataclass

Argument = int | float | str


@dataclass(frozen=True)
class Coded:
    """A code with its named arguments; the empty code says that there is nothing to tell.

    In tables it is two columns: `code`, and `written`, the arguments as `first=2001 last=2005`.
    """

    code: str = ""
    arguments: tuple[tuple[str, Argument], ...] = ()

    @classmethod
    def of(cls, code: str, **arguments: Argument) -> Coded:
        """A code with arguments, which are kept in the order given."""
        return cls(code, tuple(arguments.items()))

    @classmethod
    def read(cls, code: str, written: str) -> Coded:
        """From the two columns of a table; ValueError for text that `written` doesn't make."""
        pairs = [part.partition("=") for part in written.split(" ")] if written else []
        if not all(name.isidentifier() and equals and text for name, equals, text in pairs):
            raise ValueError(f"arguments of {code}: expected name=value, found {written!r}")
        return cls(code, tuple((name, _value(text)) for name, _, text in pairs))

    @property
    def written(self) -> str:
        """The arguments in one text, which `read` reads back; ValueError for text with spaces."""
        texts = [f"{name}={value}" for name, value in self.arguments]
        if any(" " in text for text in texts):
            raise ValueError(f"arguments of {self.code}: expected no spaces, found {texts}")
        return " ".join(texts)

    def __getitem__(self, name: str) -> Argument:
        """One argument; KeyError when the code carries none of that name."""
        return dict(self.arguments)[name]

    def get(self, name: str) -> Argument | None:
        """One argument, or None."""
        return dict(self.arguments).get(name)

    def whole(self, name: str) -> int:
        """An argument that is a whole number, such as a year."""
        return int(self[name])

    def __bool__(self) -> bool:
        """Whether there is a code."""
        return bool(self.code)


NOTHING = Coded()


def _value(text: str) -> Argument:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


# Why a life table is refused, most fundamental first: the first that applies is its ``reason``.
# Faults of the data (S07, S06, S02, S03) come before shortage of data (S01, S04, S05), so that a
# reader is sent to the fault that has to be mended first.
BANDS_MISSING = "S07"
COUNT_NEGATIVE = "S06"
BAND_EMPTY = "S02"
DEATHS_EXCEED = "S03"
FEW_PERSON_YEARS = "S01"
OPEN_BAND_DEATHLESS = "S04"
INTERVAL_TOO_WIDE = "S05"
REASONS = (
    BANDS_MISSING,
    COUNT_NEGATIVE,
    BAND_EMPTY,
    DEATHS_EXCEED,
    FEW_PERSON_YEARS,
    OPEN_BAND_DEATHLESS,
    INTERVAL_TOO_WIDE,
)

# What a reader should know about a table that is published; the first four are a life table's.
FEW_DEATHS_OPEN_BAND = "Q01"
BAND_DEATHLESS = "Q02"
INTERVAL_WIDE = "Q03"
PANDEMIC = "Q04"
FLAGS = (FEW_DEATHS_OPEN_BAND, BAND_DEATHLESS, INTERVAL_WIDE, PANDEMIC)
PROVISIONAL = "Q05"  # deaths of the window are still coming in
FEW_DEATHS_AT_AGE = "Q06"

PANDEMIC_YEARS = (2020, 2021)

# Why a figure over several areas is refused.
GROUP_MISSING = "G01"
INDEX_UNDEFINED = "G02"
GROUP_EMPTY = "G03"
GROUP_SINGLE = "G04"
YEAR_DEATHLESS = "G05"
NO_RANKING = "G07"  # the study ranks its areas by nothing
NO_INTERVAL = "G06"  # a value without limits or standard error: nothing is tested by it

# Why a year of deaths isn't counted, a cut isn't found, a count isn't told.
NO_RESIDENTS = "Y01"  # an estimate that the year needs is not pinned
TWO_BASES = "Y02"  # those at its two ends share no base, or no kind of block
UNREACHABLE = "C01"
DISCLOSURE = "D01"

# Why there is no verdict. The arguments say what was found.
TOO_FEW_WINDOWS = "V01"  # usable, withheld, needed; or midpoints, where all windows share one
SIDE_WITHHELD = "V02"
STALE = "V03"  # newest, stale_after
DEADLINE_PASSED = "V04"  # deadline
NO_BASELINE = "V05"  # first, last
TARGET_NOT_BELOW = "V06"  # target, baseline
SIDES_EXCHANGED = "V07"
NEVER_ZERO = "V08"

# The verdict is its own code: a release, a message and a manifest have carried it as it reads.
CANNOT = "cannot calculate"
TARGET_MET = "target met"
ON_TRACK = "on track"
OFF_TRACK = "off track"
WRONG_DIRECTION = "wrong direction"
TOO_EARLY = "too early to tell"
VERDICTS = (CANNOT, TARGET_MET, ON_TRACK, OFF_TRACK, WRONG_DIRECTION, TOO_EARLY)
GOOD_VERDICTS = (TARGET_MET, ON_TRACK)

# What a verdict is called wherever it is read. A good one that comes mainly from the better-off
# side getting worse is never called by the name of a good one (gap.levelling_down).
LEVELLING_DOWN = "levelling down"
LABELS = (*VERDICTS, LEVELLING_DOWN)


def labelled(verdict: str, levels_down: bool | None) -> str:
    """The label of a verdict on a gap that levels down, or doesn't: a code of LABELS."""
    return LEVELLING_DOWN if levels_down and verdict in GOOD_VERDICTS else verdict


# Which side closes the gap, as far as intervals that exclude zero go.
WORSE_IMPROVES = "worse_improves"
WORSE_IMPROVES_FASTER = "worse_improves_faster"
BETTER_WORSENS = "better_worsens"
BETTER_WORSENS_FASTER = "better_worsens_faster"
BOTH_MOVE = "worse_improves_better_worsens"
NEITHER_CLEAR = "neither_clear"
CLOSINGS = (
    WORSE_IMPROVES,
    WORSE_IMPROVES_FASTER,
    BETTER_WORSENS,
    BETTER_WORSENS_FASTER,
    BOTH_MOVE,
    NEITHER_CLEAR,
)
# Closings in which the better-off side gets worse, and those in which nothing else closes it.
WORSENING = (BETTER_WORSENS, BETTER_WORSENS_FASTER, BOTH_MOVE)
WORSENING_ALONE = (BETTER_WORSENS, BETTER_WORSENS_FASTER)

# Why no release can be named that would answer, or what to know about it.
ALMOST_NEVER_MET = "almost_never_met"
NEVER_SURE = "never_sure"  # deadline
AFTER_DEADLINE = "after_deadline"  # deadline
ANSWERED = "answered"
ANSWERABLE = (ALMOST_NEVER_MET, NEVER_SURE, AFTER_DEADLINE, ANSWERED)

COVARIANCE_WIDENED = "windows_repeat"

# What the verdict is tried under.
AS_CALCULATED = "as_calculated"
STATED_BASELINE = "stated_baseline"  # gap
MEASURED_BASELINE = "measured_baseline"  # first, last, year_ends, gap
RESIDENTS_BOTH = "residents_both_sides"  # factor, from_age, to_age
RESIDENTS_WORSE = "residents_worse_side"  # factor, from_age, to_age
RESIDENTS_GROWING = "residents_worse_side_growing"  # factor, from_age, to_age, first, last
LONGER_WINDOWS = "longer_windows"  # years, made
WITHOUT_WINDOW = "without_window"  # first, last, year_ends
WITHOUT_YEARS = "without_years"  # years
SHOCKS = "shocks"  # years
OTHER_MEASURE = "other_measure"  # measure
CHOICES = (
    AS_CALCULATED,
    STATED_BASELINE,
    MEASURED_BASELINE,
    RESIDENTS_BOTH,
    RESIDENTS_WORSE,
    RESIDENTS_GROWING,
    LONGER_WINDOWS,
    WITHOUT_WINDOW,
    WITHOUT_YEARS,
    SHOCKS,
    OTHER_MEASURE,
)
RESIDENTS = (RESIDENTS_BOTH, RESIDENTS_WORSE, RESIDENTS_GROWING)

# What the smallest change is of, and how later windows were forecast.
NEWEST_GAP, TARGET = "newest gap", "target"
PROJECTION, STRAIGHT_LINE, NO_CHANGE = "projection", "straight line", "no change"
METHODS = (PROJECTION, STRAIGHT_LINE, NO_CHANGE)

# What a figure is, and what a gap is made from.
PUBLISHED, COMPUTED = "published", "computed"
FIGURES = (PUBLISHED, COMPUTED)
PUBLISHED_MEAN = "published_mean"
CORRECTED_RANGE = "corrected_range"
SLOPE = "slope"
SLOPE_IMD2007 = "slope_imd2007"
SLOPE_IMD2010 = "slope_imd2010"
SLOPE_RANKED = "slope_ranked"  # by the ranking that the study declares
LIFE_TABLES = "life_tables"
BASES = (
    PUBLISHED,
    PUBLISHED_MEAN,
    CORRECTED_RANGE,
    SLOPE,
    SLOPE_IMD2007,
    SLOPE_IMD2010,
    SLOPE_RANKED,
    LIFE_TABLES,
)
BEST_FIT_RESIDENTS = "best_fit_residents"
BEST_FIT_BLOCKS = "best_fit_blocks"
BRIDGED_BASES = (BEST_FIT_RESIDENTS, BEST_FIT_BLOCKS)

# Why a computed series starts anew.
OTHER_BASE = "other_base"  # year, base, before
YEARS_MISSING = "years_missing"  # year, before

# Where an area's interval lies beside the figure of the whole place.
BELOW, NEAR, ABOVE, UNKNOWN = "below", "near", "above", "unknown"
STANDINGS = (BELOW, NEAR, ABOVE, UNKNOWN)

# Windows that speak of a deadline.
LAST_BY_DEADLINE = "last_by_deadline"
ENDING_AT_DEADLINE = "ending_at_deadline"
CENTRED_ON_DEADLINE = "centred_on_deadline"
DECIDING_WINDOWS = (LAST_BY_DEADLINE, ENDING_AT_DEADLINE, CENTRED_ON_DEADLINE)

# Which of two targets a verdict is against.
STATED, BASELINE = "stated", "baseline"
