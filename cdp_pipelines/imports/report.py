"""The report of one import run: what came in, what became of every row, and why.

Its keys are a contract (DESIGN 5): other programs read `as_json`. No personal value stands in it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cdp_pipelines.issues import Severity

Status = Literal["queued", "running", "completed", "partial", "failed", "cancelled"]
Origin = Literal["schedule", "sensor", "backfill", "manual"]
SCHEMA_VERSION = 1


class Part(BaseModel):
    """A piece of the report."""

    model_config = ConfigDict(extra="forbid")


class RowCounts(Part):
    """Rows by outcome; `read` is the sum of the others (D15)."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    superseded: int = 0
    rejected: int = 0
    skipped: int = 0

    def count(self, outcome: str, rows: int) -> None:
        """Add rows of an outcome."""
        setattr(self, outcome, getattr(self, outcome) + rows)

    @property
    def balanced(self) -> bool:
        """Whether every row read has exactly one outcome."""
        others = self.added + self.updated + self.unchanged + self.stale + self.superseded
        return self.read == others + self.rejected + self.skipped


class ItemCounts(Part):
    """Distinct orders of the file, plus rows rejected without an id (D32)."""

    total: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0
    skipped: int = 0


class Skipped(Part):
    """Rows skipped, by reason."""

    already_applied: int = 0
    suppressed: int = 0
    unsupported_status: int = 0
    filtered: int = 0


class Events(Part):
    """Events emitted, by type."""

    orderPlace: int = 0  # noqa: N815 - the event's own name
    orderUpdate: int = 0  # noqa: N815 - the event's own name


class Money(Part):
    """Totals of one currency over the orders added and updated."""

    orders: int = 0
    total: Decimal = Decimal(0)
    refund: Decimal = Decimal(0)


class Enriched(Part):
    """Line items of new states that product feeds completed, and the fields filled in.

    `coverage` is the share of those states' line items whose product is in a feed; none where the site has no feed.
    """

    items: int = 0
    fields: int = 0
    coverage: float | None = None


class FileReport(Part):
    """One file of the run; `completeness` tells how it was verified, control totals that agree among it."""

    uri: str
    version: str
    bytes: int
    sha256: str
    encoding: str
    compression: str
    completeness: str
    rows: RowCounts = RowCounts()


class Issue(Part):
    """All occurrences of one problem; `share` is the share of all items."""

    severity: Severity
    code: str
    column: str | None = None
    message: str
    rows: int = 0
    items: int = 0
    share: float = 0.0
    file: str | None = None
    sample_lines: list[int] = []


class Budget(Part):
    """The share of items that may be rejected (none = no limit) and the share that was."""

    share: float | None = None
    used: float = 0.0


class SampleItem(Part):
    """One order of the file: where it stands and what became of it."""

    id: str
    line: int
    outcome: str


class Sample(Part):
    """The first and the last items of the run, at most five each."""

    first: list[SampleItem] = []
    last: list[SampleItem] = []


class Stage(Part):
    """Time spent in one stage, in seconds; stages overlap, so they do not add up."""

    name: str
    seconds: float
    rows: int = 0
    bytes: int = 0


class Report(Part):
    """Everything that is known of one run.

    `created` is how many of the orders that were read were created on each day (UTC). Pictures are made of it while the
    run is at hand; it is no key of the contract and not recorded.
    """

    schema_version: int = SCHEMA_VERSION
    run_id: str
    dagster_run_id: str | None = None
    import_name: str
    kind: str = "orders"
    site: str = "default"
    status: Status
    origin: Origin = "manual"
    dry_run: bool = False
    dry_run_of: str | None = None
    partition: str | None = None
    config_hash: str = ""
    store: str = ""
    started_at: datetime
    finished_at: datetime | None = None
    error: str | None = None
    files: list[FileReport] = []
    rows: RowCounts = RowCounts()
    items: ItemCounts = ItemCounts()
    skipped: Skipped = Skipped()
    events: Events = Events()
    money: dict[str, Money] = {}
    enriched: Enriched = Enriched()
    issues: list[Issue] = []
    budget: Budget = Budget()
    sample: Sample = Sample()
    stages: list[Stage] = []
    peak_rss_mb: float = 0.0
    created: dict[date, int] = Field(default={}, exclude=True)

    @property
    def noun(self) -> str:
        """What the items are called in words: `orders`, `custom events`."""
        return self.kind.replace("_", " ")

    def as_dict(self) -> dict:
        """Return the report as JSON-ready values: times in ISO 8601, money as numbers."""
        values = self.model_dump(mode="json")
        for money in values["money"].values():
            money["total"], money["refund"] = float(money["total"]), float(money["refund"])
        return values
