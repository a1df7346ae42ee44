"""Users of orders find or become profiles: identity by type and value, shared by all sites (D30)."""

import psycopg

_ADD = """
with users as (
    select distinct id_type, id_value, digest from incoming_users
), new as (
    select id_type, id_value, cdp.uuid8(digest) as profile_id from users u
    where not exists (select from cdp.identities i where i.id_type = u.id_type and i.id_value = u.id_value)
), founded as (
    insert into cdp.profiles (profile_id) select profile_id from new order by profile_id on conflict do nothing
)
insert into cdp.identities (id_type, id_value, profile_id)
select id_type, id_value, profile_id from new order by id_type, id_value
on conflict do nothing
"""


def add_users(connection: psycopg.Connection) -> int:
    """Give every user of the orders that a transaction changed a profile; return how many identities are new.

    Called last in a transaction, since all sites share profiles: rows are taken in key order and held briefly, so
    that runs of two sites cannot block each other in a circle. The users wait in `incoming_users`.
    """
    connection.execute("analyze incoming_users")
    connection.execute("set local enable_hashjoin = on")
    connection.execute("set local work_mem = '64MB'")
    return connection.execute(_ADD).rowcount
