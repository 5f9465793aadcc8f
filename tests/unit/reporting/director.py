"""What a director of public health asks, and how the summary's text answers it, by rule alone.

`answers` reads nothing but the text of summary.pdf: who can copy it out of the file can find every
answer with these rules, so a reader can too.
"""

from __future__ import annotations

import re

NUMBER = r"−?\d+(?:\.\d+)?"
HEADINGS = (
    "Which way, and why?",
    "Which ages make the gap?",
    "What else it depends on",
    "What to do next",
    "Limits",
    "Whom to ask",
    "Next figures",
)
RULES = {
    "how big": rf"Gap for (?:fe)?males[^\n]*\n({NUMBER} years?|not known)",
    "how sure": r"(Plausibly [^\n]+|How sure[^\n]+not known\.|There is no comparable figure\.)",
    "which way": r"(?i)(no change of the gap|the gap for \w+ (?:narrow|widen)ed|no direction)",
    "why": r"Which way, and why\?\n(.+?)\n(?=HEADING)",
    "by when": r"Target for (\d{4})",
    "chance": r"Chance of the target by \d{4}\n([^\n]+)",
    "what else it depends on": r"(?:What else it depends on|Limits)\n(.+?)\n(?=HEADING)",
    "what to do": r"What to do next\n(.+?)\n(?=HEADING)",
    "whom to ask": r"Whom to ask\n[• ]*Contact: (.+?)\.?\n",
    "when next": r"Next figures\n[• ]*([^\n]+)",
}


def answers(text: str) -> dict[str, str]:
    """What the text says to each question; "" where it says nothing."""
    plain = text.replace("\u00a0", " ").replace("\u200b", "")
    ends = "|".join(re.escape(heading) for heading in HEADINGS)
    found = {
        question: re.search(rule.replace("HEADING", ends), plain + "\n", re.DOTALL)
        for question, rule in RULES.items()
    }
    return {question: " ".join(hit[1].split()) if hit else "" for question, hit in found.items()}
