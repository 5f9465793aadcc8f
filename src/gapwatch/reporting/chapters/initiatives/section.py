"""What is done about the gap, and whether it can be seen to work."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.chapters.initiatives import words
from gapwatch.reporting.chapters.initiatives.meeting import Pair, meetings
from gapwatch.reporting.chapters.initiatives.rows import (
    Bar,
    Cell,
    Effect,
    Register,
    Registered,
    register,
)
from gapwatch.reporting.document import (
    Block,
    Items,
    Paragraph,
    ReportFigure,
    ReportTable,
    Section,
    Subheading,
    TableColumn,
    annexed,
)
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import capital, count, date, listing, number, percent

CHART = "effects"
HEADING = "What is done, and whether it can be seen to work"
_MOST_AREAS = 6
FILES = ("data/effect.csv", "data/detectable.csv", "data/expectation.csv")


def section(case: Case, first_number: int) -> Section:
    """The section; empty where the study registers nothing."""
    held = register(case.tables)
    if not held.areas:
        return Section("initiatives", HEADING, ())
    blocks: list[Block] = [Paragraph(words.tally(held.effects)), Paragraph(words.RULE)]
    more: list[Block] = [_table(case, held)]
    if held.expected:
        more += _evaluated(case, held, first_number)
    more += _connected(case, held)
    return Section("initiatives", HEADING, (*blocks, *annexed(more)))


def bars(case: Case) -> list[Bar]:
    """What the chart shows: every expectation with an effect and its limits."""
    held = register(case.tables)
    found = []
    for effect in held.effects:
        told, could = held.version(effect), held.could(effect)
        low, high = effect.effect_lower95_percent, effect.effect_upper95_percent
        if effect.effect_percent is None or low is None or high is None or told is None:
            continue
        found.append(
            Bar(
                name=_title(held, effect.initiative),
                verdict=effect.verdict,
                value=effect.effect_percent,
                lower=low,
                upper=high,
                stated=-told.size_percent if told.direction == "lower" else told.size_percent,
                smallest=could.smallest_percent if could else None,
            )
        )
    return found


def _title(held: Register, initiative: str) -> str:
    return held.initiatives[initiative][0].title


def area_name(case: Case, code: str) -> str:
    """The name of an area of the study, or of the whole place; another one's code."""
    named = {case.study.study.area_code: case.study.study.place, **case.study.area_names}
    return named.get(code, code)


def theme_name(case: Case, theme: str) -> str:
    """A priority by its name; by its id where the study declares no priorities."""
    named = {one.id: one.name for one in case.study.priorities}
    return str(named.get(theme, theme.replace("-", " ")))


def indicator_name(case: Case, indicator: str) -> str:
    """An indicator by its title; by its id where the study declares none."""
    named = {one.id: one.title for one in case.study.indicators}
    if indicator == "deaths" and indicator not in named:
        return "deaths per resident (not age-standardised)"
    return str(named.get(indicator, indicator.replace("-", " ")))


def _where(case: Case, rows: Sequence[Registered]) -> str:
    names = [area_name(case, row.area_code) for row in rows if row.area_code]
    if not names:
        return words.WHERE["not-stated"]
    if len(names) > _MOST_AREAS:
        names = [*names[:_MOST_AREAS], f"{len(names) - _MOST_AREAS} more"]
    basis = words.WHERE[rows[0].where_basis]
    return listing(names) + (f" ({basis})" if basis else "")


