"""TPC-H orders and line items as a Kevel order CSV.

What becomes what
    order id          o_orderkey
    user              c_name as crm_id, of the order's customer
    order total       o_totalprice, as generated
    line              net = l_extendedprice * (1 - l_discount), total = net * (1 + l_tax), both cut to the cent: that is
                      how TPC-H makes o_totalprice, so lines and order agree to the cent. subtotal = net,
                      tax = total - net, discount = l_extendedprice - net, no shipping cost
    status            l_linestatus O: paid; F: fulfilled, or refunded in full where l_returnflag is R
    lastUpdated       the day of the order's last l_receiptdate
    quoted text       o_comment as custom_comment

All money is counted in integer cents.
"""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from cdp_pipelines_tests.bench.orders import money, texts

TABLES = ["orders", "lineitem", "customer", "nation"]


def generate(folder: Path, scale: float) -> None:
    """Let `tpchgen-cli` write the tables as Parquet files into the folder."""
    program = str(Path(sys.executable).parent / "tpchgen-cli")
    wanted = ["--scale-factor", str(scale), "--tables", ",".join(TABLES), "--output-dir", str(folder)]
    subprocess.run([program, "parquet", *wanted], check=True, capture_output=True)


def table(folder: Path, name: str) -> pa.Table:
    """Return a generated table with plain text columns."""
    read = parquet.read_table(folder / f"{name}.parquet").combine_chunks()
    plain = [field.with_type(pa.string()) if field.type == pa.string_view() else field for field in read.schema]
    return read.cast(pa.schema(plain))


def hundredths(decimals: pa.ChunkedArray) -> np.ndarray:
    """Return numbers with two decimals as integers, a hundred times as large."""
    return pc.multiply(decimals, pa.scalar(Decimal(100))).cast(pa.int64()).to_numpy()


def midnight(days: np.ndarray) -> pa.Array:
    """Return days since 1970 as ISO 8601."""
    return pc.binary_join_element_wise(pa.array(days, pa.date32()).cast(pa.string()), "T00:00:00Z", "")


def convert(folder: Path, file: Path) -> int:
    """Write the generated tables as one order CSV, an order's lines together, and return the number of lines."""
    orders, lines = table(folder, "orders"), table(folder, "lineitem")
    owner = np.searchsorted(orders["o_orderkey"].to_numpy(), lines["l_orderkey"].to_numpy())
    if (
        not (orders["o_orderkey"].to_numpy()[owner] == lines["l_orderkey"].to_numpy()).all()
        or (np.diff(owner) < 0).any()
    ):
        raise ValueError("the generator no longer writes both tables by order key")
    cents, status = line_cents(lines), line_status(lines)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    head = order_columns(folder, orders, lines, cents, starts).take(pa.array(owner))
    joined = {name: head[name] for name in head.column_names} | line_columns(lines, cents, status)
    csv.write_csv(pa.table(joined), file, csv.WriteOptions(quoting_style="needed"))
    return len(lines)


def line_cents(lines: pa.Table) -> dict[str, np.ndarray]:
    """Return the money columns of the lines, in cents."""
    listed, discount, tax = (hundredths(lines[name]) for name in ("l_extendedprice", "l_discount", "l_tax"))
    net = listed * (100 - discount) // 100
    total = net * (100 + tax) // 100
    refund = np.where(line_status(lines) == "refunded", total, 0)
    none = np.zeros_like(net)
    return {
        "total": total,
        "subtotal": net,
        "tax": total - net,
        "shipping": none,
        "discount": listed - net,
        "refund": refund,
    }


def line_status(lines: pa.Table) -> np.ndarray:
    """Return the lines' statuses."""
    closed = pc.equal(lines["l_linestatus"], "F").to_numpy()
    returned = pc.equal(lines["l_returnflag"], "R").to_numpy()
    return np.where(closed, np.where(returned, "refunded", "fulfilled"), "paid")


def order_columns(
    folder: Path, orders: pa.Table, lines: pa.Table, cents: dict[str, np.ndarray], starts: np.ndarray
) -> pa.Table:
    """Return the order columns, one row per order."""
    customers, nations = table(folder, "customer"), table(folder, "nation")
    buyer = customers.take(pa.array(orders["o_custkey"].to_numpy() - 1))
    sums = {name: np.add.reduceat(values, starts) for name, values in cents.items()}
    sums["total"] = hundredths(orders["o_totalprice"])
    received = lines["l_receiptdate"].cast(pa.int32()).to_numpy()
    return pa.table(
        {
            "orderId": orders["o_orderkey"].cast(pa.string()),
            "userIdType": repeated("crm_id", len(orders)),
            "userId": buyer["c_name"],
            "currency": repeated("USD", len(orders)),
            **{name: money(values) for name, values in sums.items()},
            "shippingMethod": lines["l_shipmode"].take(pa.array(starts)),
            "shippingCountry": nations["n_name"].take(buyer["c_nationkey"]),
            "createdAt": midnight(orders["o_orderdate"].cast(pa.int32()).to_numpy()),
            "lastUpdated": midnight(np.maximum.reduceat(received, starts)),
            "custom_priority": orders["o_orderpriority"],
            "custom_segment": buyer["c_mktsegment"],
            "custom_comment": orders["o_comment"],
        }
    )


def line_columns(lines: pa.Table, cents: dict[str, np.ndarray], status: np.ndarray) -> dict[str, pa.Array]:
    """Return the line columns, one row per line."""
    part = lines["l_partkey"].cast(pa.string())
    return {
        "lineItem_id": lines["l_linenumber"].cast(pa.string()),
        "lineItem_productId": part,
        "lineItem_sku": pc.binary_join_element_wise(part, texts(lines["l_suppkey"].to_numpy()), "-"),
        "lineItem_currency": repeated("USD", len(lines)),
        **{f"lineItem_{name}": money(values) for name, values in cents.items()},
        "lineItem_quantity": lines["l_quantity"].cast(pa.string()),
        "lineItem_status": pa.array(status),
    }


def repeated(text: str, count: int) -> pa.Array:
    """Return a column that says the same in every row."""
    return pa.repeat(pa.scalar(text), count)
