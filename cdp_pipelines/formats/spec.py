"""The `format` part of an import's YAML, one model per kind."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from cdp_pipelines.formats.octets import Limits
from cdp_pipelines.spec import Spec

AUTO = "auto"
"""The encoding that stands for "find out"."""

NO_CHARACTER = "none"
"""Stands for a quote, escape or comment character that a dialect does not have."""


def _tab(value: Any) -> Any:
    r"""Read `tab`, and the two characters `\t` that YAML makes of a tab in single quotes."""
    return "\t" if value in ("tab", "\\t") else value


def _is_a_codec(encoding: str) -> str:
    try:
        if encoding != AUTO:
            "a".encode(encoding)
    except (LookupError, ValueError):
        raise ValueError("is no text encoding that Python knows: write one like utf-8 or cp1252, or auto") from None
    return encoding


Encoding = Annotated[str, AfterValidator(_is_a_codec)]
"""The name of a text encoding, or `auto`."""


class Packed(Spec):
    """What files that may be packed have in common."""

    compression: Literal["auto", "gzip", "zip", "none"] = "auto"
    """Whether files are packed; `auto` looks at their first bytes, whatever their names say. A zip holds one file."""
    max_ratio: float = Field(default=Limits.ratio, ge=1)
    """How many times its packed size a file may unpack to, beyond its first 10 MB; more is taken for a bomb."""
    max_unpacked_gb: float = Field(default=Limits.unpacked / (1 << 30), gt=0)
    """How many gigabytes a packed file may unpack to."""

    @property
    def limits(self) -> Limits:
        """How far a file may unpack."""
        return Limits(self.max_ratio, int(self.max_unpacked_gb * (1 << 30)))


class Csv(Packed):
    """What all CSV files have in common; the models below add their `kind`."""

    NULL: ClassVar[str] = ""
    """The cell that stands for an empty one."""
    NAMED: ClassVar[bool] = False
    """Whether a format of orders has a table of its own, by which its columns become ours before `transform`."""

    encoding: Encoding = "utf-8"
    """Text encoding by the name that Python gives it, like utf-8 or cp1252; `auto` finds it out or says it cannot."""
    delimiter: Annotated[Literal[",", ";", "\t", "|"], BeforeValidator(_tab)] = ","
    """The character between two cells; `tab` is one, too."""
    quote: str = '"'
    """The character around cells that hold a delimiter or line end, doubled inside of them; or `none`."""
    escape: str = NO_CHARACTER
    r"""The character that takes its special meaning from the next one, like `\`; or `none`."""
    comment: str = NO_CHARACTER
    """The character that begins a line which is none of the data, like `#`; or `none`."""
    header_line: int = Field(default=1, ge=1, le=1000)
    """The line that holds the names of the columns; lines above it are skipped."""

    @field_validator("quote", "escape", "comment")
    @classmethod
    def _is_one_character(cls, character: str) -> str:
        if character != NO_CHARACTER and not _may_mark(character):
            raise ValueError("write one character that is no letter, digit, space or line end, or none")
        return character

    @field_validator("comment")
    @classmethod
    def _differ(cls, comment: str, info: ValidationInfo) -> str:
        taken = [info.data.get(key) for key in ("delimiter", "quote", "escape")]
        used = [one for one in (*taken, comment) if one not in (None, NO_CHARACTER)]
        if len(set(used)) < len(used):
            raise ValueError("delimiter, quote, escape and comment share a character: give each one of its own")
        return comment

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the delimiter differs from RFC 4180, so that files are read as they are."""
        dialect = (self.quote, self.escape, self.comment, self.header_line, self.NULL)
        return dialect == ('"', NO_CHARACTER, NO_CHARACTER, 1, "")


def _may_mark(character: str) -> bool:
    return (
        len(character) == 1
        and character.isascii()
        and character.isprintable()
        and not character.isalnum()
        and (character != " ")
    )


class KevelCsv(Csv):
    """A CSV file of one row per line item: Kevel Audience's order CSV, or any that `transform` gives its columns."""

    kind: Literal["kevel_csv", "csv"]


class ShopifyCsv(Csv):
    """Shopify's order export, of any year."""

    NAMED: ClassVar[bool] = True

    kind: Literal["shopify_csv"]
    order_id: Literal["name", "id"] = "name"
    """Which column is the order's id: `name` (#1001) or `id`; it must be what your tracking calls the order (D4)."""
    sku_fallback: Literal["name_slug"] | None = None
    """What stands in for a blank sku: `name_slug` makes one of the item's name; left out, it rejects the order."""
    user_fallback: Literal["phone"] | None = None
    """What stands in for a blank e-mail address: the order's `phone`; left out, it rejects the order."""


