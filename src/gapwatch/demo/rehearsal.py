"""A study as it stands, pulled and released from the replica of its publishers: a rehearsal.

The study's own file is copied with one line added, by which every page says that figures are
invented. Requests to the publishers' addresses go to the replica on this machine, and none to a
network. Figures that were pinned by hand come along as they are.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from gapwatch import pulling, shipped, snapshots
from gapwatch import study as study_file
from gapwatch.demo.replica import Replica, Ward, westminster
from gapwatch.demo.replica.borough import PATHS, borough
from gapwatch.demo.replica.files import brings, brought
from gapwatch.demo.twin.folder import require_free
from gapwatch.errors import SourceError, StudyError, UsageError
from gapwatch.project import STUDY_FILE, Project
from gapwatch.publishing import told
from gapwatch.quality.checker import Checker
from gapwatch.shipped import SUITES
from gapwatch.sources.http import MOST_BYTES, Client
from gapwatch.sources.responses import Answer, Expected
from gapwatch.study import PinnedSource, Study

log = logging.getLogger(__name__)
# The day of the pull: the clock is in no byte of a rehearsal.
TODAY = dt.date(2026, 12, 1)
ONS = "https://www.ons.gov.uk/"
GOV = ("https://www.gov.uk/", "https://assets.publishing.service.gov.uk/")
FIRST_LINE = "# Written by `gapwatch demo`: a study rehearsed on invented figures."
# On each page, the two of the summary too, which has few words.
BANNER = "A rehearsal: deaths, residents and outlines are invented, and so is every verdict."


class RehearsingClient(Client):
    """Asks the replica for what is below a publisher's address, and asks nobody else.

    Raises SourceError for any other address: a rehearsal reaches no network.
    """

    def __init__(self, routes: Mapping[str, str]) -> None:
        super().__init__("gapwatch demo", "https://example.org/", allow_local=True)
        # The longest first: an address may begin as another does.
        self._routes = dict(sorted(routes.items(), key=lambda route: (-len(route[0]), route[0])))

    def get(
        self,
        address: str,
        params: Mapping[str, str] | None = None,
        *,
        expect: Expected,
        starts_with: str = "",
        max_bytes: int = MOST_BYTES,
        discreet: bool = False,
    ) -> Answer:
        """The answer of the replica, under the address that was asked for.

        Answers of the study's own, which it brings beside it, are asked for by their own names.
        """
        for public, local in self._routes.items():
            if address.startswith(public):
                sent = super().get(
                    local + address.removeprefix(public),
                    params,
                    expect=expect,
                    starts_with=starts_with,
                    max_bytes=max_bytes,
                    discreet=discreet,
                )
                return Answer(public + sent.address.removeprefix(local), sent.content)
        raise SourceError(
            address,
            expected=f"an address below {', '.join(self._routes)}",
            found="another",
            remedy="leave the source out of a rehearsal: the replica stands for these publishers",
        )


def rehearse(
    study_path: Path,
    raw: Path,
    scenario: str,
    seed: int,
    folder: Path,
    checker: Checker | None = None,
) -> Project:
    """Copy the study into `folder`, and pull its snapshot from the replica.

    `raw` holds the snapshot that nobody pulled, whose pins come along. A study that brings answers
    in a folder `replica` beside it is served those, so that any place can be rehearsed. Raises
    UsageError for a scenario that a rehearsal doesn't have and for a folder that holds anything
    else, StudyError for a place whose small areas the replica doesn't know, and all that a pull
    raises.
    """
    study, _ = study_file.load(study_path)
    own = brings(study_path.parent)
    answers = brought(study, study_path.parent, scenario) if own else {}
    if not own:
        _require(study, scenario)
    require_free(folder)
    text = study_path.read_text(encoding="utf-8")
    project = Project(folder.resolve(), folder.resolve() / STUDY_FILE)
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        project.study_file.write_text(_bannered(text, study), encoding="utf-8")
        for name in ("data", "expectations", "reports"):
            shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(shipped.suites(), folder / SUITES)
        for made in (project.raw, project.curated, project.reports):
            made.mkdir(parents=True)
    if any(isinstance(source, PinnedSource) for source in study.sources):
        _carry(raw, project.raw)
    log.info("inventing %s, %s, seed %d ...", study.study.place, scenario, seed)
    if own:
        with Replica(None, files=dict(answers.values())) as replica:
            routes = {address: replica.files + name for address, (name, _) in answers.items()}
            with RehearsingClient(routes) as client:
                pulling.pull(project, today=TODAY, client=client, checker=checker)
        return project
    wards = [Ward(a.code, a.name, a.row, a.column) for a in study.geography.areas]
    with Replica(borough(wards, seed=seed, scenario=scenario)) as replica:
        asked = study.publishers
        routes = {
            asked.fingertips: replica.publishers["fingertips"],
            asked.nomis: replica.publishers["nomis"],
            asked.portal: replica.publishers["portal"],
            ONS: replica.ons,
            **dict.fromkeys(GOV, replica.gov),
        }
        with RehearsingClient(routes) as client:
            pulling.pull(project, today=TODAY, client=client, checker=checker)
    return project


def _require(study: Study, scenario: str) -> None:
    if scenario not in PATHS:
        raise UsageError(
            f"--scenario {scenario}",
            expected=f"one of {', '.join(PATHS)} beside --study",
            found=repr(scenario),
            remedy="choose one of these, or leave --study out",
        )
    codes = {row[0] for row in westminster.areas()}
    mine = {area.code for area in study.geography.areas}
    if study.study.area_code != westminster.CODE or mine != codes:
        raise StudyError(
            "the study, geography",
            expected=f"the {len(codes)} wards of 2011 of "
            f"{westminster.NAME} ({westminster.CODE}), whose small areas the replica knows",
            found=f"{len(mine)} areas of {study.study.area_code}",
            remedy="rehearse a study of that place, or run gapwatch demo without --study",
        )


def _bannered(text: str, study: Study) -> str:
    """The study with the banner, unless it has one already."""
    if not study.study.invented:
        text, done = re.subn(
            r"(?m)^\[study\][^\n]*$", rf'\g<0>\ninvented = "{BANNER}"', text, count=1
        )
        if not done:
            raise StudyError(
                "the study",
                expected="a line [study]",
                found="none",
                remedy="write the table [study] on a line of its own",
            )
    return f"{FIRST_LINE}\n{text}"


def _carry(raw: Path, into: Path) -> None:
    """Write out the newest snapshot that nobody pulled; what was pulled is real, and stays away."""
    common = snapshots.ids(raw, "")
    if common:
        held = snapshots.load(raw, common[-1])
        snapshots.write(
            into,
            title=held.title,
            as_known_at=held.as_known_at,
            items=[(pin, snapshots.read_objects(raw, pin)) for pin in held.pins],
            study="",
        )
