"""Alerts: causes that are told once, what was told to whom, when files are expected, and who of Dagster's runs lives.

Runs that ended before this migration are old news: the column says so for them, and not for those that come.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RUNS = """
alter table cdp.import_runs
    add column no_file boolean not null default false,
    add column alerts_know boolean not null default true;
alter table cdp.import_runs alter column alerts_know set default false;
comment on column cdp.import_runs.no_file is 'The source answered and had no such file';
comment on column cdp.import_runs.alerts_know is 'Whether alerts have taken note of how the run ended';
create index import_runs_news on cdp.import_runs (finished_at) where not alerts_know and not dry_run;
"""

ALERTS = """
create table cdp.alerts (
    alert_id bigint generated always as identity primary key,
    cause text not null check (cause in ('failed', 'partial', 'missing_file')),
    import_name text not null,
    partition text,
    code text not null,
    opened_at timestamptz not null,
    last_seen_at timestamptz not null,
    times integer not null default 1,
    run_id text,
    dagster_run_id text,
    details jsonb not null,
    recovered_at timestamptz,
    recovery jsonb
);
comment on table cdp.alerts is 'What went wrong, one entry per cause until it has recovered, however often it occurs';
create unique index alerts_open on cdp.alerts (import_name, coalesce(partition, ''), cause, code)
    where recovered_at is null;
create index on cdp.alerts (opened_at);
create index on cdp.alerts (dagster_run_id);

create table cdp.alert_messages (
    alert_id bigint not null references cdp.alerts on delete cascade,
    target text not null,
    occasion text not null check (occasion in ('failed', 'partial', 'missing_file', 'recovered')),
    attempts integer not null,
    tried_at timestamptz not null,
    sent_at timestamptz,
    error text,
    primary key (alert_id, target, occasion)
);
comment on table cdp.alert_messages is 'What each alert target was told, or why it could not be told yet';

create table cdp.expectations (
    import_name text primary key,
    partitions text[],
    due_at timestamptz not null,
    looked_at timestamptz not null
);
comment on table cdp.expectations is
    'What is expected next: a run that finds no file of these partitions (null: of the import) before due_at is early';

create table cdp.dagster_leases (
    dagster_run_id text primary key,
    beat_at timestamptz not null default now()
);
comment on table cdp.dagster_leases is 'When the process of a run of Dagster was last alive';
"""


def upgrade() -> None:
    """Create the tables and columns."""
    op.execute(RUNS)
    op.execute(ALERTS)


def downgrade() -> None:
    """Take alerts away again."""
    op.execute(
        "drop table cdp.alert_messages; drop table cdp.alerts; drop table cdp.expectations;"
        " drop table cdp.dagster_leases;"
        " alter table cdp.import_runs drop column no_file, drop column alerts_know"
    )
