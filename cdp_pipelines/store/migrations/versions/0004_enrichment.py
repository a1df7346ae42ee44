"""Enrichment: what product feeds add to an order's line items, beside the document, which is the import's word alone.

`enriched` is an array with an object or null per line item. The views put the two together; what the import gives
wins in any case. And whose feeds have which product, so that full feeds of one site do not end each other's products.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ENRICHED = """
alter table cdp.order_versions add column enriched text;
comment on column cdp.order_versions.enriched is
    'What product feeds add to the line items: one object or null each; null = nothing to any of them';

create function cdp.line_items(document text, enriched text) returns jsonb
language sql immutable parallel safe as $$
    select jsonb_agg(case when jsonb_typeof(added) = 'object' then added || line else line end order by n)
    from rows from (
        jsonb_array_elements((document::json -> 'lineItems')::jsonb), jsonb_array_elements(enriched::jsonb)
    ) with ordinality as both_of(line, added, n)
$$;
comment on function cdp.line_items is 'The line items of a document, with what product feeds add to them';
"""

HOLDINGS = """
create table cdp.product_holdings (
    site text not null,
    product_id text not null,
    import_id integer not null,
    from_feed bigint not null,
    to_feed bigint,
    primary key (site, product_id, import_id, from_feed)
) with (fillfactor = 90);
comment on table cdp.product_holdings is
    'Which imports of full feeds had a product, from which feed to which: what one has, another one does not end';

insert into cdp.product_holdings (site, product_id, import_id, from_feed, to_feed)
select v.site, v.product_id, i.import_id, v.from_feed, v.to_feed
from cdp.product_versions v
join (select distinct site, import_id from cdp.product_feeds where complete) i on i.site = v.site;
"""

VIEWS = """
create or replace view cdp.order_events as
select v.seq, v.event_id, v.type, v.site, v.order_id, v.occurred_at,
    jsonb_build_object(
        'event_id', v.event_id,
        'type', v.type,
        'occurred_at', cdp.iso_utc(v.occurred_at),
        'ingested_at', cdp.iso_utc(f.applied_at),
        'source', jsonb_build_object(
            'import', f.import_name, 'run_id', f.run_id, 'file', f.uri, 'file_sha256', f.sha256,
            'lines', to_jsonb(v.lines)),
        'user', jsonb_build_object('type', v.user_id_type, 'id', v.user_id),
        'siteId', v.site
    ) || v.document::jsonb
        || case when v.enriched is null then '{}'
            else jsonb_build_object('lineItems', cdp.line_items(v.document, v.enriched)) end
        || case when v.changed is null then '{}' else jsonb_build_object('changed', v.changed) end as payload,
    f.run_id, r.origin, v.version_at
from cdp.order_versions v
join cdp.files f on f.file_id = v.file_id
join cdp.import_runs r on r.run_id = f.run_id
where v.event_id is not null;

create or replace view cdp.orders as
select h.site, h.order_id, h.user_id_type, h.user_id, h.currency,
    h.total, h.subtotal, h.tax, h.shipping, h.discount, h.refund,
    h.created_at, h.last_updated, h.version_at,
    case when v.enriched is null then (v.document::json -> 'lineItems')::jsonb
        else cdp.line_items(v.document, v.enriched) end as line_items,
    coalesce((v.document::json -> 'order' -> 'customFields')::jsonb, '{}') as custom_fields,
    v.document::json -> 'order' ->> 'paymentMethod' as payment_method,
    v.document::json -> 'order' ->> 'shippingMethod' as shipping_method,
    v.document::json -> 'order' ->> 'shippingCountry' as shipping_country,
    v.document::json -> 'order' ->> 'source' as source,
    coalesce((v.document::json -> 'order' -> 'promotions')::jsonb, '[]') as promotions,
    h.last_event as last_event_id, h.content as content_fingerprint
from cdp.order_heads h
join cdp.order_versions v on v.seq = h.seq;
"""


def upgrade() -> None:
    """Add the column, and show it in the views."""
    for statements in (ENRICHED, HOLDINGS, VIEWS):
        op.execute(statements)


def downgrade() -> None:
    """Refuse: events would lose what they were emitted with."""
    raise RuntimeError("enrichment is not taken back; drop the column enriched and its views by hand if you mean it")
