"""Which release was the first to hold each version of an expectation: who wrote down what, when.

A study may say any date. What it can't do is change a version that a release has told already, or
let one go: each release is held against the one before.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

import pandas as pd

from gapwatch.audit.lineage import Previous
from gapwatch.contracts import EXPECTATION, INITIATIVE, REGISTRATION
from gapwatch.errors import IntegrityError, StudyError
from gapwatch.initiatives.register import initiatives
from gapwatch.tables import canonical

FILE = f"data/{REGISTRATION.name}.csv"
RELEASE, STATEMENT, LATE, UNKNOWN = "release", "statement", "late", "unknown"
Frames = Mapping[str, pd.DataFrame]


class RegisteredVersion(NamedTuple):
    """What an earlier release has of one version."""

    sha256: str
    first_release: str
    first_known_at: str


def registration(previous: Previous | None, inputs: Frames, known_at: dt.date) -> pd.DataFrame:
    """The table `registration`; empty where neither this release nor the one before has any.

    Raises StudyError for a version that the release before tells otherwise, and for one that it
    tells and the study no longer has; IntegrityError for a record that can't be read.
    """
    before = _told(previous) if previous else {}
    frame = inputs.get(EXPECTATION.name)
    rows: list[dict[Any, Any]] = [] if frame is None else frame.astype(object).to_dict("records")
    held = {(row["expectation"], int(row["version"])) for row in rows}
    for name, version in sorted(before.keys() - held):
        _refuse(
            name,
            version,
            f"it, as in release {previous.release if previous else ''}",
            "none",
            "put it back as it was; what was expected stays, whatever came of it",
        )
    starts = _starts(inputs)
    found = [_row(row, before, starts.get(row["initiative"], ""), known_at) for row in rows]
    table = pd.DataFrame(found, columns=list(REGISTRATION.names))
    return canonical(REGISTRATION, table, REGISTRATION.name)


def _starts(inputs: Frames) -> dict[str, str]:
    frame = inputs.get(INITIATIVE.name)
    return {} if frame is None else {one.id: one.first_day for one in initiatives(frame)}


def _row(
    row: dict[Any, Any],
    before: Mapping[tuple[str, int], RegisteredVersion],
    first_day: str,
    known_at: dt.date,
) -> dict[str, object]:
    key = (row["expectation"], int(row["version"]))
    told = before.get(key)
    if told is not None and told.sha256 != row["sha256"]:
        _refuse(
            *key,
            f"what release {told.first_release} has of it (sha256 {told.sha256[:12]})",
            f"something else (sha256 {row['sha256'][:12]})",
            f"put it back as it was, and write the change down as version {key[1] + 1} with the "
            "day of the change",
        )
    first_known = told.first_known_at if told else known_at.isoformat()
    proof = LATE
    if not first_day:
        proof = UNKNOWN
    elif row["registered_on"] < first_day:
        proof = RELEASE if first_known < first_day else STATEMENT
    return {
        "expectation": key[0],
        "version": key[1],
        "registered_on": row["registered_on"],
        "sha256": row["sha256"],
        "first_release": told.first_release if told else "",
        "first_known_at": first_known,
        "proof": proof,
    }


def _told(previous: Previous) -> dict[tuple[str, int], RegisteredVersion]:
    path = previous.folder / FILE
    if not path.is_file():
        return {}
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        return {
            (row["expectation"], int(row["version"])): RegisteredVersion(
                row["sha256"], row["first_release"] or previous.release, row["first_known_at"]
            )
            for row in rows
        }
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise IntegrityError(
            str(path),
            expected="the record of expectations of this or an earlier version",
            found=type(error).__name__,
            remedy="restore the release from a backup or a bundle",
        ) from error


def _refuse(name: str, version: int, expected: str, found: str, remedy: str) -> NoReturn:
    raise StudyError(
        f"the study, expectations, {name}, version {version}",
        expected=expected,
        found=found,
        remedy=remedy,
    )
