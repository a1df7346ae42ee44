"""`encoding: auto`: the right text or none. Being unsure is allowed, being wrong never is."""

import codecs
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.encoding import CANDIDATES, THRESHOLD, Detected, detect
from cdp_pipelines.formats.octets import Octets
from cdp_pipelines.formats.records import CsvReader
from cdp_pipelines_tests.formats.reading import Reading, read_bytes, spec

WORDS = {
    "German": "Müller, Köln|Jürgen Groß|Käse|Grüße aus Österreich",
    "French": "café|façade|Noël|Hôtel à Besançon",
    "Spanish": "Muñoz|Jamón ibérico|Niño|Málaga",
    "Portuguese": "São João|Calções|Braga é|ação",
    "Swedish": "Malmö|Göteborg|Västerås|Blå mugg",
    "Polish": "Łódź|Kraków żółć|Gdańsk|Wrocław|Świętokrzyska",
    "Czech": "Plzeň|Děčín|Říčany|Ústí|hrníček modrý",
    "Hungarian": "Győr|Székesfehérvár|Csésze kék|Hűtő",
    "Turkish": "İstanbul|Çay barda\u011f\u0131|Şişli|Kad\u0131köy Iğd\u0131r",
    "Lithuanian": "Šiauliai|Panevėžys|Žalias puodelis|ąčęėįšųūž",
    "Greek": "Αθήνα|Θεσσαλονίκη|Κούπα μπλε",
    "Russian": "Москва|Кружка синяя|Чай чёрный",
    "Hebrew": "תל אביב|ספל כחול|ירושלים",
    "Arabic": "القاهرة|كوب أزرق",
    "Simplified Chinese": "北京市朝阳区|马克杯 红色|订单已付款|杯子",
    "Traditional Chinese": "臺北市信義區|紅色馬克杯|訂單已付款",
    "Japanese": "東京都|マグカップ|ありがとう|お茶",
    "Korean": "서울특별시 강남구|머그컵 빨강|감사합니다 주문 완료|녹차 선물 세트",
}
FOUND = {
    "German": "cp1252 mac_roman cp850 cp437",
    "French": "cp1252 mac_roman cp850",
    "Spanish": "cp1252 mac_roman cp850",
    "Portuguese": "cp1252 cp850",
    "Swedish": "cp1252 mac_roman cp850",
    "Polish": "cp1250 iso8859_2 cp852",
    "Czech": "cp1250 iso8859_2",
    "Hungarian": "cp1250 iso8859_2",
    "Turkish": "cp1254",
    "Lithuanian": "cp1257",
    "Greek": "cp1253 iso8859_7",
    "Russian": "cp1251 koi8_r iso8859_5 cp866",
    "Hebrew": "cp1255",
    "Arabic": "cp1256",
    "Simplified Chinese": "gb18030",
    "Traditional Chinese": "big5",
    "Japanese": "cp932 euc_jp",
    "Korean": "cp949",
}
CASES = [(language, encoding) for language, encodings in FOUND.items() for encoding in encodings.split()]


def rows(words: list[str]) -> str:
    return "orderId,name,total\n" + "".join(f"A-{place},{word},12.50\n" for place, word in enumerate(words))


def detected(data: bytes) -> Detected | FileError:
    try:
        with Octets(io.BytesIO(data)) as octets:
            return detect(octets)
    except FileError as error:
        return error


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_a_few_names_are_enough(language, encoding):
    text = rows(WORDS[language].split("|"))
    found = detected(text.encode(encoding))
    assert isinstance(found, Detected), found
    assert text.encode(encoding).decode(found.encoding) == text
    assert THRESHOLD <= found.confidence <= 1


@given(
    st.sampled_from(CASES),
    st.lists(st.integers(0, 4), min_size=1, max_size=6),
    st.sampled_from([str, str.upper, str.lower]),
)
def test_what_is_found_is_never_wrong(case, chosen, written):
    language, encoding = case
    words = WORDS[language].split("|")
    text = rows([written(words[place % len(words)]) for place in chosen])
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        return
    found = detected(data)
    assert isinstance(found, FileError) or data.decode(found.encoding) == text


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1b~"), max_size=20))
def test_unicode_is_decided_by_validation(encoding, text):
    whole = rows([text if encoding != "ascii" else ascii(text)])
    found = detected(whole.encode(encoding))
    assert isinstance(found, Detected)
    assert found.confidence == 1
    assert whole.encode(encoding).decode(found.encoding).removeprefix("\ufeff") == whole


@given(st.binary(max_size=80))
def test_any_bytes_are_decided_or_refused(data):
    found = detected(data)
    if isinstance(found, Detected):
        data.decode(found.encoding, "replace")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (rows(["Gdańsk"]).encode("cp1250"), "one short word"),
        (rows(["Gdańsk", "Puńsk"]).encode("cp1250"), "may be "),
        (rows(["Müller", "Käse"] * 20).encode() + b"A-9,M\xfcller,1\n", "UTF-8 but for a few bytes"),
        (rows(["東京"]).encode("iso2022_jp"), "escape sequences"),
        (rows(["北京"]).encode("hz"), "escape sequences"),
        ("名前\n東京\n".encode("utf-16-le") + b"\xd8\xd8", "NUL bytes"),
        (bytes(range(128, 256)), ""),
    ],
)
def test_what_is_not_certain_is_said(data, why):
    error = detected(data)
    assert isinstance(error, FileError), error
    assert error.code == "ENCODING_UNSURE"
    assert why in error.message
    assert "set format.encoding" in error.message


def test_a_letter_far_down_decides():
    common = rows(["Müller", "Köln"] * 20_000)
    text = common + "B-1,Łódź,1\nB-2,Świętokrzyska żółć,1\n"
    found = detected(text.encode("cp1250"))
    assert isinstance(found, FileError) or text.encode("cp1250").decode(found.encoding) == text
    alone = detected(common.encode("cp1250"))
    assert isinstance(alone, Detected)
    assert alone.encoding == "cp1252"


def test_a_character_cut_by_a_block_is_no_fault(tmp_path):
    text = "x" * ((1 << 20) - 1) + "é" * (1 << 20)
    assert detected(text.encode()) == Detected("utf-8", 1.0)


def test_the_reader_tells_what_it_found(tmp_path):
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(gzip.compress(rows(["Müller", "Groß"]).encode("cp1252")))
    with CsvReader(file, spec(encoding="auto")) as reader:
        (block,) = reader.blocks()
        assert "Müller".encode() in block.data
        assert (reader.encoding, reader.compression) == ("cp1252", "gzip")
        (notice,) = reader.warnings
    assert notice.code == "ENCODING_DETECTED"
    assert "cp1252 (found out, confidence 100%)" in notice.message


def test_a_damaged_byte_behind_a_mark_is_an_error_and_no_other_encoding():
    found = read_bytes(codecs.BOM_UTF8 + b"id,name\n1,M\xfcller\n", encoding="auto")
    assert isinstance(found, FileError)
    assert (found.code, found.line) == ("NOT_DECODABLE", 2)


def test_every_candidate_is_a_codec_of_python():
    assert len(set(map(codecs.lookup, CANDIDATES))) == len(CANDIDATES)
    assert isinstance(read_bytes(b"id,name\n1,2\n", encoding="auto"), Reading)
