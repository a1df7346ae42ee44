"""A batch of a feed's entries against the schema: which are products, and what is wrong with the others (K-112)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandera.pandas as pandera

from cdp_pipelines.formats.entries import Entry
from cdp_pipelines.formats.json_text import NUL
from cdp_pipelines.issues import CODES
from cdp_pipelines.products.documents import document, fingerprint
from cdp_pipelines.schemas.orders import find
from cdp_pipelines.schemas.products import product_frame
from cdp_pipelines.store.products import IncomingProduct

Fault = tuple[str, str | None]
"""The code of an issue and the field to blame."""


@dataclass(frozen=True)
class RejectedEntry:
    """An entry that is discarded, with its faults, the leading one first."""

    line: int
    product_id: str | None
    faults: list[Fault]
    raw: dict[str, Any]


@dataclass
class Judged:
    """What became of a batch.

    `issues` are code, field and line of all occurrences, warnings among them; `silent` are ids of rejected entries;
    `unreadable` counts entries that could be any product.
    """

    entries: int
    products: list[IncomingProduct] = field(default_factory=list)
    rejected: list[RejectedEntry] = field(default_factory=list)
    issues: list[tuple[str, str | None, int]] = field(default_factory=list)
    unreadable: int = 0

    @property
    def silent(self) -> list[str]:
        """Products of which the feed says nothing that can be used."""
        return [entry.product_id for entry in self.rejected if entry.product_id]


def judge(
    batch: Sequence[Entry],
    number: int,
    convert: Callable[[dict[str, Any]], dict[str, Any]],
    schema: pandera.DataFrameSchema,
    spoilt: Mapping[int, list[Fault]] | None = None,
) -> Judged:
    """Validate a batch, whose first entry has a number in the feed, and build the documents of what is accepted.

    Args:
        batch: Entries as they were read, or as transformations left them.
        number: The first one's number in the feed.
        convert: Makes a product of an entry's fields.
        schema: What a product is.
        spoilt: Faults that entries have already, by their place in the batch.
    """
    made = [convert(entry.values) if entry.fault is None else {} for entry in batch]
    faults = _faults(batch, made, schema)
    for place, found in (spoilt or {}).items():
        faults[place] = [*found, *faults[place]]
    judged = Judged(len(batch), unreadable=sum(entry.fault is not None for entry in batch))
    for place, (entry, product) in enumerate(zip(batch, made, strict=True)):
        text = document(product)
        if NUL.search(text) or "\0" in str(product.get("id")):
            faults[place].append(("NUL_BYTE", None))
        judged.issues += [(code, column, entry.line) for code, column in faults[place]]
        errors = [fault for fault in faults[place] if CODES[fault[0]].severity == "error"]
        if errors:
            judged.rejected.append(RejectedEntry(entry.line, _id(product), errors, _raw(entry)))
        else:
            accepted = IncomingProduct(number + place, entry.line, product["id"], fingerprint(text), text)
            judged.products.append(accepted)
    return judged


def _faults(
    batch: Sequence[Entry], made: list[dict[str, Any]], schema: pandera.DataFrameSchema
) -> defaultdict[int, list[Fault]]:
    """Return the faults of each entry by its place; an unreadable one has that fault alone."""
    found: defaultdict[int, list[Fault]] = defaultdict(list)
    for place, entry in enumerate(batch):
        if entry.fault is not None:
            found[place].append((entry.fault, None))
    findings = find(schema, product_frame(made))
    for place, column, code in zip(findings.rows.tolist(), findings.columns, findings.codes, strict=True):
        if batch[place].fault is None:
            found[place].append((code, column))
    return found


def _id(product: dict[str, Any]) -> str | None:
    """Return the id of a rejected product, if it has one that the store could hold."""
    product_id = product.get("id")
    return product_id.replace("\0", "\ufffd") if isinstance(product_id, str) and product_id else None


def _raw(entry: Entry) -> dict[str, Any]:
    return {"entry": entry.raw} if entry.raw else entry.values
