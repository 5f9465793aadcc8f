"""Section 7: where the data come from, what was checked, what is missing or uncertain."""

from __future__ import annotations

from gapwatch.demography.codes import ALL_REASONS, FLAGS
from gapwatch.reporting.case import Case
from gapwatch.reporting.numbers import count, date, listing, period, sentence, vintage
from gapwatch.reporting.parts import (
    Block,
    Column,
    Entries,
    Entry,
    Heading,
    Items,
    Paragraph,
    PinFacts,
    Section,
    Table,
)
from gapwatch.study import PinnedSource


def section(case: Case) -> Section:
    """Sources, other figures that are not used, checks, withheld and flagged values."""
    blocks: list[Block] = [Heading("Sources")]
    blocks += [_source(case, pin) for pin in case.facts.pins]
    blocks += [Paragraph(text) for text in _absent(case)]
    unused = _other_geographies(case)
    if unused:
        blocks += [Heading("Figures that are not part of the trend"), *map(Paragraph, unused)]
    blocks.append(Heading("Checks"))
    blocks += [Paragraph(text) for text in _checks(case)]
    blocks.append(_check_table(case))
    blocks.append(Heading("Withheld and flagged figures"))
    blocks += [Paragraph(text) for text in _withheld(case)]
    blocks.append(Items(_codes(case)))
    return Section("quality", "Data and quality", tuple(blocks))


def _safe(url: str) -> str:
    """Only web addresses become links."""
    return url if url.startswith(("https://", "http://")) else ""


def _source(case: Case, pin: PinFacts) -> Entries:
    expected = next((s.next_expected for s in case.study.sources if s.id == pin.id), "")
    entries = [
        Entry("Publisher", pin.publisher),
        Entry("Period", pin.period),
        Entry("Licence", pin.licence),
        Entry("Attribution", pin.attribution),
        Entry("Taken", date(pin.transcribed_or_retrieved)),
        Entry("Next expected", expected),
        Entry("Note", pin.note),
        Entry("Address", pin.url if _safe(pin.url) else "", link=_safe(pin.url)),
    ]
    return Entries(pin.title, tuple(entry for entry in entries if entry.text))


def _absent(case: Case) -> list[str]:
    """Sources of the study that this snapshot doesn't hold."""
    held = {pin.id for pin in case.facts.pins}
    titles = [
        source.title
        for source in case.study.sources
        if not isinstance(source, PinnedSource) and source.id not in held
    ]
    if not titles:
        return []
    return [
        (
            "The snapshot of this report was not pulled from the publishers. It holds none of "
            f"these {count(len(titles), 'source')} of the study: {'; '.join(titles)}."
        )
    ]


def _other_geographies(case: Case) -> list[str]:
    """Published figures for other areas: shown here, never joined to the trend."""
    table = case.tables["life_expectancy"]
    whole = {case.study.study.area_code, *case.study.geography.comparators}
    others = table[
        (table["geography"] != case.study.geography.vintage) & ~table["area_code"].isin(whole)
    ]
    texts = []
    for geography, held in others.groupby("geography", sort=True):
        found = sorted(
            {
                (int(s), int(e))
                for s, e in zip(held["period_start"], held["period_end"], strict=True)
            }
        )
        spans = listing([period(*span) for span in found])
        texts.append(
            f"Figures for other areas ({vintage(str(geography))}) exist for {spans}. They are "
            "never joined to the trend: the areas differ, and so may the population base."
        )
    notes = [source.note for source in case.study.sources if source.note]
    return [*texts, *notes] if texts else []


def _checks(case: Case) -> list[str]:
    found = case.tables["validation"]
    failed = found[found["rows_unexpected"] > 0]
    if found.empty:
        return ["No check was recorded."]
    texts = [f"{count(len(found), 'check')} ran before anything was published."]
    if failed.empty:
        texts.append("Every one of them held.")
    texts += [
        sentence(
            f"Not met ({row['severity']}): {row['expectation']}. "
            f"{row['rows_unexpected']} of {count(int(row['rows_checked']), 'row')}: "
            f"{row['examples']}"
        )
        for row in failed.to_dict("records")
    ]
    return texts


def _check_table(case: Case) -> Table:
    rows = tuple(
        (
            str(row["suite"]).replace("_", " "),
            sentence(str(row["expectation"])),
            str(row["severity"]),
            f"{int(row['rows_checked']):,}",
            f"{int(row['rows_unexpected']):,}",
        )
        for row in case.tables["validation"].to_dict("records")
    )
    return Table(
        id="table-checks",
        caption="Every check, and how many rows failed it",
        columns=(
            Column("Table"),
            Column("Check"),
            Column("A failure"),
            Column("Rows", numeric=True),
            Column("Failed", numeric=True),
        ),
        rows=rows,
        shares=(1.4, 4.4, 1, 0.8, 0.8),
        note="A critical failure stops the release. A warning is shown here.",
        folded=True,
    )


def _withheld(case: Case) -> list[str]:
    gap, published = case.tables["gap"], case.tables["life_expectancy"]
    hidden = int((gap["reason"].fillna("") != "").sum())
    flagged = int((gap["flags"].fillna("") != "").sum())
    blank = published[published["life_expectancy_years"].isna()]
    return [
        (
            f"Of {count(len(gap), 'gap figure')}, {_held(hidden, 'is', 'are')} withheld. "
            f"{_held(flagged, 'carries', 'carry').capitalize()} a quality flag."
        ),
        *(
            f"Withheld by its publisher: {row['area_name']}, {row['sex']}s, "
            f"{period(int(row['period_start']), int(row['period_end']))}. A withheld value is "
            "left empty. It is never counted as zero."
            for row in blank.to_dict("records")
        ),
    ]


def _held(number: int, one: str, many: str) -> str:
    return f"{number or 'none'} {one if number == 1 else many}"


def _codes(case: Case) -> tuple[str, ...]:
    """Meaning of every code that occurs."""
    gap = case.tables["gap"]
    used = set(" ".join([*gap["reason"].fillna(""), *gap["flags"].fillna("")]).split())
    known = ALL_REASONS | FLAGS
    return tuple(f"{code}: {known.get(code, 'a code without a description')}." for code in
                 sorted(used))  # fmt: skip
