"""Where the site of releases is put, and the documentation: what makes links whole."""

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

    `docs` is that of the documentation as `make docs` builds it, wherever it is put. With it the
    pages of the documentation that a report names are links; without it they are named alone.
    """

    address: OptionalText = ""
    docs: OptionalText = ""

    @model_validator(mode="after")
    def _sound(self) -> Site:
        for key, told in (("address", self.address), ("docs", self.docs)):
            if told and (len(told) > _LONGEST or not _ADDRESS.fullmatch(told)):
                raise ValueError(
                    f"an https:// address of a folder as {key}, in lower case, without user name, "
                    f"query or fragment|{told[:80]!r}"
                )
        return self

    @property
    def base(self) -> str:
        """The address with a slash at its end; "" where there is none."""
        return _folder(self.address)

    @property
    def docs_base(self) -> str:
        """That of the documentation, likewise."""
        return _folder(self.docs)


def _folder(address: str) -> str:
    return f"{address.rstrip('/')}/" if address else ""
