-- The read model: what readers have, finished. Only `editions::projection` writes here, in the
-- transaction of the change that readers are to see.

create table editions (
    article_id uuid not null references articles on delete cascade,
    locale text not null references locales,
    source_locale text not null,
    slug text not null,
    title text not null,
    authors text[] not null,
    published_at timestamptz not null,
    updated_at timestamptz not null,
    comments_open boolean not null,
    comments_close_at timestamptz,
    comments_threads text not null,
    -- A JSON object: the list item without `tags`, `translations` and `comments`.
    item text not null,
    -- A JSON object: `body` and `body_html`.
    body text not null,
    -- A JSON array of tags, named in this locale where they have a name in it.
    tags text not null,
    -- A JSON array of the article's editions, this one included: locale, slug, title, published_at.
    alternates text not null,
    -- The cache keys of this edition, space separated.
    surrogate_keys text not null,
    -- Changes exactly when one of the JSON columns does.
    digest text not null,
    primary key (article_id, locale),
    constraint editions_slug_key unique (locale, slug)
);
create index editions_by_published on editions (locale, published_at desc, article_id desc);
create index editions_by_updated on editions (locale, updated_at desc, article_id desc);
create index editions_by_title on editions (locale, title collate "und-x-icu", article_id);
-- Across languages, by expressions that say the same: so a list in one language, which orders by the
-- columns themselves, can never be planned along these and drop what is in the others.
create index editions_all_by_published on editions ((published_at at time zone 'UTC') desc, article_id desc);
create index editions_all_by_updated on editions ((updated_at at time zone 'UTC') desc, article_id desc);
create index editions_all_by_title on editions ((title || '') collate "und-x-icu", article_id);

-- The same editions by tag and by author, newest first, so that a list by either costs a page.
create table edition_tags (
    tag_id uuid not null,
    locale text not null,
    published_at timestamptz not null,
    article_id uuid not null,
    primary key (tag_id, locale, published_at, article_id),
    constraint edition_tags_edition_fkey foreign key (article_id, locale)
        references editions on delete cascade
);
create index edition_tags_edition on edition_tags (article_id, locale);

create table edition_authors (
    author text not null,
    locale text not null,
    published_at timestamptz not null,
    article_id uuid not null,
    primary key (author, locale, published_at, article_id),
    constraint edition_authors_edition_fkey foreign key (article_id, locale)
        references editions on delete cascade
);
create index edition_authors_edition on edition_authors (article_id, locale);

-- How many editions a tag has in a locale, kept by the triggers below.
create table tag_counts (
    tag_id uuid not null references tags on delete cascade,
    locale text not null references locales on delete cascade,
    articles bigint not null,
    primary key (tag_id, locale)
);
create index tag_counts_order on tag_counts (locale, articles desc, tag_id desc);

-- Every tag has a row in every locale from its first minute: something to lock, and to sort by.
create function create_tag_counts() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'tags' then
        insert into tag_counts (tag_id, locale, articles)
            select new.id, code, 0 from (select code from locales order by code for key share) l;
    else
        insert into tag_counts (tag_id, locale, articles)
            select id, new.code, 0 from (select id from tags order by id for key share) t;
    end if;
    return null;
end $$;
create trigger tags_counts after insert on tags for each row execute function create_tag_counts();
create trigger locales_tag_counts after insert on locales for each row execute function create_tag_counts();

-- Rows are taken in the order (locale, tag), everywhere, so that two publications cannot deadlock.
create function count_edition_tags_up() returns trigger language plpgsql as $$
begin
    insert into tag_counts (tag_id, locale, articles)
        select tag_id, locale, count(*) from changed group by locale, tag_id order by locale, tag_id
        on conflict (tag_id, locale) do update set articles = tag_counts.articles + excluded.articles;
    return null;
end $$;
create function count_edition_tags_down() returns trigger language plpgsql as $$
begin
    perform from tag_counts c
        where (c.tag_id, c.locale) in (select tag_id, locale from changed)
        order by locale, tag_id for update;
    update tag_counts c set articles = c.articles - gone.articles
        from (select tag_id, locale, count(*) as articles from changed group by tag_id, locale) gone
        where (c.tag_id, c.locale) = (gone.tag_id, gone.locale);
    return null;
end $$;
create trigger edition_tags_up after insert on edition_tags
    referencing new table as changed for each statement execute function count_edition_tags_up();
create trigger edition_tags_down after delete on edition_tags
    referencing old table as changed for each statement execute function count_edition_tags_down();
