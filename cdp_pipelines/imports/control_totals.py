"""Control totals as exporters state them: read from JSON or from lines of `sha256sum`, and compared with a file.

Totals are no personal data, so what is told of a disagreement names both numbers.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints, ValidationError

from cdp_pipelines.errors import FileError
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.orders.totals import OrderTotals
from cdp_pipelines.schemas.numbers import canonical

LARGEST = 16 << 20
"""Bytes of control totals; a larger file is a data file by mistake."""
_LINE = re.compile(r"\\?([0-9A-Fa-f]{64})(?: [ *](.+))?")
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{64}$", to_lower=True)]


class Totals(BaseModel):
    """What is stated of one file.

    `rows` are its records without the header; `sum` the totals of its orders by currency, each order once; `sha256` is
    that of its bytes as they are delivered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str | None = None
    rows: Annotated[StrictInt, Field(ge=0)] | None = None
    sum: dict[str, Decimal] | None = None
    sha256: _Sha256 | None = None

    @property
    def stated(self) -> list[str]:
        """The names of what is stated."""
        return [name for name in ("rows", "sum", "sha256") if getattr(self, name) is not None]


@dataclass(frozen=True)
class ControlFile:
    """What one control file states: of files by their names, or of the one file that it stands beside."""

    where: str
    by_name: Mapping[str, Totals]
    alone: Totals | None = None

    def of(self, name: str) -> Totals:
        """Return what is stated of a file; FileError if that is nothing."""
        found = self.by_name.get(name) or self.alone
        if found is None or not found.stated:
            raise FileError(
                "CONTROL_UNREADABLE",
                f"{self.where} states nothing of {name}: let the export write rows, sum or sha256 of each file",
            )
        return found


def read_control(content: bytes, where: str) -> ControlFile:
    """Read control totals.

    Args:
        content: JSON of one file's totals; JSON with a list `files` of such, each with its `name`; or `sha256sum`.
        where: Its address, as it may be shown.

    Raises:
        FileError: It is neither.
    """
    try:
        text = content.decode("utf-8-sig").strip()
        return _of_json(text, where) if text.startswith(("{", "[")) else _of_lines(text, where)
    except (ValueError, RecursionError) as error:
        raise FileError(
            "CONTROL_UNREADABLE",
            f"{where} holds no control totals{_reason(error)}: write JSON like "
            '{"rows": 120, "sum": {"EUR": "1234.50"}, "sha256": "..."}, or lines of sha256sum',
        ) from None


def _of_json(text: str, where: str) -> ControlFile:
    values = json.loads(text, parse_float=Decimal, object_pairs_hook=_object)
    if isinstance(values, dict) and set(values) == {"files"}:
        values = values["files"]
    if not isinstance(values, list):
        return ControlFile(where, {}, Totals.model_validate(values))
    return ControlFile(where, _named([Totals.model_validate(one) for one in values]))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _of_lines(text: str, where: str) -> ControlFile:
    matches = [_LINE.fullmatch(line.rstrip()) for line in text.splitlines() if line.strip()]
    if not matches or not all(matches):
        raise ValueError("a line that is none of sha256sum")
    found = [Totals(sha256=match[1].lower(), name=match[2]) for match in matches if match]
    if len(found) == 1 and found[0].name is None:
        return ControlFile(where, {}, found[0])
    return ControlFile(where, _named(found))


def _named(found: list[Totals]) -> dict[str, Totals]:
    """Return the totals by the names of files, without folders in front of them."""
    if not all(one.name for one in found):
        raise ValueError("a file without its name")
    named = {base_name(one.name or ""): one for one in found}
    if len(named) < len(found):
        raise ValueError("a name twice")
    return named


def base_name(address: str) -> str:
    """Return what stands behind the last slash, or backslash of a name that another system wrote."""
    return re.split(r"[/\\]", address)[-1]


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        detail = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, detail["loc"]))
        return f" ({place}: {detail['msg'][:80]})" if place else ""
    return " (no JSON)" if isinstance(error, json.JSONDecodeError) else f" ({str(error)[:60]})" if error.args else ""


def check_sha256(totals: Totals, uri: str, sha256: str) -> None:
    """Raise FileError if a file has other bytes than those that are stated."""
    if totals.sha256 not in (None, sha256):
        message = f"{uri} arrived with the SHA-256 {sha256}, but {totals.sha256} is stated: transfer it again"
        raise FileError("CONTROL_SHA256", message)


def check_skipped(totals: Totals | None, rows: int) -> list[str]:
    """Return what agrees of a file that was applied before and is not read: its sums are not known any more."""
    if totals is None:
        return []
    if totals.rows not in (None, rows):
        raise FileError("CONTROL_ROWS", _other_rows(rows, totals.rows))
    return [name for name in totals.stated if name != "sum"]


def check_totals(totals: Totals | None, rows: int, found: OrderTotals | None, tally: Tally) -> list[str]:
    """Return what agrees of a file that was read to its end.

    Raises:
        FileError: For the first quantity that disagrees; all of them are issues of the tally.
    """
    if totals is None:
        return []
    if totals.sum is not None and found is None:
        raise FileError("CONTROL_UNREADABLE", "a sum is stated of a file without orders: remove it from the totals")
    wrong = list(_disagreements(totals, rows, found))
    for code, column, message in wrong:
        tally.issue(code, column, message, [], 0, 0)
    if wrong:
        code, column, message = wrong[0]
        raise FileError(code, message, column=column)
    return totals.stated


def _disagreements(totals: Totals, rows: int, found: OrderTotals | None) -> Iterator[tuple[str, str | None, str]]:
    if totals.rows not in (None, rows):
        yield "CONTROL_ROWS", None, _other_rows(rows, totals.rows)
    if totals.sum is None or found is None:
        return
    for currency in sorted({*totals.sum, *found.sums}):
        here, stated = found.sums.get(currency, Decimal(0)), totals.sum.get(currency, Decimal(0))
        if here != stated:
            yield (
                "CONTROL_SUM",
                currency,
                (
                    f"the orders of the file come to {_plain(here)} {currency[:10]}, but {_plain(stated)} is stated"
                    f"{_unread(found.unread)}: compare the export with the shop"
                ),
            )


def _other_rows(rows: int, stated: int | None) -> str:
    return f"the file has {rows:,} rows, but {stated:,} are stated: transfer it again"


def _unread(orders: int) -> str:
    return f" ({orders:,} orders without a total that can be read are not in it)" if orders else ""


def _plain(amount: Decimal) -> str:
    return canonical(str(amount)) or f"{amount:f}"
