"""Products: the feeds that were applied, and what held of each product from when to when.

A version's bounds are feeds, since only their whole order (as-of time, modification time, configuration, content)
decides between two feeds of one time. `products` shows the bounds as times, without versions that held at no time.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PRODUCTS = """
create table cdp.product_feeds (
    feed_id bigint generated always as identity primary key,
    site text not null,
    as_of timestamptz not null,
    modified_at timestamptz not null,
    config_no integer not null,
    import_id integer not null,
    sha256 text not null,
    complete boolean not null,
    file_id bigint not null,
    unique (site, as_of, modified_at, config_no, import_id, sha256)
);
comment on table cdp.product_feeds is 'Feeds applied; complete: a product that is not in it was gone then';

create table cdp.product_versions (
    site text not null,
    product_id text not null,
    from_feed bigint not null,
    to_feed bigint,
    valid_from timestamptz not null,
    valid_to timestamptz,
    content uuid not null,
    document json not null,
    primary key (site, product_id, from_feed)
) with (fillfactor = 90);
comment on table cdp.product_versions is
    'What feeds said about a product, from one feed to the next that says otherwise';
create unique index product_versions_current on cdp.product_versions (site, product_id) where to_feed is null;
create index product_versions_in_time on cdp.product_versions (site, product_id, valid_from);

create table cdp.product_marks (
    feed_id bigint not null,
    product_id text not null,
    seen boolean not null,
    primary key (feed_id, product_id)
);
comment on table cdp.product_marks is
    'Products seen in a feed that is not complete, and products of a complete one whose entry was rejected';
create index on cdp.product_marks (product_id, feed_id);

create view cdp.products as
select v.site, v.product_id, v.valid_from, v.valid_to,
    v.document ->> 'name' as name, v.document ->> 'brand' as brand, v.document ->> 'category' as category,
    v.document ->> 'itemGroupId' as item_group_id, (v.document ->> 'price')::numeric as price,
    v.document ->> 'currency' as currency, v.document ->> 'availability' as availability,
    v.document::jsonb as attributes, v.content as content_fingerprint, f.file_id
from cdp.product_versions v
join cdp.product_feeds f on f.feed_id = v.from_feed
where v.valid_to is null or v.valid_from < v.valid_to;
comment on view cdp.products is 'The versions of products; the current one of each has no valid_to';
"""


def upgrade() -> None:
    """Create the tables and the view."""
    op.execute(PRODUCTS)


def downgrade() -> None:
    """Take products away again."""
    op.execute(
        "drop view cdp.products; drop table cdp.product_marks; drop table cdp.product_versions;"
        " drop table cdp.product_feeds"
    )
