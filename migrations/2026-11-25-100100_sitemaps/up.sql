-- Where each edition stands in the sitemaps. It gets the next position when it comes to readers and keeps
-- it as long as they have it. So a part is a run of positions: it is found by key, no edition ever moves
-- from one to another, and writers never wait for each other.
create table sitemap_entries (
    position bigint generated always as identity primary key,
    article_id uuid not null,
    locale text not null,
    constraint sitemap_entries_edition_key unique (article_id, locale),
    constraint sitemap_entries_edition_fkey foreign key (article_id, locale)
        references editions on delete cascade
);

-- When a block of 1000 positions last changed, to the second: the latest of its rows. Changes add rows, so
-- that writers never wait for each other; `fold_sitemap_changes` puts them together now and then.
create table sitemap_changes (
    block bigint not null,
    changed_at timestamptz not null default clock_timestamp()
);
create index sitemap_changes_block on sitemap_changes (block, changed_at);

-- What readers have already, before the triggers are there.
insert into sitemap_entries (article_id, locale)
    select article_id, locale from editions order by published_at, article_id, locale;
insert into sitemap_changes (block) select distinct (position - 1) / 1000 from sitemap_entries;

-- One note a second is enough: a batch of thousands leaves one.
create function note_sitemap_change(of_position bigint) returns void language plpgsql as $$
declare
    changed bigint := (of_position - 1) / 1000;
    lately timestamptz := clock_timestamp() - interval '1 second';
begin
    insert into sitemap_changes (block) select changed
        where not exists (select from sitemap_changes where block = changed and changed_at > lately);
end $$;

create function file_in_sitemap() returns trigger language plpgsql as $$
declare
    given bigint;
begin
    insert into sitemap_entries (article_id, locale) values (new.article_id, new.locale)
        returning position into given;
    perform note_sitemap_change(given);
    return null;
end $$;
create trigger editions_sitemap_up after insert on editions for each row execute function file_in_sitemap();

create function note_sitemap_end() returns trigger language plpgsql as $$
begin
    perform note_sitemap_change(old.position);
    return null;
end $$;
create trigger sitemap_entries_down after delete on sitemap_entries
    for each row execute function note_sitemap_end();

create function note_sitemap_page() returns trigger language plpgsql as $$
begin
    perform note_sitemap_change(x.position) from sitemap_entries x
        where (x.article_id, x.locale) = (new.article_id, new.locale);
    return null;
end $$;
create trigger editions_sitemap_changed after update on editions
    for each row when ((new.slug, new.updated_at, new.alternates) is distinct from
        (old.slug, old.updated_at, old.alternates))
    execute function note_sitemap_page();

create function fold_sitemap_changes() returns void language sql as $$
    with gone as (delete from sitemap_changes
        where block in (select block from sitemap_changes group by block having count(*) > 1)
        returning *)
    insert into sitemap_changes select block, max(changed_at) from gone group by block
$$;

-- What came to readers last, for the news sitemap.
create index translations_first_published on translations (first_published_at desc, article_id desc, locale)
    where published_revision is not null;
