"""Hands a fleet to flows/, where Prefect and Dask live, as a program of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec

from gapwatch import shipped, system
from gapwatch.errors import SourceError, UsageError
from gapwatch.fleet.jobs import FAILED, StudyDone, StudyJob
from gapwatch.fleet.running import Scheduler

_SECONDS_TO_END = 10.0


def on_a_cluster(address: str) -> Scheduler:
    """A scheduler that runs studies on a Dask cluster, each worker making one at a time.

    Its workers must see the studies and the fleet's folder under the same paths. Raises UsageError
    without Prefect and Dask; while it runs SourceError for a cluster that isn't there, has no
    worker, or would make other bytes. What a cluster that goes away didn't end stands as failed.
    """
    lacking = [name for name in ("prefect", "distributed", "prefect_dask") if not find_spec(name)]
    if lacking:
        raise UsageError(
            "fleet --dask",
            expected="Prefect and Dask, which run a fleet on a cluster",
            found=f"no {' and no '.join(lacking)}",
            remedy="install the extra `fleet`: python -m pip install 'gapwatch[fleet]'",
        )
    return lambda jobs: _each_done(address, jobs)


def _each_done(address: str, jobs: Sequence[StudyJob]) -> Iterator[StudyDone]:
    if not jobs:
        return
    program = shipped.flow("fleet")
    command = [sys.executable, str(program), "--dask", address]
    waiting = {job.id: job for job in jobs}
    # Our own interpreter and our own program; no shell.
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **system.apart(),
    )
    try:
        if process.stdin is not None:
            with contextlib.suppress(OSError):  # it ended before it was asked: told below
                process.stdin.write(f"{json.dumps([asdict(job) for job in jobs])}\n")
                process.stdin.close()
        for line in process.stdout or ():
            answer = json.loads(line)
            if "refused" in answer:
                raise SourceError(answer["refused"].pop("where"), **answer["refused"])
            done = StudyDone(**answer["done"])
            waiting.pop(done.id, None)
            yield done
        code = process.wait()
        for name in waiting:
            told = SourceError(
                f"the cluster, study {name}",
                expected="a cluster that stays until all is made",
                found=f"one that went away (exit code {code})",
                remedy="run the same command again: what stands isn't made again",
            )
            yield StudyDone(name, FAILED, fault=str(told))
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_END)
    system.end_group(process)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
