"""Every source asked and held against everything that a pull would hold it against; nothing pinned.

A pull stops when it can't go on. A check goes on: each source is asked, read and judged beside the
figures of the others, or beside those that were pinned last where the others fail.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from gapwatch import study as study_file
from gapwatch.errors import GapwatchError, UsageError
from gapwatch.project import Project
from gapwatch.pulling import judge_of, require_clock, start
from gapwatch.pulls.asking import FAULTS, Answers, AreaCodes, ask_all, read_all
from gapwatch.pulls.checked import CheckedSources, row_of, together_row
from gapwatch.pulls.kept import Kept
from gapwatch.pulls.pinning import pin_of
from gapwatch.pulls.progress import Progress
from gapwatch.pulls.settling import Parts, SettledPart, put_back, settle
from gapwatch.pulls.starting import Base
from gapwatch.quality.checker import Checker
from gapwatch.sources.http import Client
from gapwatch.study import is_required

# A look, not a pull: two tries tell a fault that passes from one that doesn't.
_TRIES, _READ_SECONDS = 2, 60.0


def check_now(
    project: Project,
    *,
    accept_revisions: bool = False,
    root: Path | None = None,
    allow_local: bool = False,
) -> CheckedSources:
    """Check with the date of this moment, in universal time."""
    today = dt.datetime.now(tz=dt.UTC).date()
    about = study_file.load(project.study_file)[0].publishers
    with Client(
        about.organisation,
        about.contact,
        tries=_TRIES,
        read=_READ_SECONDS,
        allow_local=allow_local or None,
    ) as client:
        return check(
            project, today=today, client=client, accept_revisions=accept_revisions, root=root
        )


def check(
    project: Project,
    *,
    today: dt.date,
    client: Client,
    accept_revisions: bool = False,
    checker: Checker | None = None,
    root: Path | None = None,
) -> CheckedSources:
    """Ask every source of the study; tell every fault of every source, and pin nothing.

    Where one that is required fails and nothing of it is pinned, the sources can't be held against
    each other, and the last row is left out. Raises StudyError for a study that can't be read,
    UsageError for one that can't be pulled.
    """
    study, study_sha256 = study_file.load(project.study_file)
    base = start(project, study, today)
    client.watch = Progress()
    answers = ask_all(
        study,
        base.live,
        client,
        project.study_file.parent,
        root,
        patient=True,
        today=today,
        kept=Kept(project.raw, study_sha256, today, is_on=False),
        areas=AreaCodes(base.before.lookups()),
    )
    answers = read_all(answers, today, Kept(project.raw, study_sha256, today, is_on=False))
    faults = {name: answer.error for name, answer in answers.items() if answer.error is not None}
    last: list[GapwatchError | None] = []
    try:
        require_clock(client.exchanges, today)
        if all(
            name not in faults or base.before(name) is not None
            for name, answer in answers.items()
            if is_required(study, answer.source)
        ):
            faults |= _beside(base, answers, accept_revisions=accept_revisions, checker=checker)
            last.append(None)
    except (*FAULTS, UsageError) as error:
        last.append(error)
    rows = [row_of(answer, faults.get(name)) for name, answer in answers.items()]
    needed = (source.id for source in base.live if is_required(study, source))
    return CheckedSources((*rows, *map(together_row, last)), tuple(needed))


def _beside(
    base: Base, answers: Answers, *, accept_revisions: bool, checker: Checker | None
) -> dict[str, GapwatchError]:
    """The faults that sources show beside the others alone, by source."""
    fresh: Parts = {
        name: SettledPart(
            pin_of(base.project.raw, a.source, a.sent, a.found, base.mine, base.today, keyed=False),
            a.sent,
            a.found,
        )
        for name, a in answers.items()
        if a.error is None
    }
    lacking = [name for name in answers if name not in fresh]
    at_hand = {**base.pinned, **put_back(fresh, lacking, base.before)}
    judge = judge_of(base, accept_revisions=accept_revisions, checker=checker)
    return settle(at_hand, fresh, judge, base.before)[2]
