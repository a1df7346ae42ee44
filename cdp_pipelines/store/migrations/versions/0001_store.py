"""The first store: runs, files, rejects, orders with their versions, profiles.

An order's document is stored once, in `order_versions`, which is append-only; `orders` and `order_events` are views
over it. It is `text`, which Postgres takes in without parsing it, and the views hand it out as `jsonb`.
`order_heads` is the narrow table of what is current: the comparison and segments read it without touching
documents.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RUNS = """
create table cdp.imports (
    import_id integer generated always as identity primary key,
    import_name text not null,
    site text not null,
    kind text not null,
    epoch bigint not null default 0,
    unique (import_name, site)
);
comment on table cdp.imports is 'An import and its site; epoch grows with each run and fences one that wakes up late';

create table cdp.import_configurations (
    import_id integer not null references cdp.imports,
    config_no integer not null,
    config_hash text not null,
    first_used_at timestamptz not null default now(),
    primary key (import_id, config_no)
);

create table cdp.import_runs (
    run_id text primary key,
    import_name text not null,
    kind text not null,
    site text not null,
    status text not null check (status in ('queued', 'running', 'completed', 'partial', 'failed', 'cancelled')),
    dry_run boolean not null default false,
    dry_run_of text,
    partition text,
    config_hash text not null,
    origin text not null check (origin in ('schedule', 'sensor', 'backfill', 'manual')),
    dagster_run_id text,
    epoch bigint,
    started_at timestamptz not null default now(),
    heartbeat_at timestamptz not null default now(),
    finished_at timestamptz,
    error text,
    report jsonb
);
create index on cdp.import_runs (import_name, started_at desc);
create index on cdp.import_runs (started_at desc);

create table cdp.files (
    file_id bigint generated always as identity primary key,
    run_id text not null,
    import_name text not null,
    site text not null,
    partition text,
    uri text not null,
    version text not null,
    sha256 text not null,
    bytes bigint not null,
    config_hash text not null,
    modified_at timestamptz not null,
    as_of timestamptz not null,
    rows bigint not null default 0,
    items bigint not null default 0,
    encoding text not null default '',
    compression text not null default '',
    applied_at timestamptz not null default now()
);
comment on table cdp.files is 'The ledger of applied files, one entry per application';
create index on cdp.files (import_name, partition, file_id desc);

create table cdp.rejects (
    reject_id bigint generated always as identity primary key,
    run_id text not null,
    file text not null,
    line bigint not null,
    item_id text,
    code text not null,
    column_name text,
    message text not null,
    raw jsonb not null,
    state text not null default 'open'
);
comment on table cdp.rejects is 'The quarantine: one entry per rejected row';
create index on cdp.rejects (run_id);
"""

ORDERS = """
create sequence cdp.order_seq cache 1;

create table cdp.order_versions (
    seq bigint primary key default nextval('cdp.order_seq'),
    event_id uuid unique,
    type text not null check (type in ('orderPlace', 'orderUpdate')),
    site text not null,
    order_id text not null,
    occurred_at timestamptz not null,
    version_at timestamptz not null,
    user_id_type text not null,
    user_id text not null,
    file_id bigint not null,
    lines bigint[] not null,
    changed text[],
    document text not null
) with (toast_tuple_target = 8160);
alter table cdp.order_versions alter column document set storage external;
comment on table cdp.order_versions is 'Every state that an order took; event_id is null where no event was emitted';
create index on cdp.order_versions (site, order_id, seq);

create function cdp.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'cdp.% is append-only', tg_table_name;
end $$;
create trigger append_only before update or delete or truncate on cdp.order_versions
    for each statement execute function cdp.refuse_change();