def _table(case: Case, held: Register) -> ReportTable:
    rows = []
    for effect in held.effects:
        mine = held.initiatives[effect.initiative]
        one = mine[0]
        rows.append(
            (
                one.title,
                one.led_by or "not stated",
                capital(theme_name(case, one.theme)) if one.theme else "not stated",
                words.when(one.starts_on, one.ends_on),
                _where(case, mine),
                capital(words.said(effect)),
                str(effect.maryland_level),
            )
        )
    return ReportTable(
        id="table-initiatives",
        caption="Every registered initiative, and what can be said of it",
        columns=(
            TableColumn("Initiative"),
            TableColumn("Led by"),
            TableColumn("Priority"),
            TableColumn("When"),
            TableColumn("Where"),
            TableColumn("What can be said"),
            TableColumn("Level of evidence", numeric=True),
        ),
        rows=tuple(rows),
        shares=(1.7, 1.5, 1.7, 1.3, 1.5, 3.0, 1.0),
        note=f"{words.LEVELS} Data: data/initiative.csv and data/effect.csv.",
    )


def _evaluated(case: Case, held: Register, place: int) -> list[Block]:
    blocks: list[Block] = [Subheading("What was expected, and what was found")]
    blocks += [Paragraph(words.CHANCE), Paragraph(words.REGRESSION)]
    told = [_told(case, held, effect) for effect in held.effects if effect.expectation]
    blocks.append(Items(tuple(text for text in told if text)))
    shown = bars(case)
    if shown:
        blocks.append(_figure(case, held, shown, place))
    else:
        blocks.append(_figures_table(case, held))
    blocks += _any_areas(case, held)
    if held.proofs:
        blocks.append(Paragraph(words.proven(held.proofs)))
    return blocks


def _told(case: Case, held: Register, effect: Effect) -> str:
    told = held.version(effect)
    if told is None:
        return ""
    name = indicator_name(case, told.indicator)
    title = _title(held, effect.initiative)
    texts = words.found(title, effect, told, held.could(effect), name)
    bear = words.flags(effect.flags)
    if bear:
        texts.append(f"To bear in mind: {'; '.join(bear)}.")
    return " ".join(texts)


def _any_areas(case: Case, held: Register) -> list[Block]:
    """What any one area, or any four, would have to achieve: for whoever is about to expect."""
    groups: dict[tuple[str, str], dict[int, str]] = {}
    for row in held.seen:
        if not row.expectation:
            key = (indicator_name(case, row.indicator), words.windows(row))
            told = words.change(row.smallest_percent) or words.reason(row.reason)
            groups.setdefault(key, {})[row.areas] = told
    sizes = sorted({size for told in groups.values() for size in told})
    if not groups:
        return []
    table = ReportTable(
        id="table-detectable",
        caption="The smallest change that would be seen in 80% of cases, whichever areas have it",
        columns=(
            TableColumn("Indicator"),
            TableColumn("Years compared"),
            *(TableColumn(f"In {count(size, 'area')}", numeric=True) for size in sizes),
        ),
        rows=tuple(
            (capital(name), years, *(told.get(size, "–") for size in sizes))
            for (name, years), told in groups.items()
        ),
        shares=(3.0, 2.2, *(1.0 for _ in sizes)),
        note="Tried on every set of so many areas. Where the years after aren’t known yet, windows "
        "of the same lengths before them are tried. Data: data/detectable.csv.",
    )
    return [table]


def _figure(case: Case, held: Register, shown: Sequence[Bar], place: int) -> ReportFigure:
    signs = [bar for bar in shown if bar.verdict in (words.AS_EXPECTED, words.OPPOSITE)]
    title = (
        f"{count(len(signs), 'initiative').capitalize()} of {len(shown)} with figures "
        f"{'shows' if len(signs) == 1 else 'show'} a sign"
    )
    told = [
        f"{bar.name}: {number(bar.value, plus=True)}% ({number(bar.lower, plus=True)} to "
        f"{number(bar.upper, plus=True)}), stated {number(bar.stated, plus=True)}%"
        for bar in shown
    ]
    return ReportFigure(
        id=CHART,
        number=place,
        title=title,
        subtitle="Change of the rate in the areas with each initiative against the areas compared "
        f"with, with 95% intervals by placebo areas. As known at {date(case.facts.as_known_at)}.",
        alt="A row for each initiative with a dot and its interval, a diamond for the change that "
        f"was written down before, and a band of changes too small to be seen. {'; '.join(told)}.",
        notes=("Inside the grey band a change is seen in fewer than 80% of cases.",),
        files=FILES,
        tables=(_figures_table(case, held),),
    )


