"""Loads a CSV file into a staging table with dlt; started as a process of its own by the bench.

The quickest way that dlt offers: Arrow tables of text columns, its own files as CSV without compression, sent by COPY.
Its telemetry is off.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator

SETTINGS = {
    "DATA_WRITER__DISABLE_COMPRESSION": "true",
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
}


def lines(path: str) -> Iterator[object]:
    """Yield the file's lines as Arrow tables of text columns."""
    import pyarrow as pa
    from pyarrow import csv

    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - started as a script, with the bench's path as text
        names = file.readline().strip().split(",")
    texts = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True)
    blocks = csv.ReadOptions(block_size=16 << 20)
    for batch in csv.open_csv(path, blocks, csv.ParseOptions(newlines_in_values=True), texts):
        yield pa.Table.from_batches([batch])


def load(path: str, database: str) -> float:
    """Load the file into the database and return the seconds it took, dlt's own imports left out."""
    os.environ.update(SETTINGS)
    import dlt

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        pipeline = dlt.pipeline(
            "bench", pipelines_dir=folder, destination=dlt.destinations.postgres(database), dataset_name="dlt_staging"
        )
        rows = dlt.resource(lines(path), name="raw_lines", write_disposition="append")
        pipeline.run(rows, loader_file_format="csv").raise_on_failed_jobs()
        return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps({"seconds": load(*sys.argv[1:])}))
