"""Run ids: ULIDs, which sort by time."""

import secrets
import time

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_run_id() -> str:
    """Return a ULID of now: 26 characters, 48 bits of milliseconds and 80 random ones."""
    number = int(time.time() * 1000) << 80 | secrets.randbits(80)
    return "".join(_LETTERS[number >> shift & 31] for shift in range(125, -5, -5))
