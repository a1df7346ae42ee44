"""Every issue that an import can raise: its stable code, its severity and what to do about it.

This is the only list of codes. Messages with line numbers and columns are made where the issue is found.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Code:
    """One kind of issue: how bad it is and what the user can do."""

    severity: Severity
    help: str


CODES: dict[str, Code] = {}