class TmallCsv(Packed):
    """Tmall's order report and product report, which come as two files of one run."""

    NAMED: ClassVar[bool] = True

    kind: Literal["tmall_csv"]
    encoding: Encoding = AUTO
    """Text encoding by the name that Python gives it; `auto` takes a file that is UTF-8 throughout for that, and any
    other for gb18030, which holds gbk."""
    only_successful: bool = False
    """Whether orders count only once they are successful (交易成功), or as soon as they are paid (D9)."""

    @property
    def delimiter(self) -> str:
        """The character between two cells."""
        return ","


class SyneriseCsv(Csv):
    r"""A CSV file as Synerise imports it: `\` escapes, and a cell that says `null` is empty."""

    NULL: ClassVar[str] = "null"
    NAMED: ClassVar[bool] = True

    kind: Literal["synerise_csv"]
    escape: str = "\\"
    r"""The character that takes its special meaning from the next one, `\` unless stated; or `none`."""


class RecordCsv(Csv):
    """A CSV file of one row per item."""

    kind: Literal["csv"]


class ExcelRows(Spec):
    """Items in an Excel workbook (xlsx), one per row."""

    kind: Literal["xlsx"]
    sheet: str | int = 1
    """The sheet to read, by its name or its number, counted from 1."""
    header_line: int = Field(default=1, ge=1, le=1000)
    """The row that holds the names of the columns; rows above it are skipped."""
    max_cells: int = Field(default=20_000_000, ge=1)
    """How many cells a sheet may span, empty ones included; each takes about 70 bytes of memory."""
    max_ratio: float = Field(default=Limits.ratio, ge=1)
    """How many times its size a workbook may unpack to, beyond 10 MB; more is taken for a bomb."""
    max_unpacked_gb: float = Field(default=4.0, gt=0)
    """How many gigabytes a workbook may unpack to."""

    @field_validator("sheet")
    @classmethod
    def _names_a_sheet(cls, sheet: str | int) -> str | int:
        if sheet == "" or (not isinstance(sheet, str) and sheet < 1):
            raise ValueError("write the name of a sheet, or its number from 1 on")
        return sheet

    @property
    def limits(self) -> Limits:
        """How far a workbook may unpack."""
        return Limits(self.max_ratio, int(self.max_unpacked_gb * (1 << 30)))

    @property
    def delimiter(self) -> str:
        """What stands between cells once rows have become CSV."""
        return ","


class ExcelOrders(ExcelRows):
    """Orders in an Excel workbook (xlsx): the columns of the order CSV, one row per line item."""


class JsonItems(Packed):
    """What all JSON lines of orders have in common; the models below add their `kind`."""

    ITEMS: ClassVar[str] = ""
    """The key of the list of an order's line items, where an object is a whole order."""
    NAMED: ClassVar[bool] = False
    """As in `Csv`."""

    @property
    def delimiter(self) -> str:
        """What stands between cells once objects have become CSV."""
        return ","


class JsonOrders(JsonItems):
    """Orders as JSON lines in UTF-8: one object per line item, keys like the order CSV's columns, or dotted paths."""

    kind: Literal["jsonl"]


class SyneriseJson(JsonItems):
    """Transactions as JSON lines in UTF-8: one object per transaction, as Synerise's API takes them."""

    ITEMS: ClassVar[str] = "products"
    NAMED: ClassVar[bool] = True

    kind: Literal["synerise_jsonl"]


class GoogleFeed(Packed):
    """Google product data as RSS 2.0 or Atom 1.0 (formats: Product feed)."""

    kind: Literal["google_feed"]


class JsonLines(Packed):
    """One JSON object per line, in UTF-8; of a product only `id` is required."""

    kind: Literal["jsonl"]


FormatSpec = Annotated[
    KevelCsv | ShopifyCsv | TmallCsv | SyneriseCsv | SyneriseJson | ExcelOrders | JsonOrders,
    Field(discriminator="kind"),
]


class JsonRecords(Packed):
    """Items as JSON lines in UTF-8: one object per line, whose values keep their types."""

    kind: Literal["jsonl"]


ProductFormatSpec = Annotated[GoogleFeed | JsonLines | SyneriseCsv | RecordCsv | ExcelRows, Field(discriminator="kind")]

RecordFormatSpec = Annotated[SyneriseCsv | RecordCsv | ExcelRows | JsonRecords, Field(discriminator="kind")]
