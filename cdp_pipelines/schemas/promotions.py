"""What a valid promotion is: the columns of Synerise's import, and the rules, in Pandera.

Source: Synerise, Importing promotions (the five required columns and their words); the optional ones are the fields of
a promotion in Synerise's API and SDKs. What is none of them is kept as an attribute.
"""

import pandera.pandas as pandera
from pandera.pandas import Check

from cdp_pipelines.schemas.columns import Column
from cdp_pipelines.schemas.records import fits_the_key, record_schema

REDEEM_TYPES = ("FULL", "PARTIAL")
PROMOTION_TYPES = ("GENERAL", "MEMBERS_ONLY", "HANDBILL", "CUSTOM")

PROMOTION_COLUMNS = (
    Column("code", True, "string", "Identifier of the promotion, unique in its site", "code"),
    Column("redeemType", True, "string", "FULL or PARTIAL: whether it is redeemed at once", "redeem_type"),
    Column("headerName", True, "string", "Name in lists of promotions", "header_name"),
    Column("name", True, "string", "Name that customers see", "name"),
    Column("type", True, "string", "GENERAL, MEMBERS_ONLY, HANDBILL or CUSTOM", "type"),
    Column("status", False, "string", "Whether it is a draft, published and so on, kept as given", "status"),
    Column("headline", False, "string", "Headline that customers see", "headline"),
    Column("description", False, "string", "Description that customers see", "description"),
    Column("discountType", False, "string", "How the discount is meant, like PERCENT or AMOUNT", "discount_type"),
    Column("discountValue", False, "number", "The discount, in percent or money", "discount_value"),
    Column("discountMode", False, "string", "How the discount grows, like STATIC or STEP", "discount_mode"),
    Column("price", False, "number", "Price of what the promotion is about", "price"),
    Column("minBasketValue", False, "number", "Value from which on a basket gets it", "min_basket_value"),
    Column("maxBasketValue", False, "number", "Value up to which a basket gets it", "max_basket_value"),
    Column("requireRedeemedPoints", False, "integer", "Loyalty points that it costs", "require_redeemed_points"),
    Column("redeemLimitPerClient", False, "integer", "How often one customer may redeem it", "redeem_limit_per_client"),
    Column("redeemLimitGlobal", False, "integer", "How often all may redeem it", "redeem_limit_global"),
    Column(
        "redeemQuantityPerActivation", False, "integer", "How often it is redeemed once active",
        "redeem_quantity_per_activation",
    ),
    Column("priority", False, "integer", "Place among other promotions", "priority"),
    Column("startAt", False, "timestamp", "From when it holds, ISO 8601", "start_at"),
    Column("expireAt", False, "timestamp", "Until when it holds, ISO 8601", "expire_at"),
    Column("displayFrom", False, "timestamp", "From when it is shown, ISO 8601", "display_from"),
    Column("displayTo", False, "timestamp", "Until when it is shown, ISO 8601", "display_to"),
    Column("tags", False, "list", "Tags, separated by ;", "tags"),
    Column("catalogIndexItems", False, "list", "Products that it is about, separated by ;", "catalog_index_items"),
)  # fmt: skip


def promotion_schema() -> pandera.DataFrameSchema:
    """Return the rules of promotions."""
    return record_schema(
        PROMOTION_COLUMNS,
        {
            "code": fits_the_key(),
            "redeemType": Check.isin(list(REDEEM_TYPES), error="UNKNOWN_REDEEM_TYPE"),
            "type": Check.isin(list(PROMOTION_TYPES), error="UNKNOWN_PROMOTION_TYPE"),
        },
    )
