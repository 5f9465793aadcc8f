"""The newest gap beside the baseline and beside the target."""

from __future__ import annotations

from gapwatch.reporting.evidence.rows import LimitedValue, Window
from gapwatch.reporting.language.changes import spread
from gapwatch.reporting.language.numbers import SPACE, apart, years


def since_baseline(before: Window, after: Window, change: LimitedValue | None) -> str:
    """The newest window against the baseline; a change that chance could make isn't called one."""
    if before.gap is None or after.gap is None:
        return ""
    base, when = before.when, after.when
    if before.gap.value == after.gap.value:
        return f"The gap was {years(after.gap.value)} both in {base}, the baseline, and in {when}."
    first, last = apart(before.gap.value, after.gap.value)
    text = (
        f"The figure was {first}{SPACE}years in {base}, the baseline, and {last}{SPACE}years in "
        f"{when}."
    )
    if change is None or change.lower is None or change.upper is None:
        return text
    by = spread(change.lower, change.upper)
    if change.lower <= 0 <= change.upper:
        return (
            f"{text} A difference of that size could be chance: the gap may have become anything "
            f"from {by}."
        )
    return (
        f"{text} That is more than sampling error alone would explain: the gap has plausibly "
        f"become {by}."
    )


def against_target(gap: LimitedValue, target: float, deadline: int) -> str:
    """The newest gap beside the target, compared unrounded and printed apart."""
    if gap.value == target:
        return f"That figure equals the target for {deadline}."
    if target == 0:
        return _against_zero(gap, deadline)
    shown, aim = apart(gap.value, target)
    above = gap.value > target
    text = (
        f"At {shown}{SPACE}years it is {'above' if above else 'below'} the target of "
        f"{aim}{SPACE}years for {deadline}"
    )
    if gap.lower is not None and gap.upper is not None and gap.lower <= target <= gap.upper:
        text += (
            ", but the true gap may already have been at it"
            if above
            else ", but the true gap may still have been above it"
        )
    return f"{text}. One figure alone does not decide it."


def _against_zero(gap: LimitedValue, deadline: int) -> str:
    """The same beside a target of zero, which is met by any gap at or below it."""
    side = "above" if gap.value > 0 else "below"
    text = f"At {years(gap.value)} it is {side} zero, the target for {deadline}"
    if gap.lower is not None and gap.upper is not None and gap.lower <= 0 <= gap.upper:
        text += f", but it also fits a true gap {'below' if gap.value > 0 else 'above'} zero"
    return f"{text}. One figure alone does not decide it."
