"""What people said, beside what is measured."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gapwatch.reporting.chapters.listening import words
from gapwatch.reporting.chapters.listening.words import Quote, Share
from gapwatch.reporting.document import (
    Block,
    Items,
    Paragraph,
    ReportTable,
    Section,
    Subheading,
    TableColumn,
    annexed,
)
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import records
from gapwatch.reporting.language.numbers import capital

HEADING = "What people said"
Asked = tuple[str, str, str]


def section(case: Case) -> Section:
    """The section; empty where nobody was asked."""
    shares = records(Share, case.tables.get("voice_share", pd.DataFrame()))
    quotes = records(Quote, case.tables.get("quote", pd.DataFrame()))
    if not shares:
        return Section("voice", HEADING, ())
    blocks: list[Block] = [Paragraph(words.NOT_MERGED)]
    if any(row.reason for row in shares):
        blocks.append(Paragraph(words.WITHHELD))
    keys: list[Asked] = sorted({(row.programme, row.wave, row.question) for row in shares})
    for number, key in enumerate(keys, 1):
        mine = [row for row in shares if (row.programme, row.wave, row.question) == key]
        said = [row for row in quotes if (row.programme, row.wave, row.question) == key]
        blocks += annexed(_of_wave(case, number, key, mine, said))
    return Section("voice", HEADING, tuple(blocks))


def theme_name(case: Case, theme: str) -> str:
    """A priority by its name; by its id where the study declares no priorities."""
    named = {one.id: one.name for one in case.study.priorities}
    return capital(str(named.get(theme, theme.replace("-", " "))))


def _of_wave(
    case: Case, number: int, key: Asked, shares: Sequence[Share], quotes: Sequence[Quote]
) -> list[Block]:
    programme, wave, question = key
    title = f"{programme.replace('-', ' ')}, {wave.replace('-', ' ')}"
    whole = [row for row in shares if row.level == "place"]
    blocks: list[Block] = [Subheading(f"{capital(title)} ({question} question)")]
    if whole:
        blocks.append(Paragraph(words.asked(whole[0], case.study.study.place)))
    blocks.append(_table(case, number, capital(title), shares))
    told = [
        f"“{row.quote}” ({_zone(case, row.zone)}, {theme_name(case, row.theme)})" for row in quotes
    ]
    if told:
        blocks += [Paragraph("In their own words, with their consent:"), Items(tuple(told))]
    return blocks


def _zone(case: Case, zone: str) -> str:
    return case.study.zones[zone].name if zone in case.study.zones else case.study.study.place


def _table(case: Case, number: int, title: str, shares: Sequence[Share]) -> ReportTable:
    """The place and its zones, in the order of what the place named most; areas are in the data."""
    zones = [key for key in case.study.zones if any(row.place == key for row in shares)]
    by = {(row.theme, row.level, row.place): row for row in shares}
    whole = [row for row in shares if row.level == "place"]
    whole.sort(key=lambda row: (row.rank_by_mentions or 0, row.theme))
    rows = tuple(
        (
            theme_name(case, row.theme),
            "–" if row.rank_by_mentions is None else str(int(row.rank_by_mentions)),
            words.share(row),
            *(
                words.share(by[row.theme, "zone", zone])
                if (row.theme, "zone", zone) in by
                else "not asked"
                for zone in zones
            ),
            words.need(row),
        )
        for row in whole
    )
    return ReportTable(
        id=f"table-voice-{number}",
        caption=f"{title}: share of those who answered that named each priority",
        columns=(
            TableColumn("Priority"),
            TableColumn("Rank by mentions", numeric=True),
            TableColumn(case.study.study.place, numeric=True),
            *(TableColumn(case.study.zones[zone].name, numeric=True) for zone in zones),
            TableColumn("Indicators by which the worse-off side is worse", numeric=True),
        ),
        rows=rows,
        shares=(2.2, 0.9, 1.4, *(1.4 for _ in zones), 1.3),
        note="Rank and indicators are never put together. Data: data/voice_share.csv, with every "
        "area, and data/quote.csv.",
    )
