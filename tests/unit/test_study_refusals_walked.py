"""Every refusal of a study is met, and what it tells to write is written: the study is then read.

A refusal that no walk meets, or a walk of one that is no more, fails the last test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch import study as study_file
from gapwatch.errors import StudyError
from gapwatch.study import limits
from tests.everyday import refusals
from tests.everyday.world import right, ward_codes

Edits = tuple[tuple[str, str], ...]
TEXT = right("halving", 0).study
CODES = ward_codes()
FIGURES = (
    '\n[[sources]]\nid = "figures"\nkind = "file"\nnext_expected = "none"\npublisher = "nobody"\n'
    'attribution = "invented"\ntitle = "figures"\ntable = "area_figure"\npath = "figures.csv"\n'
    'header = ["Code"]\ncolumns = { area_code = "Code" }\nconstants = { geography = "ward2011" }\n'
)
ONE = 'figures = { pay = { column = "Pay", period = "2020" } }\n'
ENDS = f"{TEXT}{FIGURES}{ONE}"
COUNTED = 'constants = { geography = "lsoa2011", measure = "deaths_persons" }'


def add(source: str, *lines: str) -> Edits:
    opening = f'id = "{source}"\n'
    return ((opening, opening + "".join(f"{line}\n" for line in lines)),)


def swap(old: str, new: str) -> Edits:
    return ((old, new),)


def within(source: str, old: str, new: str) -> Edits:
    """An edit inside a source's own lines."""
    start = TEXT.index(f'id = "{source}"')
    end = TEXT.find("\n[[sources]]", start)
    mine = TEXT[start : end if end >= 0 else len(TEXT)]
    assert old in mine
    return ((mine, mine.replace(old, new, 1)),)


def after(more: str) -> Edits:
    last = TEXT[-80:]
    return ((last, last + more),)


TYPEFACES = "characters that the report's typefaces have, or a font under [[fonts]] of the study"
BRIDGE = (
    '\n[[geography.bridges]]\ngeography = "ward2011"\nblocks = "lsoa2011"\nup = ["to-wards"]\n'
    'across = ["to-wards"]\nreason = "x"\n'
)
NONE: Edits = ()
# The promise as a list of versions, in place of the one.
ONE_PROMISE = TEXT[TEXT.index("[promise]\n") : TEXT.index("[geography]\n")]


def versions(*stated: str, deadline: int = 2035) -> Edits:
    made = [
        ONE_PROMISE.replace("[promise]\n", f"[[promises]]\n{text}").replace(
            "deadline_year = 2035", f"deadline_year = {deadline}"
        )
        for text in stated
    ]
    return swap(ONE_PROMISE, "".join(made))


