"""Little Vale under other codes than those of England: what a study elsewhere says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.little import NAMES, Little

WHOLE = "E09098001"
CODES = {code: str(at) for at, code in enumerate(NAMES, 24)}


@dataclass
class Elsewhere(Little):
    """The five areas under the codes of `called`, by the code that they have in `tests.little`.

    `patterns` are the lines that the study has at the head of [geography]; `changed` are texts of
    the study file and what stands in their place.
    """

    called: dict[str, str] = field(default_factory=lambda: {**CODES, WHOLE: "1714000"})
    patterns: str = 'code_pattern = "[0-9]{1,2}"\ncode_patterns = { city = "[0-9]{7}" }'
    changed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for rows in self.tables.values():
            for row in rows:
                row["Code"] = self.called.get(str(row["Code"]), row["Code"])

    def text(self) -> str:
        """The study file, under the other codes."""
        text = super().text().replace("[geography]\n", f"[geography]\n{self.patterns}\n")
        for before, after in {**self.called, **self.changed}.items():
            assert before in text, before
            text = text.replace(before, after)
        return text
