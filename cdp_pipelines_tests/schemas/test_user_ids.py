"""User ids: normalised, hashed and judged by their type, one id the same whatever stands beside it."""

import hashlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.schemas.user_ids import ID_TYPES, REFUSED, hash_ids, normalise
from cdp_pipelines_tests.schemas.cells import Row, codes_of_order, codes_of_orders, typed_orders

LOWER_CASED = ("email", "email_sha256", "email_md5", "phone_sha256", "gaid", "idfa")
SHA256 = hashlib.sha256(b"someone").hexdigest()
MD5 = hashlib.md5(b"someone", usedforsecurity=False).hexdigest()
UUID = "6f1c2b0e-2f0a-5d5e-9f53-6a0a4f1f7b11"
VALID = {
    "email": ["john@example.com", "j+x.y@mail.example.com", "jürgen@exämple.com", "o'x@example.com"],
    "email_sha256": [SHA256],
    "email_md5": [MD5],
    "phone": ["+351912345678", "+1 (555) 010-9999"],
    "phone_sha256": [SHA256],
    "gaid": [UUID],
    "idfa": [UUID],
    "cookie": ["aZ9-_", "00123", "a b", "é"],
    "crm_id": ["00123", "1E5", "x"],
    "synerise_id": ["434428563", "00123"],
}
INVALID = {
    "email": [
        "john", "@example.com", "john@", "john@localhost", "a@b@example.com", "jo hn@example.com", "john@example..com",
        "john@.com", "john@example.com.", "john@example.com, x@example.com", "john@exa\u00a0mple.com",
        "john\u200b@example.com", "john@example.com\u200b", "john@\u3000example.com", "\ufeffjohn@example.com",
        "jo\x01hn@example.com", "a" * 65 + "@example.com", "a@" + "b" * 250 + ".com",
    ],
    "email_sha256": [SHA256[:-1], SHA256 + "0", "g" * 64, MD5, hashlib.sha256(b"").hexdigest(), "john@example.com"],
    "email_md5": [MD5[:-1], MD5 + "0", SHA256, hashlib.md5(b"", usedforsecurity=False).hexdigest()],
    "phone": ["912345678", "9.2E+11", "+9.2E+11", "+0351912345678", "+351", "+3519123456789012", "+35191234567x", "+"],
    "phone_sha256": [SHA256[:-1], "+351912345678", hashlib.sha256(b"").hexdigest()],
    "gaid": [UUID[:-1], UUID + "0", UUID.replace("-", ""), "00000000-0000-0000-0000-000000000000", "{" + UUID + "}"],
    "idfa": [UUID[:-1], "00000000-0000-0000-0000-000000000000", "x" + UUID[1:]],
    "cookie": ["  ", "\u00a0"],
    "crm_id": ["\t"],
    "synerise_id": [" ", "0"],
}  # fmt: skip


def users(name: str, ids: list[str]) -> list[Row]:
    return [{"userIdType": name, "userId": value} for value in ids]


def normal(name: str, *ids: str | None) -> list[str | None]:
    return normalise(ID_TYPES[name], pa.array(ids, pa.string())).to_pylist()


def test_the_tables_of_this_test_are_complete():
    assert set(VALID) == set(INVALID) == set(ID_TYPES)


@pytest.mark.parametrize("name", ID_TYPES)
def test_valid(name: str):
    assert codes_of_orders(*users(name, VALID[name])) == []


@pytest.mark.parametrize("name", ID_TYPES)
def test_invalid(name: str):
    assert set(codes_of_orders(*users(name, INVALID[name]))) == all_invalid(INVALID[name])


def all_invalid(ids: list[str]) -> set[tuple[int, str, str]]:
    return {(row, "userId", "INVALID_USER_ID") for row in range(len(ids))}


@pytest.mark.parametrize("name", ID_TYPES)
def test_words_for_an_unknown_user_are_refused_in_any_case(name: str):
    words = [*filter(None, REFUSED), " "]
    words += [change(word) for word in words for change in (str.upper, str.title, " {} ".format)]
    assert set(codes_of_orders(*users(name, words))) == all_invalid(words)


