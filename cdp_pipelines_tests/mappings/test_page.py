"""The page on adding a format: its own code, put where the page says, imports its own file."""

from typing import Annotated, Any

import pytest
from pydantic import Field, create_model

from cdp_pipelines.formats.spec import KevelCsv
from cdp_pipelines.imports import preparing
from cdp_pipelines.imports.loaded import TYPES
from cdp_pipelines.imports.spec import OrderImportSpec
from cdp_pipelines_tests.docs.blocks import ROOT, blocks
from cdp_pipelines_tests.scenarios.shop import Shop, codes, counts

PAGE = ROOT / "docs" / "adding-a-format.md"


@pytest.fixture
def kiosk(store, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop that knows the page's format."""
    code: dict[str, Any] = {"__name__": "kiosk"}
    for block in blocks(PAGE, "python"):
        exec(compile(block.text, str(PAGE), "exec"), code)  # noqa: S102 - our own page

    formats = Annotated[KevelCsv | code["KioskCsv"], Field(discriminator="kind")]  # noqa: F821 - a key, no name
    model = create_model("Kiosk", __base__=OrderImportSpec, format=(formats, ...))
    monkeypatch.setitem(TYPES, "cdp_pipelines.OrderImport", model)
    monkeypatch.setattr(preparing, "named_format", code["named_format"])
    return Shop(tmp_path, store)


def receipts() -> str:
    (block,) = blocks(PAGE, "csv")
    return block.text


def test_the_pages_file_becomes_orders(kiosk: Shop) -> None:
    steps = [{"copy": "note", "to": "custom_note"}]
    report = kiosk.imports(format={"kind": "kiosk_csv", "currency": "GBP"}, transform=steps).reads(receipts())
    assert (report.status, counts(report), codes(report)) == ("completed", {"added": 3}, set())
    order = kiosk.order("R-1")
    assert [float(order[name]) for name in ("total", "subtotal", "tax")] == [25, 21, 4]
    assert (order["user_id"], order["currency"], order["custom_fields"]) == (
        "jane@example.com",
        "GBP",
        {"note": "gift"},
    )
    assert [(item["sku"], item["total"], item["status"]) for item in order["line_items"]] == [
        ("mug-1", 20, "fulfilled"), ("tea-9", 5, "fulfilled")
    ]  # fmt: skip


def test_what_the_page_says_of_issues_is_so(kiosk: Shop) -> None:
    wrong = receipts().replace(",2,10.00", ",two,10.00").replace(",1,10.00", ",1,ten")
    report = kiosk.imports("wrong", format={"kind": "kiosk_csv"}).reads(wrong)
    found = {(issue.code, issue.column) for issue in report.issues if issue.severity == "error"}
    assert {("INVALID_NUMBER", "count"), ("INVALID_NUMBER", "each")} <= found
    lacking = kiosk.imports("lacking", format={"kind": "kiosk_csv"}).reads("receipt,card,article,label,count\n")
    missing = [issue.column for issue in lacking.issues if issue.code == "MISSING_COLUMN"]
    assert sorted(missing) == ["each", "sold at", "vat"]
    shifts = kiosk.imports("shifts", format={"kind": "kiosk_csv"}).reads("opened at,cashier\n9,Jane\n")
    assert "export receipts" in (shifts.error or "")
