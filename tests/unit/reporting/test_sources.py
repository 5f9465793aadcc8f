"""Sources, checks and codes: in an order, in words, and nothing that isn't held."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.unit.reporting import later_samples as later
from tests.unit.reporting import samples

from gapwatch.reporting.build import build_report, licence_lines
from gapwatch.reporting.chapters.methods import CARRIED
from gapwatch.reporting.chapters.methods import section as making
from gapwatch.reporting.chapters.quality.section import cut, in_order, readable, section
from gapwatch.reporting.chapters.quality.sources import compact
from gapwatch.reporting.document import Entries, Items, PinFacts, ReportFigure, ReportTable
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.formats.html import breakable
from gapwatch.study import PinnedSource, PortalSource, Study

LIVE: dict[str, Any] = {
    "kind": "portal",
    "next_expected": "Later.",
    "title": "Outlines",
    "publisher": "P",
    "attribution": "A",
    "service": "S",
    "filter_column": "C",
    "filter_values": ["E06000001"],
    "geography": "msoa2021",
    "code_column": "C",
    "name_column": "N",
    "expected_areas": 3,
}


def pin(**changes: Any) -> PinFacts:
    return dataclasses.replace(samples.facts().pins[0], **changes)


def with_sources(study: Study, *sources: PinnedSource | PortalSource) -> Study:
    return study.model_copy(update={"sources": (*study.sources, *sources)})


def texts(case: Case) -> list[str]:
    blocks = section(case).blocks
    held = [b.items if isinstance(b, Items) else (getattr(b, "text", ""),) for b in blocks]
    return [text for items in held for text in items]


def test_sources_stand_in_the_order_of_their_use() -> None:
    names = ("boundary", "lookup", "area_reference", "population")
    sources = (
        PinnedSource(id=name.replace("_", "-"), table=name, next_expected="Later.")  # type: ignore[arg-type]
        for name in names
    )
    study = with_sources(samples.study(), *sources)
    ids = [*(name.replace("_", "-") for name in names), "unknown", "areas"]
    pins = tuple(pin(id=name) for name in ids)
    case = samples.case(study, samples.facts(pins=pins), samples.tables())
    assert [held.id for held in in_order(case)] == [
        "areas",
        "population",
        "area-reference",
        "lookup",
        "boundary",
        "unknown",
    ]


def test_a_long_address_is_cut_and_says_where_the_rest_is() -> None:
    assert cut("https://example.org/") == "https://example.org/"
    long = f"https://example.org/{'x' * 300}"
    assert cut(long) == f"{long[:200]}… (the whole request is in the snapshot's pin)"
    case = samples.case(samples.study(), samples.facts(pins=(pin(url=long),)), samples.tables())
    block = next(b for b in section(case).blocks if isinstance(b, Entries))
    entry = next(entry for entry in block.entries if entry.term == "Request")
    assert entry.link == long
    assert entry.text == cut(long)


def test_an_address_may_break_after_its_punctuation_and_stays_escaped() -> None:
    assert breakable("a/b?c=%27<&d") == "a/<wbr>b?<wbr>c=<wbr>%<wbr>27&lt;&amp;<wbr>d"


def test_sources_that_are_not_held_stand_under_a_heading_of_their_own() -> None:
    live = PortalSource.model_validate(LIVE | {"id": "outlines", "table": "boundary"})
    study = with_sources(later.study(), live)
    told = texts(samples.case(study, samples.facts(), samples.tables()))
    start = told.index("What this report doesn't hold")
    assert told[start + 1 : start + 3] == [
        (
            "This report rests on figures that were pinned by hand. 1 other source of the study "
            "was not fetched, so this report holds no later figures carried to the two sides "
            "from other areas and no map on real boundaries."
        ),
        "Outlines",
    ]
    held = samples.case(study, samples.facts(pins=(pin(), pin(id="outlines"))), samples.tables())
    assert "What this report doesn't hold" not in texts(held)
    second = live.model_copy(update={"id": "more", "table": "lookup"})
    partly = samples.case(with_sources(study, second), held.facts, later.tables())
    told = texts(partly)
    assert told[told.index("What this report doesn't hold") + 1] == (
        "1 other source of the study was not fetched."
    )


def test_a_note_stands_with_its_own_source_and_only_there() -> None:
    noted = PinnedSource(
        id="noted", table="life_expectancy", next_expected="Later.", note="Too large."
    )
    study = with_sources(samples.study(), noted)
    without = section(samples.case(study, samples.facts(), samples.tables()))
    assert "Too large." not in str(without)
    pins = (pin(), pin(id="noted", note="Too large."))
    assert (
        str(section(samples.case(study, samples.facts(pins=pins), samples.tables()))).count(
            "Too large."
        )
        == 1
    )


@pytest.mark.parametrize(
    ("example", "told"),
    [
        (
            "measure west-v-castle; sex female; period_start 2015; period_end 2019",
            "West of the town v Castle, females, 2015 to 2019",
        ),
        (
            "geography ward2011; area_code E05000005; sex male; period_start 2010; period_end 2014",
            "Castle (E05000005), males, 2010 to 2014",
        ),
        ("area_code E05999999", "E05999999"),
        ("measure unknown; method a", "unknown, method a"),
        ("observed 3", "observed 3"),
    ],
)
def test_rows_that_fail_a_check_are_named_as_readers_name_them(example: str, told: str) -> None:
    assert (
        readable(samples.case(samples.study(), samples.facts(), samples.tables()), example) == told
    )


def test_later_gaps_are_counted_apart_and_their_codes_explained() -> None:
    hidden = later.row(period_start=2015, period_end=2019, reason="G01", flags="")
    told = texts(later.case(later.row(), hidden))
    assert "Of 36 gap figures on 2011 wards, none is withheld. 4 carry a quality flag." in told
    assert "Of 2 gap figures on 2021 MSOAs, 1 is withheld. 1 carries a quality flag." in told
    assert "Q04: a pandemic year in the window." in told
    assert any(text.startswith("G01: ") for text in told)


def test_an_area_named_by_its_code_has_the_name_of_its_outline() -> None:
    case = later.case()
    life = case.tables["life_expectancy"]
    mine = life["area_code"] == later.MSOAS[2]
    life.loc[mine, "area_name"] = later.MSOAS[2]
    life.loc[mine, "life_expectancy_years"] = None
    boundary = case.tables["boundary"]
    boundary.loc[boundary["area_code"] == later.MSOAS[2], "area_name"] = "Riverton 003"
    assert "Withheld by its publisher: Riverton 003 (E02000003), males, 2019 to 2023." in texts(
        case
    )


def test_a_licence_that_says_more_than_the_attribution_closes_the_report() -> None:
    plain = pin(attribution="Under the OGL v3.0.", licence="OGL v3.0")
    more = pin(title="By MSOA", attribution="Under the OGL v3.0.", licence="OGL v3.0. Ask first.")
    assert licence_lines(samples.facts(pins=(plain, more))) == (
        "Under the OGL v3.0.",
        "By MSOA: OGL v3.0. Ask first.",
    )


def test_how_later_figures_are_carried_is_told_only_when_there_are_any() -> None:
    assert CARRIED in str(making(later.case()))
    assert CARRIED not in str(
        making(samples.case(samples.study(), samples.facts(), samples.tables()))
    )


def test_every_input_is_named_with_its_id() -> None:
    assert "Life expectancy by ward (areas, 12.3 kB)" in str(
        making(samples.case(samples.study(), samples.facts(), samples.tables()))
    )


def test_figures_name_their_peak_both_sexes_and_where_their_values_are() -> None:
    tables = samples.tables()
    gap = tables["gap"]
    peak = (gap["period_start"] == 2006) & (gap["measure"] == "west-v-castle")
    report = build_report(samples.study(), samples.facts(), tables)
    figures = {b.id: b for s in report.sections for b in s.blocks if isinstance(b, ReportFigure)}
    assert "The highest is" not in figures["trajectory"].alt
    assert figures["ends"].values_in == ("trajectory", 1)
    assert figures["tiles-ward2011"].values_in == ("ranking", figures["ranking"].number)
    assert "For females the dots run from" in figures["ranking"].alt
    assert figures["ranking"].phone_note == "Each panel has its own order."
    gap.loc[peak, "gap_years"] = 12.5
    report = build_report(samples.study(), samples.facts(), tables)
    assert "The highest is 12.5 in 2006 to 2010." in str(report.sections[0])


def compacted(*pins: PinFacts) -> dict[str, list[tuple[str, str]]]:
    case = samples.case(samples.study(), samples.facts(pins=pins), samples.tables())
    return {
        block.label: [(entry.term, entry.text) for entry in block.entries]
        for block in compact(case, pins)
    }


def test_many_sources_tell_what_they_share_once() -> None:
    pins = tuple(pin(id=f"s{n}", title=f"Source {n}", period=f"200{n}") for n in range(3))
    found = compacted(*pins)
    assert ("Publisher", "Riverton Statistics") in found["All sources"]
    assert found["Each source"][0] == ("Source 0", "Period: 2000.")
    assert found["Each source"][1][0] == "Request"
    assert len(found["Licences and attributions"]) == 2
    assert found["Licences and attributions"][0] == (
        "Licence of all",
        "Open Government Licence v3.0.",
    )


def test_sources_that_differ_tell_their_own() -> None:
    first = pin(id="a", title="A", note="Mind the base", url="file:a")
    other = pin(
        id="b",
        title="B",
        publisher="Another office",
        licence="CC BY",
        attribution="Them.",
        period="does not apply",
        url="",
    )
    found = compacted(first, other)
    assert found["Each source"] == [
        ("A", "Period: 1999 to 2015. Publisher: Riverton Statistics. Mind the base."),
        ("B", "Period: does not apply. Publisher: Another office."),
    ]
    assert found["Licences and attributions"][1] == ("CC BY", "Them. For: B.")
    bare = dataclasses.replace(other, publisher=first.publisher, period="")
    assert compacted(first, bare)["Each source"][1] == ("B", "No period is given.")


@pytest.mark.parametrize(("many", "full"), [(8, True), (9, False)])
def test_only_many_sources_are_told_in_short(many: int, full: bool) -> None:
    pins = tuple(pin(id=f"s{n}", title=f"Source {n}") for n in range(many))
    case = samples.case(samples.study(), samples.facts(pins=pins), samples.tables())
    labels = [block.label for block in section(case).blocks if isinstance(block, Entries)]
    assert (labels[0] == "Source 0") == full
    assert ("Each source" in labels) != full


def test_a_licence_of_every_source_is_told_once() -> None:
    pins = tuple(
        pin(id=f"s{n}", title=f"S{n}", licence="None needed", attribution="Made up.")
        for n in range(2)
    )
    assert licence_lines(samples.facts(pins=pins)) == ("Made up.", "Every source: None needed.")
    other = pin(id="x", title="X")
    assert licence_lines(samples.facts(pins=(*pins, other)))[-1] == "S0; S1: None needed."


def test_the_table_of_checks_is_on_screen_alone_and_its_file_is_named() -> None:
    case = samples.case(samples.study(), samples.facts(), samples.tables())
    (table,) = [
        b for b in section(case).blocks if isinstance(b, ReportTable) and b.id == "table-checks"
    ]
    assert table.paper == "screen"
    assert "Each check, with how many rows failed it, is in data/validation.csv." in texts(case)
