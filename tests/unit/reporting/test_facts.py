"""What the report says about its own making: complete, and no more than is known."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.unit.reporting import samples

from gapwatch.audit.manifest import Identity
from gapwatch.audit.provenance import Provenance
from gapwatch.reporting.document import ReleaseFacts
from gapwatch.reporting.language.reasons import CLAUSES, clause, every_ground
from gapwatch.reporting.release import release_facts
from gapwatch.snapshots import Snapshot

BASIS = Provenance(
    package_version="0.1.0",
    code_sha256="c0de",
    commit="abc",
    clean=True,
    study_sha256="57d7",
    lock_sha256=None,
    suites={},
    made_with={},
)
IDENTITY = Identity("ba515", None, "riverton-1")


def made(**changes: Any) -> ReleaseFacts:
    basis = dataclasses.replace(BASIS, **changes)
    snapshot = SimpleNamespace(
        id="2016-11-23-0", as_known_at=dt.date(2016, 11, 23), pins=(), missed={}
    )
    return release_facts(IDENTITY, samples.study(), cast("Snapshot", snapshot), basis, before=None)


def test_a_release_without_an_earlier_one_is_called_the_first() -> None:
    assert made().changed_sentence == (
        "This is the first release of this study. The next edition is expected in May."
    )


def test_a_release_of_a_clean_commit_is_replayed_by_its_name_with_that_commit() -> None:
    facts = made()
    assert facts.rerun_command == "gapwatch replay riverton-1"
    assert "With --as-then it uses the commit named in manifest.json." in facts.rerun_needs


@pytest.mark.parametrize("clean", [False, None])
def test_changed_code_is_not_said_to_be_that_of_the_commit(clean: bool | None) -> None:
    text = made(clean=clean).rerun_needs
    assert text.startswith("Use code with the SHA-256 given here: it may not be that of the commit")
    assert "--as-then" not in text


def test_code_without_a_commit_is_known_by_its_hash() -> None:
    text = made(commit=None, clean=None).rerun_needs
    assert "no commit is known for it" in text
    assert "manifest.json" not in text


def test_every_code_of_a_refusal_has_its_words() -> None:
    assert list(CLAUSES) == [f"V0{n}" for n in range(1, 9)]
    # A range of areas is refused where the gap is to be closed, exchanged sides where it isn't.
    assert len(every_ground(3, 6)) == len(CLAUSES) - 1
    assert set(every_ground(3, 6, eliminates=True)) - set(every_ground(3, 6)) == {
        every_ground(3, 6, eliminates=True)[-1]
    }
    assert clause("V04") == "the deadline has passed"
    assert clause("V99") == "reason V99"
    assert clause("") == "it is not recorded"
