"""The parts of a manifest that a release is checked by, with the form that each must have."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,150}$")]


class _ManifestPart(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Output(_ManifestPart):
    """One file of the release."""

    sha256: Sha256
    bytes: int = Field(ge=0)


class Keyed(_ManifestPart):
    """One restricted input: its keyed digest, and neither hash nor size."""

    hmac_sha256: Sha256
    sha256 = property(lambda self: self.hmac_sha256)  # as others have it


class MessageLines(_ManifestPart):
    """The five lines of a release, each true when it is quoted alone (`document.Message`)."""

    verdict: str
    size: str
    direction: str
    chance: str
    caveat: str

    @property
    def all(self) -> tuple[str, ...]:
        """The lines in their order."""
        return (self.verdict, self.size, self.direction, self.chance, self.caveat)


class AnswerRecord(_ManifestPart):
    """What the release says. Other code than today's may have told no label and no message."""

    verdict: str
    label: str = ""
    sentence: str
    message: MessageLines | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The message, line by line; the sentence where there is none."""
        return self.message.all if self.message else (self.sentence,)

    @property
    def called(self) -> str:
        """What its verdict is called, wherever it is read."""
        return self.label or self.verdict


class SnapshotPart(_ManifestPart):
    """The snapshot that it was made from, and its inputs by source."""

    id: Name
    inputs: dict[str, Output | Keyed]


class StudyPart(_ManifestPart):
    """The study that it is about."""

    id: Name
    sha256: Sha256


class CodePart(_ManifestPart):
    """The code that made it."""

    package_version: Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z.+!-]{0,50}$")]
    sha256: Sha256
    commit: Annotated[str, Field(pattern="^[0-9a-f]{40,64}$")] | None
    clean: bool | None


class LockPart(_ManifestPart):
    """The packages that it was made with."""

    sha256: Sha256 | None


class PreviousRelease(_ManifestPart):
    """The release before."""

    release: Name
    sha256: Sha256


class Making(_ManifestPart):
    """What it was made with; told, and nothing else may be told there."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    python: Annotated[str, Field(pattern=r"^[0-9][0-9a-z.+]{0,20}$")]
    platform: Annotated[str, Field(pattern=r"^[a-z0-9_ .-]{1,40}$")]


class Manifest(_ManifestPart):
    """What of a manifest is needed to check a release (docs/manifest.md describes all of it)."""

    release: Name
    basis: Sha256
    previous: PreviousRelease | None
    answer: AnswerRecord
    as_known_at: str
    snapshot: SnapshotPart
    study: StudyPart
    suites: dict[str, Sha256]
    people: dict[str, str]
    code: CodePart
    lock: LockPart
    made_with: Making
    outputs: dict[
        Annotated[str, Field(pattern=r"^([a-z]+/){0,2}[A-Za-z0-9_-]+\.[a-z0-9]+$")], Output
    ]
