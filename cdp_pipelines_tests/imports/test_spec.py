import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cdp_pipelines.imports.spec import OrderImportSpec, config_hash

LEAST = {
    "name": "de/orders",
    "source": {"kind": "local", "uri": "orders.csv"},
    "format": {"kind": "kevel_csv"},
}
DAILY = {"partitions": {"every": "day", "start": "2026-01-01"}}


def spec(**changes):
    return OrderImportSpec.model_validate({**LEAST, **changes})


def local(uri):
    return {"source": {"kind": "local", "uri": uri}}


def http(uri):
    return {"source": {"kind": "http", "uri": uri}}


def refused(text, **changes):
    with pytest.raises(ValidationError, match=text):
        spec(**changes)


def test_the_least_import_has_the_documented_defaults():
    made = spec()
    assert (made.site, made.timezone, made.empty, made.money_check) == ("default", "UTC", "keep", "warn")
    assert (made.hash_user_id, made.emit_events, made.show_personal_data) == (False, True, False)
    assert made.max_rejected is None
    assert made.partitions is None
    assert made.keep.landing == timedelta(days=90)
    assert made.keep.rejects == timedelta(days=365)


def test_every_key_is_documented():
    def models(model):
        yield model
        for field in model.model_fields.values():
            for argument in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(argument, type) and hasattr(argument, "model_fields"):
                    yield from models(argument)

    for model in models(OrderImportSpec):
        for name, field in model.model_fields.items():
            assert name == "kind" or field.description, f"{model.__name__}.{name}"


@pytest.mark.parametrize("name", ["orders", "de/orders", "a-b_c/1"])
def test_names(name):
    assert spec(name=name).name == name


@pytest.mark.parametrize(
    "name",
    ["", "a/b/c", "/a", "a/", "a b", "ä", "a.b", "orders\n", "a" * 101, "after-imports", "segments", "segments/de"],
)
def test_bad_names(name):
    refused("name", name=name)


@pytest.mark.parametrize(
    ("written", "share"), [("5%", 0.05), ("2.5 %", 0.025), (0.05, 0.05), (0, 0.0), (1, 1.0), ("100%", 1.0)]
)
def test_max_rejected_short(written, share):
    made = spec(max_rejected=written).max_rejected
    assert (made.share, made.min_items) == (share, 20)


def test_max_rejected_long():
    made = spec(max_rejected={"share": "5%", "min_items": 0}).max_rejected
    assert (made.share, made.min_items) == (0.05, 0)


@pytest.mark.parametrize("written", [5, -0.1, "5", "120%", True, "five", [5], float("nan"), {"share": "nan%"}])
def test_bad_max_rejected(written):
    refused("max_rejected", max_rejected=written)


def test_off_may_arrive_as_false():
    assert spec(money_check=False).money_check == "off"
    assert spec(money_check="off").money_check == "off"
    refused("money_check", money_check=True)


@pytest.mark.parametrize(("written", "length"), [("90d", timedelta(days=90)), ("12h", timedelta(hours=12))])
def test_durations(written, length):
    assert spec(keep={"landing": written}).keep.landing == length


@pytest.mark.parametrize("written", [90, "90", "0d", "-1d", "1y", "P1D", "1 d", None])
def test_bad_durations(written):
    refused("length of time like 90d", keep={"landing": written})


def test_the_age_of_a_feed_is_looked_at_only_where_feeds_are():
    assert spec(max_feed_age="36h").max_feed_age == timedelta(hours=36)
    assert spec(enrich=False, max_feed_age=None).max_feed_age is None
    refused("length of time", max_feed_age="old")
    refused("remove max_feed_age", enrich=False, max_feed_age="36h")


def test_owners_are_those_that_dagster_takes():
    assert spec(owners=["team:crm", "ana@example.com"]).owners == ("team:crm", "ana@example.com")
    for owner in ("team:", "crm", "@example.com"):
        refused("owner 1", owners=[owner])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York"])
def test_zones(zone):
    assert spec(timezone=zone).timezone == zone


@pytest.mark.parametrize("zone", ["Europe", "Berlin", "../../etc/passwd", "", "+02:00"])
def test_bad_zones(zone):
    refused("IANA time zone", timezone=zone)


@pytest.mark.parametrize("key", ["credentials", "nmae", "partition"])
def test_keys_that_do_nothing_are_refused(key):
    refused("Extra inputs", **{key: {}})


@pytest.mark.parametrize("kind", ["s3", "sftp", "egoi"])
def test_sources_that_do_nothing_are_refused(kind):
    refused("source", source={"kind": kind, "uri": "x"})


