"""The expressions of `filter`: a small grammar of its own, so that nothing that a user writes is ever executed.

    status == "paid" and (total >= 10 or not `Order type` in ("test", "demo"))

A column is a bare word, or any name between backquotes; a text stands in quotes. No regular expressions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

Value = str | float

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "contains", "starts_with", "ends_with")
_LONGEST = 4000
_DEEPEST = 50
_TOKENS = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<quoted>`[^`]+`)|(?P<number>-?\d+(?:\.\d+)?(?![\w.]))"""
    r"""|(?P<word>[^\W\d][\w.]*)|(?P<sign>==|!=|<=|>=|<|>|\(|\)|,))"""
)
_KEYWORDS = ("and", "or", "not", "in", "is", "empty", "contains", "starts_with", "ends_with")


@dataclass(frozen=True)
class Compare:
    """A column against a value: one of `COMPARISONS`."""

    column: str
    operator: str
    value: Value


@dataclass(frozen=True)
class OneOf:
    """Whether a column is one of some values."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Empty:
    """Whether a column's cell is empty."""

    column: str


@dataclass(frozen=True)
class Not:
    """The contrary."""

    inner: "Expression"


@dataclass(frozen=True)
class Joined:
    """Several expressions of which all hold, or any does."""

    every: bool
    parts: tuple["Expression", ...]


Expression = Compare | OneOf | Empty | Not | Joined


def columns_of(expression: Expression) -> Iterator[str]:
    """Yield the columns that an expression asks about."""
    if isinstance(expression, Joined):
        for part in expression.parts:
            yield from columns_of(part)
    elif isinstance(expression, Not):
        yield from columns_of(expression.inner)
    else:
        yield expression.column


def read_expression(text: str) -> Expression:
    """Read an expression.

    Raises:
        ValueError: It is none; the text says where and what was expected.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters: use several filters")
    return _Parser(text).whole()


class _Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), ("end", "the end", len(text))]
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        """Return the expression that the whole text is."""
        found = self._any()
        if self._kind != "end":
            self._expected("and, or, or the end")
        return found

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _word(self) -> str:
        return self._tokens[self._at][1]

    def _expected(self, what: str) -> NoReturn:
        kind, word, place = self._tokens[self._at]
        found = word if kind == "end" else repr(word)
        hint = ": texts stand in quotes, columns in backquotes if they have spaces" if kind == "word" else ""
        raise ValueError(f"expected {what} at character {place + 1}, found {found}{hint}")

    def _take(self, *words: str) -> bool:
        """Step over a word or sign if it comes next."""
        found = self._kind in ("word", "sign") and self._word in words
        self._at += found
        return found

    def _any(self) -> Expression:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Joined(False, tuple(parts))

    def _all(self) -> Expression:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Joined(True, tuple(parts))

    def _one(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(f"is nested more than {_DEEPEST} deep: write it flatter")
        try:
            if self._take("not"):
                return Not(self._one())
            if self._take("("):
                return self._in_parentheses()
            return self._question(self._column())
        finally:
            self._depth -= 1

    def _in_parentheses(self) -> Expression:
        inner = self._any()
        if not self._take(")"):
            self._expected("and, or, or )")
        return inner

    def _column(self) -> str:
        kind, word, _ = self._tokens[self._at]
        if kind not in ("quoted", "word") or (kind == "word" and word in _KEYWORDS):
            self._expected("a column")
        self._at += 1
        return word.strip("`")

    def _question(self, column: str) -> Expression:
        if self._take("is"):
            contrary = self._take("not")
            if not self._take("empty"):
                self._expected("empty")
            return Not(Empty(column)) if contrary else Empty(column)
        contrary = self._take("not")
        if self._take("in"):
            found = OneOf(column, self._values())
            return Not(found) if contrary else found
        operator = self._word
        if contrary or not self._take(*COMPARISONS):
            self._expected("in" if contrary else "==, !=, <, <=, >, >=, in, contains, starts_with, ends_with or is")
        value = self._value()
        if isinstance(value, float) and operator in COMPARISONS[-3:]:
            raise ValueError(f"{operator} looks for a text: put quotes around the number")
        return Compare(column, operator, value)

    def _values(self) -> tuple[Value, ...]:
        if not self._take("("):
            self._expected("( and a list of values")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        if not self._take(")"):
            self._expected(", or )")
        return tuple(values)

    def _value(self) -> Value:
        kind, word, _ = self._tokens[self._at]
        if kind not in ("text", "number"):
            self._expected("a number or a text in quotes")
        self._at += 1
        return word[1:-1] if kind == "text" else float(word)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the kind, the text and the place of each token."""
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKENS.match(text, at)
        if match is None or match.lastgroup is None:
            rest = text[at:].lstrip()
            hint = "; write == to compare" if rest.startswith("=") else ""
            raise ValueError(f"is not understood from character {len(text) - len(rest) + 1} on{hint}")
        yield match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)
        at = match.end()
