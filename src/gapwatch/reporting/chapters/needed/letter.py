"""A ready e-mail that asks for deaths by small area: to be copied, signed and sent."""

from __future__ import annotations

from gapwatch.reporting.document import Block, Items, Paragraph
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.country import offices_of
from gapwatch.reporting.language.numbers import sentence
from gapwatch.study.words import SMALL_AREA


def blocks(case: Case) -> list[Block]:
    """Subject, text, what is asked for as a list, and the end."""
    study = case.study.study
    offices = offices_of(case.study)
    small = offices.block if offices else SMALL_AREA
    to = f"To: {offices.statistics if offices else 'the statistics office of the country'}"
    if offices and offices.officer:
        to += f", or the {offices.officer} for the extract of registrations"
    return [
        Paragraph(to),
        Paragraph(f"Subject: {subject(case, small)}"),
        Paragraph(
            f"Dear colleagues, please could you give us counts of deaths of residents of "
            f"{study.place} ({study.area_code}):"
        ),
        Items(asked(case, small)),
        Paragraph(
            "We compute life expectancy from them and report whether a promise is being kept: "
            f"{sentence(case.study.promise.text)} Only figures that disclose nobody are published. "
            "Please tell us under which licence or agreement we may use the counts, and whether "
            "there is a form or a charge. With kind regards,"
        ),
    ]


def subject(case: Case, small: str) -> str:
    """What the e-mail is about."""
    return f"Deaths by {small}, sex and age in {case.study.study.place} from {_first(case)}"


def asked(case: Case, small: str) -> tuple[str, ...]:
    """What the counts have to be, for a verdict to rest on them."""
    return (
        f"by {small} of usual residence, with the version of its boundaries;",
        (
            "by sex, and by age in bands of five years: under 1, 1 to 4, 5 to 9 and so on, the "
            "last 85 and over or older;"
        ),
        (
            f"for every year from {_first(case)} to the newest that is complete, with its first "
            "and last month;"
        ),
        (
            "one row for each area, year, sex and age, as CSV or a workbook, with noughts given or "
            "said to be left out."
        ),
    )


def _first(case: Case) -> int:
    """The first year that a comparison with the baseline can begin with."""
    return case.verdict.baseline_start