create table cdp.order_heads (
    site text not null,
    order_id text not null,
    seq bigint not null,
    content uuid not null,
    version_at timestamptz not null,
    as_of timestamptz not null,
    modified_at timestamptz not null,
    config_no integer not null,
    last_event uuid,
    user_id_type text not null,
    user_id text not null,
    currency text not null,
    total numeric not null,
    subtotal numeric not null,
    tax numeric not null,
    shipping numeric not null,
    discount numeric not null,
    refund numeric not null,
    created_at timestamptz not null,
    last_updated timestamptz,
    primary key (site, order_id)
) with (fillfactor = 90);
comment on table cdp.order_heads is 'The current state of each order, without its document';

create table cdp.fingerprints (
    import_id integer not null,
    order_id text not null,
    raw uuid not null,
    dated boolean not null,
    primary key (import_id, order_id)
) with (fillfactor = 90);
comment on table cdp.fingerprints is
    'What each import said last about an order (D22); dated: it came with lastUpdated';
"""

PROFILES = """
create table cdp.profiles (
    profile_id uuid primary key,
    attributes jsonb not null default '{}',
    created_at timestamptz not null default now()
);

create table cdp.identities (
    id_type text not null,
    id_value text not null,
    profile_id uuid not null,
    primary key (id_type, id_value)
);

create function cdp.uuid8(octets bytea) returns uuid language sql immutable parallel safe as $$
    select encode(set_byte(
        set_byte(octets, 6, (get_byte(octets, 6) & 15) | 128), 8, (get_byte(octets, 8) & 63) | 128), 'hex')::uuid
$$;
comment on function cdp.uuid8 is '16 bytes as a UUID of version 8 (RFC 9562)';

create function cdp.identity_digest(id_type text, id_value text) returns bytea
    language sql immutable parallel safe as $$
    select substring(sha256(convert_to(id_type || e'\\x1f' || id_value, 'UTF8')) for 16)
$$;

create function cdp.profile_id(id_type text, id_value text) returns uuid language sql immutable parallel safe as $$
    select cdp.uuid8(cdp.identity_digest(id_type, id_value))
$$;
comment on function cdp.profile_id is 'The profile that an identity founds: a UUIDv8 over its type and value';
"""

VIEWS = """
create function cdp.iso_utc(moment timestamptz) returns text language sql immutable parallel safe as $$
    select case when date_trunc('second', moment) = moment
        then to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        else rtrim(to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0') || 'Z' end
$$;

create view cdp.order_events as
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
        || case when v.changed is null then '{}' else jsonb_build_object('changed', v.changed) end as payload,
    f.run_id, r.origin, v.version_at
from cdp.order_versions v
join cdp.files f on f.file_id = v.file_id
join cdp.import_runs r on r.run_id = f.run_id
where v.event_id is not null;
comment on view cdp.order_events is 'The events, append-only; read on from the last seq seen';

create view cdp.orders as
select h.site, h.order_id, h.user_id_type, h.user_id, h.currency,
    h.total, h.subtotal, h.tax, h.shipping, h.discount, h.refund,
    h.created_at, h.last_updated, h.version_at,
    (v.document::json -> 'lineItems')::jsonb as line_items,
    coalesce((v.document::json -> 'order' -> 'customFields')::jsonb, '{}') as custom_fields,
    v.document::json -> 'order' ->> 'paymentMethod' as payment_method,
    v.document::json -> 'order' ->> 'shippingMethod' as shipping_method,
    v.document::json -> 'order' ->> 'shippingCountry' as shipping_country,
    v.document::json -> 'order' ->> 'source' as source,
    coalesce((v.document::json -> 'order' -> 'promotions')::jsonb, '[]') as promotions,
    h.last_event as last_event_id, h.content as content_fingerprint
from cdp.order_heads h
join cdp.order_versions v on v.seq = h.seq;
comment on view cdp.orders is 'The current state of each order';
"""


def upgrade() -> None:
    """Create the tables and views."""
    for statements in (RUNS, ORDERS, PROFILES, VIEWS):
        op.execute(statements)


def downgrade() -> None:
    """Refuse: taking the first store away would lose data."""
    raise RuntimeError("the first store is not taken down; drop the schema cdp by hand if you mean it")
