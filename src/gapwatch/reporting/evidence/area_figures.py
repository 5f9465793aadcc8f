"""Areas of one geography: what is said of their newest figures, their map, and their table."""

from __future__ import annotations

from gapwatch.codes import ABOVE, BELOW, NEAR, UNKNOWN
from gapwatch.reporting.document import ReportFigure, ReportTable, TableColumn
from gapwatch.reporting.evidence.areas import WardMap, has_outlines
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import area_name, comparator
from gapwatch.reporting.language.country import larger
from gapwatch.reporting.language.numbers import (
    SPACE,
    capital,
    count,
    date,
    estimate,
    listing,
    names_in_short,
    number,
    period,
    sentence,
    years,
)
from gapwatch.reporting.language.sexes import people

STANDING = {
    BELOW: "clearly below",
    NEAR: "not clear",
    ABOVE: "clearly above",
    UNKNOWN: "cannot be compared",
}
LINES = ("bold", "dashed")
_AS_A, _AS_AN = ("uni", "use", "eu", "one", "ut"), ("hour", "hon", "heir")


def opening(case: Case, maps: tuple[WardMap, ...]) -> list[str]:
    """What the figures are, and what chance alone would do to them."""
    total, noun, nouns = len(maps[0].wards), maps[0].noun, maps[0].nouns
    several = total * len(case.sexes)
    of_deaths = f"deaths in {when(case, maps[0])}"
    made = ", computed here from deaths and residents" if maps[0].computed else ""
    return [
        (
            f"These are the newest figures for {maps[0].areas}{made}: {of_deaths}. "
            f"{a(noun)} counts as below or above {case.study.study.place} only when its whole "
            "95% interval lies on that side."
        ),
        (
            f"Even if all {count(total, noun, nouns)} were alike, about {_by_chance(several)} of "
            f"the {several} comparisons would stand out by chance. Small differences "
            "in rank mean nothing."
        ),
        *compared(case, maps),
    ]


def when(case: Case, found: WardMap) -> str:
    """The window of a map: our own figures are of the study's years, published ones calendar."""
    return case.period(*found.window) if found.computed else period(*found.window)


def file_of(found: WardMap) -> str:
    """Where the values of a map stand."""
    return f"data/{'computed_' if found.computed else ''}life_expectancy.csv"


def a(noun: str) -> str:
    """`An MSOA`, by the name of the letter M; `A ward`."""
    vowels = "AEFHILMNORSX" if noun.isupper() else "aeiouAEIOU"
    begins = noun[0] in vowels
    if not noun.isupper():
        # By the sound, not the letter: a unit, an hour.
        lower = noun.lower()
        begins = (begins and not lower.startswith(_AS_A)) or lower.startswith(_AS_AN)
    return f"{'An' if begins else 'A'} {noun}"


def _by_chance(comparisons: int) -> str:
    """One interval in twenty misses by chance."""
    return number(comparisons * 0.05, 0 if comparisons >= 10 else 1)  # noqa: PLR2004


def compared(case: Case, maps: tuple[WardMap, ...]) -> list[str]:
    """The study's larger areas in the same window, a sentence a sex; the missing are named."""
    texts, lacking = [], {}
    for found in maps:
        told, lacking[found.sex] = _compared(case, found)
        if told:
            texts.append(
                f"For {people(found.sex)}, life expectancy in years (with its 95% interval) was "
                f"{listing(told)} in {when(case, found)}."
            )
    everywhere = len({tuple(names) for names in lacking.values()}) == 1
    for found in maps[:1] if everywhere else maps:
        if lacking[found.sex]:
            start = (
                "There is no figure"
                if everywhere
                else f"For {people(found.sex)} there is no figure"
            )
            texts.append(f"{start} for {listing(lacking[found.sex])} in {when(case, found)}.")
    return texts


def _compared(case: Case, found: WardMap) -> tuple[list[str], list[str]]:
    """What is known of each larger area, and the names of those without a figure."""
    told, missing = [], []
    for code in case.study.geography.comparators:
        value = comparator(case.tables, code, found.sex, found.window)
        name = area_name(case.tables, code)
        if value is None:
            # Nobody knows an invented region or country by its name.
            kind = larger(case.study, code) if case.facts.demonstration else ""
            missing.append(kind or name)
        else:
            told.append(f"{estimate(value.value, value.lower, value.upper)} in {name}")
    return told, missing


def standings(found: WardMap) -> str:
    """`4 below and 5 above`, as a finding."""
    noun, nouns = found.noun, found.nouns
    if found.place is None:
        return f"Life expectancy of {people(found.sex)} by {noun}"
    below, above = len(found.named(BELOW)), len(found.named(ABOVE))
    if not below and not above:
        return f"For {people(found.sex)} no {noun} stands out clearly from {found.place_name}"
    if not below or not above:
        side, held = ("above", above) if above else ("below", below)
        return (
            f"For {people(found.sex)}, {count(held, noun, nouns)} of {len(found.wards)} "
            f"{'is' if held == 1 else 'are'} clearly {side} {found.place_name}"
        )
    return (
        f"For {people(found.sex)}, {below} of {len(found.wards)} {nouns} "
        f"{'is' if below == 1 else 'are'} clearly below {found.place_name} and "
        f"{above} clearly above"
    )


def finding(maps: tuple[WardMap, ...]) -> str:
    """What a map of every sex shows, as its title."""
    first, *others = maps
    if first.place is None:
        return (
            f"Life expectancy of {listing([people(found.sex) for found in maps])} by {first.noun}"
        )
    return "; ".join([standings(first), *(_standings_of(found) for found in others)])


