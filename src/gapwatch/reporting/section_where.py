"""Section 3: every area on a map and in a ranking, each with its interval."""

from __future__ import annotations

from itertools import pairwise

from gapwatch.reporting.case import Case
from gapwatch.reporting.numbers import (
    SPACE,
    count,
    date,
    estimate,
    listing,
    number,
    period,
    sentence,
    years,
)
from gapwatch.reporting.parts import Block, Column, Figure, Paragraph, Section, Table
from gapwatch.reporting.reading import area_name, comparator
from gapwatch.reporting.wards import (
    ABOVE,
    BELOW,
    NEAR,
    UNKNOWN,
    WardMap,
    differ,
    drawable,
    has_outlines,
    ward_map,
)

STANDING = {BELOW: "clearly below", NEAR: "not clear", ABOVE: "clearly above",
            UNKNOWN: "cannot be compared"}  # fmt: skip


def section(case: Case, first_number: int) -> Section:
    """The section; empty when nothing is published for the study's own areas."""
    maps = [m for sex in case.sexes if (m := ward_map(case.study, case.tables, sex))]
    if not maps:
        return Section("where", "Where", ())
    blocks: list[Block] = [Paragraph(text) for text in _opening(case, maps)]
    drawn = [found for found in maps if drawable(found, case.tables)]
    for place, found in enumerate(drawn):
        blocks.append(_tile_figure(case, found, first_number + place))
    blocks.append(_dots_figure(case, tuple(maps), first_number + len(drawn)))
    return Section("where", "Where in the borough" if _is_borough(case) else "Where",
                   tuple(blocks))  # fmt: skip


def _article(noun: str) -> str:
    """`An` before the name of the letter M, as in MSOA; else by the first letter."""
    spoken = "AEFHILMNORSX" if noun.isupper() else "aeiou"
    return "An" if noun[0] in spoken else "A"


def _is_borough(case: Case) -> bool:
    """London boroughs have codes that begin with E09."""
    return case.study.study.area_code.startswith("E09")


def _opening(case: Case, maps: list[WardMap]) -> list[str]:
    when = period(*maps[0].window)
    total, noun = len(maps[0].wards), maps[0].noun
    return [
        (
            f"These are the newest figures for {maps[0].areas}: deaths in {when}. "
            f"{_article(noun)} {noun} counts as below or above {case.study.study.place} only when "
            "its whole "
            "95% interval lies on that side."
        ),
        (
            f"Even if all {count(total, noun)} were alike, about {_by_chance(2 * total)} of "
            f"the {2 * total} comparisons would stand out by chance. Small differences "
            "in rank mean nothing."
        ),
        *compared(case, maps),
    ]


def compared(case: Case, maps: list[WardMap]) -> list[str]:
    """The study's larger areas in the same window, a sentence a sex; the missing are named."""
    codes = case.study.geography.comparators
    return [text for found in maps if (text := _compared(case, found, codes))]


def _compared(case: Case, found: WardMap, codes: tuple[str, ...]) -> str:
    told, missing = [], []
    for code in codes:
        value = comparator(case.tables, code, found.sex, found.window)
        name = area_name(case.tables, code)
        if value is None:
            missing.append(name)
        else:
            told.append(f"{estimate(value.value, value.lower, value.upper)} in {name}")
    when = period(*found.window)
    texts = []
    if told:
        texts.append(
            f"For {found.sex}s, life expectancy in years (with its 95% interval) was "
            f"{listing(told)} in {when}."
        )
    if missing:
        texts.append(f"For {found.sex}s there is no figure of {listing(missing)} for {when}.")
    return " ".join(texts)


def _by_chance(comparisons: int) -> str:
    """One interval in twenty misses by chance."""
    return number(comparisons * 0.05, 0 if comparisons >= 10 else 1)  # noqa: PLR2004


def standings(found: WardMap, noun: str) -> str:
    """`4 below and 5 above`, as a finding."""
    if found.place is None:
        return f"Life expectancy of {found.sex}s by {noun}"
    below, above = len(found.named(BELOW)), len(found.named(ABOVE))
    if not below and not above:
        return f"For {found.sex}s no {noun} stands out clearly from {found.place_name}"
    if not below or not above:
        side, held = ("above", above) if above else ("below", below)
        return (
            f"For {found.sex}s, {count(held, noun)} of {len(found.wards)} "
            f"{'is' if held == 1 else 'are'} clearly {side} {found.place_name}"
        )
    return (
        f"For {found.sex}s, {below} of {len(found.wards)} {noun}s "
        f"{'is' if below == 1 else 'are'} clearly below {found.place_name} and "
        f"{above} clearly above"
    )