def _figures_table(case: Case, held: Register) -> ReportTable:
    rows = []
    for effect in held.effects:
        told, could = held.version(effect), held.could(effect)
        if told is None:
            continue
        stated = -told.size_percent if told.direction == "lower" else told.size_percent
        rows.append(
            (
                _title(held, effect.initiative),
                capital(indicator_name(case, told.indicator)),
                words.change(stated),
                words.change(could.smallest_percent if could else None) or "–",
                _chance(could.power_of_stated if could else None),
                _found(effect),
                _chance(effect.p_expected),
                words.change(effect.lead_percent) or "–",
                words.change(effect.regression_percent) or "–",
            )
        )
    return ReportTable(
        id="table-effects",
        caption="What was expected, what could have been seen, and what was found",
        columns=(
            TableColumn("Initiative"),
            TableColumn("Indicator"),
            TableColumn("Stated change", numeric=True),
            TableColumn("Smallest seen in 80% of cases", numeric=True),
            TableColumn("Power for the stated one", numeric=True),
            TableColumn("Found (95% interval)", numeric=True),
            TableColumn("Sets that moved as far", numeric=True),
            TableColumn("Before it started", numeric=True),
            TableColumn("By chance, if chosen for its figures", numeric=True),
        ),
        rows=tuple(rows),
        shares=(1.8, 2.4, 0.95, 1.1, 1.0, 1.9, 0.95, 0.95, 1.1),
        note="Changes are of the rate, relative, against the areas compared with. A dash: there is "
        "no figure, for the reason that is told with the verdict. Data: "
        f"{listing(list(FILES))}.",
    )


def _found(effect: Effect) -> str:
    limits = (effect.effect_lower95_percent, effect.effect_upper95_percent)
    told = " to ".join(words.change(limit) for limit in limits if limit is not None)
    value = words.change(effect.effect_percent)
    return f"{value} ({told})" if value and told else value or "–"


def _chance(value: float | None) -> str:
    return "–" if value is None else percent(value, 0.05)


def _connected(case: Case, held: Register) -> list[Block]:
    """Where initiatives meet, and where there is none."""
    blocks: list[Block] = []
    meeting = _meeting(case, held)
    if meeting:
        blocks += [
            Subheading("Who works on the same thing in the same area"),
            Items(tuple(meeting)),
        ]
    needs = [row for row in held.cells if row.need_without_initiative]
    if needs:
        blocks += [
            Subheading("Needs without an initiative"),
            Paragraph(
                "Areas that lie among the worst quarter by at least half of the indicators of a "
                "priority, and that no registered initiative for it names. An initiative that "
                "isn’t registered here may be at work."
            ),
            Items(tuple(_needing(case, theme, rows) for theme, rows in _by_theme(needs).items())),
        ]
    return blocks


def _meeting(case: Case, held: Register) -> list[str]:
    pairs = (
        Pair(row.initiative, row.other, row.theme, row.area_code, row.time_known == "yes")
        for row in held.overlaps
    )
    return [
        words.overlapping(
            [_title(held, one) for one in found.initiatives],
            theme_name(case, found.theme),
            [area_name(case, code) for code in found.areas],
            known=found.time_known,
        )
        for found in meetings(pairs)
    ]


def _by_theme(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for row in cells:
        found.setdefault(row.theme, []).append(row)
    return found


def _needing(case: Case, theme: str, rows: Sequence[Cell]) -> str:
    names = [
        f"{area_name(case, row.area_code)} ({row.indicators_worst_quarter} of {row.indicators})"
        for row in rows
    ]
    return words.needing(capital(theme_name(case, theme)), names)
