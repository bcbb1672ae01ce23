-- Comments as a discussion: what readers think of them, what moderators decide, and who is kept out.

alter table comments
    -- What readers think of it, one reaction each; kept by the statement that changes `comment_reactions`.
    add column likes integer not null default 0,
    add column dislikes integer not null default 0,
    -- Those who reported it since a moderator last looked.
    add column report_count integer not null default 0,
    -- Why it was held back, in words of the program: `links`, `blocked_word`, `reports` …
    add column held_for text[] not null default '{}',
    -- Who wrote it from where: HMAC of the address, with the key of this number.
    add column address_hash bytea,
    add column address_key integer,
    -- Whether its writer wants to be told of replies; `confirmed` when whoever reads the mail says so.
    add column reply_notice text constraint comments_reply_notice_check
        check (reply_notice in ('requested', 'confirmed')),
    -- Whether the writer of the comment that it answers was told of it: that happens once.
    add column reply_told boolean not null default false,
    -- Approved comments anywhere under it, kept by the triggers below.
    add column approved_below integer not null default 0,
    -- The words it is found by: of its text, and `@` with its writer's name; none for a tombstone.
    add column words tsvector not null default '';

-- The lower end of the 95 % confidence interval (Wilson) of the share of likes, in billionths: so that one
-- like does not beat a hundred. What is only disliked stands below what nobody has an opinion of. An update that
-- has waited for another is first worked out on the row as it was before, to be thrown away: on counts that never
-- were, below zero even, and those may not make it fail.
-- Not in SQL: that is put into each statement and simplified there, which takes longer than to work it out.
create function comment_score(likes integer, dislikes integer) returns integer
language plpgsql immutable parallel safe as $$
begin
    if likes <= 0 and dislikes <= 0 then
        return 0;
    elsif likes <= 0 then
        return -(1e9 * dislikes / (dislikes + 3.8416))::integer;
    elsif dislikes <= 0 then
        return (1e9 * likes / (likes + 3.8416))::integer;
    end if;
    return (1e9 * (likes + 1.9208 - 1.96 * sqrt(likes::float8 * dislikes / (likes + dislikes) + 0.9604))
        / (likes + dislikes + 3.8416))::integer;
end $$;

alter table comments
    add column score integer not null generated always as (comment_score(likes, dislikes)) stored,
    -- Readers see what is approved, and a tombstone with something approved under it.
    add column visible boolean not null
        generated always as (status = 'approved' or (status = 'deleted' and approved_below > 0)) stored;

update comments c set approved_below = n.below
    from (select above, count(*) as below from comments u cross join unnest(u.ancestors) as above
        where u.status = 'approved' group by above) n
    where c.id = n.above;

-- The lists that readers see: roots and replies, all languages or one, by time or by score.
drop index comments_roots, comments_roots_by_locale, comments_in_thread, comments_replies;
create index comments_roots on comments (article_id, created_at desc, id desc)
    where parent_id is null and visible;
create index comments_roots_by_locale on comments (article_id, locale, created_at desc, id desc)
    where parent_id is null and visible;
create index comments_top on comments (article_id, score desc, id desc)
    where parent_id is null and visible;
create index comments_top_by_locale on comments (article_id, locale, score desc, id desc)
    where parent_id is null and visible;
-- This one also for what stands under a comment in any state: the reference, and whether a tombstone may go.
create index comments_replies on comments (parent_id, visible, created_at, id) where parent_id is not null;
-- The last condition keeps PostgreSQL from taking it for replies by time, to sort them all.
create index comments_top_replies on comments (parent_id, score desc, id desc)
    where parent_id is not null and visible and score is not null;
-- What moderators look for.
create index comments_reported on comments (created_at desc, id desc) where report_count > 0;
create index comments_by_email on comments (lower(author_email), created_at desc, id desc)
    where author_email is not null;
create index comments_by_address on comments (address_hash, created_at desc, id desc)
    where address_hash is not null;
-- One key, so that no other index has its order: any other that PostgreSQL may take for cheaper is not.
create index comments_queue_by_locale on comments ((locale || ' ' || status), created_at, id);
drop index comments_by_article;
create index comments_by_article on comments (article_id, status, created_at desc, id desc);
create index comments_words on comments using gin (words);
-- Those from before words were taken.
create index comments_wordless on comments (id) where words = '' and body is not null;

-- How many comments the planner thinks a query matches: to choose a way to them by.
create function estimated_comments(query tsquery) returns bigint language plpgsql as $$
declare plan json;
begin
    execute format('explain (format json) select from comments where words @@ %L::tsquery', query) into plan;
    return (plan->0->'Plan'->>'Plan Rows')::bigint;
end $$;

-- Counts follow the status of every comment, whoever changes it: once for each statement, however many
-- comments it changes. Rows are locked from the root downwards (ids are in order of time), then the article's.
drop trigger comments_count on comments;
drop function count_comment();

create type comment_change as (article_id uuid, ancestors uuid[], approved integer);

