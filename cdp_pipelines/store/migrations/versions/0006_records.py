"""Promotions, vouchers and custom events, each in a table of its own; what the import files call them is in views.

A promotion and a voucher are what their newest row says, so a row carries the version by which that is decided. Custom
events are append-only, and their ids follow from what they say.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PROMOTIONS = """
create table cdp.promotion_heads (
    site text not null,
    code text not null,
    redeem_type text not null,
    header_name text not null,
    name text not null,
    type text not null,
    status text,
    headline text,
    description text,
    discount_type text,
    discount_value numeric,
    discount_mode text,
    price numeric,
    min_basket_value numeric,
    max_basket_value numeric,
    require_redeemed_points bigint,
    redeem_limit_per_client bigint,
    redeem_limit_global bigint,
    redeem_quantity_per_activation bigint,
    priority bigint,
    start_at timestamptz,
    expire_at timestamptz,
    display_from timestamptz,
    display_to timestamptz,
    tags jsonb,
    catalog_index_items jsonb,
    attributes jsonb not null,
    content uuid not null,
    version_at timestamptz not null,
    modified_at timestamptz not null,
    config_no integer not null,
    file_id bigint not null,
    primary key (site, code)
) with (fillfactor = 90);
comment on table cdp.promotion_heads is 'The current state of each promotion';

create view cdp.promotions as
select p.site, p.code, p.redeem_type, p.header_name, p.name, p.type, p.status, p.headline, p.description,
    p.discount_type, p.discount_value, p.discount_mode, p.price, p.min_basket_value, p.max_basket_value,
    p.require_redeemed_points, p.redeem_limit_per_client, p.redeem_limit_global, p.redeem_quantity_per_activation,
    p.priority, p.start_at, p.expire_at, p.display_from, p.display_to, p.tags, p.catalog_index_items, p.attributes,
    p.version_at, f.run_id, p.file_id
from cdp.promotion_heads p
left join cdp.files f on f.file_id = p.file_id;
comment on view cdp.promotions is 'The current state of each promotion';
"""

VOUCHERS = """
create table cdp.voucher_heads (
    site text not null,
    code text not null,
    pool text not null,
    status text,
    client_id text,
    client_uuid text,
    assigned_at timestamptz,
    start_at timestamptz,
    expire_in timestamptz,
    redeem_at timestamptz,
    attributes jsonb not null,
    content uuid not null,
    version_at timestamptz not null,
    modified_at timestamptz not null,
    config_no integer not null,
    file_id bigint not null,
    primary key (site, code)
) with (fillfactor = 90);
comment on table cdp.voucher_heads is 'The current state of each voucher; a code stands in one pool of its site';

create view cdp.vouchers as
select v.site, v.pool, v.code, v.status, v.client_id, v.client_uuid, v.assigned_at, v.start_at, v.expire_in,
    v.redeem_at, v.attributes, v.version_at, f.run_id, v.file_id
from cdp.voucher_heads v
left join cdp.files f on f.file_id = v.file_id;
comment on view cdp.vouchers is 'The current state of each voucher; a code stands in one pool of its site';
"""

EVENTS = """
create table cdp.custom_event_rows (
    seq bigint generated always as identity,
    event_id uuid primary key,
    site text not null,
    name text not null,
    user_id_type text not null,
    user_id text not null,
    occurred_at timestamptz not null,
    parameters jsonb not null,
    file_id bigint not null,
    line bigint not null
);
comment on table cdp.custom_event_rows is 'Every custom event, append-only';
create trigger append_only before update or delete or truncate on cdp.custom_event_rows
    for each statement execute function cdp.refuse_change();

create view cdp.custom_events as
select e.seq, e.event_id, e.site, e.name, e.user_id_type, e.user_id, e.occurred_at, e.parameters, f.run_id, e.file_id,
    e.line
from cdp.custom_event_rows e
left join cdp.files f on f.file_id = e.file_id;
comment on view cdp.custom_events is 'Every custom event, append-only; read on from the last seq seen';
"""

SAID = """
create table cdp.record_fingerprints (
    import_id integer not null,
    code text not null,
    content uuid not null,
    config_no integer not null,
    said_at timestamptz not null,
    primary key (import_id, code)
) with (fillfactor = 90);
comment on table cdp.record_fingerprints is
    'What each import said last about a promotion or a voucher (D22); kept where several imports write one site';
"""


def upgrade() -> None:
    """Create the tables and views."""
    for statements in (PROMOTIONS, VOUCHERS, EVENTS, SAID):
        op.execute(statements)


def downgrade() -> None:
    """Take promotions, vouchers and custom events away again."""
    op.execute(
        "drop view cdp.custom_events, cdp.vouchers, cdp.promotions;"
        " drop table cdp.custom_event_rows, cdp.voucher_heads, cdp.promotion_heads, cdp.record_fingerprints"
    )
