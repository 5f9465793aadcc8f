"""From pinned bytes to tidy tables: what a snapshot holds, in the shape of the contracts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gapwatch import snapshots, tables
from gapwatch.contracts import EXTRA_INPUTS, INITIATIVE, INPUTS, LIFE_EXPECTANCY, TABLES
from gapwatch.errors import StudyError
from gapwatch.snapshots import Pin, Snapshot
from gapwatch.sources import registry as kinds
from gapwatch.sources.corrections import correct
from gapwatch.sources.duplicates import require_apart
from gapwatch.sources.fits_study import require_fit, require_tables
from gapwatch.sources.names import require_names
from gapwatch.sources.outline_table import require_outlined
from gapwatch.sources.payload import Payload
from gapwatch.sources.redact import discreet_table
from gapwatch.sources.registers import declared, require_registered, stated_nowhere
from gapwatch.sources.repeated import require_own_windows
from gapwatch.sources.rounded import require_declared
from gapwatch.sources.sanity import require_sane
from gapwatch.sources.unlisted import require_listed
from gapwatch.study import PinnedSource, Source, Study, is_restricted, restricted_tables
from gapwatch.study.required import CONTEXT

log = logging.getLogger(__name__)
Frames = dict[str, pd.DataFrame]


def load_inputs(raw: Path, snapshot: Snapshot, study: Study) -> Frames:
    """Read every source of the study from the snapshot, verified, parsed, checked.

    Returns one canonical frame per input table. Raises IntegrityError for bytes that are not the
    pinned ones, ValidationError for bytes that break the contract, StudyError when the study asks
    for areas or periods that the data don't hold.
    """
    return combine(study, read_sources(raw, snapshot, study), known_in=snapshot.as_known_at.year)


def read_sources(
    raw: Path, snapshot: Snapshot, study: Study, *, corrected: bool = True
) -> dict[str, Frames]:
    """Tables of every source of the study by its id, with its corrections or as published.

    A snapshot that nobody pulled holds figures that were written out, and no live source; one that
    was pulled may have missed some. These are left out, which the log and the report say.
    UsageError when any other source is lacking, StudyError for a source of another table than its
    pin, and where only one of the two is restricted.
    """
    found: dict[str, Frames] = {}
    sent: dict[str, tuple[Payload, ...]] = {}
    left_out = absent(snapshot, study)
    if left_out:
        why = "could not be given" if snapshot.study else "was not pulled and holds no"
        log.warning("snapshot %s %s %s", snapshot.id, why, ", ".join(left_out))
    for source in study.sources:
        if source.id in left_out:
            continue
        pin = snapshot.pin(source.id)
        _require_same(source, pin)
        sent[source.id] = payloads(raw, pin)
        published = kinds.parse(source, sent[source.id], snapshot.as_known_at)
        found[source.id] = correct(study, source.id, published) if corrected else published
    require_apart(study.sources, found, sent)
    return found


def _require_same(source: Source, pin: Pin) -> None:
    """Refuse a source whose pin holds another table, or is secret where the source isn't."""
    where = f"sources, {source.id}"
    if pin.table != source.table:
        raise StudyError(
            where,
            expected=f"the table that the pin holds, {pin.table}",
            found=source.table,
            remedy="correct table in the study",
        )
    if pin.restricted and not is_restricted(source):
        raise StudyError(
            where,
            expected="restricted = true, as the file was pinned",
            found="no such word",
            remedy="put it back; where the file may be passed on, give it another id and pull",
        )
    if is_restricted(source) and not pin.restricted:
        raise StudyError(
            where,
            expected="a pin that is restricted, as the source is",
            found="one that isn't",
            remedy="pull again, and see who has the file that was pinned openly before",
        )


def absent(snapshot: Snapshot, study: Study) -> tuple[str, ...]:
    """Sources that a snapshot may lack: not pulled, missed by its pull, or context."""
    held = {pin.id for pin in snapshot.pins}
    return tuple(
        source.id
        for source in study.sources
        if source.id not in held
        and (not isinstance(source, PinnedSource) or source.table in CONTEXT)
        and (not snapshot.study or source.id in snapshot.missed or source.table in CONTEXT)
    )


def payloads(raw: Path, pin: Pin) -> tuple[Payload, ...]:
    """What a pin holds, verified, as the publisher sent it."""
    contents = snapshots.read_objects(raw, pin)
    return tuple(
        Payload(item.role, item.address, item.suffix, content)
        for item, content in zip(pin.objects, contents, strict=True)
    )


def combine(
    study: Study, found: Mapping[str, Mapping[str, pd.DataFrame]], *, known_in: int
) -> Frames:
    """One canonical frame per input table from the tables of every source; the study must fit.

    Here is all that is asked of tables together, whichever kind of source brought them: that names
    agree, that none is lacking, that the study fits and is whole, that the figures can be true.
    """
    study = study.with_held({name for frames in found.values() for name in frames})
    require_names(study, found)
    parts: dict[str, list[pd.DataFrame]] = {}
    for frames in found.values():
        for name, frame in frames.items():
            parts.setdefault(name, []).append(frame)
    for name, frame in declared(study).items():
        parts.setdefault(name, []).append(frame)
    if INITIATIVE.name in parts:
        parts[INITIATIVE.name] = [stated_nowhere(part) for part in parts[INITIATIVE.name]]
    require_tables(study, parts)
    restricted = restricted_tables(study.sources)
    inputs: Frames = {}
    for table in (*INPUTS, *EXTRA_INPUTS):
        if table.name in parts:
            with discreet_table(table.name, restricted):
                inputs[table.name] = tables.canonical(
                    TABLES[table.name], pd.concat(parts[table.name], ignore_index=True), table.name
                )
    # Asked of every study but one whose own life tables decide; of such a one it may have no row.
    if LIFE_EXPECTANCY.name not in inputs:
        inputs[LIFE_EXPECTANCY.name] = tables.canonical(
            LIFE_EXPECTANCY, pd.DataFrame(columns=list(LIFE_EXPECTANCY.names)), LIFE_EXPECTANCY.name
        )
    require_fit(study, inputs, known_in=known_in)
    require_declared(study, found)
    require_registered(inputs)
    require_sane(study, inputs)
    require_own_windows(study, inputs[LIFE_EXPECTANCY.name])
    require_listed(study, inputs)
    codes = [area.code for area in study.geography.areas]
    require_outlined(inputs.get("boundary"), study.geography.vintage, codes)
    return inputs
