"""What a message says: one for all that is due at once of an import, an occasion and a cause, be it 31 partitions."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from cdp_pipelines.alerts.ledger import Due
from cdp_pipelines.alerts.spec import AlertTargetSpec

_SHOWN = 3
_NAMED = 10
_OUTCOMES = ("added", "updated", "unchanged", "stale", "superseded", "rejected", "skipped")


@dataclass(frozen=True)
class Message:
    """One message to one target, and what it is about."""

    about: Sequence[Due]

    @property
    def headline(self) -> str:
        """The message in a line, like `de/orders 2026-01-31: no file has come`."""
        first = self.about[0]
        labels = list(dict.fromkeys(one.partition for one in self.about if one.partition))
        if len(labels) < 2:
            name = " ".join([first.import_name, *labels])
            return _line(f"{name}: {_what(first)}")
        more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
        return _line(f"{first.import_name}: {_what(first)}: {', '.join(labels[:_NAMED])}{more}")

    @property
    def text(self) -> str:
        """The whole message: the headline, then counts, gravest issues and links of the first few."""
        blocks = list(dict.fromkeys("\n".join(_block(one, named=len(self.about) > 1)) for one in self.about))
        parts = [self.headline, *blocks[:_SHOWN]]
        if len(blocks) > _SHOWN:
            parts.append(f"All of them: cdp-pipelines runs --import {self.about[0].import_name}")
        return "\n".join(part for part in parts if part)

    def as_dict(self) -> dict[str, Any]:
        """Return the message for programs, JSON-ready."""
        first = self.about[0]
        return {
            "occasion": first.occasion,
            "import_name": first.import_name,
            "headline": self.headline,
            "text": self.text,
            "about": [_entry(one) for one in self.about],
        }


def messages(due: Sequence[Due], target: AlertTargetSpec) -> list[Message]:
    """Return the messages for a target, those about causes before those about their end."""
    wanted = [one for one in due if _is_wanted(one, target)]
    ordered = sorted(wanted, key=lambda one: (one.occasion == "recovered", one.cause, one.import_name))
    grouped = groupby(ordered, key=lambda one: (one.occasion, one.cause, one.import_name))
    return [Message(list(group)) for _, group in grouped]


def _is_wanted(one: Due, target: AlertTargetSpec) -> bool:
    if one.occasion not in target.when or not target.covers(one.import_name):
        return False
    if one.occasion == "partial":
        return one.details["share"] > target.partial_over
    return True


def _what(one: Due) -> str:
    if one.occasion == "recovered":
        return "the file has come" if one.cause == "missing_file" else "runs again"
    if one.occasion == "missing_file":
        return "no file has come"
    if one.occasion == "partial":
        return f"{_percent(one.details['share'])} of the {one.details['kind']} rejected"
    return "failed"


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _shown(one: Due) -> Mapping[str, Any]:
    """Return the run that a message is about: the one that went wrong, or the one that ended it."""
    return one.recovery or {} if one.occasion == "recovered" else one.details


def _block(one: Due, named: bool) -> Iterator[str]:
    run = _shown(one)
    if named and one.partition:
        yield f"{one.partition}:"
    if run.get("sentence"):
        yield _line(run["sentence"])
    if run.get("rows", {}).get("read"):
        yield _counts(run["rows"])
    if one.occasion != "recovered":
        others = [issue for issue in run.get("issues", []) if issue["message"] != run.get("sentence")]
        yield from (_issue(number, issue) for number, issue in enumerate(others, start=1))
    if run.get("run_id"):
        yield f"Report: cdp-pipelines report {run['run_id']}"
    if url := run_url(run.get("dagster_run_id")):
        yield f"Dagster: {url}"


def _counts(rows: Mapping[str, int]) -> str:
    counted = ", ".join(f"{rows[name]:,} {name}" for name in _OUTCOMES if rows.get(name))
    return f"{rows['read']:,} rows read: {counted}"


def _issue(number: int, issue: Mapping[str, Any]) -> str:
    rows = f" ({issue['rows']:,} rows)" if issue["rows"] else ""
    return _line(f"{number}. {issue['code']}: {issue['message']}{rows}")


def run_url(dagster_run_id: str | None) -> str | None:
    """Return the address of a run in Dagster's UI, if `CDP_UI_URL` says where that is."""
    base = os.environ.get("CDP_UI_URL", "").strip().rstrip("/")
    return f"{base}/runs/{dagster_run_id}" if base and dagster_run_id else None


def _entry(one: Due) -> dict[str, Any]:
    run = _shown(one)
    return {
        "cause": one.cause,
        "partition": one.partition,
        "times": one.times,
        "since": one.opened_at.isoformat(),
        "until": one.recovered_at.isoformat() if one.recovered_at and one.occasion == "recovered" else None,
        "url": run_url(run.get("dagster_run_id")),
        **run,
    }


def _line(text: str) -> str:
    """Return a text on one line, without characters that would steer a terminal or turn the reading direction."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in _spaced(text))


def _spaced(text: str) -> str:
    return " ".join(text.split())
