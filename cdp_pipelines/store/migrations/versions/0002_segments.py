"""Segments: what orders are worth, what profiles are worth by RFM, who is in a segment and who came and went.

What an order is worth needs the status of its lines, which only its document has. A document never changes, so the
worth of a state is worked out once and kept by the state's number in `order_nets`; a view works out what is missing.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORTH = """
create function cdp.order_net(total numeric, refund numeric, document text) returns numeric
language sql immutable parallel safe as $$
    select case when strpos(document, '"cancelled"') = 0 then total - refund else (
        select case
            when bool_and(cancelled) then null
            when bool_or(cancelled) then total - greatest(
                refund,
                sum(amount) filter (where cancelled) + coalesce(sum(refunded) filter (where not cancelled), 0))
            else total - refund end
        from (
            select line ->> 'status' = 'cancelled', (line ->> 'total')::numeric, (line ->> 'refund')::numeric
            from json_array_elements(document::json -> 'lineItems') listed(line)
        ) lines(cancelled, amount, refunded)
    ) end
$$;
comment on function cdp.order_net is
    'What an order is worth: its total without cancelled items and refunds; null if all items are cancelled';

create table cdp.order_nets (
    seq bigint primary key,
    net numeric
);
comment on table cdp.order_nets is 'What states of orders are worth, by the number of the state; null = cancelled';

create view cdp.order_values as
select h.site, h.order_id, h.seq, h.user_id_type, h.user_id, h.currency, h.created_at,
    case when n.seq is not null then n.net else (
        select cdp.order_net(h.total, h.refund, v.document) from cdp.order_versions v where v.seq = h.seq
    ) end as net
from cdp.order_heads h
left join cdp.order_nets n on n.seq = h.seq;
comment on view cdp.order_values is
    'What each order is worth, net of refunds and without cancelled items; null where all items are cancelled';
"""

PROFILES = """
create function cdp.profile_orders(rates jsonb)
returns table (profile_id uuid, orders bigint, net numeric, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe as $$
    select i.profile_id, count(*), sum(v.net * r.rate), min(v.created_at), max(v.created_at)
    from cdp.order_values v
    join (select key, value::numeric from jsonb_each_text(rates)) r(currency, rate) on r.currency = v.currency
    join cdp.identities i on i.id_type = v.user_id_type and i.id_value = v.user_id
    where v.net is not null
    group by i.profile_id
$$;
comment on function cdp.profile_orders is
    'The orders of each profile in the currencies of rates, {"EUR": 1, "GBP": 1.17}: others and cancelled ones are out';

create function cdp.rfm(rates jsonb)
returns table (
    profile_id uuid, orders bigint, net numeric, first_at timestamptz, last_at timestamptz,
    recency integer, frequency integer, monetary integer)
language sql stable parallel safe as $$
    select o.profile_id, o.orders, o.net, o.first_at, o.last_at,
        (1 + 5 * (rank() over (order by o.last_at) - 1) / count(*) over ())::integer,
        (1 + 5 * (rank() over (order by o.orders) - 1) / count(*) over ())::integer,
        (1 + 5 * (rank() over (order by o.net) - 1) / count(*) over ())::integer
    from cdp.profile_orders(rates) o
$$;
comment on function cdp.rfm is
    'Quintiles, 5 = best: 1 + a fifth per 20 % of the profiles that are strictly worse; equals get the same';

create view cdp.profile_rfm as
select c.currency, r.*
from (select distinct currency from cdp.order_heads) c
cross join lateral cdp.rfm(jsonb_build_object(c.currency, 1)) r;
comment on view cdp.profile_rfm is 'Recency, frequency and monetary value of each profile, per currency';
"""

SEGMENTS = """
create table cdp.segment_members (
    segment text not null,
    profile_id uuid not null references cdp.profiles,
    entered_at timestamptz not null,
    primary key (segment, profile_id)
);
comment on table cdp.segment_members is 'Who is in a segment, and since when';
create index on cdp.segment_members (profile_id);

create table cdp.segment_changes (
    seq bigint generated always as identity primary key,
    segment text not null,
    profile_id uuid not null,
    change text not null check (change in ('entered', 'left')),
    changed_at timestamptz not null,
    dagster_run_id text
);
comment on table cdp.segment_changes is 'Entries and exits, append-only; read on from the last seq seen';
create index on cdp.segment_changes (segment, seq);
create trigger append_only before update or delete or truncate on cdp.segment_changes
    for each statement execute function cdp.refuse_change();
"""


def upgrade() -> None:
    """Create the tables, functions and views."""
    for statements in (WORTH, PROFILES, SEGMENTS):
        op.execute(statements)


def downgrade() -> None:
    """Refuse: taking segments away would lose who came and went."""
    raise RuntimeError("segments are not taken down; drop their tables by hand if you mean it")
