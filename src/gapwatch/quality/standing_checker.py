"""One validation process for many runs, one after the other: its library is imported once."""

from __future__ import annotations

import json
import queue
import threading
from types import TracebackType
from typing import IO, Any

from gapwatch.errors import ValidationError
from gapwatch.quality.checker import Checker

_PATIENCE_SECONDS = 300
_KEPT_LINES = 20


class StandingChecker(Checker):
    """A checker that outlives its runs; `close` ends it.

    A run enters and leaves it like any other checker. What a run that failed had asked and never
    waited for is answered to nobody. A process that is gone is started anew for the next run.
    """

    def __init__(self) -> None:
        super().__init__()
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._told: list[str] = []
        self._unanswered = 0
        self._depth = 0

    def __enter__(self) -> StandingChecker:
        self._depth += 1
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            super().__enter__()
            self._answers, self._told, self._unanswered = queue.Queue(), [], 0
            for pipe, keep in (
                (self._running().stdout, self._answers.put),
                (self._running().stderr, self._keep),
            ):
                threading.Thread(target=_drained, args=(pipe, keep), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        self._last.clear()
        if not self._depth and self._process is not None and self._process.poll() is None:
            # Nothing is answered to this: between two runs the process may collect its garbage.
            self._send(json.dumps({"collect": True}) + "\n")

    def ask(self, request: dict[str, Any]) -> None:
        """Send one request; the answer is given by `answers`."""
        super().ask(request)
        self._unanswered += 1

    def answers(self, count: int) -> list[dict[str, Any]]:
        """Wait for the answers to this run's `count` requests; the process stays.

        Raises ValidationError when any is missing.
        """
        for line in self._last:
            self._send(line)
            self._unanswered += 1
        self._last.clear()
        found: list[dict[str, Any]] = []
        # The first ones may be of a run that failed before it waited.
        while self._unanswered:
            try:
                line_or_end = self._answers.get(timeout=_PATIENCE_SECONDS)
            except queue.Empty:
                self.close()
                raise self._gone(f"no answer in {_PATIENCE_SECONDS} seconds") from None
            if line_or_end is None:
                raise self._ended()
            self._unanswered -= 1
            if self._unanswered < count:
                found.append(json.loads(line_or_end))
        if len(found) != count:
            raise self._gone(f"{len(found)} answers to {count} requests")
        return found

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                _close(pipe)

    def _ended(self) -> ValidationError:
        code = self._running().wait()
        told = "".join(self._told).strip()[-500:] or f"exit code {code}"
        self.close()
        return self._gone(told)

    def _send(self, line: str) -> None:
        requests = self._running().stdin
        try:
            if requests is not None:
                requests.write(line)
                requests.flush()
        except OSError as error:
            raise self._gone(str(error)) from error

    def _keep(self, line: str | None) -> None:
        if line is not None:
            self._told = [*self._told, line][-_KEPT_LINES:]


def _drained(pipe: IO[str] | None, keep: Any) -> None:
    """Read a pipe as it fills, so that nobody waits for room in it; None says that it ended."""
    try:
        for line in pipe or ():
            keep(line)
    except ValueError:  # closed while it was read
        pass
    keep(None)


def _close(pipe: IO[str] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except (OSError, ValueError):  # what was written to a process that is gone
        pass
