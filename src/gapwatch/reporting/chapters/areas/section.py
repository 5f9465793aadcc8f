"""Section 3: every area on a map and in a ranking, each with its interval."""

from __future__ import annotations

from gapwatch.reporting.document import Block, Paragraph, ReportFigure, Section, Subheading, annexed
from gapwatch.reporting.evidence.area_figures import (
    file_of,
    map_figure,
    opening,
    values_table,
    when,
)
from gapwatch.reporting.evidence.areas import (
    WardMap,
    drawable,
    level_id,
    level_maps,
    tiles_id,
    ward_map,
)
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import (
    SPACE,
    apart,
    capital,
    count,
    date,
    listing,
    number,
    years,
)
from gapwatch.reporting.language.sexes import people

NO_SIDES = (
    "No gap and no verdict in this report is made of these areas. They show where the same deaths "
    "lie on borders that are used today."
)


def section(case: Case, first_number: int) -> Section:
    """The section; empty when nothing is published for the study's own areas."""
    maps = tuple(m for sex in case.sexes if (m := ward_map(case.study, case.tables, sex)))
    if not maps:
        return Section("where", "Where", ())
    texts = opening(case, maps)
    blocks: list[Block] = [Paragraph(text) for text in texts]
    mapped = drawable(maps[0], case.tables)
    values_in = ("ranking", first_number + mapped)
    if mapped:
        blocks.append(map_figure(case, maps, tiles_id(maps[0]), first_number, values_in))
    ranked: list[Block] = [_dots_figure(case, maps, values_in[1])]
    blocks += annexed(ranked) if mapped else ranked
    for place, level in enumerate(level_maps(case.study, case.tables), values_in[1] + 1):
        blocks += annexed(_level(case, level, place))
    whole = case.whole
    return Section("where", f"Where in the {whole}" if whole else "Where", tuple(blocks))


def _level(case: Case, maps: tuple[WardMap, ...], place: int) -> list[Block]:
    """The same deaths and residents on other areas: a map of both sexes, and a table under it."""
    table = values_table(case, maps, f"table-level-{maps[0].geography}", "")
    return [
        Subheading(f"The same deaths and residents on {maps[0].areas}"),
        *(Paragraph(text) for text in opening(case, maps)[:2]),
        Paragraph(NO_SIDES),
        map_figure(case, maps, level_id(maps[0]), place, None, table),
    ]


def _dots_figure(case: Case, maps: tuple[WardMap, ...], place: int) -> ReportFigure:
    first = maps[0]
    widest = max(
        (
            w.value.upper - w.value.lower
            for m in maps
            for w in m.wards
            if w.value and w.value.upper is not None and w.value.lower is not None
        ),
        default=None,
    )
    spread = "" if widest is None else f"The widest interval spans {years(widest)}. "
    panels = ", one panel for each sex" if len(maps) > 1 else ""
    alt = f"Dot plot of every {maps[0].noun} with its 95% interval{panels}. "
    for found in maps:
        given = [(ward.name, ward.value) for ward in found.ranked() if ward.value]
        if given:
            (top, most), (bottom, least) = given[0], given[-1]
            alt += (
                f"For {people(found.sex)} the dots run from {number(most.value)} years in {top} to "
                f"{number(least.value)} in {bottom}. "
            )
    return ReportFigure(
        id="ranking",
        number=place,
        title=extent(maps) or ranking(maps),
        subtitle=f"Life expectancy at birth by {maps[0].noun}, "
        f"{listing([people(found.sex) for found in maps])}, "
        f"{maps[0].areas}, {when(case, first)}, with 95% intervals. "
        f"As known at {date(case.facts.as_known_at)}.",
        alt=f"{alt}{spread}{ranking(maps)}.",
        notes=(_order_note(maps), f"{ranking(maps)}."),
        phone_note="Each panel has its own order.",
        files=(file_of(first),),
        tables=(values_table(case, maps, "table-areas", "Zone"),),
    )


def _order_note(maps: tuple[WardMap, ...]) -> str:
    return f"The {maps[0].nouns} stand in the order of the figures for {people(maps[0].sex)}."


def extent(maps: tuple[WardMap, ...]) -> str:
    """The lowest and the highest figure of each sex, with their areas; "" without two."""
    told = []
    for found in maps:
        given = [(ward.name, ward.value.value) for ward in found.ranked() if ward.value]
        if len(given) > 1:
            (top, most), (bottom, least) = given[0], given[-1]
            low, high = apart(least, most)
            told.append(
                f"from {low}{SPACE}years in {bottom} to {high} in {top} for {people(found.sex)}"
            )
    return capital(", and ".join(told))


def ranking(maps: tuple[WardMap, ...]) -> str:
    """Whether places in the ranking mean anything: neighbours that differ beyond their errors."""
    known = [
        ward.differs_from_next
        for found in maps
        for ward in found.ranked()
        if ward.differs_from_next is not None
    ]
    if not known:
        return f"The {maps[0].nouns} cannot be ranked"
    told = sum(known)
    beyond = "by more than sampling error alone would explain"
    if not told:
        return f"No {maps[0].noun} differs from the next in the ranking {beyond}"
    few = "Only " if 2 * told < len(known) else ""
    return (
        f"{few}{told} of {count(len(known), 'pair')} of neighbours in the ranking "
        f"{'differs' if told == 1 else 'differ'} {beyond}"
    )
