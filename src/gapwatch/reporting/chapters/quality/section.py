"""Section 7: where the data come from, what was checked, what is missing or uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gapwatch.reporting.chapters.quality import blind_spots, not_renewed
from gapwatch.reporting.chapters.quality import computed as quality_own
from gapwatch.reporting.chapters.quality.sources import compact
from gapwatch.reporting.document import (
    Block,
    Entries,
    Items,
    Paragraph,
    PinFacts,
    ReportTable,
    Section,
    Subheading,
    TableColumn,
    TermEntry,
    annexed,
)
from gapwatch.reporting.evidence.bridged import in_short
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import area_label
from gapwatch.reporting.language.numbers import (
    capital,
    count,
    date,
    explained,
    listing,
    period,
    sentence,
    vintage,
    whole,
)
from gapwatch.reporting.language.reasons import MEANINGS
from gapwatch.reporting.language.sexes import people
from gapwatch.study import PinnedSource

ORDER = (
    "life_expectancy",
    "population",
    "population_deaths",
    "deaths",
    "area_reference",
    "area_figure",
    "initiative",
    "voice",
    "lookup",
    "boundary",
)
OF_COUNTS = (
    "computed_life_expectancy",
    "age_contribution",
    "gap_change",
    "cut",
    "reproduction",
    "series_comparison",
)
LONGEST_ADDRESS = 200
MOST_IN_FULL = 8


def section(case: Case) -> Section:
    """Sources, what is not held, figures that are not used, checks, withheld and flagged values."""
    blocks: list[Block] = [Subheading("Sources")]
    pins = in_order(case)
    told = compact(case, pins) if len(pins) > MOST_IN_FULL else [_source(case, p) for p in pins]
    blocks += annexed(told)
    blocks += not_renewed.blocks(case.facts.missed)
    blocks += _absent(case)
    unused = _other_geographies(case)
    if unused:
        blocks += [Subheading("Figures that are not part of the trend"), *map(Paragraph, unused)]
    blocks.append(Subheading("Checks"))
    blocks += [Paragraph(text) for text in _checks(case)]
    blocks.append(_check_table(case))
    blocks += blind_spots.blocks(case)
    blocks.append(Subheading("Withheld and flagged figures"))
    blocks += [Paragraph(text) for text in _withheld(case)]
    blocks += quality_own.blocks(case)
    blocks.append(Items(_codes(case)))
    return Section("quality", "Data and quality", tuple(blocks))


def in_order(case: Case) -> list[PinFacts]:
    """Pins by what they are used for, then as the study names them."""
    place = {
        source.id: (ORDER.index(source.table), number)
        for number, source in enumerate(case.study.sources)
    }
    last = (len(ORDER), 0)
    return sorted(case.facts.pins, key=lambda pin: place.get(pin.id, last))


def _source(case: Case, pin: PinFacts) -> Entries:
    expected = next((s.next_expected for s in case.study.sources if s.id == pin.id), "")
    # Only web addresses become links.
    link = pin.url if pin.url.startswith(("https://", "http://")) else ""
    entries = [
        TermEntry("Publisher", pin.publisher),
        TermEntry("Period", pin.period),
        TermEntry("Licence", pin.licence),
        TermEntry("Attribution", pin.attribution),
        TermEntry("Taken", date(pin.transcribed_or_retrieved)),
        TermEntry("Next expected", expected),
        TermEntry("Note", pin.note),
        TermEntry("Request", cut(link), link=link),
    ]
    return Entries(pin.title, tuple(entry for entry in entries if entry.text))


def cut(address: str, longest: int = LONGEST_ADDRESS) -> str:
    """An address as it is printed: a long one is cut, and says where the rest is."""
    if len(address) <= longest:
        return address
    return f"{address[:longest]}… (the whole request is in the snapshot's pin)"


def _absent(case: Case) -> list[Block]:
    """Sources of the study that this snapshot doesn't hold, and what the report lacks so."""
    held = {pin.id for pin in case.facts.pins}
    absent = [
        source
        for source in case.study.sources
        if not isinstance(source, PinnedSource) and source.id not in held
    ]
    if not absent:
        return []
    other = count(len(absent), "other source")
    were = "was" if len(absent) == 1 else "were"
    text = f"{capital(other)} of the study {were} not fetched"
    lacks = []
    if case.study.geography.bridges and "bridged_gap" not in case.tables:
        lacks.append("no later figures carried to the two sides from other areas")
    if any(source.table == "boundary" for source in absent):
        lacks.append("no map on real boundaries")
    text += f", so this report holds {listing(lacks)}." if lacks else "."
    pulled = any(
        source.id in held and not isinstance(source, PinnedSource) for source in case.study.sources
    )
    if case.study.computed is None and any(source.table == "deaths" for source in absent):
        text += (
            " Deaths are among them. Once they have been fetched, our own life tables decide; "
            "until then the published figures do."
        )
    by_hand = "" if pulled else "This report rests on figures that were pinned by hand. "
    return [
        Subheading("What this report doesn't hold"),
        Paragraph(by_hand + text),
        *annexed([Items(tuple(source.title for source in absent))]),
    ]


