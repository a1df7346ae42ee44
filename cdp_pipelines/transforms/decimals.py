"""Numbers as people write them (`1.234,50 €`) -> numbers with a decimal point and nothing else (`1234.50`).

The decimal sign is stated, never guessed: `1.234` is one thing in Lisbon and another in London. What groups thousands
has to stand where it groups thousands, so a number of the other notation is no number here.
"""

import pyarrow as pa
import pyarrow.compute as pc

SEPARATORS = {",": ".", ".": ","}
"""What groups thousands, by the decimal sign; blanks and apostrophes do in both."""
CURRENCY = r"(?:[A-Z]{0,3}\p{Sc}|[A-Z]{3}|kr\.?|zł|Kč|Ft|lei|元|圆|円)"
"""A currency's sign or code beside a number."""
_BLANKS = r"[ \x{00a0}\x{202f}\t]"
_QUOTES = r"'\x{2019}"


def plain_numbers(cells: pa.Array, decimal: str) -> pa.Array:
    """Return texts as plain numbers; null where a text is none in this notation.

    Args:
        cells: Texts.
        decimal: The decimal sign, `,` or `.`.
    """
    parts = pc.extract_regex(cells, _expression(decimal))
    digits = pc.replace_substring_regex(parts.field("whole"), r"\D", "")
    fraction = parts.field("fraction")
    minus = pc.or_(*(pc.match_substring_regex(parts.field(name), r"[-−]") for name in ("before", "behind")))  # noqa: RUF001
    sign = pc.if_else(minus, "-", "")
    whole = pc.if_else(pc.equal(digits, ""), "0", digits)
    behind = pc.if_else(pc.equal(fraction, ""), "", pc.binary_join_element_wise(".", fraction, ""))
    number = pc.binary_join_element_wise(sign, whole, behind, "")
    said = pc.or_(pc.not_equal(digits, ""), pc.not_equal(fraction, ""))
    return pc.if_else(pc.and_(parts.is_valid(), said), number, None)


def _expression(decimal: str) -> str:
    """Return what a number looks like: a sign and a currency on either side, thousands grouped or not."""
    groups = [rf"\{SEPARATORS[decimal]}", _BLANKS, f"[{_QUOTES}]"]
    grouped = "|".join(rf"\d{{1,3}}(?:{one}\d{{3}})+" for one in groups)
    beside = rf"(?:{_BLANKS}*{CURRENCY})?{_BLANKS}*"
    return (
        rf"\A{_BLANKS}*(?P<before>[+\-−]?{beside}[+\-−]?){_BLANKS}*"  # noqa: RUF001
        rf"(?P<whole>{grouped}|\d*)(?:\{decimal}(?P<fraction>\d*))?"
        rf"(?P<behind>{_BLANKS}*-?){beside}\z"
    )
