"""Users of orders find or become profiles: identity by type and value, shared by all sites (D30)."""

from collections.abc import Sequence

import psycopg

_ADD = """
with users as (
    select distinct v.user_id_type, v.user_id from cdp.order_versions v
    where v.seq > %(after)s and v.file_id = any(%(files)s)
), new as (
    select u.user_id_type, u.user_id, cdp.profile_id(u.user_id_type, u.user_id) as profile_id from users u
    where not exists (
        select from cdp.identities i where i.id_type = u.user_id_type and i.id_value = u.user_id)
    order by 1, 2
), founded as (
    insert into cdp.profiles (profile_id) select profile_id from new order by profile_id on conflict do nothing
)
insert into cdp.identities (id_type, id_value, profile_id)
select user_id_type, user_id, profile_id from new order by 1, 2
on conflict do nothing
"""


def add_users(connection: psycopg.Connection, after: int, file_ids: Sequence[int]) -> int:
    """Give every user of the orders that files changed a profile; return how many identities are new.

    Called last in a transaction, since all sites share profiles: rows are taken in key order and held briefly, so
    that runs of two sites cannot block each other in a circle.

    Args:
        connection: Within the import's transaction.
        after: The number of the last order state before this transaction.
        file_ids: The files of the run.
    """
    return connection.execute(_ADD, {"after": after, "files": list(file_ids)}).rowcount
