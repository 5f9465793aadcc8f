"""Every area of the study in the newest window, set against the whole place.

What is below or above, in which order, and what differs from the next is in `area_standing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from gapwatch.codes import COMPUTED, PUBLISHED
from gapwatch.contracts.findings import AreaStanding
from gapwatch.contracts.row_class import read_rows
from gapwatch.contracts.schema import TOGETHER
from gapwatch.reporting.evidence.rows import (
    LimitedValue,
    Tables,
    area_name,
    area_values,
    comparator,
    estimate_of,
    newest_period,
)
from gapwatch.reporting.language.numbers import noun_of, nouns_of, vintage
from gapwatch.study import Study

_NUMBER = re.compile(r"\d+$")


@dataclass(frozen=True)
class RankedArea:
    """One area: its value, and which side of the place's figure it is.

    `row` and `column` are its tile's; None for areas that only a real map can show.
    """

    code: str
    name: str
    zone: str
    row: int | None
    column: int | None
    value: LimitedValue | None
    standing: str
    rank: int | None = None
    differs_from_next: bool | None = None


@dataclass(frozen=True)
class WardMap:
    """All areas of one geography for one sex and window; `place` is the figure of the whole place.

    `outlined` are the sides whose areas a line is drawn around, the bold one first: an area's
    `zone` is one of them, or "". `computed` says whether the figures are our own life tables'.
    """

    sex: str
    window: tuple[int, int]
    place_name: str
    place: LimitedValue | None
    wards: tuple[RankedArea, ...]
    geography: str = "ward2011"
    outlined: tuple[str, ...] = ()
    computed: bool = False

    @property
    def areas(self) -> str:
        """What the areas are called, such as `2011 wards`."""
        return vintage(self.geography)

    @property
    def noun(self) -> str:
        """One of them, such as `ward` or `MSOA`; `area` where some are told together."""
        return "area" if self.together else noun_of(self.geography)

    @property
    def nouns(self) -> str:
        """Several of them."""
        return "areas" if self.together else nouns_of(self.geography)

    @property
    def together(self) -> bool:
        """Whether areas of the kind are told together anywhere: then not all are one of it."""
        return any(TOGETHER in ward.code for ward in self.wards)

    def named(self, standing: str) -> tuple[str, ...]:
        """Names of the areas with one standing."""
        return tuple(ward.name for ward in self.wards if ward.standing == standing)

    def within(self, side: str) -> tuple[str, ...]:
        """Names of the areas inside one outline."""
        return tuple(ward.name for ward in self.wards if ward.zone == side)

    def ranked(self) -> tuple[RankedArea, ...]:
        """Highest first; areas without a value last, by name."""
        return tuple(
            sorted(
                self.wards,
                key=lambda w: (w.rank is None, w.rank or 0, w.name),
            )
        )

    @property
    def numbered(self) -> bool:
        """Whether every name ends in a number of its own, such as `Riverton 008`.

        Areas that are told together have several.
        """
        if self.together:
            return False
        found = {_NUMBER.search(ward.name) for ward in self.wards}
        return None not in found and len({n[0] for n in found if n}) == len(self.wards)

    def labels(self) -> dict[str, str]:
        """A short sign of each area by code, in the order of a list: its own number, or its rank.

        A number of its own is the same on every map; a rank is that of this map alone.
        """
        if self.numbered:
            by_name = sorted(self.wards, key=lambda ward: ward.name)
            return {ward.code: _NUMBER.findall(ward.name)[0] for ward in by_name}
        return {ward.code: str(rank) for rank, ward in enumerate(self.ranked(), 1)}


def sexes(study: Study) -> tuple[str, ...]:
    """The promise's own sex first, then the study's others."""
    own = study.promise.sex
    return (own, *(sex for sex in study.sexes if sex != own))


def ward_map(study: Study, tables: Tables, sex: str, geography: str = "") -> WardMap | None:
    """The newest window that is published for the study's own areas, or those of a bridge.

    None when there is none.
    """
    own = study.geography.vintage
    geography = geography or own
    window = newest_period(tables, geography)
    if window is None:
        return None
    values = area_values(tables, geography, sex, window)
    place = comparator(tables, study.study.area_code, sex, window)
    found = _own(study) if geography == own else _carried(study, tables, geography)
    computed = geography == own and study.computed is not None and study.computed.decides
    standings = _standings(tables, geography, sex, computed=computed)
    wards = tuple(
        RankedArea(
            code,
            name,
            zone,
            row,
            column,
            values.get(code),
            standings[code].standing,
            standings[code].rank,
            standings[code].differs_from_next,
        )
        for code, name, zone, row, column in found
    )
    outlined = tuple(study.zones) if geography == own else _sides(study)
    return WardMap(sex, window, study.study.place, place, wards, geography, outlined, computed)


def _standings(
    tables: Tables, geography: str, sex: str, *, computed: bool
) -> dict[str, AreaStanding]:
    frame = tables["area_standing"]
    mine = frame[
        (frame["geography"] == geography)
        & (frame["sex"] == sex)
        & (frame["figures"] == (COMPUTED if computed else PUBLISHED))
    ]
    rows = read_rows(AreaStanding, mine.to_dict("records"))
    return {row.area_code: row for row in rows}


def later_maps(study: Study, tables: Tables, geography: str) -> tuple[WardMap, ...]:
    """A map a sex of the areas of a bridge, the promise's own sex first; none without figures."""
    carried = tables.get("bridge")
    if carried is None or not (carried["geography"] == geography).any():
        return ()
    found = (ward_map(study, tables, sex, geography) for sex in sexes(study))
    return tuple(shown for shown in found if shown)


