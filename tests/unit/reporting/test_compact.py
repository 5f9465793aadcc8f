"""Drawings in fewer bytes draw the same: paths by steps, shared attributes, lines held once."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwatch.reporting.formats.compact import gathered, lines_once, stepped

PLACE = st.tuples(st.integers(-99_999, 99_999), st.integers(-99_999, 99_999))
OUTLINE = st.lists(st.tuples(st.lists(PLACE, min_size=1, max_size=6), st.booleans()), min_size=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("M10,20L30,20L30,5.5L31,4L10,20z", "m10 20h20v-14.5l1-1.5-21 16z"),
        ("M0,0L1,0L2,0L3.25,0", "m0 0h1 1 1.25"),
        ("M1,1L2,2zM5,5L6,5z", "m1 1l1 1zm4 4h1z"),
        ("M0,0L-.5,.05", "m0 0l-.5 .05"),
        # Ends that fall together to the hundredth, and thirds that would add up to an error.
        ("M0,0L0.001,0.001", "m0 0h0"),
        ("M0,0L0.333,0L0.666,0L1,0", "m0 0h.33 .34 .33"),
        ("M0,0Q1,1,2,2z", "M0,0Q1,1,2,2z"),
        ("M0,0C1,1,2,2,3,3", "M0,0C1,1,2,2,3,3"),
        ("m1,1l2,2", "m1,1l2,2"),
        ('"/><script>', '"/><script>'),
        ("", ""),
    ],
)
def test_a_path_is_told_by_steps_and_what_is_none_stays(before: str, after: str) -> None:
    assert stepped(before) == after


def ends(outline: str) -> list[tuple[str, int, int]]:
    """Where each command of a path of steps ends, in hundredths."""
    at, begun, found = (0, 0), (0, 0), []
    for letter, rest in re.findall(r"([mlhvz])([^mlhvz]*)", outline):
        numbers = [round(100 * float(n)) for n in re.findall(r"-?(?:\d*\.\d+|\d+)", rest)]
        if letter == "z":
            at = begun
            found.append(("z", *at))
        width = 2 if letter in "ml" else 1
        for start in range(0, len(numbers), width):
            across, down = {
                "h": lambda n: (n[0], 0),
                "v": lambda n: (0, n[0]),
            }.get(letter, lambda n: (n[0], n[1]))(numbers[start : start + width])
            at = (at[0] + across, at[1] + down)
            begun = at if letter == "m" else begun
            found.append(("M" if letter == "m" else "L", *at))
    return found


@given(OUTLINE)
def test_steps_end_where_the_path_ended_to_the_hundredth(
    parts: list[tuple[list[tuple[int, int]], bool]],
) -> None:
    told, expected = "", []
    for places, closed in parts:
        for n, (x, y) in enumerate(places):
            letter = "L" if n else "M"
            told += f"{letter}{x / 100:.2f},{y / 100:.2f}"
            expected.append((letter, x, y))
        if closed:
            told += "z"
            expected.append(("z", *places[0]))
    assert ends(stepped(told)) == expected


def together(inside: str) -> str:
    """The inside of a drawing with what its paths share said once."""
    root = ET.fromstring(f"<svg>{inside}</svg>")  # noqa: S314 - written here

    def written(one: ET.Element, said: tuple[str, ...]) -> str:
        told = "".join(f' {k}="{v}"' for k, v in one.attrib.items() if k not in said)
        return f"<{one.tag}{told}/>"

    return gathered(root, written, lambda key, value, held: f'<g {key}="{value}">{held}</g>')


def test_what_paths_beside_each_other_share_is_said_once_and_their_order_kept() -> None:
    one, other = 'clip-path="url(#a)" style="fill:red"', 'clip-path="url(#a)" style="fill:blue"'
    assert together(f'<path d="1" {one}/><path d="2" {one}/><path d="3" {other}/><use x="1"/>') == (
        '<g clip-path="url(#a)"><g style="fill:red"><path d="1"/><path d="2"/></g>'
        '<path d="3" style="fill:blue"/></g><use x="1"/>'
    )
    # What stands between two paths stays between them, and one path alone is left as it is.
    apart = f'<path d="1" {one}/><use x="1"/><path d="2" {one}/>'
    assert together(apart) == apart


def test_paths_that_are_seen_through_are_not_put_into_a_group() -> None:
    seen = '<path d="1" style="opacity:.5"/><path d="2" style="opacity:.5"/>'
    assert together(seen) == seen
    solid = '<path d="1" style="fill-opacity:.5"/><path d="2" style="fill-opacity:.5"/>'
    assert together(solid).startswith('<g style="fill-opacity:.5">')


def test_a_line_of_letters_that_comes_again_is_held_once() -> None:
    line = '<use href="#a"/><use href="#b" x="5.5"/><use href="#c" x="9"/>'
    marks = '<use href="#m" x="1" y="2"/>' * 3
    short = '<use href="#a"/><use href="#b" x="5"/>'
    drawn = [f"<svg><g>{line}</g><g>{short}</g><g>{marks}</g></svg>", f"<svg><g>{line}</g></svg>"]
    alone = line.replace("9", "8")
    again, held = lines_once([*drawn, f"<g>{alone}</g>"])
    assert held == [f'<g id="line-1">{line}</g>']
    assert again == [
        f'<svg><g><use href="#line-1"/></g><g>{short}</g><g>{marks}</g></svg>',
        '<svg><g><use href="#line-1"/></g></svg>',
        f"<g>{alone}</g>",
    ]
