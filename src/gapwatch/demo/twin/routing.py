"""A client that finds an invented web site on this machine.

The study names its publishers by an address that can't exist (the ending .example is kept for such
use, RFC 2606), so pins, snapshots and reports never hold the port that the replica happened to get
and are the same bytes on every machine. Requests go out over real HTTP to the replica; the log and
the record of exchanges tell where they really went.
"""

from __future__ import annotations

from collections.abc import Mapping

from gapwatch.errors import SourceError
from gapwatch.sources.http import MOST_BYTES, Client
from gapwatch.sources.responses import Answer, Expected


class RoutedClient(Client):
    """Asks `local` for everything below the address `public`, and asks nobody else.

    Raises SourceError for any other address: a demonstration reaches no network.
    """

    def __init__(self, public: str, local: str) -> None:
        super().__init__("gapwatch demo", public, allow_local=True)
        self._public, self._local = public, local

    def get(
        self,
        address: str,
        params: Mapping[str, str] | None = None,
        *,
        expect: Expected,
        starts_with: str = "",
        max_bytes: int = MOST_BYTES,
        discreet: bool = False,
    ) -> Answer:
        """The answer of the replica, under the address that was asked for."""
        if not address.startswith(self._public):
            raise SourceError(
                address,
                expected=f"an address below {self._public}",
                found="another",
                remedy="leave the study of a demonstration as it was written",
            )
        sent = super().get(
            self._local + address.removeprefix(self._public),
            params,
            expect=expect,
            starts_with=starts_with,
            max_bytes=max_bytes,
            discreet=discreet,
        )
        return Answer(self._public + sent.address.removeprefix(self._local), sent.content)
