"""How far a long download is: a bar where somebody watches a terminal, lines of the log elsewhere.

All of it goes to standard error, and nothing of it where only warnings are logged.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bar

log = logging.getLogger(__name__)
LEAST_BYTES = 5_000_000  # what is smaller is there before anybody wonders
_EVERY_SECONDS = 10.0
_MILLION = 1_000_000
_PERCENT = 10
_SHOWN = 50


class Progress:
    """Watches the bodies that a client reads, one after the other."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._bar: Bar | None = None
        self._task = TaskID(0)
        self._begin()

    def _begin(self) -> None:
        self._started = self._told_at = self._clock()
        self._told = 0

    def arrived(self, address: str, size: int, total: int) -> None:
        """So many bytes of a body are there; `total` is 0 where its publisher doesn't say."""
        if size <= 0 or not log.isEnabledFor(logging.INFO):
            return
        slow = self._clock() - self._started >= _EVERY_SECONDS
        if max(size, total) < LEAST_BYTES and not slow:
            return
        if self._stream.isatty():
            self._draw(address, size, total)
            return
        tenth = size * _PERCENT // total if total else 0
        if tenth > self._told or self._clock() - self._told_at >= _EVERY_SECONDS:
            self._told, self._told_at = tenth, self._clock()
            of = f" of {total / _MILLION:.1f} MB, {size * 100 // total}%" if total else " MB so far"
            log.info("  %.1f%s", size / _MILLION, of)

    def ended(self) -> None:
        """The body is there, or has failed: the bar goes."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._begin()

    def _draw(self, address: str, size: int, total: int) -> None:
        if self._bar is None:
            self._bar = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=Console(file=self._stream),
                transient=True,
            )
            name = address.partition("?")[0].rstrip("/").rpartition("/")[2][:_SHOWN]
            self._task = self._bar.add_task(name, total=total or None)
            self._bar.start()
        self._bar.update(self._task, completed=size)
