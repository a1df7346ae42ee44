"""An import's three assets: `landed` as a step of its own, `validated` and `applied` as one streaming step."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION as NO_EVENT

from cdp_pipelines.components.columns import table_name
from cdp_pipelines.components.expected import expectation_sensors
from cdp_pipelines.components.leases import leased
from cdp_pipelines.components.names import IMPORT_TAG, PRODUCTS, asset_key, group, word
from cdp_pipelines.components.partitions import partitioned, partitions_definition
from cdp_pipelines.components.previews import without_previews
from cdp_pipelines.components.results import CHECKS
from cdp_pipelines.components.schedules import schedules
from cdp_pipelines.components.sensors import sensors
from cdp_pipelines.components.steps import ImportConfig, failure, import_each, land_each
from cdp_pipelines.components.wording import wording
from cdp_pipelines.imports.loaded import LoadedImport
from cdp_pipelines.imports.spec import ImportSpec, OrderImportSpec


def import_definitions(loaded: LoadedImport) -> dg.Definitions:
    """Return the import's assets, its checks, the job that runs all of it, and what starts that job."""
    with without_previews():
        assets = [_landed(loaded), _validated_and_applied(loaded)]
    spec = loaded.spec
    job = dg.define_asset_job(
        word(spec.name),
        selection=dg.AssetSelection.assets(*assets),
        # One process for all steps: starting one per step would take seconds each.
        executor_def=dg.in_process_executor,
        tags={IMPORT_TAG: spec.name},
        description=spec.description or f"Land, validate and apply the files of {spec.name}.",
    )
    watchers = [*sensors(loaded, job), *expectation_sensors(loaded)]
    return dg.Definitions(assets=assets, jobs=[job], schedules=schedules(loaded, job), sensors=watchers)


def _landed(loaded: LoadedImport) -> dg.AssetsDefinition:
    spec = loaded.spec
    description = "The files as they arrived, byte for byte, with their checksums."
    asset = _asset(spec, "landed", description, kinds={spec.source.kind})

    @dg.multi_asset(name=_op(spec, "land"), specs=[asset], **partitioned(spec))
    def land(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with leased(context):
            failures = yield from land_each(context, loaded, asset.key)
        # A file that cannot be landed is a failed import with a report; the next step writes it, if there is one.
        if failures and not context.job_def.has_node_named(_op(spec, "import")):
            raise failure(failures, context)
        yield _handed_on(asset.key)

    return land


def _validated_and_applied(loaded: LoadedImport) -> dg.AssetsDefinition:
    spec = loaded.spec
    validated, applied = _validated_asset(spec), _applied_asset(spec)

    @dg.multi_asset(
        name=_op(spec, "import"),
        specs=[validated, applied],
        check_specs=_checks(spec),
        can_subset=True,
        **partitioned(spec),
    )
    def validate_and_apply(context: dg.AssetExecutionContext, config: ImportConfig) -> Iterator[Any]:
        with leased(context):
            failures = yield from import_each(context, loaded, config, validated.key, applied.key)
        if failures:
            raise failure(failures, context)
        yield from (_handed_on(key) for key in (validated.key, applied.key) if key in context.selected_asset_keys)

    return validate_and_apply


def _validated_asset(spec: ImportSpec) -> dg.AssetSpec:
    words = wording(spec)
    columns = [
        dg.TableColumn(
            column.name, column.type, column.description, dg.TableColumnConstraints(nullable=not column.required)
        )
        for column in words.columns
    ]
    return _asset(
        spec,
        "validated",
        f"{words.validated} Materialised without `applied` it is a dry run: a report, and nothing stored.",
        kinds={"pandas", "pandera"},
        deps=[asset_key(spec, "landed")],
        metadata={"dagster/column_schema": dg.TableSchema(columns)},
    )


def _applied_asset(spec: ImportSpec) -> dg.AssetSpec:
    deps = [asset_key(spec, "validated")]
    if isinstance(spec, OrderImportSpec) and spec.enrich:
        deps.append(PRODUCTS)
    described = wording(spec).applied
    return _asset(spec, "applied", described, kinds={"postgres"}, deps=deps, metadata=table_name(spec.KIND))


def _asset(spec: ImportSpec, step: str, description: str, **others: Any) -> dg.AssetSpec:
    return dg.AssetSpec(
        asset_key(spec, step),
        description="\n\n".join([*_sentence(spec.description), description]),
        group_name=group(spec),
        owners=list(spec.owners),
        skippable=True,
        **others,
    )


def _sentence(description: str | None) -> Iterator[str]:
    """Yield a description with its full stop: lists of assets show it and what follows on one line."""
    if description:
        yield description if description.rstrip().endswith((".", "!", "?")) else f"{description.rstrip()}."


def _checks(spec: ImportSpec) -> list[dg.AssetCheckSpec]:
    asset, partitions = asset_key(spec, "validated"), partitions_definition(spec)
    return [
        dg.AssetCheckSpec(name, asset=asset, description=description, partitions_def=partitions)
        for name, description in CHECKS.items()
    ]


def _op(spec: ImportSpec, does: str) -> str:
    return f"{word(spec.name)}__{does}"


def _handed_on(key: dg.AssetKey) -> dg.Output:
    """Return the output that lets the next step start, without an event: those of the partitions are already out.

    Dagster would otherwise materialise every partition of the run, also those that failed, and has no public way to say
    so; the mark is the one that its own observable source assets use.
    """
    return dg.Output(None, output_name=key.to_python_identifier(), metadata={NO_EVENT: True})
