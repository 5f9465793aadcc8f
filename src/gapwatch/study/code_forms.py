"""Which codes a study's areas have: a pattern for each kind of area, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gapwatch.contracts import CODE, ONS_CODE
from gapwatch.errors import UnfitError

ONS_WRITES = "nine characters, as the Office for National Statistics writes them"


@dataclass(frozen=True)
class CodeForms:
    """The forms of a study's codes, as regular expressions of whole codes.

    `default` is that of every kind of area which `by_geography` doesn't name.
    """

    default: str = ONS_CODE
    by_geography: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def declared(cls, content: Mapping[str, Any]) -> CodeForms:
        """From a study's keys as they were read; what isn't sound is left to the model to refuse.

        The codes of a study are validated one by one while it is read, so their forms must be known
        before.
        """
        geography = content.get("geography")
        told = geography if isinstance(geography, Mapping) else {}
        default, others = told.get("code_pattern", ONS_CODE), told.get("code_patterns", {})
        patterns = [default, *(others.values() if isinstance(others, Mapping) else [None])]
        if not all(isinstance(one, str) and _compiles(one) for one in patterns):
            return cls()
        return cls(default, dict(others))

    def of(self, geography: str) -> str:
        """The form of one kind of area's codes."""
        return self.by_geography.get(geography, self.default)

    @property
    def any_form(self) -> str:
        """A form that the codes of every kind of area have."""
        forms = list(dict.fromkeys([self.default, *self.by_geography.values()]))
        return forms[0] if len(forms) == 1 else "|".join(f"(?:{form})" for form in forms)

    def fits(self, code: str, geography: str | None = None) -> bool:
        """Whether a code is one of a kind of area, or of any, and can stand in every table."""
        form = self.any_form if geography is None else self.of(geography)
        return re.fullmatch(form, code) is not None and re.fullmatch(CODE, code) is not None

    def wanted(self, geography: str | None = None) -> str:
        """What a code must be, for a refusal."""
        form = self.any_form if geography is None else self.of(geography)
        return ONS_WRITES if form == ONS_CODE else f"the form {form}, without blanks"

    def require(self, code: str, geography: str | None = None) -> str:
        """The code; UnfitError for one of another form."""
        if not self.fits(code, geography):
            raise UnfitError(f"a code of {self.wanted(geography)}", f"{code!r}")
        return code


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
