"""The register as a whole: each initiative once, where they overlap, where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwatch.contracts import INITIATIVE_CELL, INITIATIVE_OVERLAP
from gapwatch.errors import ValidationError
from gapwatch.tables import canonical

_ONE_WORD = (
    "title",
    "led_by",
    "theme",
    "starts_on",
    "ends_on",
    "where_basis",
    "areas_chosen",
    "register",
)
LAST_YEAR = 9999
WORST_SHARE = 0.25


@dataclass(frozen=True)
class PlacedInitiative:
    """One initiative with all its areas, in the order of their codes."""

    id: str
    title: str
    led_by: str
    theme: str
    starts_on: str
    ends_on: str
    areas: tuple[str, ...]
    where_basis: str
    areas_chosen: str
    register: str

    @property
    def first_day(self) -> str:
        """The earliest day that the stated start can be; "" where none is stated."""
        return self.starts_on + "-01" * (2 - self.starts_on.count("-")) if self.starts_on else ""

    @property
    def start_year(self) -> int | None:
        """Year of the start; None where none is stated."""
        return int(self.starts_on[:4]) if self.starts_on else None

    @property
    def end_year(self) -> int | None:
        """Year of the end; None where none is stated."""
        return int(self.ends_on[:4]) if self.ends_on else None

    def runs_in(self, first: int, last: int) -> bool:
        """Whether it may run in one of the years, as far as start and end are stated."""
        return (self.start_year or 0) <= last and (self.end_year or LAST_YEAR) >= first


def initiatives(frame: pd.DataFrame) -> tuple[PlacedInitiative, ...]:
    """The table `initiative`, an initiative at a time.

    Raises ValidationError for one that its rows describe in two ways.
    """
    found = []
    for name, rows in frame.groupby("initiative", sort=True):
        for column in _ONE_WORD:
            told = sorted(rows[column].unique())
            if len(told) > 1:
                raise ValidationError(
                    f"initiative, {name}",
                    expected=f"one {column} in all its rows",
                    found=" and ".join(map(repr, told[:2])),
                    remedy="correct the register, or give the two different identifiers",
                )
        first = rows.iloc[0]
        words = {column: str(first[column]) for column in _ONE_WORD}
        areas = tuple(sorted(code for code in rows["area_code"] if code))
        found.append(PlacedInitiative(id=str(name), areas=areas, **words))
    return tuple(found)


def overlaps(found: Sequence[PlacedInitiative]) -> pd.DataFrame:
    """The table `initiative_overlap`: pairs that serve one priority in one area at one time."""
    rows = [
        {
            "initiative": one.id,
            "other": other.id,
            "theme": one.theme,
            "area_code": area,
            "time_known": "yes" if one.starts_on and other.starts_on else "not-stated",
        }
        for at, one in enumerate(found)
        for other in found[at + 1 :]
        if one.theme and one.theme == other.theme and _meet(one, other)
        for area in sorted(set(one.areas) & set(other.areas))
    ]
    frame = pd.DataFrame(rows, columns=list(INITIATIVE_OVERLAP.names))
    return canonical(INITIATIVE_OVERLAP, frame, INITIATIVE_OVERLAP.name)


def _meet(one: PlacedInitiative, other: PlacedInitiative) -> bool:
    """Whether both may run on one day; what is stated by year or month counts as all of it."""
    for first, second in ((one, other), (other, one)):
        known = min(len(first.ends_on), len(second.starts_on))
        if known and first.ends_on[:known] < second.starts_on[:known]:
            return False
    return True


def cells(
    found: Sequence[PlacedInitiative],
    areas: Sequence[str],
    themes: Sequence[str],
    needs: Mapping[tuple[str, str], tuple[int, int]],
    year: int,
) -> pd.DataFrame:
    """The table `initiative_cell`: every priority in every area of the study.

    `needs` has by priority and area how many indicators there are, and how many have the area among
    the worst quarter; where at least half of them do, there is a need. An initiative for the whole
    place is in no cell: it is not in one area more than in another.
    """
    every = sorted({*themes, *(one.theme for one in found if one.theme)})
    frame = pd.DataFrame(
        list(_cells(found, areas, every, needs, year)), columns=list(INITIATIVE_CELL.names)
    )
    return canonical(INITIATIVE_CELL, frame, INITIATIVE_CELL.name)


def _cells(
    found: Sequence[PlacedInitiative],
    areas: Sequence[str],
    themes: Sequence[str],
    needs: Mapping[tuple[str, str], tuple[int, int]],
    year: int,
) -> Iterator[dict[str, object]]:
    for theme in themes:
        mine = [one for one in found if one.theme == theme and one.where_basis != "office"]
        for area in areas:
            here = [one for one in mine if area in one.areas]
            running = [one for one in here if one.starts_on and one.runs_in(year, year)]
            count, worst = needs.get((theme, area), (0, 0))
            yield {
                "theme": theme,
                "area_code": area,
                "initiatives": len(here),
                "running": len(running),
                "indicators": count,
                "indicators_worst_quarter": worst if count else None,
                "need_without_initiative": not here and worst > 0 and 2 * worst >= count,
            }


def needs_of(
    values: pd.DataFrame | None, compared: pd.DataFrame | None, areas: Sequence[str]
) -> dict[tuple[str, str], tuple[int, int]]:
    """By priority and area, how many indicators there are and how many have it among the worst.

    `values` is the table `indicator_value`, and `compared` is `priority_comparison`, which says
    which way is better; an indicator that is neither, that is refused or lacks an area has no worst
    end. The worst quarter is a quarter of the areas, and those that are equal to its last.
    """
    found: dict[tuple[str, str], tuple[int, int]] = {}
    if values is None or compared is None:
        return found
    used = compared[(compared["reason"] == "") & compared["better"].isin(["lower", "higher"])]
    better = dict(zip(used["indicator"], used["better"], strict=True))
    for indicator, rows in values.groupby("indicator", sort=True):
        theme = str(rows["priority"].iloc[0])
        value = rows.set_index("area")["value"].reindex(list(areas)).to_numpy(dtype=float)
        if indicator not in better or np.isnan(value).any():
            continue
        badness = value if better[indicator] == "lower" else -value
        last = np.sort(badness)[::-1][max(1, int(len(areas) * WORST_SHARE)) - 1]
        for area, bad in zip(areas, (badness >= last).tolist(), strict=True):
            count, worst = found.get((theme, area), (0, 0))
            found[theme, area] = (count + 1, worst + int(bad))
    return found