SOUND = versions('stated_on = "2017"\n', "stated_on = 2022-11-03\n")
MEASURE = '\n[[measures]]\nid = "{}"\ntitle = "x"\nkind = "{}"\n{}'
# By file: what is expected, the edits that break the study, and those that its remedy makes.
WALKS: list[tuple[str, str, Edits, Edits]] = [
    (
        "promise",
        "a year, a month or a day as stated_on, such as 2022 or 2022-11",
        versions('stated_on = "autumn"\n'),
        versions("stated_on = 2022\n"),
    ),
    (
        "promise_checks",
        "either [promise] or [[promises]]",
        after("\n" + SOUND[0][1]),
        SOUND,
    ),
    (
        "promise_checks",
        "the year, month or day on which this version was stated",
        versions("", 'stated_on = "2022"\n'),
        SOUND,
    ),
    (
        "promise_checks",
        "a deadline in or after the year in which it was stated, {}",
        versions('stated_on = "2017"\n', 'stated_on = "2036"\n'),
        SOUND,
    ),
    (
        "promise_checks",
        "years that were over or running when the promise was stated, in {}",
        versions("stated_on = 2013\n"),
        versions("stated_on = 2014\n"),
    ),
    (
        "promise_checks",
        "a time of its own for each version",
        versions('stated_on = "2022"\n', "stated_on = 2022\n"),
        SOUND,
    ),
    (
        "promise_checks",
        "times of which one is clearly later",
        versions('stated_on = "2022"\n', 'stated_on = "2022-11"\n'),
        versions('stated_on = "2022-05"\n', 'stated_on = "2022-11"\n'),
    ),
    (
        "word_checks",
        "a geography that the study names elsewhere",
        after('\n[words.levels.msoa2031]\none = "a"\nmany = "b"\n'),
        after('\n[words.levels.ward2011]\none = "a"\nmany = "b"\n'),
    ),
    (
        "word_checks",
        "a code of geography.comparators",
        after('\n[words.places]\nE99999999 = "the state"\n'),
        NONE,
    ),
    (
        "tongue",
        "the tag of a language that there is: {}",
        after('\n[words]\nlanguage = "en-us"\n'),
        after('\n[words]\nlanguage = "en-US"\n'),
    ),
    (
        "words",
        "a noun as it stands inside a sentence, such as 'community area'",
        after('\n[words]\nwhole = "city."\n'),
        after('\n[words]\nwhole = "city"\n'),
    ),
    (
        "words",
        "area and areas together: one of them and several",
        after('\n[words]\narea = "tract"\n'),
        after('\n[words]\narea = "tract"\nareas = "tracts"\n'),
    ),
    (
        "words",
        "a mark of thousands that isn't the decimal mark",
        after('\n[words]\ndecimal = ","\n'),
        after('\n[words]\ndecimal = ","\nthousands = "."\n'),
    ),
    (
        "alerts",
        "an https:// address as {}",
        after('\n[alerts]\nwebhook = "http://a.example"\n'),
        after('\n[alerts]\nwebhook = "https://a.example"\n'),
    ),
    (
        "alerts",
        "either {} or {}_from",
        after('\n[alerts]\nwebhook = "https://a.example"\nwebhook_from = "HOOK"\n'),
        after('\n[alerts]\nwebhook_from = "HOOK"\n'),
    ),
    (
        "computed",
        "age_starts ascending from 0, at least three",
        swap("[computed]\n", "[computed]\nage_starts = [0, 5, 1]\n"),
        swap("[computed]\n", "[computed]\nage_starts = [0, 1, 5]\n"),
    ),
    ("extracts", "add_up only for counts", add("life", "add_up = true"), NONE),
    ("extracts", "dates and a column date together", add("deaths", 'dates = "yyyy-mm-dd"'), NONE),
    ("extracts", "estimates only for {}", add("deaths", "estimates = true"), NONE),
    (
        "extracts",
        "geography among constants, beside rounding",
        within("deaths", COUNTED, 'rounding = 5\nconstants = { measure = "deaths_persons" }'),
        within("deaths", COUNTED, f"rounding = 5\n{COUNTED}"),
    ),
    (
        "extracts",
        "geography among constants, beside sparse",
        within(
            "deaths",
            COUNTED,
            'sparse = true\nyears = [2008, 2025]\nconstants = { measure = "deaths_persons" }',
        ),
        add("deaths", "sparse = true", "years = [2008, 2025]"),
    ),
    (
        "extracts",
        "over only beside add_up",
        add("deaths", 'over = ["Cause"]'),
        add("deaths", "add_up = true", 'over = ["Cause"]'),
    ),
    ("extracts", "restricted only for deaths and voice", add("life", "restricted = true"), NONE),
    ("extracts", "rounding only for counts", add("life", "rounding = 5"), NONE),
    ("extracts", "sparse only for deaths", add("residents", "sparse = true"), NONE),
    ("extracts", "totals only for counts", add("life", 'totals = { Sex = "All" }'), NONE),
    (
        "extracts",
        "whole years beside year_ends",
        within("deaths", 'sex = "Sex" }', 'sex = "Sex", month = "Month" }\nyear_ends = "06-30"'),
        add("deaths", 'year_ends = "06-30"'),
    ),
    ("extracts", "year_ends only for deaths", add("residents", 'year_ends = "06-30"'), NONE),
    (
        "extracts",
        "years beside sparse",
        add("deaths", "sparse = true"),
        add("deaths", "sparse = true", "years = [2008, 2025]"),
    ),
    (
        "extracts",
        "years from a first to a last one",
        add("deaths", "years = [2025, 2008]"),
        add("deaths", "years = [2008, 2025]"),
    ),
    (
        "figures",
        "figures for a source of the table area_figure, and for no other",
        add("life", ONE.strip()),
        NONE,
    ),
    (
        "figures",
        "figures, or columns.figure for a file with a figure in each row",
        after(FIGURES),
        after(FIGURES + ONE),
    ),
    (
        "figures",
        "columns.area_code, the column of the areas' codes",
        after(FIGURES.replace("area_code =", "area_name =") + ONE),
        after(FIGURES + ONE),
    ),
    (
        "figures",
        "constants.geography, the areas' kind and vintage",
        after(FIGURES.replace('constants = { geography = "ward2011" }\n', "") + ONE),
        after(FIGURES + ONE),
    ),
    (
        "figures",
        "columns area_code, area_name and period alone",
        after(FIGURES.replace('"Code" }', '"Code", sex = "Sex" }') + ONE),
        after(FIGURES + ONE),
    ),
    (
        "figures",
        "a period for each figure, or columns.period",
        after(FIGURES + ONE.replace(', period = "2020"', "")),
        after(
            FIGURES.replace('"Code" }', '"Code", period = "Time" }')
            + ONE.replace(', period = "2020"', "")
        ),
    ),
    (
        "layouts",
        "codes of two columns or more, which they tell apart",
        add("life", 'codes = { "Area code" = "E.*" }'),
        add("life", 'codes = { "Area code" = "E.*", "Area type" = "[WB].*" }'),
    ),
    ("layouts", "crs only for the table boundary", add("life", 'crs = "EPSG:27700"'), NONE),
    (
        "layouts",
        "decimal only for a CSV",
        add("life", 'format = "xlsx"', 'decimal = ","'),
        add("life", 'decimal = ","'),
    ),
    (
        "layouts",
        "delimiter only for a CSV",
        add("life", 'format = "xlsx"', 'delimiter = ";"'),
        add("life", 'delimiter = ";"'),
    ),
    (
        "layouts",
        "header, by which the header row is found",
        within("life", 'header = ["Area code"]\n', ""),
        NONE,
    ),
    (
        "layouts",
        "header_rows above 1 beside carry_header",
        add("life", "carry_header = true"),
        add("life", "carry_header = true", "header_rows = 2"),
    ),
    ("layouts", "layer only for a GeoPackage", add("life", 'layer = "wards"'), NONE),
    (
        "layouts",
        "no header_rows for {}",
        add("outlines", 'format = "geojson"', "header_rows = 2"),
        add("outlines", 'format = "geojson"'),
    ),
    ("layouts", "records and unfold only for JSON", add("life", 'records = "rows"'), NONE),
    ("layouts", "{} only for the table boundary", add("life", 'format = "geojson"'), NONE),
    ("loading", "TOML in UTF-8", swap("[study]\n", "[study\n"), NONE),
    (
        "promise_checks",
        "a first year at or before the last",
        swap("[2010, 2014]", "[2014, 2010]"),
        NONE,
    ),
    (
        "computed_checks",
        "a level of [computed] that isn't the study's own: {}",
        add("deaths", "restricted = true") + after('\n[disclosure]\nalso = "msoa2011"\n'),
        add("deaths", "restricted = true") + after("\n[disclosure]\n"),
    ),
    ("computed_checks", "a lookup of sources: {}", swap('["to-wards"]', '["towards"]'), NONE),
    (
        "computed_checks",
        "female and male beside [computed], which is made of deaths and residents by sex",
        swap("[study]\n", '[study]\nsexes = ["male"]\n'),
        swap("[study]\n", '[study]\nsexes = ["male", "female"]\n'),
    ),
    (
        "areas",
        "deprivation or ranking",
        after('\n[geography.ranking]\nid = "income"\ntitle = "Income"\n'),
        NONE,
    ),
    (
        "code_forms",
        "a code of {}",
        swap("[geography]\n", '[geography]\ncode_pattern = "[0-9]{2}"\n'),
        swap("[geography]\n", '[geography]\ncode_pattern = "[A-Z][0-9]{8}"\n'),
    ),
    (
        "loading",
        "a lookup of sources: {}",
        after(BRIDGE.replace('"ward2011"', '"ward2020"').replace("to-wards", "towards")),
        NONE,
    ),
    (
        "promise_checks",
        "one of the study's sexes: {}",
        swap('sex = "male"', 'sex = "persons"'),
        NONE,
    ),
    (
        "model",
        "each sex once",
        swap("[study]\n", '[study]\nsexes = ["male", "female", "male"]\n'),
        swap("[study]\n", '[study]\nsexes = ["male", "female"]\n'),
    ),
    (
        "sources",
        "bare_values only for life_expectancy",
        add("deaths", "bare_values = true"),
        add("life", "bare_values = true"),
    ),
    (
        "computed_checks",
        "a source that is restricted",
        after("\n[disclosure]\nclosed_after_months = 6\n"),
        NONE,
    ),
    ("loading", "a tile of its own", swap("row = 0, column = 1", "row = 0, column = 0"), NONE),
    ("loading", "a value", swap('place = "Ravensholt"\n', ""), NONE),
    (
        "promise_checks",
        "a year after the baseline, which ends in {}",
        swap("deadline_year = 2035", "deadline_year = 2014"),
        NONE,
    ),
    (
        "loading",
        "a zone of the study or a code of geography.areas",
        swap('worse = "north"', 'worse = "nord"'),
        NONE,
    ),
    (
        "loading",
        "an id of its own",
        swap('id = "slope"', 'id = "north-v-south"'),
        swap('id = "slope"', 'id = "another"'),
    ),
    (
        "loading",
        "at least one area",
        after('\n[zones.none]\nname = "n"\ndefinition = "d"\nareas = []\n'),
        after(f'\n[zones.none]\nname = "n"\ndefinition = "d"\nareas = ["{CODES[0]}"]\n'),
    ),
    (
        "loading",
        "each area once",
        after(
            f'\n[zones.two]\nname = "n"\ndefinition = "d"\nareas = ["{CODES[0]}", "{CODES[0]}"]\n'
        ),
        after(f'\n[zones.two]\nname = "n"\ndefinition = "d"\nareas = ["{CODES[0]}"]\n'),
    ),
    (
        "computed_checks",
        "each kind of area once",
        after(
            '\n[[computed.levels]]\ngeography = "ward2011"\npaths = { lsoa2011 = ["to-wards"] }\n'
        ),
        NONE,
    ),
    (
        "loading",
        "no side: {} takes all areas",
        after(MEASURE.format("gini", "slope", 'worse = "north"\n')),
        after(MEASURE.format("gini", "slope", "")),
    ),
    (
        "loading",
        "one area: a pair compares two areas",
        after(MEASURE.format("two", "pair", 'worse = "north"\nbetter = "south"\n')),
        after(MEASURE.format("two", "pooled", 'worse = "north"\nbetter = "south"\n')),
    ),
    ("loading", "one measure with primary = true", swap("primary = true\n", ""), NONE),
    ("loading", "one of {}", swap("[study]\n", '[study]\ntitel = "x"\n'), NONE),
    (
        "loading",
        "other areas than the study's own, once",
        after(BRIDGE),
        NONE,
    ),
    (
        "promise_checks",
        "stated_better_years minus stated_worse_years, {}",
        swap("stated_gap_years = 14", "stated_gap_years = 12"),
        NONE,
    ),
    (
        "computed_checks",
        "the study's own areas, {}",
        swap(
            '[[computed.levels]]\ngeography = "ward2011"',
            '[[computed.levels]]\ngeography = "msoa2011"',
        ),
        NONE,
    ),
    (
        "loading",
        "two sides with no area in common",
        after(MEASURE.format("both", "pooled", f'worse = "north"\nbetter = "{CODES[0]}"\n')),
        after(MEASURE.format("both", "pooled", f'worse = "north"\nbetter = "{CODES[5]}"\n')),
    ),
    (
        "model",
        "off_track_probability below on_track_probability ({})",
        after("\n[verdict]\noff_track_probability = 0.9\non_track_probability = 0.5\n"),
        after("\n[verdict]\noff_track_probability = 0.5\non_track_probability = 0.9\n"),
    ),
    (
        "source_base",
        "a regular expression",
        add("life", 'keep_pattern = { Sex = "(" }'),
        add("life", 'keep_pattern = { Sex = ".+" }'),
    ),
    (
        "sources",
        "add_up for rows of one quantity each",
        within(
            "deaths",
            "wide = 'Aged (?P<age>.+)'",
            "add_up = true\nover = [\"Cause\"]\nwide = '(?P<measure>Aged) (?P<age>.+)'",
        ),
        NONE,
    ),
    (
        "source_base",
        "an https:// address without a user name in it",
        within("life", 'path = "life.csv"', 'address = "http://a.example/life.csv"'),
        within("life", 'path = "life.csv"', 'address = "https://a.example/life.csv"'),
    ),
    (
        "sources",
        "at least one sheet of the workbook",
        add("life", 'format = "xlsx"'),
        add("life", 'format = "xlsx"', "sheets = { Wards = {} }"),
    ),
    (
        "sources",
        "landing_page and link together",
        within("life", 'path = "life.csv"', 'landing_page = "https://a.example/"'),
        within(
            "life", 'path = "life.csv"', 'landing_page = "https://a.example/"\nlink = "life.*csv"'
        ),
    ),
    (
        "sources",
        "one of path, address and landing_page",
        within("life", 'path = "life.csv"\n', ""),
        NONE,
    ),
    (
        "sources",
        "over beside add_up and wide, for what rows of one area differ in",
        add("deaths", "add_up = true"),
        add("deaths", "add_up = true", 'over = ["Cause"]'),
    ),
    ("sources", "sheets only for a workbook", add("life", "sheets = { Wards = {} }"), NONE),
]
# What no edit of this study meets.
COUNTED_ROWS = "needs figures that count rows, not walked yet"
LIVE = "needs a live dataset of figures, not walked yet"
ZIPPED = "needs a zip of CSV files, not walked yet"
NOT_EDITED = {
    ("model", "a version of the promise that was stated by {}"): "it is of a day, not of the file",
    ("promise", "years up to {}, that of the snapshot ({})"): "it is of a day, not of the file",
    ("letters", TYPEFACES): "needs a study with names beyond its typefaces, not walked yet",
    ("figures", "a column beside times, lower95 and upper95"): COUNTED_ROWS,
    ("figures", "either a column or rows that are counted"): COUNTED_ROWS,
    ("figures", "figures that all have a column, or that all count rows"): COUNTED_ROWS,
    ("figures", "no limits of a figure that is multiplied"): COUNTED_ROWS,
    ("live_figures", "a cell of each dimension, in cells or in figures"): LIVE,
    ("live_figures", "another cell for each of figures"): LIVE,
    ("live_figures", "dimensions of the dataset beside area and date"): LIVE,
    ("live_figures", "each of dates once"): LIVE,
    ("live_figures", "each of value, count and denominator in one figure"): LIVE,
    ("live_figures", "the same dimensions for each of figures"): LIVE,
    ("sources", "members alone, for the CSV files of a zip"): ZIPPED,
    ("loading", "a study file that can be read"): "below: there is no file",
    ("loading", "a study needs no more: take out what isn't one"): "below: a file without an end",
    ("loading", "tables inside tables as a study has them"): "the limit of depth refuses it first",
    ("loading", "three areas or more for extremes"): "below: a study of two areas",
    ("loading", "a name that is no area's code"): "test_codes_of_areas.py: codes that are numbers",
    ("loading", "{}"): "what the schema of each key says",
    (
        "priorities",
        "a figure, or a factor, a figure and another, such as 100 * deaths-2013 / smr-2013",
    ): "needs a register of indicators",
    ("priorities", "counts of events for a Poisson interval"): "needs a register of indicators",
    ("priorities", "either a denominator or combine = weight:"): "needs a register of indicators",
    ("priorities", "indicator and residents together"): "needs a register of indicators",
    ("priorities", "one figure for its published interval"): "needs a register of indicators",
    (
        "priorities",
        "sum, never, or weight: and a figure, such as weight:residents-2011",
    ): "needs a register of indicators",
    ("sources", "{}, which a {} needs"): "needs a portal of layers",
}


