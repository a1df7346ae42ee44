"""What a run applies at once: a file, or a pair of Tmall's reports (D-031), told apart by their headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.header import Header
from cdp_pipelines.formats.records import CsvReader
from cdp_pipelines.formats.spec import TmallCsv
from cdp_pipelines.formats.tmall.pair import DETAIL, ID
from cdp_pipelines.formats.tmall.report import DETAIL_MARKS, ORDER_MARKS, ReportFile, about, columns_of, csv_of
from cdp_pipelines.imports.header import check_named
from cdp_pipelines.imports.landing import Delivery, import_landing
from cdp_pipelines.imports.mapping import named_format
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec
from cdp_pipelines.imports.tally import Tally
from cdp_pipelines.landing import Landed

_TIME = re.compile(r"(\d{12})(?!.*\d{12})")
"""When a report was exported, in its name: ExportOrderList201701051020.csv."""


@dataclass(frozen=True)
class Unit:
    """Files that are applied together: one, or a product report and its order report."""

    deliveries: Sequence[Delivery]
    """The file, or the order report and the product report."""

    @property
    def files(self) -> list[Landed]:
        """All files, the order report first."""
        return [one.file for one in self.deliveries]

    @property
    def file(self) -> Landed:
        """The file, or the product report."""
        return self.files[-1]

    @property
    def order_report(self) -> Landed | None:
        """The order report of a pair."""
        return self.files[0] if len(self.deliveries) > 1 else None

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)

    @property
    def modified_at(self) -> datetime:
        """When the last of them was changed."""
        return max(file.modified_at for file in self.files)


def units(spec: ImportSpec, landed: Sequence[Delivery], tally: Tally) -> list[Unit]:
    """Return the units of a run, in its order.

    Raises:
        FileError: A report is missing, is none, or lacks a column (D17).
    """
    form = spec.format if isinstance(spec, OrderImportSpec) else None
    if not isinstance(form, TmallCsv):
        return [Unit([one]) for one in landed]
    orders: list[Delivery] = []
    details: list[Delivery] = []
    for one in landed:
        header = _header(one.file, form)
        is_order_report = _is_order_report(one.file, header)
        _check(one.file, header, form, is_order_report, tally)
        (orders if is_order_report else details).append(one)
    _check_numbers(orders, details)
    pairs = zip(sorted(details, key=_exported), sorted(orders, key=_exported), strict=True)
    return [Unit([order, detail]) for detail, order in pairs]


def _header(file: Landed, form: TmallCsv) -> Header:
    with about(file.uri), import_landing().at_hand(file) as path:
        reader = CsvReader(path, csv_of(ReportFile(path, file.uri), form), name=file.uri)
        with reader:
            return replace(reader.header, columns=columns_of(reader.header))


def _is_order_report(file: Landed, header: Header) -> bool:
    of_orders, of_details = ORDER_MARKS.intersection(header.columns), DETAIL_MARKS.intersection(header.columns)
    if not of_orders and not of_details:
        message = (
            f"{_name(file)} is neither Tmall's order report (ExportOrderList) nor its product report "
            "(ExportOrderDetailList): export both anew, and edit nothing"
        )
        raise _about(file, FileError("WRONG_EXPORT", message, header.line))
    return len(of_orders) > len(of_details)


def _check(file: Landed, header: Header, form: TmallCsv, is_order_report: bool, tally: Tally) -> None:
    """Refuse a report that lacks a column that those of all years have."""
    named = named_format(form)
    assert named  # noqa: S101 - this format is one
    if is_order_report:
        of_orders = {name: required for name, required in named.order.items() if name != ID}
        part = replace(named, noun="Tmall's order report", order=of_orders, line={}, alternatives=())
    else:
        part = replace(
            named,
            noun="Tmall's product report",
            order={},
            line={name.removeprefix(DETAIL): required for name, required in named.line.items()},
            alternatives=[[name.removeprefix(DETAIL) for name in names] for names in named.alternatives],
        )
    with about(file.uri):
        check_named(header, part, tally, file.uri)


def _check_numbers(orders: Sequence[Delivery], details: Sequence[Delivery]) -> None:
    if len(orders) == len(details):
        return
    if orders and details:
        message = (
            f"there are {len(orders)} order reports and {len(details)} product reports: deliver both of each export, "
            "and no report of another one"
        )
        raise FileError("REPORT_MISSING", message)
    (alone, *_), missing, name = (
        (orders, "product report", "ExportOrderDetailList") if orders else (details, "order report", "ExportOrderList")
    )
    message = (
        f"the {missing} ({name}) that belongs to {_name(alone.file)} is missing: export both reports for the same "
        "days, and deliver them together"
    )
    raise _about(alone.file, FileError("REPORT_MISSING", message))


def _exported(one: Delivery) -> tuple[str, str]:
    time = _TIME.search(_name(one.file))
    return time[1] if time else "", one.file.uri


def _name(file: Landed) -> str:
    return file.uri.rsplit("/", 1)[-1]


def _about(file: Landed, error: FileError) -> FileError:
    error.file = file.uri
    return error
