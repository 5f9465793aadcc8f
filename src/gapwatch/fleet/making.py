"""One study of a fleet, in a process that makes many: imports and validation are paid for once."""

from __future__ import annotations

import atexit
import gc
import logging
import threading
from functools import cache
from pathlib import Path

from gapwatch import pipeline, publishing
from gapwatch import study as study_file
from gapwatch.audit.manifest import basis_of
from gapwatch.audit.provenance import provenance
from gapwatch.audit.verify import verify_release
from gapwatch.errors import GapwatchError, IntegrityError
from gapwatch.fleet.jobs import FAILED, KEPT, MADE, StudyDone, StudyJob
from gapwatch.project import Project
from gapwatch.quality.standing_checker import StandingChecker
from gapwatch.site import laying
from gapwatch.switch import DATABASE

log = logging.getLogger(__name__)
# A worker of a cluster may have threads; drawing and the validation process are one each.
_one_at_a_time = threading.Lock()


def make(job: StudyJob) -> StudyDone:
    """Make a study's release as `gapwatch run --out` does; one of these very inputs stands.

    Every error becomes part of the answer: the studies after this one don't depend on it.
    """
    with _one_at_a_time:
        return _make(job)


def _make(job: StudyJob) -> StudyDone:
    try:
        with_database = job.with_database or job.databases.exists()
        project = Project(
            Path(job.root),
            Path(job.file),
            database_in=job.databases if with_database else job.releases,
        )
        standing = made_already(project, job)
        if standing and (not with_database or (job.databases / DATABASE).is_file()):
            return _kept(project, job, standing)
        found = pipeline.run(
            project,
            out=job.releases,
            checker=_checker(),
            code=job.code,
            with_site=job.with_site,
            with_database=with_database,
            side_by_side=False,  # every processor has a worker
        )
        return StudyDone(job.id, MADE, found.release)
    except GapwatchError as error:
        return StudyDone(job.id, FAILED, fault=str(error))
    except Exception as error:  # a fault of ours must not stop the others either
        log.exception("%s: a fault of gapwatch itself", job.id)
        return StudyDone(job.id, FAILED, fault=f"{type(error).__name__}: {error}")
    finally:
        _tidy()


def _kept(project: Project, job: StudyJob, standing: str) -> StudyDone:
    """What became of a study whose release stands, once its site is as it should be.

    A site is made where it is asked for, and brought up to date where one is. What stands in its
    way is told; the release stands all the same.
    """
    if job.with_site or laying.stands(job.releases):
        study, _ = study_file.load(project.study_file)
        try:
            laying.beside(job.releases, project.raw, study.site.base)
        except GapwatchError as error:
            return StudyDone(job.id, KEPT, standing, str(error))
    return StudyDone(job.id, KEPT, standing)


def made_already(project: Project, job: StudyJob) -> str:
    """The name of the study's newest release, if a run now would give that very one; else "".

    It is verified: every file against its hash. What isn't whole is made again.
    """
    try:
        newest = publishing.latest(job.releases, job.id)
        if newest is None:
            return ""
        told = verify_release(newest)
    except IntegrityError:
        return ""
    study, sha256 = study_file.load(project.study_file)
    snapshot = pipeline.chosen_snapshot(project, study, None, None)
    basis = basis_of(study, snapshot, provenance(project, sha256, job.code))
    return told.release if told.basis == basis else ""


@cache
def _checker() -> StandingChecker:
    """This process's one validation process; it ends with it."""
    checker = StandingChecker()
    atexit.register(checker.close)
    return checker


def begin() -> None:
    """Get a process ready: its validation process imports while it does."""
    gc.disable()  # once a study is enough, and costs a tenth of the time else
    atexit.register(gc.unfreeze)
    _checker().__enter__().__exit__(None, None, None)


def _tidy() -> None:
    gc.collect()
    # What stands now, libraries above all, is there for good: it needn't be gone through again.
    gc.freeze()
