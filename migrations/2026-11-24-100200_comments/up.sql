create table comments (
    id uuid primary key,
    article_id uuid not null references articles on delete cascade,
    parent_id uuid constraint comments_parent_fkey references comments,
    -- From the root down to the parent; empty for a root.
    ancestors uuid[] not null default '{}',
    root_id uuid not null generated always as (coalesce(ancestors[1], id)) stored,
    locale text not null constraint comments_locale_fkey references locales,
    author_name text,
    author_email text,
    author_url text,
    body text,
    body_html text,
    status text not null constraint comments_status_check
        check (status in ('pending', 'approved', 'rejected', 'spam', 'deleted')),
    -- Why the last moderator decided so; for moderators only.
    moderation_reason text,
    -- Approved direct replies, kept by the trigger below.
    reply_count integer not null default 0,
    edit_token_hash bytea,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    edited_at timestamptz,
    -- A tombstone has lost its words; anything else has them.
    constraint comments_tombstone_check
        check ((status = 'deleted') = (body is null) and (status = 'deleted') = (author_name is null))
);
create index comments_roots on comments (article_id, created_at desc, id desc)
    where parent_id is null and status in ('approved', 'deleted');
create index comments_roots_by_locale on comments (article_id, locale, created_at desc, id desc)
    where parent_id is null and status in ('approved', 'deleted');
-- What keeps a tombstone in sight: something approved under it.
create index comments_in_thread on comments (root_id) where status = 'approved';
create index comments_replies on comments (parent_id, created_at, id);
create index comments_queue on comments (created_at desc, id desc);
create index comments_queue_by_status on comments (status, created_at desc, id desc);
create index comments_by_article on comments (article_id, created_at desc, id desc);

-- Approved comments of each article, kept by the trigger below. A row is there from the article's
-- first minute, so that lists can walk the order of the counts.
create table comment_counts (
    article_id uuid primary key references articles on delete cascade,
    approved bigint not null default 0
);
create index comment_counts_order on comment_counts (approved desc, article_id desc);

create function create_comment_count() returns trigger language plpgsql as $$
begin
    insert into comment_counts (article_id) values (new.id);
    return null;
end $$;
create trigger articles_comment_count after insert on articles
    for each row execute function create_comment_count();

-- Counts follow the status of every comment, whoever changes it. Rows are taken parent first, then
-- article, everywhere.
create function count_comment() returns trigger language plpgsql as $$
declare
    before integer := case when tg_op <> 'INSERT' then (old.status = 'approved')::int else 0 end;
    after_ integer := case when tg_op <> 'DELETE' then (new.status = 'approved')::int else 0 end;
    about comments;
begin
    if before = after_ then
        return null;
    end if;
    if tg_op = 'DELETE' then about := old; else about := new; end if;
    if about.parent_id is not null then
        update comments set reply_count = reply_count + after_ - before where id = about.parent_id;
    end if;
    update comment_counts set approved = approved + after_ - before where article_id = about.article_id;
    return null;
end $$;
create trigger comments_count after insert or delete or update of status on comments
    for each row execute function count_comment();
