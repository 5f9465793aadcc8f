"""What an answer must look like before it is believed: pure checks of bytes, no socket."""

from __future__ import annotations

import email.utils
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from gapwatch.errors import SourceError

Expected = Literal["csv", "json", "html", "file"]
LATER = "try again later; if it stays so, check the address and the publisher's own pages"


@dataclass(frozen=True)
class Answer:
    """The full final address with its query, and the decoded body."""

    address: str
    content: bytes


@dataclass(frozen=True)
class Exchange:
    """One call of `Client.get`: decoded bytes kept, tries and seconds taken; status 0 if none came.

    `bytes` is None for a restricted file, whose size isn't told; keys in the address are masked.
    `date` is the answer's own, in universal time: when it says that it was made, and how long it
    has lain in a cache since. "" where the publisher sends none.
    """

    address: str
    status: int
    bytes: int | None
    tries: int
    seconds: float
    date: str = ""


def source_error(where: str, expected: str, found: str, remedy: str) -> SourceError:
    """The one kind of error that a publisher causes."""
    return SourceError(where, expected=expected, found=found, remedy=remedy)


def line(text: str) -> str:
    """The title of a page or the first line of a text, printable and short."""
    head = text[:4096]
    title = re.search(r"<title[^>]*>(.*?)</title", head, re.IGNORECASE | re.DOTALL)
    lines = (title[1] if title else head).strip().splitlines() or [""]
    return "".join(c if c.isprintable() else "?" for c in lines[0].strip())[:200]


def check(answer: Answer, expect: Expected, starts_with: str) -> None:
    """Raise SourceError unless the body is what was asked for, with something in it."""
    content = answer.content.removeprefix(b"\xef\xbb\xbf")
    head = content[:4096].lstrip()
    told = line(head.decode("utf-8", "replace"))
    html = re.match(rb"(?i)<(!doctype\s+)?html", head) is not None
    page = html if expect == "file" else head.startswith(b"<")
    expected: str = expect
    found = ""
    if not content.strip():
        found = "status 200 and an empty body"
    elif page != (expect == "html"):
        found = f"a web page: {told}" if page else told
    elif not content.startswith(starts_with.encode()):
        expected, found = f"{expect} that starts with {starts_with}", told
    elif expect == "csv" and len(content.strip().splitlines()) == 1:
        expected, found = "rows of data", "a header and no rows"
    elif expect == "json":
        expected, found = "JSON data", _fault_of_json(content)
    if found:
        raise source_error(answer.address, expected, found, LATER)


def _fault_of_json(content: bytes) -> str:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        return f"no JSON: {line(str(error))}"
    if not (isinstance(answer, dict) and "error" in answer):
        return ""
    fault = answer["error"]
    told = fault.get("message", fault) if isinstance(fault, dict) else fault
    return f"an error under status 200: {line(str(told))}"


def retry_after(text: str) -> float:
    """Seconds that a Retry-After header asks for, as a number or a date; 0 for anything else."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    known = date if date.tzinfo else date.replace(tzinfo=UTC)
    try:
        return max(0.0, (known - datetime.now(UTC)).total_seconds())
    except OverflowError:
        return math.inf


def answered_on(headers: Mapping[str, str]) -> str:
    """When an answer was sent by the sender's own clock, in ISO form; "" where it doesn't say.

    What lay in a cache says for how long in `Age`, which is added.
    """
    age = headers.get("Age", "").strip()
    try:
        date = email.utils.parsedate_to_datetime(headers.get("Date", ""))
        known = date if date.tzinfo else date.replace(tzinfo=UTC)
        lain = timedelta(seconds=int(age) if re.fullmatch(r"[0-9]{1,9}", age) else 0)
        return (known.astimezone(UTC) + lain).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""
