"""Which files had to come by now (`schedule.expect_by`), and the look that raises an alert for those that have not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from cdp_pipelines.alerts import expectations
from cdp_pipelines.alerts.expectations import Expected
from cdp_pipelines.alerts.ledger import NEWS
from cdp_pipelines.imports.partitions import Partitions, partition_at
from cdp_pipelines.imports.spec import ImportSpec
from cdp_pipelines.store import Store

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Looked:
    """What a look came to: the files that have not come, and when the next ones are due."""

    missing: Sequence[Expected]
    next_due: datetime


def due_after(moment: datetime, expect_by: time) -> datetime:
    """Return the first `expect_by` at or after a moment: that of a partition, given its end."""
    day = moment.astimezone(UTC)
    due = datetime.combine(day.date(), expect_by, UTC)
    return due if due >= day else due + _DAY


def expected_at(due_at: datetime, partitions: Partitions | None) -> list[Expected]:
    """Return what is due at a moment: the partitions that ended in the day before it, or one new file."""
    before = due_at - _DAY
    if partitions is None:
        return [Expected(None, before, due_at)]
    found: list[Expected] = []
    partition = partition_at(before, partitions.every)  # the one that is on then ends later, or at that moment
    while partition.end <= due_at:
        if partition.end > before and partition.start >= partitions.start:
            found.append(Expected(partition.key, before, due_at))
        partition = partition_at(partition.end, partitions.every)
    return found


def look_after(store: Store, spec: ImportSpec, expect_by: time, now: datetime) -> Looked:
    """Raise an alert for each file that should have come and has not; those of the last days that nobody looked after.

    Args:
        store: Where runs and alerts are.
        spec: The import.
        expect_by: Its time of day.
        now: The present time, aware.
    """
    next_due = due_after(now + timedelta(microseconds=1), expect_by)
    with store.connect(autocommit=True) as connection:
        before = expectations.looked_at(connection, spec.name)
        missing = [
            one
            for due_at in _due_since(before or now, next_due, now)
            for one in expected_at(due_at, spec.partitions)
            if not expectations.has_come(connection, spec.name, one)
        ]
        for one in missing:
            expectations.raise_missing(connection, spec.name, one, now)
        coming = [one.partition for one in expected_at(next_due, spec.partitions) if one.partition]
        expectations.note_next(connection, spec.name, coming if spec.partitions else None, next_due, now)
    return Looked(missing, next_due)


def _due_since(before: datetime, next_due: datetime, now: datetime) -> list[datetime]:
    """Return the moments at which something was due since the look before, and always the latest one, ascending."""
    latest = next_due - _DAY
    since = max(before, now - NEWS)
    days = [latest - _DAY * number for number in range(NEWS // _DAY + 1)]
    return [due_at for due_at in reversed(days) if due_at > since or due_at == latest]
