"""Which declared inputs explain a difference: each one that differs is named, and no other."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwatch.audit.compare.files import causes

A, B = "a" * 64, "b" * 64
TOLD: dict[str, Any] = {
    "schema_version": 2,
    "release": "town-2026-01-01-aaaaaaaaaa",
    "as_known_at": "2026-01-01",
    "answer": {"verdict": "on track", "sentence": "It is."},
    "snapshot": {
        "id": "s1",
        "title": "T",
        "inputs": {"wards": {"sha256": A, "bytes": 9}, "deaths": {"sha256": A, "bytes": 9}},
    },
    "study": {"id": "town", "sha256": A},
    "suites": {"gap.json": A, "verdict.json": A},
    "code": {"package_version": "0.1.0", "sha256": A, "commit": "c" * 40, "clean": True},
    "lock": {"sha256": A},
    "simulation": {"seed": 1, "draws": 20000},
    "previous": {"release": "r0", "sha256": A},
    "people": {"sha256": A},
    "made_with": {"python": "3.12.1", "platform": "Linux x86_64"},
    "outputs": {"report.html": {"sha256": A, "bytes": 9}},
}


def changed(path: str, value: object) -> dict[str, Any]:
    """The manifest with one value changed; taken out when the new one is `...`."""
    made = copy.deepcopy(TOLD)
    *parents, last = path.split("/")
    inner = made
    for parent in parents:
        inner = inner[parent]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return made


def test_the_same_inputs_explain_nothing_however_the_outputs_differ() -> None:
    assert causes(TOLD, TOLD) == []
    assert causes(TOLD, changed("outputs/report.html/sha256", B)) == []
    assert causes(TOLD, changed("answer/verdict", "off track")) == []


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("snapshot/id", "s2", "The snapshot differs: s1 when released, s2 now."),
        (
            "snapshot/inputs/wards/sha256",
            B,
            (
                "The snapshot's source wards differs: "
                "sha256 aaaaaaaaaaaa when released, sha256 bbbbbbbbbbbb now."
            ),
        ),
        (
            "snapshot/inputs/wards",
            ...,
            (
                "The snapshot's source wards differs: "
                "sha256 aaaaaaaaaaaa, bytes 9 when released, not named now."
            ),
        ),
        ("study/id", "city", "The study differs: town when released, city now."),
        (
            "study/sha256",
            B,
            ("The study file differs: aaaaaaaaaaaa when released, bbbbbbbbbbbb now."),
        ),
        (
            "suites/gap.json",
            B,
            ("The suite gap.json differs: aaaaaaaaaaaa when released, bbbbbbbbbbbb now."),
        ),
        (
            "suites/gap.json",
            ...,
            ("The suite gap.json differs: aaaaaaaaaaaa when released, not named now."),
        ),
        (
            "suites/new.json",
            A,
            ("The suite new.json differs: not named when released, aaaaaaaaaaaa now."),
        ),
        (
            "code/package_version",
            "0.2.0",
            ("The version of the package differs: 0.1.0 when released, 0.2.0 now."),
        ),
        ("code/sha256", B, "The code differs: aaaaaaaaaaaa when released, bbbbbbbbbbbb now."),
        (
            "code/commit",
            None,
            ("The commit of the code differs: cccccccccccc when released, not named now."),
        ),
        (
            "code/clean",
            False,
            ("Whether the code is as committed differs: true when released, false now."),
        ),
        (
            "lock/sha256",
            None,
            ("The lock file differs: sha256 aaaaaaaaaaaa when released, not named now."),
        ),
        ("simulation/seed", 2, "The simulation's setting seed differs: 1 when released, 2 now."),
        (
            "simulation/draws",
            1000,
            ("The simulation's setting draws differs: 20000 when released, 1000 now."),
        ),
        (
            "previous",
            None,
            (
                "The previous release differs: "
                "release r0, sha256 aaaaaaaaaaaa when released, not named now."
            ),
        ),
        (
            "people/sha256",
            B,
            (
                "The people file differs: "
                "sha256 aaaaaaaaaaaa when released, sha256 bbbbbbbbbbbb now."
            ),
        ),
        (
            "made_with/python",
            "3.13.0",
            ("Made with another python, which is no input: 3.12.1 when released, 3.13.0 now."),
        ),
    ],
)
def test_the_one_input_that_differs_is_named(path: str, value: object, sentence: str) -> None:
    assert causes(TOLD, changed(path, value)) == [sentence]


def test_a_manifest_of_an_older_schema_is_not_blamed_for_what_it_did_not_know() -> None:
    old = {key: TOLD[key] for key in TOLD if key not in {"previous", "people", "made_with"}}
    assert causes(old, {**TOLD, "previous": None, "people": None}) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(path=st.sampled_from([*TOLD, "snapshot/id", "snapshot/inputs", "code/sha256"]), value=JSON)
def test_odd_types_never_raise_and_are_printable(path: str, value: object) -> None:
    odd = changed(path, value)
    for told, now in ((TOLD, odd), (odd, TOLD)):
        assert all(sentence.isprintable() for sentence in causes(told, now))
    assert causes(odd, odd) == []
