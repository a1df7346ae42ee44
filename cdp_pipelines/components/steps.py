"""What the two steps of an import do when a run executes them.

Every partition is reported on its own, as soon as it is done: its check results come first, and only what passed is
materialised. So a run over a month of files of which one is bad keeps the others, and fails at its end naming that one.
"""

from collections.abc import Generator, Mapping
from typing import Any

import dagster as dg
from pydantic import Field

from cdp_pipelines.components.partitions import Covered, covered
from cdp_pipelines.components.progress import progress_log
from cdp_pipelines.components.results import landed_metadata, verdict
from cdp_pipelines.errors import CdpError
from cdp_pipelines.failpoints import reach
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.report import Origin, Report
from cdp_pipelines.imports.run import RunOptions, land_import, run_import
from cdp_pipelines.store import Store, open_store

Failures = dict[str, str]
"""A sentence for each partition that failed, by the partition's key."""

_ORIGINS: dict[str, Origin] = {
    "dagster/schedule_name": "schedule",
    "dagster/sensor_name": "sensor",
    "dagster/backfill": "backfill",
}


class ImportConfig(dg.Config):
    """What can be chosen when a run is launched."""

    force: bool = Field(default=False, description="Read files again that were already applied.")


def land_each(
    context: dg.AssetExecutionContext, loaded: LoadedImport, landed: dg.AssetKey
) -> Generator[Any, None, Failures]:
    """Land the files of each partition and yield what landed; return the failures."""
    failures: Failures = {}
    for one in covered(context, loaded.spec):
        try:
            files = [delivery.file for delivery in land_import(loaded, one.partition)]
        except CdpError as error:
            context.log.error(f"{one.label}: {error}")
            failures[one.label] = str(error)
        else:
            yield dg.AssetMaterialization(landed, partition=one.key, metadata=landed_metadata(files))
    return failures


def import_each(
    context: dg.AssetExecutionContext,
    loaded: LoadedImport,
    config: ImportConfig,
    validated: dg.AssetKey,
    applied: dg.AssetKey,
) -> Generator[Any, None, Failures]:
    """Import each partition and yield its events; return the failures. Without `applied` it is a dry run."""
    failures: Failures = {}
    store = opened_store()
    options = _options(context, config, dry_run=applied not in context.selected_asset_keys)
    for one in covered(context, loaded.spec):
        said = verdict(_report(context, loaded, store, one, options), one.key, store)
        (context.log.error if said.failed else context.log.info)(f"{one.label}: {said.sentence}")
        reach("before_materialize")
        yield from said.events(validated, applied, context.selected_asset_keys)
        if said.failed:
            failures[one.label] = said.sentence
    return failures


def failure(failures: Failures, context: dg.AssetExecutionContext) -> dg.Failure:
    """Return what ends the run: the sentence of its only partition, or the names of those that failed.

    Never retried by Dagster: the same file would fail again, and sources have retried on their own.
    """
    of = len(context.partition_keys) if context.has_partition_key_range else 1
    if of == 1:
        return dg.Failure(next(iter(failures.values())), allow_retries=False)
    sentences = {label: dg.MetadataValue.text(sentence) for label, sentence in failures.items()}
    description = f"{len(failures)} of {of} partitions failed: {', '.join(failures)}."
    return dg.Failure(description, sentences, allow_retries=False)


def opened_store() -> Store:
    """Return the store for a step, which fails with one sentence where there is none."""
    try:
        return open_store()
    except CdpError as error:
        raise dg.Failure(str(error), allow_retries=False) from None


def _report(
    context: dg.AssetExecutionContext, loaded: LoadedImport, store: Store, one: Covered, options: RunOptions
) -> Report:
    try:
        return run_import(loaded, store, one.partition, options, progress_log(context.log))
    except CdpError as error:
        raise dg.Failure(f"{one.label}: {error}", allow_retries=False) from None


def _options(context: dg.AssetExecutionContext, config: ImportConfig, dry_run: bool) -> RunOptions:
    run = context.run
    return RunOptions(dry_run=dry_run, force=config.force, origin=_origin(run.tags), dagster_run_id=run.run_id)


def _origin(tags: Mapping[str, str]) -> Origin:
    found: list[Origin] = [origin for tag, origin in _ORIGINS.items() if tag in tags]
    return found[0] if found else "manual"
