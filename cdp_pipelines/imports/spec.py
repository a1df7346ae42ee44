"""An import of orders as its YAML states it: every key, its default, its text and the rules between keys."""

import hashlib
import json
import re
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from cdp_pipelines.formats.spec import FormatSpec, GoogleFeed, ProductFormatSpec
from cdp_pipelines.imports.control import Control
from cdp_pipelines.imports.durations import Duration
from cdp_pipelines.imports.partitions import Partitions, tells_apart
from cdp_pipelines.imports.schedules import Schedule
from cdp_pipelines.imports.watch import Watch
from cdp_pipelines.segments.spec import JOB
from cdp_pipelines.sources.addresses import scheme_of
from cdp_pipelines.sources.spec import HttpSource, SourceSpec
from cdp_pipelines.sources.template import placeholders
from cdp_pipelines.spec import Owners, Share, Spec, named, read_share
from cdp_pipelines.transforms.columns import origin_of
from cdp_pipelines.transforms.spec import OnCastError, Transform


class MaxRejected(Spec):
    """The error budget: how much of a file may be rejected before nothing of it is applied (D26)."""

    share: Share
    """Share of the items that may be rejected, like 5% or 0.05; strictly more fails the run."""
    min_items: int = Field(default=20, ge=0)
    """Number of items below which the share does not count."""


class Keep(Spec):
    """How long what is no longer open is kept."""

    landing: Duration = timedelta(days=90)
    """How long the copies of arrived files are kept after their last use, like 90d."""
    rejects: Duration = timedelta(days=365)
    """How long rejected rows are kept, like 365d."""


def _word(value: Any) -> Any:
    """Read `off` as YAML 1.1 readers, Dagster's among them, hand it over."""
    return "off" if value is False else value


def _budget(value: Any) -> Any:
    """Read the short form: `max_rejected: 5%`."""
    return value if value is None or isinstance(value, dict | MaxRejected) else {"share": read_share(value)}


