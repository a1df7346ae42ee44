"""What the imports are compared with: the database alone, and a well-kept loader."""

import json
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from cdp_pipelines_tests.bench.commands import Cost, timed
from cdp_pipelines_tests.bench.orders import COLUMNS

PIECE = 1 << 20
INTO_RAW_LINES = "copy raw_lines from stdin (format csv, header)"


def raw_copy(file: Path, database: str) -> Cost:
    """Return the time that COPY takes for the file's bytes, unread, into an unlogged table of text columns."""
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in COLUMNS)
    with psycopg.connect(database) as connection:
        connection.execute(sql.SQL("create unlogged table raw_lines ({})").format(columns))
        connection.commit()
        started, cpu = time.perf_counter(), time.process_time()
        with file.open("rb") as source, connection.cursor().copy(INTO_RAW_LINES) as copy:
            while piece := source.read(PIECE):
                copy.write(piece)
        connection.commit()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return Cost(seconds, seconds, cpu, 0)


def dlt_load(file: Path, database: str) -> Cost:
    """Return the time that dlt takes to load the file as Arrow text columns into a staging table."""
    program = str(Path(__file__).with_name("dlt_load.py"))
    measures, output = timed([sys.executable, program, str(file), database], {})
    return Cost(measures["seconds"], json.loads(output)["seconds"], measures["cpu_seconds"], measures["peak_mb"])
