"""Ctrl-C and SIGTERM: what was begun is undone, one line says what was left, and the code says why.

Imports the standard library alone: the first signal may come before anything else is there.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
_NOTHING = "nothing was left half made"


class Stopped(BaseException):
    """Raised where a signal arrives; `exit_code` is 128 and its number, as a shell has it."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        self.name = _NAMES.get(signal.Signals(number), signal.Signals(number).name)
        super().__init__(number)


class _State:
    def __init__(self) -> None:
        self.left = _NOTHING
        self.waits = 0
        self.pending: int | None = None


_state = _State()


def listen() -> None:
    """Have both signals raise `Stopped` in this process, whose main thread this must be."""
    for number in _NAMES:
        # A shell's background job ignores Ctrl-C, and must go on to.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _arrived)


def leaves(what: str) -> None:
    """Say what is left if the command is stopped from here on: `nothing was published; ...`."""
    _state.left = what


def told(stopped: Stopped) -> str:
    """The one line."""
    return f"Stopped by {stopped.name}: {_state.left}."


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a signal wait until this is done: for steps that are right only all together."""
    _state.waits += 1
    try:
        yield
    finally:
        _state.waits -= 1
    if not _state.waits and _state.pending is not None:
        number, _state.pending = _state.pending, None
        raise Stopped(number)


def _arrived(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal calls it
    if _state.waits:
        _state.pending = number
        return
    # Cleaning up takes a moment, and a second signal would cut it short.
    for each in _NAMES:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)
