"""What a publisher sent: bytes with their address, and the part that they play in a source."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Payload:
    """One answer of a publisher, as it was sent.

    `role` names its part in the source: `data`, `metadata`, `changes`, ...; `data-002` and so on
    for later pages. `suffix` is that of the stored file.
    """

    role: str
    address: str
    suffix: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return hashlib.sha256(self.content).hexdigest()
