"""Decoding byte by byte: characters that are split over blocks, and the exact place of a byte that is none."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.formats.octets import open_octets
from cdp_pipelines.formats.text import HEAD, Text, Undecodable, looks_like

FILLING = "x" * HEAD  # the first bytes are read at once, whatever the block size
ENCODINGS = ["utf-8", "utf-16", "utf-16-be", "utf-32-le", "gb18030", "shift_jis", "iso2022_jp", "cp1252"]


def decoded(folder, data: bytes, encoding: str, size: int) -> bytes:
    file = folder / "text"
    file.write_bytes(data)
    with open_octets(file, "none") as octets:
        text = Text(octets, encoding)
        blocks = list(iter(lambda: text.read(size), b""))
        assert text.read(size) == b""
    for block in blocks:
        block.decode()
    return b"".join(blocks)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(body=st.text(st.sampled_from("ab\n,é日本語😀"), max_size=20))
def test_text_is_the_same_at_any_block_size(tmp_path_factory, encoding, body):
    data = (FILLING + body).encode(encoding, "ignore")
    folder = tmp_path_factory.getbasetemp()
    for size in (1, 2, 3, 1 << 16):
        assert decoded(folder, data, encoding, size) == data.decode(encoding).encode()


@pytest.mark.parametrize(
    ("encoding", "good", "bad"),
    [
        ("utf-8", "é\nü", b"\xe6\x97x"),
        ("utf-8", "é\nü", b"\xed\xa0\x80"),
        ("gb18030", "日\n本", b"\x81 "),
        ("shift_jis", "日\n本", b"\x81 "),
        ("utf-16-le", "é\n日", b"\x00\xdcx\x00"),
        ("iso2022_jp", "a\n日", b"\x1b$B\xff\xff"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1 << 16])
@pytest.mark.parametrize("filling", [FILLING, ""])
def test_a_bad_byte_is_found_at_its_place(tmp_path, encoding, good, bad, size, filling):
    sound = (filling + good).encode(encoding)
    with pytest.raises(Undecodable) as found:
        decoded(tmp_path, sound + bad + "x\n".encode(encoding), encoding, size)
    assert found.value.offset - len(sound) in ({0, 3} if encoding == "iso2022_jp" else {0})
    assert not found.value.cut
    if size > HEAD:
        assert found.value.before.count(b"\n") == 1


def test_a_lone_surrogate_out_of_utf_7_is_refused(tmp_path):
    with pytest.raises(Undecodable):
        decoded(tmp_path, b"a,b\n+2AA-", "utf-7", 1 << 16)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (codecs.BOM_UTF16_LE + b"i\0", "utf-16"),
        (codecs.BOM_UTF32_LE + b"i\0\0\0", "utf-32"),
        (codecs.BOM_UTF8 + b"id", "utf-8"),
        ("orderId,".encode("utf-16-le"), "utf-16-le"),
        ("orderId,".encode("utf-32-be"), "utf-32-be"),
        (b"orderId,total", None),
        (b"id\0\0\0\0\0\0\0", None),
        (b"\0\0\0\0\0\0\0\0", None),
        (b"id", None),
        (b"", None),
    ],
)
def test_what_the_first_bytes_give_away(head, name):
    assert looks_like(head) == name
