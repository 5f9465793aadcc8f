"""Where the site of releases is put: what makes its links whole."""

from __future__ import annotations

import re

from pydantic import model_validator

from gapwatch.study.base import OptionalText, Part

_ADDRESS = re.compile(
    r"https://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?"
)
_LONGEST = 500


class Site(Part):
    """The site that each publication lays out beside the releases.

    `address` is that of the folder of the releases on the web. Without one every link is relative,
    the feed names its entries by tag: URIs, and a shared page shows its picture only to readers
    that resolve relative addresses.
    """

    address: OptionalText = ""

    @model_validator(mode="after")
    def _sound(self) -> Site:
        if self.address and (len(self.address) > _LONGEST or not _ADDRESS.fullmatch(self.address)):
            raise ValueError(
                "an https:// address of a folder as address, in lower case, without user name, "
                f"query or fragment|{self.address[:80]!r}"
            )
        return self

    @property
    def base(self) -> str:
        """The address with a slash at its end; "" where there is none."""
        return f"{self.address.rstrip('/')}/" if self.address else ""
