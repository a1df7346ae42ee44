"""`type: cdp_pipelines.AlertTarget`: a sensor that tells somebody what went wrong with imports."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import dagster as dg
from pydantic import BaseModel

from cdp_pipelines.alerts.spec import AlertTargetSpec
from cdp_pipelines.alerts.telling import Told
from cdp_pipelines.components.dagster_failures import note_failures
from cdp_pipelines.components.names import word, written_at
from cdp_pipelines.components.previews import without_previews
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.alerting import tell_targets
from cdp_pipelines.imports.loaded import LoadedAlertTarget
from cdp_pipelines.store import open_store

EVERY = 30
"""Seconds between two looks."""


@dataclass
class AlertTarget(dg.Component):
    """Somebody who is told when imports go wrong: by webhook, e-mail, command or file."""

    loaded: LoadedAlertTarget

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """Return the specification of an alert target, which is the schema of `attributes`."""
        return AlertTargetSpec

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:
        """Return the component for the document at `context`."""
        if not isinstance(attributes, AlertTargetSpec):
            raise ConfigurationError(f"{context.path}: attributes are missing; write at least name and target.")
        return cls(LoadedAlertTarget(attributes, *written_at(context)))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - Dagster's signature
        """Return the target's sensor."""
        return dg.Definitions(sensors=[alert_sensor(self.loaded)])


def alert_sensor(loaded: LoadedAlertTarget) -> dg.SensorDefinition:
    """Return the sensor of a target. It is on from the start: writing the target says that it is meant."""
    spec = loaded.spec

    def tick(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        store = open_store()
        cursor = note_failures(context.instance, store, context.cursor, datetime.now(UTC))
        told = tell_targets(store, [loaded], datetime.now(UTC))
        for sentence in told.failures:
            context.log.warning(sentence)
        return dg.SensorResult(skip_reason=dg.SkipReason(_in_words(told)), cursor=cursor)

    with without_previews():
        return dg.SensorDefinition(
            name=f"alerts_{word(spec.name)}",
            evaluation_fn=tick,
            minimum_interval_seconds=EVERY,
            description=f"Tells by {spec.target.kind}: {', '.join(spec.when)}. {spec.description}".strip(),
            default_status=dg.DefaultSensorStatus.RUNNING,
            owners=list(spec.owners),
        )


def _in_words(told: Told) -> str:
    """Return what a tick did: it never asks for a run, so the UI shows this as the reason."""
    said = [f"Told: {headline}" for headline in told.headlines]
    return " | ".join([*told.failures, *said]) or "Nothing to tell"