def _other_geographies(case: Case) -> list[str]:
    """Published figures for other areas: shown here, never joined to the trend."""
    table = case.tables["life_expectancy"]
    whole = {case.study.study.area_code, *case.study.geography.comparators}
    others = table[
        (table["geography"] != case.study.geography.vintage) & ~table["area_code"].isin(whole)
    ]
    texts: list[str] = []
    for geography, held in others.groupby("geography", sort=True):
        found = sorted(
            {
                (int(s), int(e))
                for s, e in zip(held["period_start"], held["period_end"], strict=True)
            }
        )
        spans = listing([period(*span) for span in found])
        # What the letters mean is said beside the answer already when later figures are told there.
        areas = vintage(str(geography)) if texts or in_short(case) else explained(str(geography))
        texts.append(
            f"Figures for other areas, {areas}, exist for {spans}. They are never joined to the "
            "trend: the areas differ, and so may the population base."
        )
    return texts


def _checks(case: Case) -> list[str]:
    found = case.tables["validation"]
    # A blank number: rows of a restricted table fail, and how many isn't told.
    failed = found[found["rows_unexpected"].fillna(1) > 0]
    if found.empty:
        return ["No check was recorded."]
    idle = found[found["outcome"] == "not checked"]
    texts = [f"{count(len(found) - len(idle), 'check')} ran before anything was published."]
    if failed.empty:
        texts.append("Every one of them held.")
    if not idle.empty:
        others = count(len(idle), "other check")
        texts.append(
            f"{capital(others)} had nothing to compare and "
            f"{'was' if len(idle) == 1 else 'were'} not made:"
        )
        texts += [f"Not checked: {row['expectation']}." for row in idle.to_dict("records")]
    texts.append("Each check, with how many rows failed it, is in data/validation.csv.")
    return [*texts, *(_failure(case, row) for row in failed.to_dict("records"))]


def _failure(case: Case, row: Mapping[Any, Any]) -> str:
    examples = [readable(case, text) for text in str(row["examples"]).split(" | ") if text]
    told = f": {'; '.join(examples)}" if examples else ""
    if pd.isna(row["rows_unexpected"]):
        return (
            f"{capital(str(row['severity']))}. Expected: {row['expectation']}. Found: some rows "
            f"are not so{told}. How many isn't told, as the table is restricted."
        )
    wrong, checked = int(row["rows_unexpected"]), int(row["rows_checked"])
    return (
        f"{capital(str(row['severity']))}. Expected: {row['expectation']}. Found: {whole(wrong)} "
        f"of {count(checked, 'row')} {'is' if wrong == 1 else 'are'} not so{told}."
    )