def test_templates_are_refused_wherever_they_stand():
    refused("no templates", description="{{ env.TEAM }}")
    refused("no templates", **local("{{ env('INBOX') }}/orders.csv"))
    refused("no templates", owners=["team:{{ x }}"])


def test_a_partition_in_the_uri_needs_partitions_and_they_need_it():
    refused(r"add partitions", **local("orders-{partition}.csv"))
    refused(r"no \{partition\}", **DAILY)
    assert spec(**local("orders-{partition}.csv"), **DAILY).partitions.every == "day"


@pytest.mark.parametrize(
    "uri", ["{partition:%Y%m%d}", "{partition:%Y}/{partition:%m}/{partition:%d}", "{partition:%y%j}"]
)
def test_uris_that_tell_days_apart(uri):
    assert spec(**local(uri), **DAILY)


@pytest.mark.parametrize("uri", ["{partition:%Y%m}", "{partition:%d}", "{partition:%m%d}", "{partition:%Y%H}"])
def test_uris_that_do_not(uri):
    refused("same for several partitions", **local(uri), **DAILY)


@pytest.mark.parametrize(
    "uri", ["{day}", "{}", "{partition", "partition}", "{partition!r}", "{partition:%Q}", "{partition:x}", "{home:x}"]
)
def test_other_braces_are_refused(uri):
    refused("source.local.uri", **local(uri), **DAILY)


def test_star_and_home_are_for_local_files():
    assert spec(**local("{home}/*.csv"))
    refused("do not list their files", **http("https://example.com/*.csv"))
    refused("kind: local only", **http("https://example.com/{home}"))


@pytest.mark.parametrize("uri", ["ftp://example.com/a", "file:///etc/passwd", "example.com/a", "https://", "http://["])
def test_other_addresses_are_refused(uri):
    refused("no web address", **http(uri))


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(ValidationError) as caught:
        spec(**http("https://ana:sesame@example.com/a"))
    [error] = caught.value.errors(include_input=False)
    assert "before the @" in error["msg"]
    assert "sesame" not in str(error)


def test_the_specification_cannot_be_changed():
    with pytest.raises(ValidationError):
        spec().name = "other"


CHANGES_RESULTS = [
    {"site": "de"},
    {"timezone": "Europe/Berlin"},
    {"hash_user_id": True},
    {"money_check": "reject"},
    {"empty": "clear"},
    {"enrich": False},
    {"format": {"kind": "kevel_csv", "delimiter": ";"}},
    {"format": {"kind": "kevel_csv", "encoding": "cp1252"}},
]
CHANGES_NOTHING = [
    {"name": "other"},
    {"description": "text"},
    {"owners": ["team:crm"]},
    {"max_rejected": "5%"},
    {"keep": {"landing": "1d"}},
    {"emit_events": False},
    {"show_personal_data": True},
    {"max_feed_age": "36h"},
    local("elsewhere.csv"),
    {"money_check": "warn"},
]


@pytest.mark.parametrize("change", CHANGES_RESULTS)
def test_the_hash_changes_with_what_changes_results(change):
    assert config_hash(spec(**change)) != config_hash(spec())


@pytest.mark.parametrize("change", CHANGES_NOTHING)
def test_the_hash_stays_with_what_does_not(change):
    assert config_hash(spec(**change)) == config_hash(spec())


@given(st.permutations(list({**LEAST, "timezone": "Europe/Lisbon", "empty": "clear"}.items())))
def test_the_order_of_keys_does_not_count(pairs):
    wanted = config_hash(spec(timezone="Europe/Lisbon", empty="clear"))
    assert config_hash(OrderImportSpec.model_validate(dict(pairs))) == wanted


def test_the_hash_is_the_same_in_another_process():
    code = f"from cdp_pipelines.imports.spec import *;print(config_hash(OrderImportSpec.model_validate({LEAST!r})))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == config_hash(spec())


def test_catching_up_needs_partitions():
    night = {"cron": "30 2 * * *", "catch_up": "7d"}
    refused("catch_up asks for partitions", schedule=night)
    assert spec(schedule=night, **DAILY, **local("{partition}.csv")).schedule.catch_up == timedelta(days=7)
    assert spec(schedule={"cron": "30 2 * * *"}).schedule.catch_up is None


def test_what_cannot_be_listed_cannot_be_watched():
    watch = {"watch": {"every": "60s"}}
    refused("web servers do not list", **watch, **DAILY, **http("https://files.example.com/{partition}.csv"))
    assert spec(**watch, **http("https://files.example.com/orders.csv")).watch.every == timedelta(seconds=60)
    assert spec(**watch, **DAILY, **local("{partition}.csv")).watch