def edited(edits: Edits) -> str:
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def told(text: str, folder: Path) -> StudyError | None:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    try:
        study_file.load(path)
    except StudyError as error:
        return error
    return None


def fits(words: str, expected: str) -> bool:
    """Whether a refusal's words are these, whatever is filled in."""
    at = 0
    for part in words.split("{}"):
        at = expected.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@pytest.mark.parametrize(("file", "expected", "wrong", "mended"), WALKS, ids=[w[1] for w in WALKS])
def test_what_a_refusal_tells_to_write_is_read(
    file: str, expected: str, wrong: Edits, mended: Edits, tmp_path: Path
) -> None:
    error = told(edited(wrong), tmp_path)
    assert error is not None
    assert fits(expected, error.expected), error
    assert error.found
    assert error.remedy
    assert told(edited(mended), tmp_path) is None


def test_no_refusal_of_a_study_is_left_out_of_the_walk() -> None:
    known = {
        (Path(file).stem, words) for file, words in refusals.places() if file.startswith("study/")
    }
    walked = {(file, expected) for file, expected, *_ in WALKS}
    assert walked & set(NOT_EDITED) == set()
    assert known - walked - set(NOT_EDITED) == set(), "walk it here, or say why not"
    assert (walked | set(NOT_EDITED)) - known == set(), "no longer refused"