def test_types_side_by_side_are_each_judged_by_their_own_rule():
    rows = [row for name in ID_TYPES for row in users(name, [INVALID[name][0], VALID[name][0]])]
    found = codes_of_orders(*rows, hash_ids=True)
    assert {row for row, _, _ in found} == set(range(0, len(rows), 2))


@pytest.mark.parametrize("name", ID_TYPES)
def test_an_empty_id_is_missing(name: str):
    assert codes_of_order(userIdType=name, userId=None) == [("userId", "MISSING_VALUE")]


def test_these_types_are_lower_cased_and_no_others():
    assert [name for name in ID_TYPES if normal(name, "aBC") == ["abc"]] == list(LOWER_CASED)
    assert all(normal(name, " aBC\t") in (["abc"], ["aBC"]) for name in ID_TYPES)


def test_a_phone_number_loses_what_people_put_between_digits():
    assert normal("phone", " +49 (30) 123-45 67 ") == ["+49301234567"]


@pytest.mark.parametrize("email", [" John@Email.com ", "john@email.com", "JOHN@EMAIL.COM\u00a0"])
def test_a_hashed_email_is_that_of_the_trimmed_and_lower_cased_one(email: str):
    hashed = typed_orders(*users("email", [email]), hash_ids=True).values
    assert hashed["userIdType"].to_pylist() == ["email_sha256"]
    assert hashed["userId"].to_pylist() == ["fab1e2e699b3b927cbf875046a64f2225df02d5cb306f3857424c2bbb87be61f"]


def test_a_hashed_phone_number_is_that_of_its_digits():
    hashed = typed_orders(*users("phone", ["+49 30 1234567"]), hash_ids=True).values
    assert hashed["userIdType"].to_pylist() == ["phone_sha256"]
    assert hashed["userId"].to_pylist() == [hashlib.sha256(b"+49301234567").hexdigest()]


@pytest.mark.parametrize("name", [name for name, kind in ID_TYPES.items() if not kind.hashed])
def test_what_is_hashed_already_or_no_address_is_not_hashed(name: str):
    value = VALID[name][0]
    found = typed_orders(*users(name, [value]), hash_ids=True).values
    assert (found["userIdType"].to_pylist(), found["userId"].to_pylist()) == ([name], [value])


def test_hashing_does_not_hide_an_invalid_address():
    assert codes_of_order(hash_ids=True, userIdType="email", userId="anonymous") == [("userId", "INVALID_USER_ID")] * 2


def test_a_long_id_is_said_to_be_long():
    assert codes_of_order(userIdType="crm_id", userId="x" * 513) == [("userId", "VALUE_TOO_LONG")]
    assert codes_of_order(userIdType="crm_id", userId="é" * 512) == []


def test_case_beyond_ascii():
    assert normal("email", "JÜRGEN@EXAMPLE.COM", "İ@example.com") == ["jürgen@example.com", "i̇@example.com"]


@given(st.sampled_from(list(ID_TYPES)), st.lists(st.none() | st.text(), min_size=1), st.data())
def test_an_id_is_normalised_the_same_whatever_stands_beside_it(name: str, ids: list[str | None], data: st.DataObject):
    whole = normal(name, *ids)
    place = data.draw(st.integers(0, len(ids) - 1))
    assert whole[place] == normal(name, ids[place])[0]
    assert normal(name, *whole) == [whole_id if whole_id is None else normal(name, whole_id)[0] for whole_id in whole]


@given(st.sampled_from(list(ID_TYPES)), st.text("aBé \x1c\x85\u00a0\u200b()-", min_size=1))
def test_an_id_is_trimmed_as_python_trims(name: str, value: str):
    plain = value.strip()
    for separator in ID_TYPES[name].separators:
        plain = plain.replace(separator, "")
    assert normal(name, value) == [plain.lower() if name in LOWER_CASED else plain]


def test_hashes_of_nothing():
    assert hash_ids(pa.array([None], pa.string())).to_pylist() == [None]
