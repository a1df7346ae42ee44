import csv
import io
import json
from pathlib import Path

import pytest

from cdp_pipelines.cli import main
from cdp_pipelines_tests.imports.writing import document, write

_MONEY = {
    "total": "12.00",
    "subtotal": "10.00",
    "tax": "2.00",
    "shipping": "0.00",
    "discount": "0.00",
    "refund": "0.00",
}
ORDER = {
    "orderId": "1",
    "userIdType": "email",
    "userId": "ana@example.com",
    "currency": "EUR",
    "createdAt": "2026-01-01T08:00:00Z",
    "lineItem_productId": "p",
    "lineItem_sku": "p-1",
    "lineItem_currency": "EUR",
    "lineItem_quantity": "1",
    "lineItem_status": "paid",
    **_MONEY,
    **{f"lineItem_{name}": value for name, value in _MONEY.items()},
}


def orders(*changes: dict[str, str]) -> str:
    """Return a CSV file with an order per change, each of its own id unless the change gives one."""
    target = io.StringIO()
    writer = csv.DictWriter(target, ORDER, lineterminator="\n")
    writer.writeheader()
    for number, change in enumerate(changes, start=1):
        writer.writerow({**ORDER, "orderId": str(number), **change})
    return target.getvalue()


class Command:
    """The command in this process: its exit code, and what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: object) -> int:
        self._capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.out + self.err
        return code

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an import `orders` and its file of two good orders."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "orders.yaml", document())
    (tmp_path / "orders.csv").write_text(orders({}, {}))
    return tmp_path


@pytest.fixture
def daily(folder: Path) -> Path:
    """The YAML of an import by day, with good orders on the 1st and 3rd and one bad of two on the 2nd."""
    source = {"kind": "local", "uri": "orders-{partition}.csv"}
    partitions = {"every": "day", "start": "2026-01-01"}
    (folder / "orders-2026-01-01.csv").write_text(orders({}, {}))
    (folder / "orders-2026-01-02.csv").write_text(orders({"orderId": "5"}, {"orderId": "6", "currency": "EURO"}))
    (folder / "orders-2026-01-03.csv").write_text(orders({"orderId": "7"}))
    return write(folder / "daily.yaml", document(name="daily", source=source, partitions=partitions))
