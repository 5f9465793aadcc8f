"""A change has no sign in a sentence: smaller or bigger, taken off or added."""

import pytest

from gapwatch.reporting.language.changes import change, part, part_spread, spread


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.34, "0.3 years smaller"),
        (1.0, "1.0 years bigger"),
        (0, "no different"),
        (-0.04, "0.04 years smaller"),
    ],
)
def test_a_change(value, text):
    assert flat(change(value)) == text


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (-0.5, -0.2, "0.2 to 0.5 years smaller"),
        (0.2, 0.5, "0.2 to 0.5 years bigger"),
        (-0.5, 0.3, "0.5 years smaller to 0.3 years bigger"),
        (-0.5, 0.0, "0.0 to 0.5 years smaller"),
        (0.0, 0.5, "0.0 to 0.5 years bigger"),
    ],
)
def test_a_range_of_changes(lower, upper, text):
    assert flat(spread(lower, upper)) == text


def test_parts_of_a_sum():
    assert flat(part(-1.2, 1)) == "took 1.2 years off it"
    assert flat(part(0.04, 2)) == "added 0.04 years to it"
    assert part(0.0, 1) == "left it as it was"
    assert flat(part_spread(-0.1, 0.9)) == (
        "taken up to 0.1 years off the gap or added up to 0.9 years to it"
    )