def readable(case: Case, example: str) -> str:
    """A row that is named by its key, `measure slope; sex male; ...`, as readers name it.

    What isn't a key of the tables is left as it is.
    """
    key = {name: value for name, _, value in (p.partition(" ") for p in example.split("; "))}
    if not {"measure", "area_code"} & set(key):
        return example
    told = []
    for name, value in key.items():
        if name == "measure":
            titles = (m.title for m in case.study.measures if m.id == value)
            told.append(next(titles, value))
        elif name == "area_code":
            told.append(area_label(case.tables, value))
        elif name == "rule":
            told.append(value.replace("-", " "))
        elif name == "sex":
            told.append(people(value))
        elif name == "year":
            told.append(value)
        elif name == "period_start":
            told.append(period(int(value), int(key.get("period_end", value))))
        elif name not in ("geography", "period_end"):
            told.append(f"{name} {value}")
    return ", ".join(told)


def _rows(number: Any) -> str:
    return "not told" if pd.isna(number) else whole(int(number))


def _check_table(case: Case) -> ReportTable:
    rows = tuple(
        (
            str(row["suite"]).replace("_", " "),
            sentence(str(row["expectation"])),
            str(row["severity"]),
            _rows(row["rows_checked"]),
            _rows(row["rows_not_checked"]),
            str(row["outcome"])
            if row["outcome"] != "not met"
            else f"{_rows(row['rows_unexpected'])} failed",
        )
        for row in case.tables["validation"].to_dict("records")
    )
    return ReportTable(
        id="table-checks",
        caption="Every check, and how many rows failed it",
        columns=(
            TableColumn("Table"),
            TableColumn("Check"),
            TableColumn("A failure"),
            TableColumn("Rows checked", numeric=True),
            TableColumn("Not checked", numeric=True),
            TableColumn("Outcome"),
        ),
        rows=rows,
        shares=(1.4, 3.8, 0.9, 0.8, 0.8, 1),
        note="A critical failure stops the release. A warning is shown here. "
        "Data: data/validation.csv.",
        folded=True,
        paper="screen",
    )


def _withheld(case: Case) -> list[str]:
    published = case.tables["life_expectancy"]
    if case.computes:
        # Ours stand in the table too; what is withheld of them is told by itself.
        own = published["geography"] == case.study.geography.vintage
        published = published[~(own | (published["area_code"] == case.study.study.area_code))]
    blank = published[published["life_expectancy_years"].isna()]
    texts = [_counted(frame, areas) for areas, frame in _gaps(case)]
    texts += [
        f"Withheld by its publisher: {area_label(case.tables, row['area_code'])}, "
        f"{people(row['sex'])}, "
        f"{period(int(row['period_start']), int(row['period_end']))}."
        for row in blank.to_dict("records")
    ]
    if not blank.empty:
        texts.append("A withheld value is left empty. It is never counted as zero.")
    return texts


def _gaps(case: Case) -> list[tuple[str, pd.DataFrame]]:
    """Tables of gaps by what their areas are called, those of the trend first."""
    later = case.tables.get("bridged_gap", pd.DataFrame(columns=["geography"]))
    return [
        (case.areas, case.tables["gap"]),
        *((vintage(str(name)), part) for name, part in later.groupby("geography", sort=True)),
    ]


def _counted(gaps: pd.DataFrame, areas: str) -> str:
    hidden, flagged = (int((gaps[name].fillna("") != "").sum()) for name in ("reason", "flags"))
    return (
        f"Of {count(len(gaps), 'gap figure')} on {areas}, {hidden or 'none'} "
        f"{'are' if hidden > 1 else 'is'} withheld. {str(flagged or 'none').capitalize()} "
        f"{'carry' if flagged > 1 else 'carries'} a quality flag."
    )


def _codes(case: Case) -> tuple[str, ...]:
    """Meaning of every code that occurs."""
    frames = [gaps for _, gaps in _gaps(case)]
    frames += [case.tables[name] for name in OF_COUNTS if name in case.tables]
    texts = [
        text
        for frame in frames
        for name in ("reason", "flags")
        if name in frame
        for text in frame[name].fillna("")
    ]
    return tuple(
        f"{code}: {MEANINGS.get(code, 'a code without a description')}."
        for code in sorted(set(" ".join(texts).split()))
    )
