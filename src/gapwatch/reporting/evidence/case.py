"""The facts of one release that the words are about, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from gapwatch.codes import CANNOT, labelled
from gapwatch.contracts import Verdict
from gapwatch.reporting.document import ReleaseFacts
from gapwatch.reporting.evidence.areas import sexes
from gapwatch.reporting.evidence.rows import (
    LimitedValue,
    Tables,
    Window,
    estimate,
    last_segment,
    newest_segment,
    rows,
    share_years,
    trajectory,
    verdicts,
    windows,
)
from gapwatch.reporting.evidence.sides import SideChanges, moves
from gapwatch.reporting.language.apart import apart
from gapwatch.reporting.language.country import whole_of
from gapwatch.reporting.language.numbers import noun_of, nouns_of, period, vintage
from gapwatch.study import Measure, Study

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row")


@dataclass(frozen=True)
class Case:
    """Study, release and tables, with the questions that more than one section asks."""

    study: Study
    facts: ReleaseFacts
    tables: Tables

    @classmethod
    def told(cls, study: Study, facts: ReleaseFacts, tables: Tables) -> Case:
        """The case as a report tells it: names from right to left are set apart in every text."""
        names = apart(study, tables, facts)
        if names is None:
            return cls(study, facts, tables)
        return cls(names.all(study), names.all(facts), names.all(tables))

    @cached_property
    def verdicts(self) -> dict[tuple[str, str], Verdict]:
        """Every verdict by measure and sex."""
        return {(row.measure, row.sex): row for row in verdicts(self.tables)}

    @property
    def sexes(self) -> tuple[str, ...]:
        """The promise's own sex first."""
        return sexes(self.study)

    @property
    def measure(self) -> Measure:
        """The measure of the headline."""
        return self.study.primary

    @property
    def verdict(self) -> Verdict:
        """The headline's verdict."""
        return self.verdicts[self.measure.id, self.sexes[0]]

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Every window of the headline's measure and sex."""
        return self.windows_of(self.measure.id, self.sexes[0])

    def windows_of(self, measure: str, sex: str) -> tuple[Window, ...]:
        """Every window of any measure and sex, oldest first."""
        if (measure, sex) not in self._windows:
            self._windows[measure, sex] = windows(self.tables, measure, sex)
        return self._windows[measure, sex]

    @cached_property
    def _windows(self) -> dict[tuple[str, str], tuple[Window, ...]]:
        return {}

    @cached_property
    def comparable(self) -> tuple[Window, ...]:
        """Windows of the headline after the last break that have a gap."""
        return newest_segment(self.windows)

    @property
    def newest(self) -> Window | None:
        """The newest comparable window of the headline."""
        return self.comparable[-1] if self.comparable else None

    @property
    def judged(self) -> bool:
        """Whether there is a verdict. Where there is none, nothing leads to the target."""
        return self.verdict.label != CANNOT

    @property
    def path(self) -> pd.DataFrame:
        """The annual path of the headline, which ends at the deadline; none without a verdict."""
        found = trajectory(self.tables, self.measure.id, self.sexes[0])
        return found if self.judged else found[:0]

    def rows(self, kind: type[Row], table: str, **wanted: object) -> list[Row]:
        """Rows of the headline's measure and sex in another table."""
        if not wanted:
            return self.rows_of(kind, table, self.measure.id, self.sexes[0])
        return rows(kind, self.tables, table, self.measure.id, self.sexes[0], **wanted)

    def rows_of(self, kind: type[Row], table: str, measure: str, sex: str) -> list[Row]:
        """Rows of any measure and sex in another table."""
        key = kind, table, measure, sex
        if key not in self._rows:
            self._rows[key] = tuple(rows(kind, self.tables, table, measure, sex))
        return list(self._rows[key])

    @cached_property
    def _rows(self) -> dict[tuple[type, str, str, str], tuple[Any, ...]]:
        return {}

    @property
    def computes(self) -> bool:
        """Whether the trend rests on deaths and residents rather than on published figures."""
        return self.study.computed is not None and self.study.computed.decides

    @property
    def provisional(self) -> tuple[Window, ...]:
        """Windows of the headline that hold deaths still coming in: they decide nothing."""
        return tuple(window for window in self.windows if window.provisional)

    def provisional_of(self, measure: str, sex: str) -> set[tuple[int, int]]:
        """Windows of any measure that are provisional."""
        found = self.windows_of(measure, sex)
        return {(window.start, window.end) for window in found if window.provisional}

    @property
    def overlapping(self) -> bool:
        """Whether comparable windows of the headline share years."""
        return share_years(self.comparable)

    @property
    def withheld_since(self) -> tuple[Window, ...]:
        """Windows after the newest comparable one whose gap is withheld, oldest first."""
        last = self.newest.end if self.newest else 0
        return tuple(w for w in last_segment(self.windows) if w.gap is None and w.end > last)

    @property
    def baseline(self) -> Window | None:
        """The baseline window of the headline, if it is there and comparable."""
        period = (self.verdict.baseline_start, self.verdict.baseline_end)
        return next((w for w in self.comparable if (w.start, w.end) == period), None)

    def period(self, start: int, end: int) -> str:
        """Years of the series that decides, as they stand in a sentence."""
        return period(start, end, self.verdict.year_ends)

    @property
    def years_old(self) -> int:
        """Calendar years from the end of the newest window to the release."""
        newest = self.verdict.newest_end
        return 0 if newest is None else self.facts.as_known_at.year - newest

    @property
    def is_old(self) -> bool:
        """Whether the newest window is too old for a verdict."""
        return self.years_old > self.study.verdict.stale_after_years

    @property
    def change(self) -> LimitedValue | None:
        """Change of the headline's gap since the baseline; None where it isn't known."""
        found = self.verdict
        return estimate(found.change_years, found.change_lower95_years, found.change_upper95_years)

    @property
    def moves(self) -> SideChanges:
        """Trends of both sides of the headline, over the windows that its verdict rests on."""
        return moves(self.verdict)

    def moves_of(self, sex: str) -> SideChanges:
        """The same for either sex."""
        found = self.verdicts.get((self.measure.id, sex))
        return moves(found) if found else SideChanges()

    @property
    def sides_told(self) -> bool:
        """Whether the report tells which side moved: of published figures where the gap did."""
        low = self.verdict.slope_lower95_years_per_year
        high = self.verdict.slope_upper95_years_per_year
        clear = low is not None and high is not None and not low <= 0 <= high
        return self.sided and (self.computes or clear)

    @property
    def sided(self) -> bool:
        """Whether the headline's measure has two named sides."""
        return self.measure.kind in ("pair", "pooled")

    @property
    def worse_name(self) -> str:
        """The worse-off side as it stands in a sentence."""
        return self.named(self.measure.worse) if self.sided else "the lower end"

    @property
    def better_name(self) -> str:
        """The better-off side as it stands in a sentence."""
        return self.named(self.measure.better) if self.sided else "the upper end"

    @property
    def areas(self) -> str:
        """What the study's areas are called, such as `2011 wards`."""
        return vintage(self.study.geography.vintage)

    @property
    def noun(self) -> str:
        """One of them, such as `ward`."""
        return noun_of(self.study.geography.vintage)

    @property
    def nouns(self) -> str:
        """Several of them, such as `wards`."""
        return nouns_of(self.study.geography.vintage)

    @property
    def whole(self) -> str:
        """What the place is, such as `borough`; "" where nothing says it."""
        return whole_of(self.study)

    @property
    def in_better(self) -> str:
        """Where the better-off side lives, as a sentence ends."""
        return f"in {self.better_name}" if self.sided else f"at {self.better_name}"

    def called(self, verdict: str, measure: str = "") -> str:
        """What a verdict on a measure, the headline's if none is named, is called: its label.

        Another choice of target or windows doesn't change which side moved.
        """
        found = self.verdicts.get((measure or self.measure.id, self.sexes[0]))
        return labelled(verdict, found.levels_down if found else None)

    def named(self, side: str) -> str:
        """A side of any measure as it stands in a sentence."""
        return phrase(self.study.side_name(side))

    def label(self, side: str) -> str:
        """A side's own name, for a chart or a table."""
        return self.study.side_name(side) if self.sided else ""


def phrase(name: str) -> str:
    """A name inside a sentence: `the north of the borough`, but `Knightsbridge and Belgravia`.

    Only a name of the form "X of the Y" is a description; any other is taken as a proper name.
    """
    return f"the {name[0].lower()}{name[1:]}" if " of the " in name else name
