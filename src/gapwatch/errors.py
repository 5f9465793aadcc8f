"""Named errors: what was expected, what was found, what to do, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Sequence

NOT_EVERYTHING = 6
"""Exit code of a pull that went on without a source, and of a fleet in which a study failed."""


class GapwatchError(Exception):
    """Base of every error that gapwatch raises on purpose.

    `where` names the file, table, key or row; `expected` and `found` are in the reader's words;
    `remedy` says what to do next. The command line prints all four and exits with `exit_code`.
    `others` are errors that were found beside this one (`together`); they are printed after it.
    """

    exit_code = 1
    kind = "Error"

    def __init__(self, where: str, *, expected: str, found: str, remedy: str) -> None:
        self.where = where
        self.expected = expected
        self.found = found
        self.remedy = remedy
        self.others: tuple[GapwatchError, ...] = ()
        super().__init__(where, expected, found, remedy)

    def __str__(self) -> str:
        told = (
            f"{self.kind}: {self.where}\n"
            f"  expected: {self.expected}\n"
            f"  found:    {self.found}\n"
            f"  to do:    {self.remedy}"
        )
        return "\n".join((told, *map(str, self.others)))


class OutputError(GapwatchError):
    """The output could not be written: no permission, a full disk, another run at work."""

    kind = "Cannot write"


class UsageError(GapwatchError):
    """The command asks for something that isn't there."""

    exit_code = 2
    kind = "Usage"


class StudyError(GapwatchError):
    """The study file is wrong, or names what the data don't hold."""

    exit_code = 2
    kind = "Study"


class ValidationError(GapwatchError):
    """The data break a contract or a critical expectation; nothing was published."""

    exit_code = 3
    kind = "Validation"


class SourceError(GapwatchError):
    """A publisher, or a service that the command needs, could not be reached or made no sense."""

    exit_code = 4
    kind = "Source unavailable"


class UnavailableError(SourceError):
    """A publisher that gave no answer just now, after every try; the same may pass later."""


class UnaskedError(SourceError):
    """A publisher that was not asked, since its address is none that may be asked."""


class OverdueError(SourceError):
    """No scheduled run has ended well since one was due."""

    kind = "Overdue"


class IntegrityError(GapwatchError):
    """Bytes are not the bytes that were pinned or released."""

    exit_code = 5
    kind = "Integrity"


class TornError(IntegrityError):
    """Bytes that were cut short, as by a power cut: not as they were, and nobody's doing."""

    kind = "Torn"


def together(errors: Sequence[GapwatchError]) -> GapwatchError:
    """One error that tells several: the first of those of a wrong study, or else of a source.

    What can't be had comes before what was refused, since its exit code says to try again.
    """
    order = (StudyError, SourceError)
    ranked = sorted(errors, key=lambda error: [not isinstance(error, kind) for kind in order])
    first, *others = ranked
    first.others = tuple(others)
    return first


class UnfitError(ValueError):
    """A value that a study or a source may not have: what was expected, and what was found.

    Whoever reads it says where, and raises a named error; a ValueError, so that pydantic takes it.
    """

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found
