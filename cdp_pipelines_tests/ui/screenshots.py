"""Makes the pictures of `docs/screenshots` anew: `python -m cdp_pipelines_tests.ui.screenshots`, in twenty minutes.

The scene: two shops, one with two years of nights, a product feed and three segments, in an embedded store of their
own. One file is cut off, one is missing, and the other shop's server is slow, so that its schedule skips a tick.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page

from cdp_pipelines.demo import nights
from cdp_pipelines.store.embedded import EmbeddedPostgres
from cdp_pipelines_tests.imports.writing import document, write
from cdp_pipelines_tests.ui.serving import ROOT, Served, browsing, eventually, served

TARGET = ROOT / "docs" / "screenshots"
FIRST = date(2025, 1, 1)
DAYS = (datetime.now(UTC).date() - FIRST).days
BY_COMMAND = DAYS - 60
"""Nights that the command line imports; the others are left to a backfill."""
CUT, MISSING = DAYS - 9, DAYS - 4
SETTLE = 4000
"""Milliseconds after which a page has drawn its graphs."""
RENAME = """names => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const [from, to] of Object.entries(names))
        texts.currentNode.data = texts.currentNode.data.replaceAll(from, to);
}"""
LOCATION = {"repositoryLocationName": "cdp_pipelines", "repositoryName": "__repository__"}
RUN = """mutation ($selector: JobOrPipelineSelector!, $tags: [ExecutionTag!]!) {
    launchRun(executionParams: {selector: $selector, executionMetadata: {tags: $tags}}) {
        ... on LaunchRunSuccess { run { runId } } } }"""
STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
BACKFILL = """mutation ($days: [String!]!, $assets: [AssetKeyInput!]!) {
    launchPartitionBackfill(backfillParams: {partitionNames: $days, assetSelection: $assets}) {
        ... on LaunchBackfillSuccess { backfillId } } }"""
BACKFILL_STATUS = (
    "query ($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }"
)


def main() -> None:
    """Set the scene, and take the pictures."""
    with scene() as project:
        played = play(project)
        with browsing() as page:
            take(project, played, page)


@contextmanager
def scene() -> Iterator[Served]:
    """Files and YAML of the shops, served by Dagster."""
    with tempfile.TemporaryDirectory(prefix="cdp-screenshots-") as name, slow_server() as address:
        folder = Path(name)
        write_files(folder)
        write_yaml(folder, address)
        try:
            with served(folder) as project:
                yield project
        finally:
            EmbeddedPostgres(folder / ".cdp").stop()


def write_files(folder: Path) -> None:
    """Write the nights of one shop, the orders of the other, and a feed."""
    for number, night in enumerate(nights(orders=DAYS * 6, count=DAYS, first=FIRST)):
        if number != MISSING:
            (folder / night.name).write_bytes(night.content[:-40] if number == CUT else night.content)
    line = '{{"id": "p-{0}", "title": "Product {0}", "brand": "Example"}}\n'
    (folder / "feed.jsonl").write_text("".join(line.format(number) for number in range(200)))


def write_yaml(folder: Path, slow: str) -> None:
    """Write imports, feed and segments."""
    german = {
        "name": "de/orders",
        "site": "de",
        "description": "Nightly export of the German shop",
        "owners": ["team:crm"],
        "source": {"kind": "local", "uri": str(folder / "orders-{partition}.csv.gz")},
        "timezone": "Europe/Berlin",
        "max_rejected": "5%",
        "partitions": {"every": "day", "start": FIRST.isoformat(), "per_run": 31},
    }
    french = german | {
        "name": "fr/orders",
        "site": "fr",
        "description": "Orders of the French shop, from a slow server",
        "source": {"kind": "http", "uri": slow},
        "timezone": "Europe/Paris",
        "partitions": None,
        "schedule": {"cron": "* * * * *"},
    }
    feed = {
        "name": "de/products",
        "site": "de",
        "description": "Product feed of the German shop",
        "owners": ["team:catalogue"],
        "source": {"kind": "local", "uri": str(folder / "feed*.jsonl")},
        "format": {"kind": "jsonl"},
        "watch": {"every": "30s"},
    }
    write(folder / "defs" / "de" / "defs.yaml", document(**german))
    write(folder / "defs" / "fr" / "defs.yaml", document(**french))
    write(folder / "defs" / "feed" / "defs.yaml", {"type": "cdp_pipelines.ProductImport", "attributes": feed})
    segments = (ROOT / "cdp_pipelines" / "defs" / "demo_segments" / "defs.yaml").read_text()
    write(folder / "defs" / "segments" / "defs.yaml", segments.replace("demo/", "").replace("team:demo", "team:crm"))


@contextmanager
def slow_server() -> Iterator[str]:
    """Address of a file that takes longer than a minute, yet is not so slow that it is given up."""
    (night,) = nights(orders=2_000, count=1)
    piece = len(night.content) // 100 + 1

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(night.content)))
            self.end_headers()
            with suppress(BrokenPipeError):  # the scene is over
                for begin in range(0, len(night.content), piece):
                    self.wfile.write(night.content[begin : begin + piece])
                    time.sleep(1)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/orders.csv.gz"
        server.shutdown()


def day(number: int) -> str:
    """Return the partition of a night."""
    return (FIRST + timedelta(number)).isoformat()


@dataclass(frozen=True)
class Played:
    """What happened in the scene: the ids of a backfill and of a run that failed."""

    backfill: str
    failed: str


def play(project: Served) -> Played:
    """Import: most nights from the command line, two months as a backfill, the night that was cut off on its own."""
    project.command("run", "de/orders", "--from", day(0), "--to", day(BY_COMMAND - 1))
    backfill, failed = launch_backfill(project), launch_run(project, "de__orders", {"dagster/partition": day(CUT)})
    launch_run(project, "after_imports", {})
    return Played(backfill, failed)


def launch_backfill(project: Served) -> str:
    """Start a backfill of the nights that are left, wait for its end, and return its id."""
    assets = [{"path": ["de", "orders", step]} for step in ("landed", "validated", "applied")]
    days = [day(number) for number in range(BY_COMMAND, DAYS)]
    found = project.ask(BACKFILL, days=days, assets=assets)["launchPartitionBackfill"]["backfillId"]
    ended = ("COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED")
    wait(project, lambda: project.ask(BACKFILL_STATUS, id=found)["partitionBackfillOrError"]["status"] in ended)
    return found


def launch_run(project: Served, job: str, tags: Mapping[str, str]) -> str:
    """Start a run of a job, wait for its end, and return its id."""
    selector = {**LOCATION, "pipelineName": job}
    labels = [{"key": key, "value": value} for key, value in tags.items()]
    found = project.ask(RUN, selector=selector, tags=labels)["launchRun"]["run"]["runId"]
    wait(project, lambda: project.ask(STATUS, id=found)["runOrError"]["status"] in ("SUCCESS", "FAILURE"))
    return found


def wait(project: Served, true: Callable[[], object]) -> None:
    """Wait until something holds; two months of files take minutes."""
    eventually(true, project.folder / "dagster.log", patience=900)


def take(project: Served, played: Played, page: Page) -> None:
    """Take the pictures."""
    orders, automation = "/assets/de/orders", "/locations/cdp_pipelines"
    picture = Picture(project, page)
    page.set_viewport_size({"width": 1900, "height": 900})
    picture("graph", "/assets/segments/champions?view=lineage&lineageScope=upstream&lineageDepth=9", "champions")
    page.set_viewport_size({"width": 1400, "height": 900})
    picture("report", f"{orders}/applied?view=events", "Show Markdown", click="Show Markdown")
    picture("checks", f"{orders}/validated?view=checks", "error_budget", click="error_budget")
    picture("partitions", f"{orders}/applied?view=partitions", "Materialized")
    picture("backfill", f"/runs/b/{played.backfill}", "Completed")
    picture("schedule", f"{automation}/schedules/fr__orders_schedule", "Tick history")
    picture(
        "skipped",
        f"{automation}/schedules/fr__orders_schedule",
        "Tick history",
        click="td:nth-child(4) >> text=0 runs requested",
    )
    picture("sensor", f"{automation}/sensors/de__products_watch", "Evaluations")
    picture("failed", f"/runs/{played.failed}", "RUN_FAILURE")


@dataclass(frozen=True)
class Picture:
    """Takes pictures of pages, without the folders of this machine that stack traces name."""

    project: Served
    page: Page

    def __call__(self, name: str, path: str, text: str, click: str | None = None) -> None:
        """Go to a path, wait for a text, click what is to be opened, and save what is seen."""
        self.page.goto(self.project.address + path)
        self.page.get_by_text(text).first.wait_for()
        if click:
            self.page.locator(click if ">>" in click else f"text={click}").first.click()
        self.page.wait_for_timeout(SETTLE)
        self.page.evaluate(RENAME, {str(self.project.folder): "/data", str(ROOT): "/srv/cdp"})
        self.page.screenshot(path=TARGET / f"{name}.png")


if __name__ == "__main__":
    main()
