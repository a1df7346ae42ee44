"""What a run must not commit: rows without an outcome (D15), and more rejected items than allowed (D26)."""

from cdp_pipelines.errors import FileError
from cdp_pipelines.imports.spec import MaxRejected
from cdp_pipelines.imports.tally import Tally

_ROUNDING = 1e-9
"""29 % of 100 items are 28.999999999999996 in floats."""


def check_budget(limit: MaxRejected | None, tally: Tally) -> None:
    """Refuse a run that rejected everything, or a larger share of its items than allowed.

    Raises:
        FileError: With code `ALL_REJECTED` or `BUDGET_EXCEEDED`.
    """
    rejected, total = tally.items.rejected, tally.items.total
    if total and rejected == total:
        message = f"all {total} items were rejected, so nothing was applied: see the issues and correct the file"
        raise FileError("ALL_REJECTED", message)
    if limit is None or total < limit.min_items or rejected <= limit.share * total + _ROUNDING:
        return
    message = (
        f"{rejected} of {total} items ({rejected / total:.1%}) were rejected, more than the {limit.share:.1%} of "
        "max_rejected, so nothing was applied: see the issues, correct the file or raise the limit"
    )
    raise FileError("BUDGET_EXCEEDED", message)


def check_balance(tally: Tally) -> None:
    """Refuse files whose rows are not all accounted for (D15)."""
    for rows in (file.rows for file in tally.files):
        if not rows.balanced:
            raise FileError(
                "ROWS_UNACCOUNTED",
                f"{rows.read} rows were read, but their outcomes do not add up; nothing was applied: report this fault",
            )
