"""A pool of processes on this machine; one that is killed loses nothing but its turn."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from gapwatch.fleet.jobs import FAILED, StudyDone, StudyJob, make, ready

log = logging.getLogger(__name__)
Make = Callable[[StudyJob], StudyDone]
Ready = Callable[[], None]
KILLED = (
    "Worker killed: the process that made this study was ended from outside, twice\n"
    "  expected: a process that ends by itself\n"
    "  found:    one that was killed, as for want of memory\n"
    "  to do:    run again with fewer --workers; it will be made then"
)


def each_done(
    jobs: Sequence[StudyJob], workers: int, made_by: Make = make, begun_by: Ready = ready
) -> Iterator[StudyDone]:
    """What became of each job, as they end, over so many processes.

    `made_by` makes one, `begun_by` readies a process; both are functions of a module. Where a
    process is killed, all that were at work are made again one by one, so that only the study that
    ends its process a second time stands as failed.
    """
    suspects: list[StudyJob] = []
    waiting = list(jobs)
    while waiting:
        at_work: dict[Future[StudyDone], StudyJob] = {}
        with _Pool(min(workers, len(waiting)), begun_by) as pool:
            try:
                while waiting or at_work:
                    # No more than are at work: those that wait aren't lost with a process.
                    while waiting and len(at_work) < pool.workers:
                        at_work[pool.submit(made_by, waiting[0])] = waiting[0]
                        del waiting[0]
                    for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                        yield future.result()
                        del at_work[future]
            except BrokenProcessPool:
                for future, job in at_work.items():
                    if future.done() and future.exception() is None:
                        yield future.result()
                    else:
                        suspects.append(job)
                log.warning(
                    "a worker was killed; made again one by one: %s",
                    ", ".join(job.id for job in suspects),
                )
    for job in suspects:
        with _Pool(1, begun_by) as pool:
            try:
                yield pool.submit(made_by, job).result()
            except BrokenProcessPool:
                yield StudyDone(job.id, FAILED, fault=KILLED)


class _Pool:
    """An executor whose processes end with ours, however we end."""

    def __init__(self, workers: int, begun_by: Ready) -> None:
        self.workers = workers
        # A new interpreter, as on Windows: a copy of ours would share its threads' locks.
        self._executor = ProcessPoolExecutor(
            workers,
            multiprocessing.get_context("spawn"),
            initializer=_settle,
            initargs=(begun_by,),
        )

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # Stopped: nobody waits for what is at work. A run that is cut short leaves nothing.
            for process in list((getattr(self._executor, "_processes", None) or {}).values()):
                process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def submit(self, made_by: Make, job: StudyJob) -> Future[StudyDone]:
        return self._executor.submit(made_by, job)


def _settle(begun_by: Ready) -> None:
    """Get a worker ready: it leaves Ctrl-C to whoever started it, and ends when that one does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a run warns of is in its report; of hundreds at once nobody could read it here.
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.ERROR)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    begun_by()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
