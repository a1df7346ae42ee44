-- Roles and databases of cdp_pipelines, with the least rights that each needs.
--
--     psql -X -v ON_ERROR_STOP=1 -f deploy/roles.sql postgresql://postgres@HOST/postgres
--
-- Run it once before the first `cdp-pipelines db upgrade` and again after every upgrade; it changes only what differs.
-- It needs psql 15 or newer and a role that may create roles and databases. Passwords are taken from the environment
-- (CDP_OWNER_PASSWORD, CDP_APP_PASSWORD, CDP_READ_PASSWORD, DAGSTER_PG_PASSWORD); a role whose variable is not set
-- keeps its password, so that `\password cdp_app` works too.

\getenv owner_password CDP_OWNER_PASSWORD
\getenv app_password CDP_APP_PASSWORD
\getenv read_password CDP_READ_PASSWORD
\getenv dagster_password DAGSTER_PG_PASSWORD

select format('create role %I login', name)
from unnest(array['cdp_owner', 'cdp_app', 'cdp_read', 'dagster']) name
where not exists (select from pg_roles where rolname = name) \gexec

\if :{?owner_password}
alter role cdp_owner password :'owner_password';
\endif
\if :{?app_password}
alter role cdp_app password :'app_password';
\endif
\if :{?read_password}
alter role cdp_read password :'read_password';
\endif
\if :{?dagster_password}
alter role dagster password :'dagster_password';
\endif

comment on role cdp_owner is 'Owns the tables of cdp_pipelines; used by db upgrade only';
comment on role cdp_app is 'Runs imports: reads and writes rows, changes no table and no event';
comment on role cdp_read is 'Reads: analysts, receivers of events, monitoring';
comment on role dagster is 'Keeps the history of Dagster, in a database of its own';

-- Whoever creates a database for a role must have its rights; superusers do.
select format('grant %I to current_user', name)
from unnest(array['cdp_owner', 'dagster']) name
where not pg_has_role(current_user, name, 'usage') \gexec

select format('create database %I owner %I encoding ''UTF8'' template template0', name, owner)
from (values ('cdp', 'cdp_owner'), ('dagster', 'dagster')) wanted(name, owner)
where not exists (select from pg_database where datname = name) \gexec

revoke all on database cdp from public;
grant connect, temporary on database cdp to cdp_app; -- files are compared in temporary tables
grant connect on database cdp to cdp_read;
revoke all on database dagster from public;

-- A mistake of a reader must not hold up imports for hours.
alter role cdp_read set default_transaction_read_only = on;
alter role cdp_read set statement_timeout = '10min';
alter role cdp_read set idle_in_transaction_session_timeout = '10min';

\connect cdp
set role cdp_owner;

create schema if not exists cdp;
grant usage on schema cdp to cdp_app, cdp_read;

-- What the next upgrade makes.
alter default privileges in schema cdp grant select, insert, update, delete on tables to cdp_app;
alter default privileges in schema cdp grant usage on sequences to cdp_app;
alter default privileges in schema cdp grant select on tables to cdp_read;

-- What is there.
grant select, insert, update, delete on all tables in schema cdp to cdp_app;
grant usage on all sequences in schema cdp to cdp_app;
grant select on all tables in schema cdp to cdp_read;

-- What is append-only is so by trigger; here the rights follow. The revision of the schema is the owner's.
select format('revoke update, delete on %s from cdp_app', tgrelid::regclass)
from pg_trigger where tgname = 'append_only' \gexec
select 'revoke insert, update, delete on cdp.alembic_version from cdp_app'
where to_regclass('cdp.alembic_version') is not null \gexec