def test_the_study_is_named_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="a study file that can be read"):
        study_file.load(tmp_path / "study.toml")
    assert told(TEXT, tmp_path) is None


def test_what_no_study_needs_is_taken_out(tmp_path: Path) -> None:
    error = told(TEXT + "# " + "x" * limits.MOST_BYTES, tmp_path)
    assert error is not None
    assert "take out what isn't one" in error.remedy


def test_two_areas_are_compared_as_a_pair(tmp_path: Path) -> None:
    start = TEXT.index("areas = [\n")
    listed = TEXT[start : TEXT.index("]\n", start)]
    first, last = (line for line in listed.splitlines() if CODES[0] in line or CODES[5] in line)
    two = TEXT.replace(listed, f"areas = [\n{first}\n{last}\n")
    for number, code in enumerate(CODES[1:5], 1):
        two = two.replace(f'"{code}", ', "").replace(f', "{code}"', "")
        assert code not in two, number
    extremes = MEASURE.format("most", "extremes", "")
    error = told(two + extremes, tmp_path)
    assert error is not None
    assert error.expected == "three areas or more for extremes"
    assert 'kind = "pair"' in error.remedy
    pair = MEASURE.format("most", "pair", f'worse = "{CODES[0]}"\nbetter = "{CODES[5]}"\n')
    assert told(two + pair, tmp_path) is None
