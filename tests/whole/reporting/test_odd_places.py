"""Odd places: long names, few areas and many, nothing to compare: still whole documents."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pypdf
import pytest
from PIL import Image
from tests.unit.reporting import samples, test_scripts
from tests.unit.reporting.papers import opened, pictures
from tests.whole.reporting import test_layout

from gapwatch import codes
from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import Report, Subheading
from gapwatch.reporting.drawing.further import Typefaces
from gapwatch.reporting.formats import fitting
from gapwatch.reporting.formats.pdf import to_pdfs
from gapwatch.reporting.papers import sections_of
from gapwatch.reporting.render import draw
from gapwatch.study import Study
from gapwatch.study.base import Declared

Frames = dict[str, pd.DataFrame]
LONG = "Saint Bartholomew the Great with Upper Wharfside and Meadows"


def changed(change: Callable[[dict[str, Any]], None], fonts: Typefaces = ()) -> Study:
    """The sample's study, changed as a user's file would be, with fonts that it declares."""
    told = samples.study().model_dump(mode="json")
    change(told)
    letters = frozenset().union(*(font.letters for font in fonts))
    return Study.model_validate(told, context=Declared(letters)).with_typefaces(fonts)


def long_names() -> tuple[Study, Frames]:
    def change(told: dict[str, Any]) -> None:
        for place, area in enumerate(told["geography"]["areas"]):
            area["name"] = f"{LONG[:58]} {place}"
        told["study"]["place"] = LONG
        told["study"]["title"] = f"The life-expectancy gap in {LONG}"
        for zone in told["zones"].values():
            zone["name"] = LONG[:50] + zone["name"][:9]

    return changed(change), samples.tables()


def one_sex_withheld() -> tuple[Study, Frames]:
    tables = samples.tables()
    for name in ("life_expectancy", "gap"):
        frame = tables[name].copy()
        told = frame.select_dtypes("float").columns
        frame.loc[frame["sex"] == "female", told] = None
        frame.loc[frame["sex"] == "female", "reason"] = "R01"
        tables[name] = frame
    return samples.study(), tables


def all_but_two_withheld() -> tuple[Study, Frames]:
    tables = samples.tables()
    frame = tables["life_expectancy"].copy()
    hidden = frame["area_code"].isin(samples.CODES[2:])
    frame.loc[hidden, frame.select_dtypes("float").columns] = None
    tables["life_expectancy"] = frame
    return samples.study(), tables


def negative_gap() -> tuple[Study, Frames]:
    tables = samples.tables()
    frame = tables["gap"].copy()
    for name, low, high in (("gap_years", "lower95_years", "upper95_years"),):
        frame[low], frame[high] = -frame[high], -frame[low]
        frame[name] = -frame[name]
    tables["gap"] = frame
    return samples.study(), tables


def many_measures() -> tuple[Study, Frames]:
    def change(told: dict[str, Any]) -> None:
        first = told["measures"][0]
        told["measures"] += [
            first | {"id": f"more-{n}", "title": f"{first['title']} {n}", "primary": False}
            for n in range(38)
        ]

    tables = samples.tables()
    for name in ("gap", "verdict"):
        frame = tables[name]
        mine = frame[frame["measure"] == samples.study().primary.id]
        copies = [mine.assign(measure=f"more-{n}") for n in range(38)]
        tables[name] = pd.concat([frame, *copies], ignore_index=True)
    return changed(change), tables


def nothing_to_compare() -> tuple[Study, Frames]:
    tables = samples.tables(
        "cannot calculate",
        reason_code=codes.TOO_FEW_WINDOWS,
        reason_arguments="usable=1 withheld=0 needed=3",
        reason="too few",
        closing_code="",
        p_target=None,
    )
    frame = tables["gap"]
    tables["gap"] = frame[frame["period_start"] == frame["period_start"].max()]
    tables["trajectory"] = tables["trajectory"].iloc[:0]
    return samples.study(), tables


def of_many_areas(number: int) -> tuple[Study, Frames]:
    """So many areas, half of them on each side, with figures of the sample's first ones."""
    ours = [f"E05{place:06}" for place in range(1, number + 1)]
    half = number // 2

    def change(told: dict[str, Any]) -> None:
        told["geography"]["areas"] = [
            {"code": code, "name": f"Ward {n}", "row": n // 8, "column": n % 8}
            for n, code in enumerate(ours)
        ]
        told["zones"]["west"]["areas"] = ours[:half]
        told["zones"]["east"]["areas"] = ours[half:]
        told["measures"][0]["better"] = ours[-1]

    tables = samples.tables()
    for name in ("life_expectancy", "area_standing"):
        frame = tables[name]
        parts = [frame[~frame["area_code"].isin(samples.CODES)]]
        for n, code in enumerate(ours):
            part = frame[frame["area_code"] == samples.CODES[n % len(samples.CODES)]]
            named = {"area_name": f"Ward {n}"} if "area_name" in frame else {"rank": n + 1}
            parts.append(part.assign(area_code=code, **named))
        tables[name] = pd.concat(parts, ignore_index=True)
    return changed(change), tables


def no_map() -> tuple[Study, Frames]:
    """No figure of any area: neither a map nor a ranking."""
    tables = samples.tables()
    frame = tables["life_expectancy"]
    tables["life_expectancy"] = frame[~frame["area_code"].isin(samples.CODES)]
    return samples.study(), tables


def named(
    place: str, sides: tuple[str, str], areas: tuple[str, ...], fonts: Typefaces = ()
) -> tuple[Study, Frames]:
    """The sample with other names."""
    names = dict(zip(samples.CODES, areas, strict=True))

    def change(told: dict[str, Any]) -> None:
        told["study"] |= {"place": place, "title": f"The life-expectancy gap in {place}"}
        for area in told["geography"]["areas"]:
            area["name"] = names[area["code"]]
        for zone, side in zip(("west", "east"), sides, strict=True):
            told["zones"][zone]["name"] = side
        told["measures"][0]["title"] = f"{sides[0]} v {areas[4]}"

    tables = samples.tables()
    for table, frame in tables.items():
        if {"area_code", "area_name"} <= set(frame.columns):
            new = frame["area_code"].map(names).fillna(frame["area_name"])
            tables[table] = frame.assign(area_name=new)
    return changed(change, fonts), tables


def arabic() -> tuple[Study, Frames]:
    areas = ("الميناء", "المدينة القديمة", "القلعة", "الحديقة", "السوق", "الجسر")
    return named("وستمنستر", ("شمال البلدة", "جنوب البلدة"), areas)


def chinese() -> tuple[Study, Frames]:
    areas = ("湖街", "公园", "中区", "教堂", "西部", "和平街")
    return named("中区市", ("北区", "南区"), areas, test_scripts.chinese())


def three_areas() -> tuple[Study, Frames]:
    return of_many_areas(3)


def sixty_areas() -> tuple[Study, Frames]:
    return of_many_areas(60)


def _with_words(**words: Any) -> tuple[Study, Frames]:
    def change(told: dict[str, Any]) -> None:
        told["words"] |= words

    return changed(change), samples.tables()


def long_words() -> tuple[Study, Frames]:
    return _with_words(
        language="en-US", whole=LONG.lower(), area=f"{LONG.lower()[:-1]}", areas=LONG.lower()
    )


def arabic_words() -> tuple[Study, Frames]:
    return _with_words(whole="مدينة", area="منطقة مجتمعية", areas="المناطق المجتمعية في المدينة")


PLACES: Mapping[str, Callable[[], tuple[Study, Frames]]] = {
    found.__name__: found
    for found in (
        long_names,
        one_sex_withheld,
        all_but_two_withheld,
        negative_gap,
        many_measures,
        nothing_to_compare,
        three_areas,
        sixty_areas,
        long_words,
        arabic_words,
        no_map,
        arabic,
        chinese,
    )
}


# Letters of other widths than those of our typeface: held by what is inked, not by boxes.
OTHER_LETTERS = {"arabic": "القلعة", "chinese": "和平街"}
# Three documents of each take a while: the usual suite has those that differ most.
USUAL = {"one_sex_withheld"}
NAMES = [name if name in USUAL else pytest.param(name, marks=pytest.mark.long) for name in PLACES]


@cache
def made(name: str) -> tuple[Report, dict[str, bytes]]:
    study, tables = PLACES[name]()
    report = build_report(study, samples.facts(), tables)
    charts = draw(study, tables, samples.facts())
    return report, to_pdfs(report, charts, study.typefaces)


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_place_has_whole_documents(name: str) -> None:
    report, files = made(name)
    for paper in ("report", "annex"):
        for section in sections_of(report, paper):
            assert not isinstance(section.blocks[-1], Subheading), section.id
    assert len(opened(files["summary.pdf"]).pages) <= 2
    assert len(opened(files["report.pdf"]).pages) <= 8
    for content in files.values():
        assert not any(beyond_margins(page) for page in pictures(content))
    if name in OTHER_LETTERS:
        return
    pages = [
        test_layout.lines_of(page)
        for content in files.values()
        for page in pypdf.PdfReader(io.BytesIO(content)).pages
    ]
    test_layout.test_no_two_lines_of_a_page_stand_on_each_other(pages)
    test_layout.test_no_text_stands_below_the_margin_but_the_footer(pages)
    for lines in pages:
        for x, _, size, text in lines:
            assert x + test_layout.width(text, size) <= test_layout.RIGHT + 4, text


@pytest.mark.parametrize(("name", "word"), OTHER_LETTERS.items(), ids=OTHER_LETTERS)
@pytest.mark.long
def test_names_in_other_letters_are_in_the_text_of_the_papers(name: str, word: str) -> None:
    found = "".join(page.extract_text() for page in opened(made(name)[1]["annex.pdf"]).pages)
    assert word in found or word[::-1] in found


def beyond_margins(page: bytes) -> bool:
    """Whether anything is inked left or right of what a page is set on."""
    with Image.open(io.BytesIO(page)) as picture:
        dark = np.asarray(picture.convert("L")) < fitting.PAPER
    a_point = dark.shape[1] / (210 * test_layout.MM)
    left, right = (test_layout.LEFT - 6) * a_point, (test_layout.RIGHT + 6) * a_point
    return bool(dark[:, : int(left)].any() or dark[:, int(right) + 1 :].any())


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_place_has_no_dangling_sentence(name: str) -> None:
    report, _ = made(name)
    texts = [text for point in report.summary.points for text in point.texts]
    texts += [report.banner.headline, *report.banner.because]
    texts += [text for answer in report.answers for text in (answer.short, *answer.more)]
    for text in texts:
        assert text == text.strip()
        assert text[-1] in ".!?”", text
        assert not re.search(r"None|\bnan\b|  |[:,;]? \.", text), text