def _tile_figure(case: Case, found: WardMap, place: int) -> Figure:
    real = has_outlines(found, case.tables)
    notes = [
        f"The numbers are places in the ranking; the list gives each {found.noun}'s name."
        if real
        else f"Not to scale: each {found.noun} is one tile of one size, placed roughly as on the "
        "map.",
        *(f"{zone.name}: {zone.definition}." for zone in case.study.zones.values()),
    ]
    return Figure(
        id=f"tiles-{found.sex}",
        number=place,
        title=standings(found, found.noun),
        subtitle=f"Life expectancy at birth, {found.sex}s, {found.areas}, "
        f"{period(*found.window)}, with 95% intervals. As known at "
        f"{date(case.facts.as_known_at)}.",
        alt=_tile_alt(case, found),
        notes=tuple(notes),
        files=("data/life_expectancy.csv",),
        tables=(),
    )


def _tile_alt(case: Case, found: WardMap) -> str:
    held = count(len(found.wards), found.noun)
    parts = [
        f"Map of {held} on their real outlines."
        if has_outlines(found, case.tables)
        else f"Tile map of {held}, one square each."
    ]
    if found.place is not None:
        parts.append(f"{found.place_name} as a whole has {years(found.place.value)}.")
        for standing in (BELOW, ABOVE):
            names = found.named(standing)
            if names:
                parts.append(sentence(f"{STANDING[standing]}: {listing(names)}"))
        if found.named(NEAR):
            parts.append("The others are not clearly different.")
    zones = [case.study.zones[zone].name for zone in case.study.zones]
    if zones:
        parts.append(f"Outlines mark {listing(zones)}.")
    return " ".join(parts)


def _dots_figure(case: Case, maps: tuple[WardMap, ...], place: int) -> Figure:
    first = maps[0]
    given = [w for w in first.ranked() if w.value]
    widest = max(
        (w.value.upper - w.value.lower for m in maps for w in m.wards
         if w.value and w.value.upper is not None and w.value.lower is not None),
        default=None,
    )  # fmt: skip
    spread = "" if widest is None else f"The widest interval spans {years(widest)}. "
    alt = f"Dot plot of every {maps[0].noun} with its 95% interval, one panel for each sex. "
    if given and given[0].value and given[-1].value:
        alt += (
            f"For {first.sex}s the dots run from {number(given[0].value.value)} years in "
            f"{given[0].name} to {number(given[-1].value.value)} in {given[-1].name}. "
        )
    return Figure(
        id="ranking",
        number=place,
        title=ranking(maps, maps[0].noun),
        subtitle=f"Life expectancy at birth by {maps[0].noun}, males and females, "
        f"{maps[0].areas}, {period(*first.window)}, with 95% intervals. "
        f"As known at {date(case.facts.as_known_at)}.",
        alt=f"{alt}{spread}{ranking(maps, maps[0].noun)}.",
        notes=(_order_note(maps),),
        files=("data/life_expectancy.csv",),
        tables=(_table(case, maps),),
    )  # fmt: skip


def _order_note(maps: tuple[WardMap, ...]) -> str:
    return (
        f"The {maps[0].noun}s stand in the order of the figures for {maps[0].sex}s. On phones each "
        "panel has its own order."
    )


def ranking(maps: tuple[WardMap, ...], noun: str) -> str:
    """Whether places in the ranking mean anything: neighbours that differ beyond their errors."""
    answers = [
        differ(higher, lower)
        for found in maps
        for higher, lower in pairwise([w.value for w in found.ranked() if w.value])
    ]
    known = [answer for answer in answers if answer is not None]
    if not known:
        return f"The {noun}s cannot be ranked"
    told = sum(known)
    beyond = "by more than sampling error alone would explain"
    if not told:
        return f"No {noun} differs from the next in the ranking {beyond}"
    few = "Only " if 2 * told < len(known) else ""
    return (
        f"{few}{told} of {count(len(known), 'pair')} of neighbours in the ranking "
        f"{'differs' if told == 1 else 'differ'} {beyond}"
    )


def _table(case: Case, maps: tuple[WardMap, ...]) -> Table:
    others = [{ward.code: ward for ward in found.wards} for found in maps]
    rows = []
    for ward in maps[0].ranked():
        zone = case.study.zones[ward.zone].name if ward.zone else "none"
        cells: list[str] = []
        for held in others:
            value = held[ward.code].value
            cells += [
                estimate(value.value, value.lower, value.upper) if value else "withheld",
                STANDING[held[ward.code].standing],
            ]
        rows.append((ward.name, zone, *cells))
    heads = [
        column
        for found in maps
        for column in (
            Column(f"{found.sex.capitalize()}s, years (95%{SPACE}interval)", numeric=True),
            Column(f"{found.sex.capitalize()}s, compared with {found.place_name}"),
        )
    ]
    return Table(
        id="table-areas",
        caption=f"Life expectancy at birth of every {maps[0].noun}, {period(*maps[0].window)}",
        columns=(Column(maps[0].noun.capitalize()), Column("Zone"), *heads),
        rows=tuple(rows),
        shares=(2.4, 1.8, 1.5, 1.25, 1.5, 1.25),
        folded=True,
    )