def _standings_of(found: WardMap) -> str:
    """`for females, 5 below and 2 above`."""
    held = [
        (len(found.named(standing)), word)
        for standing, word in ((BELOW, "below"), (ABOVE, "above"))
    ]
    told = [f"{many} {word}" for many, word in held if many]
    return f"for {people(found.sex)}, {listing(told) if told else 'none clearly does'}"


def map_figure(
    case: Case,
    maps: tuple[WardMap, ...],
    name: str,
    place: int,
    values_in: tuple[str, int] | None,
    table: ReportTable | None = None,
) -> ReportFigure:
    """A map of both sexes on real outlines, or as tiles; its values are in a table or elsewhere."""
    found = maps[0]
    return ReportFigure(
        id=name,
        number=place,
        title=finding(maps),
        subtitle=f"Life expectancy at birth, {listing([people(m.sex) for m in maps])}, "
        f"{found.areas}, {when(case, found)}, compared by 95% intervals. As known at "
        f"{date(case.facts.as_known_at)}.",
        alt=_alt(case, maps),
        notes=tuple(_notes(case, found)),
        phone_note=(
            f"On a phone no map is labelled: every {found.noun} stands below with its name."
            if has_outlines(found, case.tables)
            else "On a phone the tiles stand in two columns, each zone from north to south."
        ),
        files=(file_of(found),),
        tables=(table,) if table else (),
        values_in=None if table else values_in,
    )


def _notes(case: Case, found: WardMap) -> list[str]:
    zones = case.study.zones
    own = found.geography == case.study.geography.vintage
    if not has_outlines(found, case.tables):
        return [
            (
                f"Not to scale: each {found.noun} is one tile of one size, placed roughly as on "
                "the map."
            ),
            *(f"{zone.name}: {zone.definition}." for zone in zones.values()),
        ]
    numbers = (
        f"The numbers are those in the names of the {found.nouns}."
        if found.numbered
        else f"Each {found.noun} carries its name or, where names do not fit, a number that the "
        "list explains."
    )
    if found.computed and not own:
        lines = []
    elif own:
        lines = [f"{zones[zone].name}. {zones[zone].definition}" for zone in found.outlined]
    else:
        lines = [_counting(case, found, side) for side in found.outlined]
    told = [f"{capital(line)} line: {text}." for line, text in zip(LINES, lines, strict=False)]
    return [numbers, *([" ".join(told)] if told else [])]


def _counting(case: Case, found: WardMap, side: str) -> str:
    held = len(found.within(side))
    return (
        f"the {count(held, found.noun, found.nouns)} that {'counts' if held == 1 else 'count'} for "
        f"{case.named(side)}"
        if held
        else f"none, as no {found.noun} counts for {case.named(side)}"
    )


def _alt(case: Case, maps: tuple[WardMap, ...]) -> str:
    found = maps[0]
    held = count(len(found.wards), found.noun, found.nouns)
    real = has_outlines(found, case.tables)
    several = len(maps) > 1
    each = ", one for each sex" if several else ""
    parts = [
        f"Map of {held}{each}."
        if real and case.facts.demonstration
        else f"Map of {held} on their real outlines{each}."
        if real
        else f"Tile map of {held}, one square each{', with both sexes in it' if several else ''}."
    ]
    parts += [text for one in maps for text in _alt_of(one)]
    sides = [case.study.side_name(side) for side in found.outlined]
    if not real and sides:
        parts.append(f"Outlines mark {listing(sides)}.")
    for line, side in zip(LINES, found.outlined if real else (), strict=False):
        inside = found.within(side)
        if inside:
            name = case.study.side_name(side)
            parts.append(f"A {line} line for {name} holds {names_in_short(inside)}.")
    if real:
        parts.append(f"Every {found.noun} stands below with its name and its values.")
    return " ".join(parts)


def _alt_of(found: WardMap) -> list[str]:
    """What the map shows of one sex."""
    if found.place is None:
        return []
    whom, whole = people(found.sex).capitalize(), years(found.place.value)
    parts = [f"{whom}: {found.place_name} as a whole has {whole}."]
    for standing in (BELOW, ABOVE):
        names = found.named(standing)
        if names:
            parts.append(sentence(f"{STANDING[standing]}: {names_in_short(names)}"))
    if found.named(NEAR):
        parts.append("The others are not clearly different.")
    return parts


def values_table(case: Case, maps: tuple[WardMap, ...], name: str, side: str) -> ReportTable:
    """Every area with its value for each sex; `side` heads the column of sides, if there is one."""
    others = [{ward.code: ward for ward in found.wards} for found in maps]
    rows = []
    for ward in maps[0].ranked():
        zone = case.study.side_name(ward.zone) if ward.zone else "none"
        cells: list[str] = []
        for held in others:
            value = held[ward.code].value
            cells += [
                estimate(value.value, value.lower, value.upper) if value else "withheld",
                STANDING[held[ward.code].standing],
            ]
        rows.append((ward.name, *([zone] if side else []), *cells))
    # The same areas can stand in the report twice: as published, and computed.
    own = maps[0].geography == case.study.geography.vintage
    made = "" if own else ", computed here" if maps[0].computed else ", as published"
    heads = [
        column
        for found in maps
        for column in (
            TableColumn(
                f"{people(found.sex).capitalize()}, years (95%{SPACE}interval)", numeric=True
            ),
            TableColumn(f"{people(found.sex).capitalize()}, compared with {found.place_name}"),
        )
    ]
    return ReportTable(
        id=name,
        caption=f"Life expectancy at birth of every {maps[0].noun}, {when(case, maps[0])}{made}",
        columns=(
            TableColumn(capital(maps[0].noun)),
            *([TableColumn(side)] if side else []),
            *heads,
        ),
        rows=tuple(rows),
        shares=(2.4, *([1.8] if side else []), *((1.5, 1.25) * len(maps))),
        folded=True,
    )
