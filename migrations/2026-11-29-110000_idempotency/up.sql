-- Requests that may be repeated, and requests that are only tried.

-- What was answered under an `Idempotency-Key`, for 24 hours. Nothing here can be read: the key of a row is an
-- HMAC, and the answer is encrypted under a key that is made of the `Idempotency-Key`.
create table idempotent_answers (
    -- Of caller, path and `Idempotency-Key`.
    key bytea primary key,
    -- Where it refuses a guest: what stands for the address, as of those only so many are kept.
    guest bytea,
    -- Of the `Idempotency-Key` and of all that the request asks: a retry asks the same.
    fingerprint bytea not null,
    -- Status, headers and body; null: forgotten with the person whose words they held.
    answer bytea,
    -- What stands for whom and what the answer tells of: ids of comments, HMACs of e-mail addresses.
    about bytea[] not null default '{}',
    created_at timestamptz not null default now()
);
-- What is encrypted cannot be packed.
alter table idempotent_answers alter column answer set storage external;
create index idempotent_answers_created_at on idempotent_answers (created_at);
create index idempotent_answers_guest on idempotent_answers (guest) where guest is not null;
create index idempotent_answers_about on idempotent_answers using gin (about);

-- As before, but that what is only tried takes no position: no transaction gives a number back, and these show.
create or replace function file_in_sitemap() returns trigger language plpgsql as $$
declare
    given bigint;
begin
    if coalesce(current_setting('dateline.dry_run', true), '') = 'on' then
        return null;
    end if;
    insert into sitemap_entries (article_id, locale) values (new.article_id, new.locale)
        returning position into given;
    perform note_sitemap_change(given);
    return null;
end $$;
