"""Steps over JSON objects, whose values keep their types (D12, K-131, K-139).

The steps and their rules are those of columns; values go through the same casts and patterns, those of one type at
once. A field that an object does not have is left alone, and a list or an object in a field is never changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
import pyarrow as pa

from cdp_pipelines.transforms.conditions import holds
from cdp_pipelines.transforms.expressions import read_expression
from cdp_pipelines.transforms.spec import Scalar, Transform
from cdp_pipelines.transforms.values import ARROW, as_text, change

Object = dict[str, Any]
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True)
class TransformedObjects:
    """The objects behind all steps; faults by place (field and code); and which objects the filters keep."""

    objects: list[Object]
    faults: dict[int, list[tuple[str, str]]]
    kept: np.ndarray


def transform_objects(
    objects: Sequence[Mapping[str, Any]], steps: Sequence[Transform], zone: tzinfo, on_cast_error: str = "reject"
) -> TransformedObjects:
    """Do steps over copies of objects, in order.

    Args:
        objects: Fields by name.
        steps: What to do.
        zone: Zone of times that state none (D33).
        on_cast_error: `reject` or `null`, where a step does not say it itself.
    """
    batch = _Objects([dict(one) for one in objects], zone, on_cast_error)
    for step in steps:
        batch.do(step)
    faults = {row: found for row, found in batch.faults.items() if batch.kept[row]}
    return TransformedObjects(batch.objects, faults, batch.kept)


class _Objects:
    """Objects on their way through the steps."""

    def __init__(self, objects: list[Object], zone: tzinfo, on_cast_error: str) -> None:
        self.objects, self._zone, self._on_cast_error = objects, zone, on_cast_error
        self.faults: dict[int, list[tuple[str, str]]] = {}
        self.kept = np.ones(len(objects), bool)

    def do(self, step: Transform) -> None:
        """Do one step."""
        if step.rename or step.copy_:
            self._move(step)
        elif step.filter:
            self.kept &= np.asarray(holds(read_expression(step.filter), self._texts))
        else:
            for one in self.objects:
                _do_alone(one, step)

    def _move(self, step: Transform) -> None:
        (source,), (target,) = step.sources, step.targets
        take = dict.pop if step.rename else dict.get
        values = {row: take(one, source) for row, one in enumerate(self.objects) if source in one}
        changed = self._changed(values, source, step) if step.changes_values else values
        for row, value in changed.items():
            self.objects[row][target] = value
        if step.default is not None:
            for one in self.objects:
                one[target] = step.default if one.get(target) is None else one[target]

    def _changed(self, values: dict[int, Any], field: str, step: Transform) -> dict[int, Any]:
        """Return values after a step's transformations, null where one cannot be read."""
        known = {(type(entry.from_), entry.from_): entry.to for entry in step.map or ()}
        mapped = {row: _mapped(value, step, known) for row, value in values.items()}
        if not (step.decimal or step.cast or step.timestamp or step.hash):
            return mapped
        rest = step.model_copy(update={"map": None, "trim": False, "lower": False})
        read: dict[int, Any] = {}
        for kind in ARROW:
            rows = [row for row, value in mapped.items() if type(value) is kind and _fits(value)]
            if rows:
                read |= self._read(rows, pa.array([mapped[row] for row in rows], ARROW[kind]), field, rest)
        others = {row: value for row, value in mapped.items() if isinstance(value, dict | list) or not _fits(value)}
        self._blame(list(others), field, rest, "CAST_FAILED")
        return mapped | read | dict.fromkeys(others)

    def _read(self, rows: list[int], cells: pa.Array, field: str, step: Transform) -> dict[int, Any]:
        changed = change(cells, step, self._zone, self._on_cast_error)
        self._blame([rows[place] for place in changed.wrong.tolist()], field, step, changed.code)
        return dict(zip(rows, changed.cells.to_pylist(), strict=True))

    def _blame(self, rows: list[int], field: str, step: Transform, code: str) -> None:
        if (step.on_cast_error or self._on_cast_error) == "reject":
            for row in rows:
                self.faults.setdefault(row, []).append((field, code))

    def _texts(self, name: str) -> pa.Array:
        return pa.array([_text(one.get(name)) for one in self.objects], pa.string())


def _fits(value: Any) -> bool:
    """Whether a number is one of 64 bits, which is what casts know."""
    return type(value) is not int or value in _INT64


def _text(value: Any) -> str | None:
    """Return a value as filters and joins see it."""
    return None if value == "" or isinstance(value, dict | list) or not _fits(value) else as_text(value)


def _mapped(value: Any, step: Transform, known: Mapping[tuple[type, Any], Scalar]) -> Any:
    if isinstance(value, str):
        value = value.strip() if step.trim else value
        value = value.lower() if step.lower else value
    return value if isinstance(value, dict | list) else known.get((type(value), value), value)


def _do_alone(one: Object, step: Transform) -> None:
    """Do a step that looks at nothing but one object."""
    if step.new:
        one[step.new] = step.value
    elif step.delete:
        one.pop(step.delete, None)
    elif step.split:
        parts = str(_text(one.get(step.split)) or "").split(step.by, len(step.targets) - 1)
        one.update({target: part for target, part in zip(step.targets, parts, strict=False) if part})
    else:
        parts = [part for name in step.sources if (part := _text(one.get(name))) is not None]
        one.update({step.targets[0]: (step.by or "").join(parts)} if parts else {})
