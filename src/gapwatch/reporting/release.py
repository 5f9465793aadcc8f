"""What the report says about its own making, gathered from the snapshot and the provenance."""

from __future__ import annotations

from collections.abc import Iterator

from gapwatch.audit.manifest import Identity
from gapwatch.audit.provenance import Provenance
from gapwatch.audit.revisions.since import Since
from gapwatch.reporting.chapters.quality.not_renewed import warning
from gapwatch.reporting.chapters.verdict.changed import changed
from gapwatch.reporting.document import MissedFacts, PinFacts, ReleaseFacts
from gapwatch.reporting.evidence.expected import next_expected
from gapwatch.reporting.language.speech import speaking, speech_of
from gapwatch.snapshots import Pin, Snapshot
from gapwatch.study import PinnedSource, Study, rests_on


def release_facts(
    identity: Identity, study: Study, snapshot: Snapshot, basis: Provenance, before: Since | None
) -> ReleaseFacts:
    """Everything printed about the release; the only date is the snapshot's."""
    missed = tuple(_missed(snapshot, study))
    with speaking(speech_of(study)):
        told = f"{warning(missed)}{changed(study, before)} {_expected(study)}"
    return ReleaseFacts(
        release_id=identity.release,
        as_known_at=snapshot.as_known_at,
        snapshot_id=snapshot.id,
        pins=tuple(_pin(pin, study) for pin in snapshot.pins),
        package_version=basis.package_version,
        code_sha256=basis.code_sha256,
        study_sha256=basis.study_sha256,
        lock_sha256=basis.lock_sha256 or "",
        rerun_command=f"gapwatch replay {identity.release}",
        rerun_needs=_needs(basis),
        changed_sentence=told,
        people=tuple(study.people.told().items()),
        demonstration=study.study.invented,
        missed=missed,
    )


def _missed(snapshot: Snapshot, study: Study) -> Iterator[MissedFacts]:
    """Sources of the study that the pull could not renew, in the study's order."""
    taken = {pin.id: pin.obtained_on for pin in snapshot.pins}
    for source in study.sources:
        missed = snapshot.missed.get(source.id)
        if missed is not None and not isinstance(source, PinnedSource):
            held = taken.get(source.id)
            decides = held is not None and rests_on(study, source)
            yield MissedFacts(source.title, missed.why, missed.since, held, decides)


def _pin(pin: Pin, study: Study) -> PinFacts:
    source = next((source for source in study.sources if source.id == pin.id), None)
    return PinFacts(
        id=pin.id,
        title=pin.title,
        publisher=pin.publisher,
        licence=pin.licence,
        attribution=pin.attribution,
        # The newest day of a restricted extract is no figure of closed years.
        period="closed years" if pin.restricted else pin.period,
        transcribed_or_retrieved=pin.obtained_on,
        sha256=pin.sha256,
        bytes=pin.bytes,
        url=pin.address,
        note=source.note if source else "",
    )


def _needs(basis: Provenance) -> str:
    """What must be in place before the command makes the same report again."""
    if basis.commit is None:
        return "Use code with the SHA-256 given here: no commit is known for it."
    if basis.clean is not True:
        return (
            "Use code with the SHA-256 given here: it may not be that of the commit named in "
            "manifest.json."
        )
    return (
        "The command takes the release from the folder of releases, or a bundle of it from a "
        "file. With --as-then it uses the commit named in manifest.json."
    )


def _expected(study: Study) -> str:
    return " ".join(next_expected(study))
