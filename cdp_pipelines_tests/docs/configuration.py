"""Writes `docs/configuration.md` from the specifications, which are the only statement of what YAML may hold.

`make docs`, or `python -m cdp_pipelines_tests.docs.configuration`. What no specification states stands in `_BEFORE`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from cdp_pipelines.imports.loaded import TYPES
from cdp_pipelines.segments.fields import ATTRIBUTES, FIELDS, OPERATORS
from cdp_pipelines.spec import Spec
from cdp_pipelines_tests.docs.blocks import yaml_blocks

DOCS = Path(__file__).parents[2] / "docs"
TARGET = DOCS / "configuration.md"
NONE = "–"  # noqa: RUF001 - a dash, as tables have it

_BEFORE = """\
# Configuration reference

<!-- Written by `make docs` from the specifications in the package: correct a text there. -->

An import, a segment or any other part is a document in a YAML file: `type` says what it is, `attributes` holds its
keys. Dagster looks for files named `defs.yaml` below the folder `CDP_DEFS`; several documents in one file are parted by
`---`.

`cdp-pipelines check` finds everything that is wrong with them, in one go, each as
`file:line: field: what to write instead`; with `--connect` it also opens the store and the landing and lists each
source. Unknown keys are mistakes. Words like `off` and dates need no quotes; addresses with `{` or `*` do. `{{ ... }}`
is refused: no secret and no template stands in YAML.

## Shared defaults

A file `defaults.yaml` beside an import's file, or in a folder above it, holds keys of `attributes` that its imports
need not repeat. The nearer one wins. Groups like `keep` are merged key by key, unless their `kind` differs. It is
looked for up to the root of the project, which is a folder with `.git` or `pyproject.toml`.

```yaml
# defaults.yaml
timezone: Europe/Berlin
max_rejected: 5%
keep: {landing: 30d}
owners: ["team:crm"]
```

## One definition for many shops

`for_each` among the attributes makes one import per entry. All entries have the same keys; `{key}` in a text is
replaced by the entry's value, and a text that is nothing but `{key}` becomes the value itself, so numbers and lists can
be given.

```yaml
type: cdp_pipelines.OrderImport
attributes:
  for_each:
    - {shop: de, zone: Europe/Berlin}
    - {shop: uk, zone: Europe/London}
  name: "{shop}/orders"
  site: "{shop}"
  source: {kind: local, uri: "/data/{shop}/orders-{partition}.csv.gz"}
  format: {kind: kevel_csv}
  timezone: "{zone}"
  partitions: {every: day, start: 2026-01-01}
  schedule: {cron: "30 2 * * *", catch_up: 7d}
```
"""


def main() -> None:
    """Write the file."""
    TARGET.write_text(reference())


def reference() -> str:
    """Return the whole page."""
    parts = dict.fromkeys(part for model in TYPES.values() for part in _parts(model))
    sections = [_BEFORE, *(_type(name, model) for name, model in TYPES.items())]
    return "\n".join([*sections, "## Parts\n", *map(_part, parts), _fields()])


def _type(name: str, model: type[Spec]) -> str:
    example = _example(name)
    return f"## {name}\n\n{_said(model.__doc__)}\n\n{_table(model)}\n" + (
        f"\n```yaml\n{example}```\n" if example else ""
    )


def _part(model: type[Spec]) -> str:
    return f"### {_title(model)}\n\n{_said(model.__doc__)}\n\n{_table(model)}\n"


def _fields() -> str:
    """Return the fields that a rule may ask about."""
    kinds = {"number": "number", "time": "date or time"}
    rows = [f"| `{name}` | {kinds[one.kind]} | {_listed(one.operators)} |" for name, one in FIELDS.items()]
    rows.append(f"| `{ATTRIBUTES}NAME` | whatever the profile has under NAME | {_listed(OPERATORS)} |")
    head = ["### Fields of rules\n", "| field | what it is | what it can be asked |", "|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(model: type[Spec]) -> str:
    rows = [_row(field.alias or name, field) for name, field in model.model_fields.items()]
    return "\n".join(["| key | type | default | description |", "|---|---|---|---|", *rows])


def _row(key: str, field: FieldInfo) -> str:
    cells = (f"`{key}`", _type_words(field.annotation), _default(field), _described(key, field))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _described(key: str, field: FieldInfo) -> str:
    if not field.description and key == "kind":
        return "Says which of the kinds it is."
    return _said(field.description)


def _said(text: str | None) -> str:
    """Return a text on one line, without the ids of the rows that it comes from."""
    return re.sub(r" \((?:formats: [^)]*|(?:[DK]-?\d+(?: to |, )?)+)\)", "", " ".join((text or "").split()))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value == () or value == "":
        return NONE
    if isinstance(value, Spec):
        return "its defaults"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    if isinstance(value, timedelta):
        return f"`{value.days}d`"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def _type_words(annotation: Any) -> str:
    """Return what a key takes, in words, with a link where it has keys of its own."""
    origin, arguments = get_origin(annotation), [one for one in get_args(annotation) if one is not type(None)]
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return _link(annotation)
    if origin is Literal:
        return ", ".join(f"`{_shown(value)}`" for value in arguments)
    if origin is Annotated:
        return _type_words(arguments[0])
    if origin is tuple:
        return f"list of {_PLURALS.get(arguments[0]) or _type_words(arguments[0])}"
    if origin is dict or origin is Mapping:
        return f"mapping of {_type_words(arguments[0])} to {_type_words(arguments[1])}"
    if origin is not None and (origin is Union or arguments):
        return " or ".join(dict.fromkeys(map(_type_words, arguments)))
    return _WORDS.get(getattr(annotation, "__name__", str(annotation)), str(annotation))


_PLURALS = {int: "whole numbers"}
_WORDS = {
    "str": "text",
    "bool": "`true`, `false`",
    "int": "whole number",
    "float": "number",
    "Decimal": "number",
    "datetime": "date",
    "timedelta": "length of time",
    "time": "time of day",
    "Any": "value",
}


def _shown(value: Any) -> str:
    return value.encode("unicode_escape").decode() if isinstance(value, str) else str(value)


def _title(model: type[Spec]) -> str:
    """Return how a part is called: `local source` for LocalSource."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__.removesuffix("Spec")).lower()


def _link(model: type[Spec]) -> str:
    """Return a link to a part, named by its kind where it has one."""
    kinds = get_args(model.model_fields["kind"].annotation) if "kind" in model.model_fields else ()
    return f"[{f'`kind: {kinds[0]}`' if len(kinds) == 1 else _title(model)}](#{_anchor(_title(model))})"


def _anchor(title: str) -> str:
    """Return the fragment that a heading has on GitHub."""
    return re.sub(r"[^\w -]", "", title).replace(" ", "-")


def _parts(model: type[Spec]) -> Iterator[type[Spec]]:
    """Yield the models inside of a model, in the order of their keys, each before those inside of it."""
    for field in model.model_fields.values():
        for part in _models(field.annotation):
            if part is not model:
                yield part
                yield from _parts(part)


def _models(annotation: Any) -> Iterator[type[Spec]]:
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _example(name: str) -> str | None:
    """Return the example of a type: its file in `docs/examples`, else the first one that another page shows."""
    file = DOCS / "examples" / f"{name.rpartition('.')[2]}.yaml"
    if file.exists():
        return file.read_text()
    blocks = (one for page in sorted(DOCS.glob("*.md")) if page != TARGET for one in yaml_blocks(page))
    return next((one.text for one in blocks if re.match(rf"(#.*\n)*type: {re.escape(name)}\n", one.text)), None)


if __name__ == "__main__":
    main()
