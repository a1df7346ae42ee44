"""Google feeds as they come: both dialects, with and without prefix, hostile and damaged."""

import gzip
from pathlib import Path

import pytest

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.entries import Entry
from cdp_pipelines.formats.google_feed import GoogleFeedReader
from cdp_pipelines_tests.scenarios.catalogue import rss

ATOM = """<?xml version="1.0" encoding="iso-8859-1"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Shop</title><link href="https://example.com/"/>
<entry>
<g:id>m1</g:id><title>Tass\xe9</title><link rel="alternate" href="https://example.com/m1"/>
<link rel="self" href="https://example.com/feed"/>
<g:additional_image_link>a.png</g:additional_image_link><g:additional_image_link>b.png</g:additional_image_link>
</entry>
</feed>"""


def read(tmp_path: Path, content: str | bytes, name: str = "feed.xml") -> list[Entry]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with GoogleFeedReader(path, "auto") as reader:
        return list(reader.entries())


@pytest.mark.parametrize("prefix", ["g:", ""])
def test_rss_with_and_without_prefix(tmp_path, prefix):
    found = read(tmp_path, rss({"id": "a", "price": "1.00 EUR"}, {"id": "b"}, prefix=prefix))
    assert [(entry.line, entry.values) for entry in found] == [
        (5, {"id": ["a"], "price": ["1.00 EUR"]}), (9, {"id": ["b"]})
    ]  # fmt: skip


def test_atom_in_another_encoding(tmp_path):
    (entry,) = read(tmp_path, ATOM.encode("iso-8859-1"))
    assert entry.values == {
        "id": ["m1"],
        "title": ["Tassé"],
        "link": ["https://example.com/m1"],
        "additional_image_link": ["a.png", "b.png"],
    }
    assert entry.line == 4


def test_a_channel_as_the_root_and_parts_of_fields(tmp_path):
    content = (
        "<channel><item><id>1</id><shipping><country>DE</country><price>4 EUR</price></shipping>"
        "<title><![CDATA[A & B]]><!-- no -->!</title><image_link> </image_link></item></channel>"
    )
    assert [entry.values for entry in read(tmp_path, content)] == [{"id": ["1"], "title": ["A & B!"]}]


def test_googles_own_field_comes_before_its_namesake(tmp_path):
    content = rss({"id": "1", "title": "own"}).replace("<item>", "<item><title>other</title>")
    assert read(tmp_path, content)[0].values["title"] == ["own", "other"]


def test_a_feed_on_one_line_and_packed(tmp_path):
    content = rss(*({"id": str(n)} for n in range(2000))).replace("\n", "")
    found = read(tmp_path, gzip.compress(content.encode()), "feed.xml.gz")
    assert [entry.values["id"] for entry in found] == [[str(n)] for n in range(2000)]


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
OUTSIDE = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/feed.dtd">'


@pytest.mark.parametrize("doctype", [BOMB, FILE, OUTSIDE])
def test_a_document_type_is_refused(tmp_path, doctype):
    content = rss({"id": "1", "title": "X"}).replace("<rss", doctype + "<rss").replace("X", "&b;&secret;")
    with pytest.raises(FileError, match="remove <!DOCTYPE") as caught:
        read(tmp_path, content)
    assert caught.value.code == "XML_DOCTYPE"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (rss({"id": "1"})[:-20], "MALFORMED_XML"),
        (rss({"id": "1"}).replace("</item>", "</itm>"), "MALFORMED_XML"),
        (rss({"id": "1", "title": "X"}).replace("X", "&nbsp;"), "MALFORMED_XML"),
        ("id,name\n1,Mug\n", "MALFORMED_XML"),
        ("<html><body/></html>", "NOT_A_FEED"),
        ("", "MALFORMED_XML"),
    ],
)
def test_what_is_no_feed_fails_as_a_whole(tmp_path, content, code):
    with pytest.raises(FileError) as caught:
        read(tmp_path, content)
    assert caught.value.code == code


def test_lines_beyond_65535(tmp_path):
    content = rss({"id": "1"}).replace("<item>", "\n" * 70_000 + "<item>")
    # libxml2 keeps no more than 65,535 of an element itself, and goes by the text that follows it
    assert read(tmp_path, content)[0].line in (70_005, 70_006)
