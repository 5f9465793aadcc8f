"""Areas of the place that the data hold and the study doesn't: whether a study is whole.

Coverage counts the study's own list of areas against itself. Here the data say which areas there
are: by lookups that lead to the place, by sources that ask for the place alone, and by the codes,
which are given out district by district.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from gapwatch.contracts import ONS_CODE
from gapwatch.errors import StudyError
from gapwatch.study import (
    FileSource,
    FingertipsBase,
    NomisBase,
    PortalSource,
    Source,
    Study,
    restricted_tables,
)

Frames = Mapping[str, pd.DataFrame]
OF_ALL_AREAS = ("slope", "extremes")
_KIND = 3  # characters of a code that say of which kind its area is
_NEAR = 10  # codes of one district's areas lie at most so far apart
_SHOWN = 5


@dataclass(frozen=True)
class Unlisted:
    """An area of the study's vintage and place, the tables that hold it, and why it is left out.

    `reason` is empty where the study gives none.
    """

    code: str
    name: str
    tables: tuple[str, ...]
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.code} ({self.name})" if self.name != self.code else self.code


def unlisted(study: Study, inputs: Frames) -> list[Unlisted]:
    """Areas of the place that some input holds beside those of the study, by code.

    Of a restricted table nothing is told: gapwatch.counting refuses what it holds beside.
    """
    reasons = {area.code: area.reason for area in study.geography.left_out}
    inside, outside = _by_lookups(study, inputs)
    names: dict[str, str] = {}
    held: dict[str, list[str]] = defaultdict(list)
    hidden = restricted_tables(study.sources)
    for table, frame in sorted(inputs.items()):
        if "geography" not in frame or "area_code" not in frame or table in hidden:
            continue
        mine = frame[frame["geography"] == study.geography.vintage]
        mine = mine.drop_duplicates("area_code", keep="last")
        told = dict(zip(mine["area_code"], mine["area_name"], strict=True))
        for code in _others(study, table, set(told), inside, outside):
            held[code].append(table)
            names[code] = told[code] if names.get(code, code) == code else names[code]
    return [
        Unlisted(code, names[code], tuple(held[code]), reasons.get(code, ""))
        for code in sorted(held)
    ]


def require_listed(study: Study, inputs: Frames) -> None:
    """Refuse measures over all areas while the study lacks some and doesn't say why. StudyError."""
    measures = [measure.id for measure in study.measures if measure.kind in OF_ALL_AREAS]
    silent = [area for area in unlisted(study, inputs) if not area.reason]
    if not measures or not silent:
        return
    told = ", ".join(f"{area} in {' and '.join(area.tables)}" for area in silent[:_SHOWN])
    more = f" and {len(silent) - _SHOWN} more" * (len(silent) > _SHOWN)
    raise StudyError(
        "the study, geography.areas",
        expected=f"every area of {study.geography.vintage} in {study.study.place} that the data "
        f"hold, since {' and '.join(measures)} compare all areas",
        found=f"without {told}{more}",
        remedy="add each to geography.areas; where one is left out on purpose, or isn't of the "
        f'place, say so: left_out = [{{ code = "{silent[0].code}", reason = "..." }}] in '
        "[geography]",
    )


def _others(
    study: Study, table: str, codes: set[str], inside: set[str], outside: set[str]
) -> set[str]:
    """Those codes of a table's areas that are the place's and not the study's."""
    ours = set(study.area_names)
    ons = all(re.fullmatch(ONS_CODE, code) for code in codes | ours)
    # Other codes than those of the Office for National Statistics tell no kind.
    kinds = {code[:_KIND] for code in (ours if ons else codes)}
    beside = {study.study.area_code, *study.geography.comparators}
    others = {code for code in codes - ours - beside if code[:_KIND] in kinds} - outside
    brought = [source for source in study.sources if source.table == table]
    if brought and all(_asks_for_place(study, source) for source in brought):
        return others
    known = others & inside
    between = {code for code in others - known if ons and _between(code, ours)}
    rest = others - known - between
    # A handful more than the study has: the table is of this place, not of the whole country.
    few = len(rest) <= max(2, len(ours & codes) // 4)
    return known | between | (rest if few and ours & codes else set())


def _asks_for_place(study: Study, source: Source) -> bool:
    """Whether a source holds nothing but the place's areas, as the study describes it."""
    place = study.study.area_code
    if isinstance(source, FingertipsBase | NomisBase):
        return source.parent_code == place
    if isinstance(source, PortalSource):
        return source.filter_values == (place,)
    if isinstance(source, FileSource):
        return any(tuple(words) == (place,) for words in source.keep.values())
    return False


def _between(code: str, ours: set[str]) -> bool:
    """Whether a code lies between two of the study's that were given out together."""
    kind, number = code[:_KIND], int(code[_KIND:])
    numbers = [int(one[_KIND:]) for one in ours if one.startswith(kind)]
    below = max((one for one in numbers if one < number), default=None)
    above = min((one for one in numbers if one > number), default=None)
    return below is not None and above is not None and above - below <= _NEAR


def _by_lookups(study: Study, inputs: Frames) -> tuple[set[str], set[str]]:
    """Areas of the vintage that lookups put inside the place, and those that they put elsewhere."""
    rows = inputs.get("lookup")
    vintage, place = study.geography.vintage, study.study.area_code
    if rows is None:
        return set(), set()
    upward = rows[(rows["from_geography"] == vintage) & (rows["weight"] > 0)]
    districts = upward[upward["to_code"].str[:_KIND] == place[:_KIND]]
    inside = set(districts.loc[districts["to_code"] == place, "from_code"])
    outside = set(districts["from_code"]) - inside
    asked = {source.id for source in study.sources if _asks_for_place(study, source)}
    mine = rows[rows["source"].isin(asked)]
    inside |= set(mine.loc[mine["to_geography"] == vintage, "to_code"])
    inside |= set(mine.loc[mine["from_geography"] == vintage, "from_code"])
    return inside, outside - inside
