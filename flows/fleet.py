"""The studies of a fleet on a Dask cluster, each a task of one Prefect flow.

Started by `gapwatch fleet --dask ADDRESS`: jobs come in on standard input as one line of JSON,
what became of each goes out on standard output as it ends, a line of JSON each; a refusal of all is
the last line. Logs go to standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, or by a worker

# First of all: it says what Prefect may do, before Prefect is imported.
import flows.common  # noqa: F401

# isort: split
import distributed
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect_dask.task_runners import DaskTaskRunner

from gapwatch.audit.provenance import code_sha256
from gapwatch.errors import GapwatchError, SourceError
from gapwatch.fleet.jobs import FAILED, StudyDone, StudyJob, make

_CONNECT_SECONDS = 15
_VERSION = version("distributed")
_REMEDY = "start every worker with the environment that gapwatch runs in here, then run again"


def _kit() -> tuple[str, str, str]:
    """What must be the same everywhere for the same bytes: Python, distributed, our own code."""
    return platform.python_version(), _VERSION, code_sha256()


_client: Any = distributed.Client  # whose types say less than its documentation


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of a scheduler whose workers are as we are.

    Raises SourceError where it isn't there, has no worker, or runs other versions or other code.
    """
    where = f"Dask scheduler {address}"
    try:
        client: Any = _client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise SourceError(
            where,
            expected="a scheduler that answers",
            found=f"{type(error).__name__}: {str(error)[:200]}",
            remedy="correct --dask, or start it with `dask scheduler`; nothing was made",
        ) from error
    except Exception as error:  # another version speaks another protocol, and fails in many ways
        raise SourceError(
            where,
            expected=f"a scheduler of distributed {_VERSION}",
            found=f"one that can't be spoken to ({type(error).__name__})",
            remedy=_REMEDY,
        ) from error
    with client:
        require_same(where, client)
        yield client


def require_same(where: str, client: Any) -> None:
    """Refuse a cluster without workers, or one that would make other bytes."""
    try:
        versions = client.get_versions()
        scheduler = str(versions["scheduler"]["packages"].get("distributed"))
        if scheduler != _VERSION:
            raise SourceError(
                where,
                expected=f"distributed {_VERSION}, as here",
                found=f"distributed {scheduler}",
                remedy=_REMEDY,
            )
        found = client.run(_kit, on_error="return")
    except GapwatchError:
        raise
    except Exception as error:  # whatever another version makes of our question
        raise SourceError(
            where,
            expected="workers that tell their versions",
            found=f"{type(error).__name__}: {str(error)[:200]}",
            remedy=_REMEDY,
        ) from error
    if not found:
        raise SourceError(
            where,
            expected="at least one worker",
            found="none",
            remedy="start one with `dask worker --nthreads 1`, then run again",
        )
    for worker, kit in sorted(found.items()):
        if kit != _kit():
            told = kit if isinstance(kit, tuple) else f"{type(kit).__name__}: {str(kit)[:200]}"
            raise SourceError(
                f"Dask worker {worker}",
                expected=f"Python, distributed and gapwatch's code as here: {', '.join(_kit())}",
                found=", ".join(told) if isinstance(told, tuple) else told,
                remedy=_REMEDY,
            )


@flow(name="gapwatch-fleet", log_prints=False, persist_result=False)
def fleet(jobs: Sequence[dict[str, Any]], answers: int) -> None:
    """Submit every study; write what became of each, as it ends, to the file open as `answers`.

    A number and not the file: every task is sent with what its flow was given.
    """
    one = task(name="study", cache_policy=NO_CACHE, persist_result=False)(make)
    at_work = {}
    for job in jobs:
        study = StudyJob.read(job)
        at_work[one.with_options(task_run_name=study.id).submit(study)] = study
    waiting = dict(at_work)
    with contextlib.suppress(TimeoutError):
        for future in as_completed(list(at_work)):
            say(answers, done=asdict(_ended(future, waiting.pop(future))))


def say(answers: int, **told: object) -> None:
    """Write one answer, whole."""
    os.write(answers, f"{json.dumps(told)}\n".encode())


def _ended(future: Any, study: StudyJob) -> StudyDone:
    try:
        found: StudyDone = future.result()
    except BaseException as error:  # a cancelled future's error is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return lost(study, error)
    return found


def lost(study: StudyJob, error: BaseException) -> StudyDone:
    """A study whose worker, or whose scheduler, went away: it is made at the next call."""
    told = SourceError(
        f"the cluster, study {study.id}",
        expected="a worker that ends it",
        found=f"{type(error).__name__}: {str(error)[:200]}",
        remedy="run the same command again: what stands isn't made again",
    )
    return StudyDone(study.id, FAILED, fault=str(told))


def main() -> None:
    """Read the jobs, run them on the cluster, and tell of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--dask", required=True, help="address of the Dask scheduler")
    chosen = parser.parse_args()
    # Whatever a library prints goes to standard error: standard output is for answers alone.
    answers = os.dup(1)
    os.dup2(2, 1)
    jobs = json.loads(sys.stdin.readline())
    try:
        with connected(chosen.dask) as client:
            runner: Any = DaskTaskRunner(address=client.scheduler.address)
            fleet.with_options(task_runner=runner)(jobs, answers)
    except GapwatchError as error:
        told = {"where": error.where, "expected": error.expected}
        told |= {"found": error.found, "remedy": error.remedy}
        say(answers, refused=told)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
