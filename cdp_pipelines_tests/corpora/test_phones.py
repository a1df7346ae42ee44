"""The example numbers of all regions: a phone number in E.164 is a user id, however it is spaced."""

from collections.abc import Iterator
from importlib.metadata import version

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from cdp_pipelines_tests.corpora.fetched import assert_as_stated, judged
from cdp_pipelines_tests.schemas.cells import codes_of_orders, typed_orders

SHORTEST = len("+1234567")
TOO_SHORT = "have fewer than 7 digits"
DOTTED = "have dots between digits, which we do not take away: one might be a decimal point"
SHAPED = "are invalid by their region's numbering plan, which we do not know, and have the form of E.164"


def test_phonenumbers_examples() -> None:
    written = list(dict.fromkeys(numbers()))
    rows = [{"userIdType": "phone", "userId": text} for text, _, _ in written]
    refused = {row for row, _, code in codes_of_orders(*rows) if code == "INVALID_USER_ID"}
    stored = typed_orders(*rows).values["userId"].to_pylist()
    outcomes = {}
    for row, (text, plain, valid) in enumerate(written):
        as_expected = stored[row] == plain and row not in refused if valid else row in refused
        exception = DOTTED if "." in text else ""
        if (len(plain) < SHORTEST) == valid:
            exception = TOO_SHORT if valid else SHAPED
        outcomes[f"{text} {valid}"] = judged(as_expected, text, exception)
    assert_as_stated("phonenumbers' examples (PyPI)", version("phonenumbers"), outcomes)


def numbers() -> Iterator[tuple[str, str, bool]]:
    """Yield the numbers of all regions and kinds as one writes them and in E.164, and whether they are valid."""
    kinds = [value for name, value in vars(PhoneNumberType).items() if name.isupper()]
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        valid = [phonenumbers.example_number_for_type(region, kind) for kind in kinds]
        for number in filter(None, valid):
            yield from spellings(number, True)
        if invalid := phonenumbers.invalid_example_number(region):
            yield from spellings(invalid, False)


def spellings(number: PhoneNumber, valid: bool) -> Iterator[tuple[str, str, bool]]:
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    yield plain, plain, valid
    if valid:
        yield phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL), plain, valid
