"""Every issue that an import can raise: its stable code, its severity and what to do about it.

This is the only list of codes. Messages with line numbers and columns are made where the issue is found.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Code:
    """One kind of issue: how bad it is and what the user can do."""

    severity: Severity
    help: str


@dataclass(frozen=True)
class Notice:
    """One issue as found in a file, without a value of it.

    Attributes:
        code: A key of `CODES`.
        column: Name of the column to blame, where one is.
        message: One sentence on what is wrong.
        lines: The first physical lines that it concerns, header = 1.
        rows: How many rows it concerns.
    """

    code: str
    column: str | None
    message: str
    lines: tuple[int, ...] = ()
    rows: int = 0


CODES: dict[str, Code] = {
    # cells
    "MISSING_VALUE": Code("error", "a required cell is empty: fill it in"),
    "INVALID_NUMBER": Code("error", "not a number: write digits with a decimal point and nothing else"),
    "INVALID_INTEGER": Code("error", "not a whole number from 0 on: write digits and nothing else"),
    "INVALID_TIMESTAMP": Code("error", "not a time in ISO 8601: write it like 2026-01-31T05:00:00+0100"),
    "INVALID_BOOLEAN": Code("error", "neither true nor false: write one of them or leave the cell empty"),
    "UNKNOWN_CURRENCY": Code("error", "not an ISO 4217 currency code: write it like EUR"),
    "UNKNOWN_STATUS": Code("error", "not a line status: write placed, paid, fulfilled, refunded or cancelled"),
    "UNKNOWN_USER_ID_TYPE": Code(
        "error",
        "no type of user id: write email, email_sha256, email_md5, phone, phone_sha256, gaid, idfa, cookie, crm_id or "
        "synerise_id",
    ),
    "INVALID_USER_ID": Code("error", "not a valid id of its type, or a word for an unknown user: correct it"),
    "VALUE_TOO_LONG": Code("error", "longer than 512 characters: shorten the identifier"),
    "DUPLICATE_LINE_ITEM_ID": Code("error", "the same line item id twice in one order: make it unique"),
    "FUTURE_VERSION": Code(
        "error", "later than the file by more than a day, which would freeze the order: correct the clock or the date"
    ),
    "MONEY_MISMATCH": Code("warning", "the total is not subtotal + tax + shipping: check the amounts"),
    "LINES_TOTAL_MISMATCH": Code("warning", "the order's total is not the sum of its line items: check for lost lines"),
    "REFUND_EXCEEDS_TOTAL": Code("warning", "more was refunded than paid: check the amounts"),
    "NEGATIVE_AMOUNT": Code("warning", "a negative amount: check whether it belongs into refund"),
    "CURRENCY_DIFFERS": Code("warning", "a line's currency is not its order's: check the amounts"),
    "ORDER_VALUE_IGNORED": Code(
        "warning", "differs from the order's first row, which alone counts: correct one of them"
    ),
    "DAMAGED_ID": Code(
        "error",
        "an id that a spreadsheet has shortened, like 3.51E+16: export the file anew and open it in no spreadsheet",
    ),
    "UNKNOWN_FINANCIAL_STATUS": Code(
        "error",
        "no financial status of Shopify: write authorized, paid, partially_paid, pending, refunded, partially_refunded "
        "or voided",
    ),
    "UNKNOWN_FULFILLMENT_STATUS": Code(
        "error",
        "no fulfillment status of a line in Shopify: write pending, partial, restocked, fulfilled or not_eligible",
    ),
    "REFUND_ESTIMATED": Code(
        "warning", "refunded in part, and the export does not say which lines: each has its share of the amount"
    ),
    "INVALID_MOBILE": Code(
        "error", "no Chinese mobile number of 11 digits that starts with 1, as virtual numbers are none: ask the buyer"
    ),
    "STATUS_NOT_TAKEN": Code("warning", "orders of a status that is not imported: see the message"),
    "DETAIL_WITHOUT_ORDER": Code(
        "warning",
        "rows of the product report without their order in the order report: export both for the same days",
    ),
    "TIME_UNREADABLE": Code("warning", "not a time, and not used: write it like 2026-01-31 05:00:00 +0100"),
    # rows and orders
    "BLANK_ORDER_ID": Code("error", "order columns without an orderId: fill it in"),
    "NO_ORDER_ABOVE": Code("error", "no orderId and no order above it to continue: fill the order columns in"),
    "WRONG_FIELD_COUNT": Code("error", "more or fewer cells than the header has columns: quote cells with a delimiter"),
    "NO_LINE_ITEMS": Code("error", "an order without any line item: check the export"),
    "ORDER_REJECTED": Code("error", "another line of this order was rejected, and an order counts as a whole"),
    "SUPERSEDED_ROWS": Code(
        "warning",
        "rows of an order that comes again later, of which only the last group counts: sort the file by order",
    ),
    "MALFORMED_QUOTE": Code("error", "text after a cell's closing quote: double the quotes inside of quoted cells"),
    "NUL_BYTE": Code("error", "a NUL byte, which no text may hold: remove it"),
    "LONE_CR": Code("error", "a carriage return inside a cell that is not quoted: quote the cell or remove it"),
    "BLANK_LINES": Code("warning", "lines without anything on them, which are skipped: remove them"),
    "NUMBER_ROUNDED": Code(
        "error",
        "a number of more than 15 digits, which Excel has rounded: format the column as text before ids are entered",
    ),
    "NESTED_LIST": Code("error", "a list of objects or lists, which no column holds: write an object per line item"),
    "UNKNOWN_SOURCE": Code(
        "warning", "none of POS, WEB_MOBILE, WEB_DESKTOP, MOBILE_APP, MOBILE, DESKTOP, and kept as it is: check it"
    ),
    # transformations
    "CAST_FAILED": Code("error", "cannot be read as the type that transform casts it to: correct it or on_cast_error"),
    "TIMESTAMP_FAILED": Code(
        "error", "does not follow the timestamp pattern of transform, or names no time: correct it or the pattern"
    ),
    "TRANSFORM_COLUMN_MISSING": Code(
        "warning", "not in the file, so its step of transform was left out: correct its name"
    ),
    "COLUMN_REPLACED": Code("warning", "in the file, too, and replaced by transform: delete it or take another name"),
    # products
    "INVALID_JSON": Code("error", "no valid JSON (a key twice, NaN and Infinity are none): write one object per line"),
    "NO_JSON_OBJECT": Code("error", "JSON but no object: write one object in braces per line"),
    "NOT_A_TEXT": Code("error", "not a text: put quotes around it"),
    "NOT_A_LIST": Code("error", "not a list of texts: write texts in brackets"),
    "INVALID_PRICE": Code("error", "not an amount from 0 on: write it like 10.00 EUR in XML, 10.00 in JSON"),
    "UNKNOWN_AVAILABILITY": Code("warning", "none of in_stock, out_of_stock, preorder, backorder: write one of them"),
    "MISSING_CURRENCY": Code("warning", "a price without its currency: add it"),
    "SALE_ABOVE_PRICE": Code("warning", "a sale price above the price: check both"),
    "PRODUCTS_GONE": Code(
        "warning", "no longer in the feed, which is complete: check the export if they should be (or set mode: delta)"
    ),
    "FEED_NOT_COMPLETE": Code(
        "warning", "entries that may be any product, so no product was taken as gone: correct them"
    ),
    "PRODUCT_REPEATED": Code("warning", "the same product id again, of which only the last entry counts: remove one"),
    "FEED_TOO_OLD": Code(
        "warning",
        "the site's newest product feed is older than max_feed_age, or there is none: see to the feed's import",
    ),
    "ATTRIBUTE_NAME": Code(
        "warning", "a name that Synerise refuses: write letters, digits, _ and -, with no - at the start"
    ),
    "MALFORMED_XML": Code("error", "no well-formed XML: export the feed anew, or transfer a cut file again"),
    "XML_DOCTYPE": Code("error", "a document type, which feeds have no use for: remove <!DOCTYPE ...>"),
    "NOT_A_FEED": Code("error", "XML, but no product feed: the root must be rss, channel or feed"),
    # promotions, vouchers and custom events
    "UNKNOWN_REDEEM_TYPE": Code("error", "no redeem type: write FULL or PARTIAL"),
    "UNKNOWN_PROMOTION_TYPE": Code("error", "no type of promotion: write GENERAL, MEMBERS_ONLY, HANDBILL or CUSTOM"),
    "VOUCHER_IN_OTHER_POOL": Code(
        "error", "a voucher code that stands in another pool already, and codes are unique: take another one"
    ),
    "NO_USER": Code("error", "no user: fill in email, clientId, uuid or customId"),
    "USER_IDS_IGNORED": Code(
        "warning",
        "several ids of one user, of which the first of email, clientId, uuid and customId counts: leave one filled",
    ),
    "NO_PARAMETER": Code("error", "an event without any parameter: fill in at least one other column"),
    "OTHER_EVENT": Code(
        "error", "another event than that of the import, or of the first row: write a file for each event"
    ),
    "RECORD_REPEATED": Code(
        "warning", "the same item again in the file, of which only the last row counts: remove one"
    ),
    "EVENT_REPEATED": Code("warning", "the same event again in the file, to the last parameter: remove one"),
    "MISSPELT_COLUMN": Code("warning", "kept as an attribute, but much like a column that is known: correct its name"),
    "NESTED_VALUE": Code("error", "a list or an object where one value is meant: write a text or a number"),
    # the file's header
    "MISSING_COLUMN": Code("error", "a required column is missing from the header: add it"),
    "WRONG_EXPORT": Code("error", "another export than the one that format.kind reads: see the message"),
    "EDITED_EXPORT": Code(
        "error", "the export was saved by a spreadsheet, which damages ids: export it anew, and edit nothing"
    ),
    "REPORT_MISSING": Code(
        "error", "one of a pair of reports is missing: export the order report and the product report together"
    ),
    "MALFORMED_HEADER": Code("error", "the header has a stray quote or a NUL byte: correct it"),
    "TOO_MANY_COLUMNS": Code("error", "more than 2,000 columns: check the delimiter and the export"),
    "WRONG_DELIMITER": Code("error", "the header is not split by this delimiter: set format.delimiter"),
    "UNNAMED_COLUMN": Code("warning", "a column without a name, and ignored: name or remove it"),
    "DUPLICATE_COLUMN": Code("error", "a column stands twice in the header: keep one"),
    "UNKNOWN_COLUMN": Code("warning", "not a column of this format, and ignored: remove or rename it"),
    "NO_ROWS": Code("warning", "the file has a header and no rows: check the export if orders were expected"),
    # the file as a whole
    "ORDER_TOO_LONG": Code("error", "one order with more than 64 MB of rows: check the orderId column"),
    "ALL_REJECTED": Code("error", "every item was rejected, so nothing was applied: see the other issues"),
    "BUDGET_EXCEEDED": Code("error", "more items were rejected than max_rejected allows: see the other issues"),
    "ROWS_UNACCOUNTED": Code("error", "the outcomes do not add up to the rows read: report this fault"),
    "CONTROL_ROWS": Code("error", "another number of rows than the exporter states: transfer the file again"),
    "CONTROL_SUM": Code("error", "the orders come to another total than the exporter states: check for lost orders"),
    "CONTROL_SHA256": Code("error", "other bytes than the exporter states: transfer the file again"),
    "CONTROL_UNREADABLE": Code("error", "no control totals of this file: write rows, sum or sha256 as JSON"),
    "NOT_ARCHIVED": Code("warning", "imported, but left at the source: see the message; the next run tries again"),
    "SOURCE_FAILED": Code("error", "the source did not deliver the file: see the message"),
    "STORE_FAILED": Code("error", "the store could not be reached or gave up: see the message"),
    "EMPTY_FILE": Code("error", "nothing is in the file: check the export"),
    "GZIP_DAMAGED": Code("error", "the gzip data is damaged or is none: transfer the file again"),
    "GZIP_TRUNCATED": Code("error", "the gzip data ends too early: transfer the file again"),
    "ZIP_DAMAGED": Code("error", "the ZIP archive is damaged or is none: transfer the file again"),
    "ZIP_NOT_ONE_FILE": Code("error", "a ZIP archive with no file or several: pack exactly one"),
    "ZIP_ENCRYPTED": Code("error", "a ZIP archive with a password: pack the file without one"),
    "ZIP_UNSAFE_NAME": Code("error", "a ZIP archive whose file is named by a path that leads outside: pack it anew"),
    "UNPACKED_TOO_LARGE": Code("error", "unpacks to far more than its size: check it, or raise the format's limits"),
    "NOT_TEXT": Code("error", "an archive or a workbook, no CSV: export it as CSV"),
    "NOT_DECODABLE": Code("error", "not in the declared encoding: set format.encoding to the file's own"),
    "ENCODING_UNSURE": Code("error", "the encoding cannot be told for sure: set format.encoding to what it is"),
    "ENCODING_DETECTED": Code("warning", "the encoding was found out: set format.encoding to it to be sure"),
    "ERROR_CELLS": Code("warning", "cells with an error like #N/A, which are read as empty: correct the formulas"),
    "WORKBOOK_DAMAGED": Code("error", "the workbook is damaged or cut: transfer it again, or save it anew in Excel"),
    "WORKBOOK_PROTECTED": Code("error", "a workbook with a password, or older than Excel 2007: save it as plain xlsx"),
    "NOT_A_WORKBOOK": Code("error", "no Excel workbook: set format.kind to what it is, or export it as xlsx"),
    "NO_SUCH_SHEET": Code("error", "the workbook has no such sheet: set format.sheet to one that it has"),
    "SHEET_TOO_LARGE": Code("error", "a sheet of more cells than can be read: delete stray cells, or export it as CSV"),
    "CR_LINE_ENDS": Code("error", "lines end in a carriage return alone: save the file with LF or CRLF line ends"),
    "UNCLOSED_QUOTE": Code("error", "a quoted cell never ends: close its quote, or transfer a cut file again"),
    "RECORD_TOO_LONG": Code("error", "a record of more than 10 MB: check its quotes and line ends"),
    "TRUNCATED_FILE": Code("error", "the file ends inside its last record: transfer it again"),
    "NO_FINAL_LINE_END": Code("warning", "the last line has no line end, so its last cell may be cut: compare it"),
    "NOT_GZIP": Code("warning", "named .gz without being packed: name it for what it is"),
    "DOUBLE_BOM": Code("warning", "more than one byte-order mark at the start: write it once or not at all"),
}
