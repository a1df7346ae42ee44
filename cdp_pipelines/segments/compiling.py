"""A segment's rule as SQL: fields and operators from the closed list, names and values as parameters only (S4).

A condition about what is not there does not hold: `orders.days_since_last: {above: 90}` leaves out who never bought,
and `not` around it takes them in.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from cdp_pipelines.segments.fields import ATTRIBUTES, COMPARISONS, FIELDS, is_attribute, moment, number
from cdp_pipelines.segments.spec import Rule, SegmentSpec


def members(spec: SegmentSpec, rates: Mapping[str, Any], at: datetime) -> tuple[sql.Composable, dict[str, Any]]:
    """Return the query that gives the profiles of a segment, and its parameters.

    Args:
        spec: The segment.
        rates: What a unit of each currency counts; orders in others do not count.
        at: The moment that days are counted up to.
    """
    compiler = _Compiler()
    condition = compiler.rfm(spec) if spec.rfm else compiler.rule(spec.rule or Rule())
    query = sql.SQL("select p.profile_id from cdp.profiles p {} where {}").format(_joined(spec), condition)
    written = {code: str(rate) for code, rate in rates.items()}
    return query, compiler.values | {"rates": Jsonb(written), "at": at}


def _joined(spec: SegmentSpec) -> sql.Composable:
    needs = {FIELDS[field].needs for field in spec.fields() if field in FIELDS}
    if not needs:
        return sql.SQL("")
    source = sql.SQL("cdp.rfm") if "rfm" in needs else sql.SQL("cdp.profile_orders")
    return sql.SQL("left join {}(%(rates)s) o on o.profile_id = p.profile_id").format(source)


class _Compiler:
    """Builds a condition and gathers the values to bind."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def rfm(self, spec: SegmentSpec) -> sql.Composable:
        """Return the condition of a segment by quintiles."""
        chosen = spec.rfm.chosen if spec.rfm else {}
        return _all([self._field(field, "in", quintiles) for field, quintiles in chosen.items()])

    def rule(self, rule: Rule) -> sql.Composable:
        """Return the condition of a rule, which is true or false and never unknown."""
        if rule.all_:
            return _all([self.rule(one) for one in rule.all_])
        if rule.any_:
            return _joined_by(" or ", [self.rule(one) for one in rule.any_])
        if rule.not_:
            return sql.SQL("not {}").format(self.rule(rule.not_))
        ask = self._attribute if is_attribute(str(rule.field)) else self._field
        return _all([ask(str(rule.field), operator, value) for operator, value in rule.asked.items()])

    def _bind(self, value: Any) -> sql.Placeholder:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return sql.Placeholder(name)

    def _field(self, name: str, operator: str, value: Any) -> sql.Composable:
        field = FIELDS[name]
        read: Callable[[Any], Any] = number if field.kind == "number" else moment
        it = sql.SQL("({})").format(sql.SQL(field.expression))
        if operator in COMPARISONS:
            return _true("{} {} {}", it, sql.SQL(COMPARISONS[operator]), self._bind(read(value)))
        if operator == "exists":
            return sql.SQL("({} is not null) = {}").format(it, self._bind(value))
        values = [read(one) for one in (value if operator == "in" else [value])]
        found = _true("{} = any({}::numeric[])", it, self._bind(values))
        return sql.SQL("not {}").format(found) if operator == "is_not" else found

    def _attribute(self, name: str, operator: str, value: Any) -> sql.Composable:
        it = sql.SQL("(p.attributes -> {}::text)").format(self._bind(name.removeprefix(ATTRIBUTES)))
        if operator in COMPARISONS:
            return self._compared(it, sql.SQL(COMPARISONS[operator]), value)
        if operator == "exists":
            return sql.SQL("(coalesce(jsonb_typeof({}), 'null') <> 'null') = {}").format(it, self._bind(value))
        if operator == "contains":
            return self._containing(it, value)
        if operator == "starts_with":
            return _true("jsonb_typeof({0}) = 'string' and starts_with({0} #>> '{{}}', {1})", it, self._bind(value))
        values = [Jsonb(one) for one in (value if operator == "in" else [value])]
        found = _true("{} = any({}::jsonb[])", it, self._bind(values))
        return sql.SQL("not {}").format(found) if operator == "is_not" else found

    def _compared(self, it: sql.Composable, operator: sql.Composable, value: Any) -> sql.Composable:
        """Compare numbers with numbers and texts with texts, byte by byte; others are not comparable."""
        if isinstance(value, str):
            template = "case jsonb_typeof({0}) when 'string' then ({0} #>> '{{}}') collate \"C\" {1} {2}::text end"
            return _true(template, it, operator, self._bind(value))
        template = "case jsonb_typeof({0}) when 'number' then ({0})::numeric {1} {2} end"
        return _true(template, it, operator, self._bind(number(value)))

    def _containing(self, it: sql.Composable, value: str) -> sql.Composable:
        template = (
            "case jsonb_typeof({0}) when 'string' then strpos({0} #>> '{{}}', {1}) > 0 "
            "when 'array' then {0} @> to_jsonb({1}::text) end"
        )
        return _true(template, it, self._bind(value))


def _true(template: Any, *parts: sql.Composable) -> sql.Composable:
    """Return a condition that is false where it would be unknown."""
    return sql.SQL("(({}) is true)").format(sql.SQL(template).format(*parts))


def _all(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return _joined_by(" and ", conditions)


def _joined_by(word: Any, conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL("({})").format(sql.SQL(word).join(conditions))