class ImportSpec(Spec):
    """What imports of all kinds have in common; the models of the kinds below add `format` and keys of their own."""

    KIND: ClassVar[str]
    """What the run's record calls the kind."""
    CHANGES_RESULTS: ClassVar[frozenset[str]] = frozenset({"format", "site"})
    """Keys that the configuration hash covers."""
    MAPPING_VERSION: ClassVar[int] = 1
    """Version of our own mapping from rows to items; one more whenever the same bytes give another item."""

    name: Annotated[str, Field(max_length=100), named("de/orders")]
    """Name of the import, `orders` or `de/orders`: letters, digits, _ and -, with one slash at most."""
    site: str = Field(default="default", max_length=100)
    """The shop that the items belong to: the same order id in two sites is two orders (D30)."""
    description: str = ""
    """What the import is for, shown in Dagster."""
    owners: Owners = ()
    """Who answers for the import: `team:crm` or an e-mail address each."""
    source: SourceSpec
    """Where the files come from."""
    timezone: str = "UTC"
    """IANA time zone of timestamps that state none, like Europe/Berlin (D33); Asia/Shanghai for tmall_csv unless
    stated."""
    max_rejected: Annotated[MaxRejected | None, BeforeValidator(_budget)] = None
    """Share of the items that may be rejected, like 5%; more fails the run. Left out, there is no limit (D26)."""
    partitions: Partitions | None = Field(default=None, validate_default=True)
    """Cuts the import by time, one file per hour, day or month; the uri then holds {partition}."""
    schedule: Schedule | None = None
    """When the import runs by itself, like {cron: "30 2 * * *", catch_up: 7d}, in UTC."""
    control: Control | None = None
    """What the exporter states of its files, like {uri: "{file}.json"}; what disagrees is not applied."""
    watch: Watch | None = None
    """Looks for new and changed files at the source, like {every: 60s}; one that still grows waits."""
    keep: Keep = Keep()
    """How long copies of files and rejected rows are kept."""
    show_personal_data: bool = False
    """Whether issues in reports quote rejected values, which may be e-mail addresses, phone numbers and names."""

    @field_validator("name")
    @classmethod
    def _leaves_our_names_free(cls, name: str) -> str:
        if name.replace("-", "_") == JOB:
            raise ValueError(f"{JOB} is the job that refreshes segments: take another name")
        if name.split("/")[0] == "segments":
            raise ValueError("segments is where segments stand among the assets: take another name or group")
        return name

    @field_validator("site")
    @classmethod
    def _names_a_site(cls, site: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", site, re.ASCII):
            raise ValueError("write a name of letters, digits, _, . and -, like de")
        return site

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (OSError, ValueError, LookupError):
            raise ValueError("is no IANA time zone: write one like Europe/Berlin") from None
        return timezone

    @field_validator("partitions")
    @classmethod
    def _agree_with_the_uri(cls, partitions: Partitions | None, info: ValidationInfo) -> Partitions | None:
        source = info.data.get("source")
        if source is not None:
            _check_uri(source.uri, partitions)
        return partitions

    @field_validator("schedule")
    @classmethod
    def _catches_up_partitions(cls, schedule: Schedule | None, info: ValidationInfo) -> Schedule | None:
        if schedule and schedule.catch_up and "partitions" in info.data and info.data["partitions"] is None:
            raise ValueError("catch_up asks for partitions that are missing: add partitions, or remove catch_up")
        return schedule

    @field_validator("control")
    @classmethod
    def _stands_at_the_source(cls, control: Control | None, info: ValidationInfo) -> Control | None:
        source, partitions = info.data.get("source"), info.data.get("partitions")
        if control is None or source is None or control.ending is not None:
            return control
        if scheme_of(control.uri) != scheme_of(source.uri):
            raise ValueError("uri is of another kind than source.uri: control totals stand where the files do")
        if "partitions" in info.data and partitions is None and "{partition" in control.uri:
            raise ValueError("uri has {partition}, and the import no partitions: remove it")
        return control

    @field_validator("watch")
    @classmethod
    def _can_be_listed(cls, watch: Watch | None, info: ValidationInfo) -> Watch | None:
        if watch and info.data.get("partitions") and isinstance(info.data.get("source"), HttpSource):
            raise ValueError("web servers do not list their files: take schedule with catch_up, or remove partitions")
        return watch


def _check_uri(uri: str, partitions: Partitions | None) -> None:
    """Refuse an address that cannot tell the partitions apart, and one that asks for a partition that is not there."""
    filled = any(name == "partition" for name, _ in placeholders(uri))
    if partitions is None:
        if filled:
            raise ValueError(
                "is missing: source.uri has {partition}, so add partitions like {every: day, start: 2026-01-01}"
            )
    elif not filled:
        raise ValueError(
            "source.uri has no {partition}: put it where the file's name has its date, or remove partitions"
        )
    elif not tells_apart(uri, partitions):
        raise ValueError(
            f"source.uri is the same for several partitions: write {{partition}}, which names the {partitions.every}"
        )


def _kind(form: Any) -> Any:
    return form.get("kind") if isinstance(form, dict) else getattr(form, "kind", None)


class OrderImportSpec(ImportSpec):
    """One import of orders (`type: cdp_pipelines.OrderImport`)."""

    KIND: ClassVar[str] = "orders"
    CHANGES_RESULTS: ClassVar[frozenset[str]] = frozenset(
        {
            "format",
            "transform",
            "on_cast_error",
            "timezone",
            "hash_user_id",
            "money_check",
            "empty",
            "enrich",
            "site",
        }
    )
    format: FormatSpec
    """How the files are written."""
    transform: tuple[Transform, ...] = ()
    """What is done to the columns before they are validated, step by step, like {rename: number, to: orderId}."""
    on_cast_error: OnCastError = "reject"
    """What a cell does that a cast or timestamp of `transform` cannot read: `reject` its order, or become `null`."""
    hash_user_id: bool = False
    """Whether e-mail addresses and phone numbers of users are stored and sent as their SHA-256 only."""
    enrich: bool = True
    """Whether fields that a line item leaves out are filled in from the product feeds of the site (K-019, K-020)."""
    max_feed_age: Duration | None = Field(default=None, validate_default=True)
    """How old the site's newest product feed may be, like 36h, before the report warns of it; left out, it may be."""
    emit_events: bool = True
    """Whether events are emitted; `false` imports orders that the receiving system already tracked (D31)."""
    empty: Literal["keep", "clear"] = "keep"
    """What an empty optional cell does: `keep` what is stored, or `clear` it; an absent column keeps (D21)."""
    money_check: Annotated[Literal["warn", "reject", "off"], BeforeValidator(_word)] = "warn"
    """What happens when total is not subtotal + tax + shipping: `warn`, `reject` the order, or `off` (D1)."""

    @model_validator(mode="before")
    @classmethod
    def _takes_the_zone_of_the_format(cls, values: Any) -> Any:
        """Tmall writes times of China (D33)."""
        form = values.get("format") if isinstance(values, dict) else None
        return {"timezone": "Asia/Shanghai", **values} if _kind(form) == "tmall_csv" else values

    @field_validator("transform")
    @classmethod
    def _leaves_orders_together(cls, steps: tuple[Transform, ...], info: ValidationInfo) -> tuple[Transform, ...]:
        origin, named = origin_of(steps, "orderId"), getattr(info.data.get("format"), "NAMED", False)
        if named and origin != "orderId":
            raise ValueError(
                f"the format says which column is the order's id: remove the step that makes it of {origin}"
            )
        return steps

    @field_validator("max_feed_age")
    @classmethod
    def _looks_at_feeds(cls, age: timedelta | None, info: ValidationInfo) -> timedelta | None:
        if age and info.data.get("enrich") is False:
            raise ValueError("without enrich no product feed is looked at: remove max_feed_age, or enrich: false")
        return age


class ProductImportSpec(ImportSpec):
    """One import of product feeds (`type: cdp_pipelines.ProductImport`)."""

    KIND: ClassVar[str] = "products"
    CHANGES_RESULTS: ClassVar[frozenset[str]] = frozenset(
        {"format", "transform", "on_cast_error", "timezone", "mode", "site"}
    )
    format: ProductFormatSpec
    """How the feed is written."""
    transform: tuple[Transform, ...] = ()
    """What is done to the fields of JSON lines, CSV and Excel before they are validated, step by step."""
    on_cast_error: OnCastError = "reject"
    """What a field does that a cast or timestamp of `transform` cannot read: `reject` its product, or go (`null`)."""
    mode: Literal["full", "delta", "partial"] = "full"
    """A product that is not in the feed is gone (`full`), or as it was (`delta`); with `partial` so is each field."""

    @field_validator("transform")
    @classmethod
    def _has_fields_of_its_own(cls, steps: tuple[Transform, ...], info: ValidationInfo) -> tuple[Transform, ...]:
        if steps and isinstance(info.data.get("format"), GoogleFeed):
            raise ValueError("a Google feed has fixed fields: remove transform, or take a feed in JSON lines or CSV")
        if any(step.per == "order" for step in steps):
            raise ValueError("the entries of a feed belong to no order: remove per")
        return steps


def config_hash(spec: ImportSpec) -> str:
    """Return 16 hex digits that change when the same file would give another result (D25).

    Defaults are left out, so a new option does not change the hash of imports that do not use it.
    """
    values = spec.model_dump(mode="json", include=set(spec.CHANGES_RESULTS), exclude_defaults=True)
    text = json.dumps([spec.MAPPING_VERSION, values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