def level_maps(study: Study, tables: Tables) -> tuple[tuple[WardMap, ...], ...]:
    """Maps of the other areas that our own life tables are made for, level by level, a map a sex.

    Of the newest window that the study's own areas are shown in. A level is left out where the own
    life tables don't decide, where it has no figure, and where outlines of its areas aren't pinned.
    """
    own, table = study.geography.vintage, tables.get("computed_life_expectancy")
    window = newest_period(tables, own)
    if study.computed is None or not study.computed.decides or table is None or window is None:
        return ()
    then = table[(table["period_start"] == window[0]) & (table["period_end"] == window[1])]
    found = []
    for level in study.computed.levels:
        mine = then[then["geography"] == level.geography]
        if level.geography in (own, "borough") or mine["life_expectancy_years"].isna().all():
            continue
        maps = tuple(_level_map(study, tables, mine, sex, window) for sex in sexes(study))
        if has_outlines(maps[0], tables):
            found.append(maps)
    return tuple(found)


def _level_map(
    study: Study, tables: Tables, rows: pd.DataFrame, sex: str, window: tuple[int, int]
) -> WardMap:
    """A map of one level's areas, which are on neither side of any measure."""
    place = comparator(tables, study.study.area_code, sex, window)
    geography = str(rows["geography"].iloc[0])
    standings = _standings(tables, geography, sex, computed=True)
    wards = []
    for row in rows[rows["sex"] == sex].to_dict("records"):
        value = estimate_of(row, "life_expectancy_years", "lower95_years", "upper95_years")
        code = str(row["area"])
        name = area_name(tables, code) if row["area_name"] == code else str(row["area_name"])
        stands = standings[code]
        wards.append(
            RankedArea(
                code,
                name,
                "",
                None,
                None,
                value,
                stands.standing,
                stands.rank,
                stands.differs_from_next,
            )
        )
    return WardMap(sex, window, study.study.place, place, tuple(wards), geography, computed=True)


Place = tuple[str, str, str, int | None, int | None]


def _own(study: Study) -> list[Place]:
    """Code, name, zone and tile of the study's own areas."""
    return [
        (area.code, area.name, study.zone_of(area.code), area.row, area.column)
        for area in study.geography.areas
    ]


def _sides(study: Study) -> tuple[str, ...]:
    """The headline's two sides, when it has them."""
    measure = study.primary
    return tuple(side for side in (measure.worse, measure.better) if side)


def _carried(study: Study, tables: Tables, geography: str) -> list[Place]:
    """Code, name and side of the headline of the areas of a bridge; they have no tiles."""
    areas, sides = (tables[name] for name in ("bridge", "bridge_side"))
    mine = sides[
        (sides["geography"] == geography)
        & sides["counts"].astype(bool)
        & sides["side"].isin(_sides(study))
    ]
    counted = dict(zip(mine["area_code"], mine["side"], strict=True))
    codes = areas.loc[areas["geography"] == geography, "area_code"]
    return [(code, area_name(tables, code), counted.get(code, ""), None, None) for code in codes]


def has_outlines(found: WardMap, tables: Tables) -> bool:
    """Whether an outline of every area of the map is pinned, of its own vintage."""
    boundary = tables.get("boundary")
    if boundary is None:
        return False
    held = set(boundary.loc[boundary["geography"] == found.geography, "area_code"])
    return {code for ward in found.wards for code in ward.code.split(TOGETHER)} <= held


def drawable(found: WardMap, tables: Tables) -> bool:
    """Whether the areas can be put on a map: real outlines, or a tile for each."""
    return has_outlines(found, tables) or all(ward.row is not None for ward in found.wards)


def tiles_id(found: WardMap) -> str:
    """Name of the chart of the study's own areas."""
    return f"tiles-{found.geography}"


def map_id(found: WardMap) -> str:
    """Name of the chart of a bridge's areas."""
    return f"map-{found.geography}"


def level_id(found: WardMap) -> str:
    """Name of the chart of a map of our own figures for other areas than the study's."""
    return f"level-{found.geography}"
