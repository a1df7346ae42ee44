"""Chinese mobile numbers as shops write them -> the one form in which they are compared: `+86` and eleven digits.

What is around the digits goes, then the ways to dial China, then zeros; what is left starts with 1 and has eleven
digits, or it is none (D-007, D-008; DM Hub, Import Data). So virtual numbers, which end in an extension, are none.
"""

import pyarrow as pa
import pyarrow.compute as pc

_STEPS = (("[^0-9]", ""), ("^00", ""), ("^86([0-9]{11,})$", r"\1"), ("^0+", ""))
_MOBILE = "^1[0-9]{10}$"


def parse_mobiles(cells: pa.Array) -> pa.Array:
    """Return mobile numbers in E.164, null where a cell holds none (or nothing)."""
    digits = cells
    for pattern, instead in _STEPS:
        digits = pc.replace_substring_regex(digits, pattern, instead)
    valid = pc.match_substring_regex(digits, _MOBILE)
    return pc.if_else(valid, pc.binary_join_element_wise("+86", digits, ""), None)
