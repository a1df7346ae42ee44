"""The people behind orders: how their ids are read, hashed and become profiles."""

import hashlib

import pytest

from cdp_pipelines_tests.scenarios.shop import Shop, line, order

UUID = "6F1C2B0E-2F0A-4D5E-9F53-6A0A4F1F7B11"
SHA, MD5 = "AB" * 32, "CD" * 16
JOHN = "fab1e2e699b3b927cbf875046a64f2225df02d5cb306f3857424c2bbb87be61f"


def user(shop: Shop, order_id: str = "A-1") -> tuple[str, str]:
    state = shop.order(order_id)
    return state["user_id_type"], state["user_id"]


@pytest.mark.rows("K-086", "K-029", "D5")
@pytest.mark.parametrize(
    ("kind", "cell", "stored"),
    [
        ("email", " John@Email.Example.COM ", "john@email.example.com"),
        ("email_sha256", SHA, SHA.lower()),
        ("email_md5", MD5, MD5.lower()),
        ("phone_sha256", SHA, SHA.lower()),
        ("gaid", UUID, UUID.lower()),
        ("idfa", UUID, UUID.lower()),
        ("phone", " +351 (912) 345-678", "+351912345678"),
        ("cookie", " AbC ", "AbC"),
        ("crm_id", "00123", "00123"),
    ],
)
def test_ids_are_normalised_by_their_type(shop: Shop, kind: str, cell: str, stored: str) -> None:
    shop.imports().gets(order("A-1", userIdType=kind, userId=cell))
    assert user(shop) == (kind, stored)
    assert shop.ask("select id_type, id_value from identities") == [{"id_type": kind, "id_value": stored}]


@pytest.mark.rows("K-029", "K-032", "D5", "D11")
@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("email", "jane"), ("email", "a@b"), ("email", "a@@example.com"), ("email", "x" * 250 + "@example.com"),
        ("email_sha256", "ab"), ("email_sha256", hashlib.sha256(b"").hexdigest()), ("email_md5", SHA),
        ("phone_sha256", hashlib.sha256(b"").hexdigest().upper()), ("phone", "9.2E+11"), ("phone", "912345678"),
        ("gaid", "00000000-0000-0000-0000-000000000000"), ("idfa", "no-uuid"), ("cookie", "ANONYMOUS"), ("crm_id", "0"),
        ("crm_id", " null "), ("cookie", "\u00a0"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("hashed", [False, True])
def test_an_id_that_is_none_rejects_its_order(shop: Shop, kind: str, cell: str, hashed: bool) -> None:
    report = shop.imports(hash_user_id=hashed).gets(order("A-1", userIdType=kind, userId=cell), order("A-2"))
    assert shop.rejects(report.run_id) == [(2, "INVALID_USER_ID", "userId")]


@pytest.mark.rows("K-028", "K-087", "S15")
def test_hashing_trims_and_lower_cases_first_and_knows_what_is_hashed_already(shop: Shop) -> None:
    shop.imports(hash_user_id=True).gets(
        order("A-1", userId=" John@Email.com "),
        order("A-2", userIdType="email_sha256", userId=JOHN.upper()),
        order("A-3", userIdType="phone", userId="+351 912 345 678"),
        order("A-4", userIdType="crm_id", userId="John@Email.com"),
    )
    assert user(shop, "A-1") == user(shop, "A-2") == ("email_sha256", JOHN)
    assert user(shop, "A-3") == ("phone_sha256", hashlib.sha256(b"+351912345678").hexdigest())
    assert user(shop, "A-4") == ("crm_id", "John@Email.com")
    assert shop.events()[0]["user"] == {"type": "email_sha256", "id": JOHN}
    assert len(shop.ask("select from profiles")) == 3


@pytest.mark.rows("K-028", "S2")
def test_a_hashed_address_stands_nowhere_in_the_store(shop: Shop) -> None:
    shop.imports(hash_user_id=True).gets(order("A-1", userId="canary@example.com"))
    shop.imports(hash_user_id=True).gets(order("A-1", line(status="paid"), userId="canary@example.com"))
    tables = [row["name"] for row in shop.ask("select tablename as name from pg_tables where schemaname = 'cdp'")]
    for table in tables:
        assert shop.ask(f"select from cdp.{table} t where t::text ilike '%%canary%%'") == [], table


def test_an_order_s_user_finds_or_becomes_a_profile(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"), order("A-2", userId="JANE@example.com"), order("A-3", userIdType="crm_id", userId="C-1"))
    export.gets(order("A-4"), order("A-5", userId="max@example.com"))
    found = shop.ask(
        "select id_type, id_value, count(*) over (partition by profile_id) as n from identities order by 2"
    )
    assert [(row["id_type"], row["id_value"], row["n"]) for row in found] == [
        ("crm_id", "C-1", 1), ("email", "jane@example.com", 1), ("email", "max@example.com", 1),
    ]  # fmt: skip
    assert len(shop.ask("select from profiles")) == 3


def test_a_rejected_order_s_user_becomes_none(shop: Shop) -> None:
    shop.imports().gets(order("A-1"), order("A-2", line(status="lost"), userId="max@example.com"))
    assert shop.ask("select id_value from identities") == [{"id_value": "jane@example.com"}]


def test_an_order_that_changes_hands_knows_both_users(shop: Shop) -> None:
    export = shop.imports()
    export.gets(order("A-1"))
    export.gets(order("A-1", userId="max@example.com"))
    assert user(shop) == ("email", "max@example.com")
    assert len(shop.ask("select from identities")) == 2