create function count_comments(changes comment_change[]) returns void language plpgsql as $$
begin
    perform 1 from comments
        where id in (select unnest(c.ancestors) from unnest(changes) c where c.approved <> 0)
        order by id for no key update;
    update comments c set approved_below = approved_below + n.below, reply_count = reply_count + n.direct
        from (
            select above.id, sum(c.approved) as below,
                coalesce(sum(c.approved) filter (where above.id = c.ancestors[cardinality(c.ancestors)]), 0) as direct
            from unnest(changes) c cross join unnest(c.ancestors) as above(id)
            where c.approved <> 0 group by above.id
        ) n
        where c.id = n.id;
    perform 1 from comment_counts
        where article_id in (select c.article_id from unnest(changes) c where c.approved <> 0)
        order by article_id for no key update;
    update comment_counts k set approved = k.approved + n.approved
        from (select c.article_id, sum(c.approved) as approved from unnest(changes) c group by c.article_id) n
        where k.article_id = n.article_id and n.approved <> 0;
end $$;

create function count_added_comments() returns trigger language plpgsql as $$
begin
    perform count_comments(array_agg((article_id, ancestors, 1)::comment_change))
        from added where status = 'approved' having count(*) > 0;
    return null;
end $$;
create trigger comments_count_added after insert on comments
    referencing new table as added for each statement execute function count_added_comments();

create function count_removed_comments() returns trigger language plpgsql as $$
begin
    perform count_comments(array_agg((article_id, ancestors, -1)::comment_change))
        from removed where status = 'approved' having count(*) > 0;
    return null;
end $$;
create trigger comments_count_removed after delete on comments
    referencing old table as removed for each statement execute function count_removed_comments();

create function count_changed_comments() returns trigger language plpgsql as $$
begin
    perform count_comments(array_agg((n.article_id, n.ancestors,
            (n.status = 'approved')::int - (o.status = 'approved')::int)::comment_change))
        from after_ n join before_ o on o.id = n.id
        where (n.status = 'approved') <> (o.status = 'approved') having count(*) > 0;
    return null;
end $$;
-- The counts themselves are changed by an update, which changes no status and ends here.
create trigger comments_count_changed after update on comments
    referencing old table as before_ new table as after_ for each statement
    execute function count_changed_comments();

-- What was decided of a comment, and what it said before it was changed.
create table comment_history (
    id bigint generated always as identity primary key,
    comment_id uuid not null constraint comment_history_comment_fkey references comments on delete cascade,
    occurred_at timestamptz not null default clock_timestamp(),
    -- A token's name; null for the comment's writer, and for Dateline itself.
    actor text,
    from_status text not null,
    to_status text not null,
    reason text,
    -- Where the words were changed: as they were.
    author_name text,
    author_url text,
    body text
);
create index comment_history_comment on comment_history (comment_id, id);

-- One reaction a visitor. `visitor` is an HMAC: of the token that the client holds, or of address and agent.
create table comment_reactions (
    comment_id uuid not null constraint comment_reactions_comment_fkey references comments on delete cascade,
    visitor bytea not null,
    likes boolean not null,
    created_at timestamptz not null default now(),
    -- When it became the other one; null: it is the visitor's first.
    changed_at timestamptz,
    primary key (comment_id, visitor)
);

-- One report a visitor. Open until a moderator decides.
create table comment_reports (
    comment_id uuid not null constraint comment_reports_comment_fkey references comments on delete cascade,
    visitor bytea not null,
    -- HMAC of the address alone: many agents at one address are one voice.
    address_hash bytea not null,
    reason text not null constraint comment_reports_reason_check
        check (reason in ('spam', 'abuse', 'off-topic', 'other')),
    detail text,
    reported_at timestamptz not null default now(),
    resolved_at timestamptz,
    -- Whether a moderator has decided after it before: it is open again, and holds nothing back any more.
    was_resolved boolean not null default false,
    -- Tells those of one moment apart, in the order of a list.
    id bigint generated always as identity,
    primary key (comment_id, visitor)
);
create index comment_reports_order on comment_reports (comment_id, reported_at desc, id desc);

-- Who may not comment. Of an address or e-mail address only its HMAC is kept.
create table bans (
    id uuid primary key,
    kind text not null constraint bans_kind_check check (kind in ('email', 'address')),
    hash bytea not null,
    -- The key that an address was hashed with: the ban ends with it at the latest.
    address_key integer,
    reason text,
    expires_at timestamptz,
    created_by text,
    created_at timestamptz not null default now(),
    version bigint not null default 1,
    constraint bans_hash_key unique (kind, hash)
);
create index bans_order on bans (created_at desc, id desc);

-- The keys that addresses are hashed with. A new one comes now and then, and old ones go: then nobody can
-- tell any more what comes from one address.
create table address_keys (
    id integer generated always as identity primary key,
    value bytea not null,
    created_at timestamptz not null default now()
);
create function new_address_key() returns void language sql as $$
    insert into address_keys (value)
        values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')))
$$;
select new_address_key();

-- How many comments come from where (GCRA): the time at which the allowance is whole again. Not logged: it
-- is no loss when a crash empties it.
create unlogged table comment_rates (
    key bytea primary key,
    whole_at timestamptz not null
);
create index comment_rates_over on comment_rates (whole_at);

-- What was said in the last day, by HMAC of writer, article and text, so that it is not said twice. Ids of
-- comments are in order of time, which is how old rows are found.
create table recent_comments (
    fingerprint bytea primary key,
    comment_id uuid not null
);
create index recent_comments_comment on recent_comments (comment_id);

-- What SQL has to know of the settings that nodes are started with.
create table settings (
    name text primary key,
    value text not null
);

-- Nothing calls it any more.
drop function tag_name;
