-- The append-only log: one row for every change, written in the change's own transaction.
create table events (
    id bigint generated always as identity primary key,
    -- The writing transaction. A consumer that keeps (transaction, id) and reads only rows below
    -- pg_snapshot_xmin(pg_current_snapshot()) misses nothing, in whatever order writers commit.
    transaction bigint not null default (pg_current_xact_id()::text::bigint),
    occurred_at timestamptz not null default clock_timestamp(),
    type text not null,
    -- Who did it: a token's name, or null for a guest and for Dateline itself.
    actor text,
    article_id uuid,
    locale text,
    data jsonb not null default '{}',
    -- The cache keys that the change touches.
    surrogate_keys text[] not null default '{}'
);
create index events_order on events (transaction, id);
create index events_article on events (article_id, id) where article_id is not null;

create table tokens (
    id uuid primary key,
    name text not null,
    -- SHA-256 of the token; the token itself is shown once and kept nowhere.
    hash bytea not null constraint tokens_hash_key unique,
    scopes text[] not null,
    -- The locales it may write translations in; null: all.
    locales text[],
    expires_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz not null default now()
);
create index tokens_order on tokens (created_at desc, id desc);

-- Keys of this installation's own making, such as the one that seals cursors.
create table secrets (
    name text primary key,
    value bytea not null
);
