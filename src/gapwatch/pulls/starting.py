"""What a pull starts from: the snapshot that it follows, and the figures that are carried over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gapwatch import snapshots
from gapwatch.errors import UsageError
from gapwatch.project import Project
from gapwatch.pulls.pinning import Before, carried
from gapwatch.pulls.settling import Parts, SettledPart
from gapwatch.snapshots import Pin, Snapshot
from gapwatch.sources import registry as kinds
from gapwatch.sources.inputs import payloads
from gapwatch.study import LiveSource, PinnedSource, Study


@dataclass(frozen=True, eq=False)
class Base:
    """What a pull starts from: the snapshot that it follows, and what is carried over from it.

    `known` are its pins, `mine` those that the study itself pinned: what nobody pulled may be of
    another study and place. `pinned` are the figures that were written out.
    """

    project: Project
    study: Study
    today: dt.date
    previous: Snapshot | None
    live: list[LiveSource]
    pinned: Parts
    before: Before

    @property
    def known(self) -> dict[str, Pin]:
        """Every pin of the snapshot before."""
        return {} if self.previous is None else {pin.id: pin for pin in self.previous.pins}

    @property
    def mine(self) -> dict[str, Pin]:
        """The study's own."""
        own = self.previous is not None and self.previous.study == self.study.study.id
        return self.known if own else {}

    @property
    def missed(self) -> dict[str, snapshots.Missed]:
        """The study's sources that the pull before could not renew."""
        live = {source.id for source in self.live}
        missed = {} if self.previous is None else self.previous.missed
        return {name: one for name, one in missed.items() if name in live}


def base_of(
    project: Project,
    study: Study,
    today: dt.date,
    previous: Snapshot | None,
    shipped: Snapshot | None,
) -> Base:
    """Where a pull of this date starts, with what is carried over.

    Raises UsageError for a study that names pinned figures which no snapshot here holds.
    """
    _require_pinned(study, previous)
    pinned = {}
    for source in study.sources:
        if isinstance(source, PinnedSource):
            pin = carried(previous, shipped, source)
            sent = payloads(project.raw, pin)
            pinned[source.id] = SettledPart(pin, sent, kinds.parse(source, sent, today))
    live = [source for source in study.sources if not isinstance(source, PinnedSource)]
    own = previous if previous is not None and previous.study == study.study.id else None
    return Base(project, study, today, previous, live, pinned, Before(project.raw, own, live))


def previous_of(project: Project, study: Study) -> tuple[Snapshot | None, Snapshot | None]:
    """The snapshot that this pull follows, and a newer one that nobody pulled, if there is any.

    The study's own newest; before its first pull, the newest that any study may use. One that is
    retired or torn is passed over, so that the pull can be done again.
    """
    if not snapshots.usable(project.raw, study.study.id, whole=True):
        return None, None
    previous = snapshots.load(project.raw, study=study.study.id, whole=True)
    common = snapshots.ids(project.raw, "", whole=True)
    shipped = snapshots.load(project.raw, common[-1]) if common else None
    newer = shipped is not None and shipped.as_known_at > previous.as_known_at
    return previous, shipped if newer else None


def _require_pinned(study: Study, previous: Snapshot | None) -> None:
    """Refuse a study that names pinned figures which no snapshot here holds; all are told."""
    held = set() if previous is None else {pin.id for pin in previous.pins}
    wanted = [source.id for source in study.sources if isinstance(source, PinnedSource)]
    lacking = [name for name in wanted if name not in held]
    if lacking:
        raise UsageError(
            f"sources, {', '.join(lacking)}",
            expected="a snapshot that holds these pinned figures",
            found=f"no snapshot for {study.study.id}"
            if previous is None
            else f"snapshot {previous.id} with {', '.join(sorted(held))}",
            remedy='pull in the project that holds them, or describe each with kind = "file"',
        )
