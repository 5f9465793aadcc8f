"""Every source is asked and read, so that one source's fault never hides another's."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from gapwatch.errors import (
    GapwatchError,
    SourceError,
    StudyError,
    UnavailableError,
    ValidationError,
    together,
)
from gapwatch.pulls.kept import Kept
from gapwatch.sources import registry as kinds
from gapwatch.sources.hosts import host_and_port
from gapwatch.sources.http import Client
from gapwatch.sources.payload import Payload
from gapwatch.study import (
    FileSource,
    FingertipsBase,
    LiveSource,
    NomisBase,
    Publishers,
    Study,
    is_required,
)

log = logging.getLogger(__name__)
FAULTS = (SourceError, ValidationError, StudyError)
_STATUS = "status "


@dataclass(frozen=True, eq=False)
class Answered:
    """What a source sent and how it reads, or the fault that it has.

    `skipped` names the source after whose silence this one, of the same service, wasn't asked.
    """

    source: LiveSource
    sent: tuple[Payload, ...] = ()
    found: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    error: GapwatchError | None = None
    skipped: str = ""


Answers = dict[str, Answered]


class AreaCodes:
    """Codes of the areas of a geography, by the lookups that were sent, or else pinned before."""

    def __init__(self, pinned: Mapping[str, pd.DataFrame]) -> None:
        self._lookups = dict(pinned)

    def add(self, source: str, lookup: pd.DataFrame) -> None:
        """Take a lookup that was sent just now in the place of its pinned one."""
        self._lookups[source] = lookup

    def of(self, geography: str, number: int) -> tuple[str, ...]:
        """The codes of a geography in a lookup that holds so many of them; none where none does."""
        for _, frame in sorted(self._lookups.items()):
            for end in ("from", "to"):
                mine = frame.loc[frame[f"{end}_geography"] == geography, f"{end}_code"]
                codes = tuple(sorted(set(map(str, mine))))
                if len(codes) == number:
                    return codes
        return ()


def ask_all(
    study: Study,
    live: Sequence[LiveSource],
    client: Client,
    folder: Path,
    root: Path | None,
    *,
    kept: Kept,
    areas: AreaCodes,
    today: dt.date,
    patient: bool = False,
) -> Answers:
    """Ask every live source, lookups before residents, and give what each sent, or its fault.

    A service that gave no answer to all tries is not asked for its other sources, unless `patient`.
    What arrived whole earlier on this day is not asked for again (`kept`).
    """
    answers: Answers = {}
    silent: dict[str, str] = {}
    # Residents last: where Nomis doesn't list its areas, a lookup that was sent before does.
    ordered = sorted(live, key=lambda source: isinstance(source, NomisBase))
    for number, source in enumerate(ordered, 1):
        service = _service(source, study.publishers)
        if service in silent and not patient:
            log.warning("%s isn't asked: %s gave no answer", source.id, service)
            cause = answers[silent[service]].error
            answers[source.id] = Answered(source, error=cause, skipped=silent[service])
            continue
        sent = kept.read(source)
        try:
            if sent is None:
                log.info("pulling %s (%d of %d) ...", source.id, number, len(ordered))
                sent = kinds.fetch(source, client, study.publishers, folder, root, areas.of)
                kept.write(source, sent)
            answers[source.id] = Answered(source, sent)
        except FAULTS as error:
            answers[source.id] = Answered(source, error=error)
            if service and _is_silence(error):
                silent[service] = source.id
            continue
        if source.table == "lookup":
            _learn(areas, source, sent, today)
    return {source.id: answers[source.id] for source in live}


def _is_silence(error: GapwatchError) -> bool:
    return isinstance(error, UnavailableError) and not error.found.startswith(_STATUS)


def _learn(areas: AreaCodes, source: LiveSource, sent: tuple[Payload, ...], today: dt.date) -> None:
    try:
        areas.add(source.id, kinds.parse(source, sent, today)["lookup"])
    except FAULTS:
        return  # `read_all` meets the same fault and tells it


def read_all(answers: Answers, today: dt.date, kept: Kept) -> Answers:
    """The same answers read; what can't be read isn't kept for another pull."""
    read: Answers = {}
    for name, answer in answers.items():
        read[name] = answer
        if answer.error is None:
            try:
                found = kinds.parse(answer.source, answer.sent, today)
                read[name] = replace(answer, found=found)
            except FAULTS as error:
                kept.forget(answer.source)
                read[name] = replace(answer, error=error)
    return read


def require(study: Study, answers: Answers) -> dict[str, GapwatchError]:
    """The faults of sources that the study can do without; all others are raised, all at once.

    So are a description that is wrong, whichever source it is of, and the faults of all sources
    where none had anything to give.
    """
    faults = {name: answer.error for name, answer in answers.items() if answer.error is not None}
    grave = {
        name: error
        for name, error in faults.items()
        if is_required(study, answers[name].source) or isinstance(error, StudyError)
    }
    if len(faults) == len(answers):
        grave = faults
    raise_all(grave, {name for name in grave if answers[name].skipped})
    return faults


def raise_all(faults: Mapping[str, GapwatchError], skipped: Collection[str] = ()) -> None:
    """Raise the one fault there is, or all of them as one error; nothing where there is none."""
    told = {name: error for name, error in faults.items() if name not in skipped}
    if not faults:
        return
    if skipped:
        log.warning("not asked, as their service gave no answer: %s", ", ".join(sorted(skipped)))
    raise together(list(told.values()) or list(faults.values())[:1])


def _service(source: LiveSource, publishers: Publishers) -> str:
    """What several sources may be asked of: a publisher's service, or the host of a file."""
    if isinstance(source, FileSource):
        return host_and_port(source.landing_page or source.address or "")
    if isinstance(source, FingertipsBase):
        return publishers.fingertips
    return publishers.nomis if isinstance(source, NomisBase) else publishers.portal
