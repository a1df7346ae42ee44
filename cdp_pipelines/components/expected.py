"""The sensor of `schedule.expect_by`: sees to it that somebody hears of a file that has not come."""

from datetime import UTC, datetime

import dagster as dg

from cdp_pipelines.components.names import word
from cdp_pipelines.imports.expectations import Looked, look_after
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.store import open_store

EVERY = 60
"""Seconds between two looks."""
_NAMED = 5


def expectation_sensors(loaded: LoadedImport) -> list[dg.SensorDefinition]:
    """Return the sensor of an import that expects its file by a time of day, none of others."""
    spec = loaded.spec
    expect_by = spec.schedule.expect_by if spec.schedule else None
    if expect_by is None:
        return []

    def tick(context: dg.SensorEvaluationContext) -> dg.SkipReason:  # noqa: ARG001 - Dagster's signature
        return dg.SkipReason(_in_words(look_after(open_store(), spec, expect_by, datetime.now(UTC))))

    return [
        dg.SensorDefinition(
            name=f"{word(spec.name)}_expected",
            evaluation_fn=tick,
            minimum_interval_seconds=EVERY,
            description=f"Raises an alert when a file has not come by {expect_by:%H:%M} UTC, and one when it comes.",
            default_status=dg.DefaultSensorStatus.RUNNING,
        )
    ]


def _in_words(looked: Looked) -> str:
    """Return what a tick found: it never asks for a run, so the UI shows this as the reason."""
    upcoming = f"the next is due {looked.next_due:%Y-%m-%d %H:%M} UTC"
    if not looked.missing:
        return f"What was due has come; {upcoming}"
    labels = ", ".join(one.label for one in looked.missing[:_NAMED])
    more = f" and {len(looked.missing) - _NAMED} more" if len(looked.missing) > _NAMED else ""
    return f"Has not come: {labels}{more}; {upcoming}"
