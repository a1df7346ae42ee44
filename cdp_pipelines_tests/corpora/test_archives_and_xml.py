"""Bodies made here: whole imports of gzip files in nine states, and XML that reaches outside or explodes."""

import gzip
from pathlib import Path

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.google_feed import GoogleFeedReader
from cdp_pipelines_tests.corpora.fetched import assert_as_stated, judged
from cdp_pipelines_tests.scenarios.catalogue import rss
from cdp_pipelines_tests.scenarios.shop import Shop, codes, order, text

ORDERS = text([order(f"A-{number}", custom_note=f"{number**7:x}") for number in range(400)]).encode()
WHOLE = gzip.compress(ORDERS, mtime=0)
HALF = ORDERS.index(b"\nA-200,") + 1
MIDDLE, CHECKSUM = len(WHOLE) // 2, len(WHOLE) - 6


def flipped(place: int) -> bytes:
    return WHOLE[:place] + bytes([WHOLE[place] ^ 0x10]) + WHOLE[place + 1 :]


GZIP = {
    "the first half": (WHOLE[: len(WHOLE) // 2], "GZIP_TRUNCATED"),
    "without the last 8 bytes": (WHOLE[:-8], "GZIP_TRUNCATED"),
    "two members": (gzip.compress(ORDERS[:HALF]) + gzip.compress(ORDERS[HALF:]), ""),
    "512 NULs behind": (WHOLE + b"\0" * 512, ""),
    "text behind": (WHOLE + b"hello", "GZIP_DAMAGED"),
    "a byte flipped in the middle": (flipped(MIDDLE), "GZIP_DAMAGED"),
    "a byte of the checksum flipped": (flipped(CHECKSUM), "GZIP_DAMAGED"),
    "not packed, but named so": (ORDERS, "NOT_GZIP"),
    "nothing at all": (b"", "EMPTY_FILE"),
}


def test_gzip_bodies(shop: Shop) -> None:
    outcomes = {}
    for number, (name, (body, code)) in enumerate(GZIP.items()):
        uri = f"orders-{number}.csv.gz"
        orders = shop.imports("gzip", site=uri, source={"kind": "local", "uri": uri})
        report = orders.reads(body, day=1, block_size=4_000)
        (stored,) = shop.ask("select count(*) as orders from orders where site = %s", uri)
        found = (stored["orders"], codes(report))
        outcomes[name] = judged(found == (400 if code in ("", "NOT_GZIP") else 0, {code} - {""}), found)
    assert_as_stated("gzip bodies, made here", "-", outcomes)


INSIDE = "canary-of-a-file"
XML = {
    "an entity that is a file": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>',
    "entities within entities": '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;">]>',
    "one long entity, often": f'<!DOCTYPE rss [<!ENTITY x "{"a" * 100_000}">]>',
    "a document type elsewhere": '<!DOCTYPE rss SYSTEM "file://{secret}">',
    "an entity of parameters": '<!DOCTYPE rss [<!ENTITY % p SYSTEM "file://{secret}"> %p;]>',
    "a stylesheet elsewhere": '<?xml-stylesheet href="file://{secret}"?>',
}


def test_xml_that_reaches_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(INSIDE)
    outcomes = {name: xml(tmp_path / "feed.xml", start.replace("{secret}", str(secret))) for name, start in XML.items()}
    assert_as_stated("XML, made here", "-", outcomes)


def xml(path: Path, start: str) -> str:
    entity = "&x;" * 1000 if "ENTITY x" in start else "Mug"
    path.write_text(rss({"id": "1", "title": "X"}).replace("<rss", start + "<rss").replace("X", entity))
    try:
        with GoogleFeedReader(path, "auto") as reader:
            told = str(list(reader.entries()))
    except FileError as error:
        return judged(error.code == "XML_DOCTYPE" and INSIDE not in error.message, error)
    return judged("DOCTYPE" not in start and INSIDE not in told and "Mug" in told, told)


def test_an_inclusion_is_no_field(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(INSIDE)
    inclusion = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://{secret}" parse="text"/>'
    (tmp_path / "feed.xml").write_text(rss({"id": "1", "title": "X"}).replace("X", inclusion))
    with GoogleFeedReader(tmp_path / "feed.xml", "auto") as reader:
        assert INSIDE not in str(list(reader.entries()))
