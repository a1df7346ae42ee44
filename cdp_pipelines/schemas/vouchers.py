"""What a valid voucher is: the columns of Synerise's import, and the rules, in Pandera.

Source: Synerise, Importing vouchers (`code` alone) and Voucher pools (a code stands in one pool only); the optional
columns are the fields of a voucher in Synerise's API. What is none of them is kept as an attribute.
"""

import pandera.pandas as pandera

from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.schemas.records import fits_the_key, record_schema

VOUCHER_COLUMNS = (
    Column("code", True, "string", "The voucher's code, unique in its site", "code"),
    Column("status", False, "string", "Whether it is assigned, redeemed and so on, kept as given", "status"),
    Column("clientId", False, "string", "Synerise's number of the customer who has it", "client_id"),
    Column("clientUuid", False, "string", "UUID of the customer who has it", "client_uuid"),
    Column("assignedAt", False, "timestamp", "When the customer got it, ISO 8601", "assigned_at"),
    Column("startAt", False, "timestamp", "From when it can be redeemed, ISO 8601", "start_at"),
    Column("expireIn", False, "timestamp", "Until when it can be redeemed, ISO 8601", "expire_in"),
    Column("redeemAt", False, "timestamp", "When it was redeemed, ISO 8601", "redeem_at"),
)


def voucher_schema() -> pandera.DataFrameSchema:
    """Return the rules of vouchers."""
    return record_schema(VOUCHER_COLUMNS, {"code": fits_the_key()})
