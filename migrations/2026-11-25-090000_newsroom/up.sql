-- The newsroom's work: schedules, staleness, what is to be done, and who may look in.

-- A digest of several texts, null being as good as empty. No text holds the separator: control
-- characters are refused at the door.
create function digest_of(variadic texts text[]) returns bytea language sql immutable parallel safe as $$
    select sha256(convert_to(array_to_string(texts, chr(31), ''), 'UTF8'))
$$;

-- What a translator has to follow: equal digests are equal texts. Slug and translators are no part of it.
alter table revisions add column text_digest bytea not null generated always as (digest_of(
    title, subtitle, dateline, summary, body, seo_title, seo_description, lead_image_alt, lead_image_caption)) stored;
-- When readers first got it; null: never.
alter table revisions add column published_at timestamptz;
-- How far each segment is, where a translator's tool has said so: unit id to XLIFF state.
alter table revisions add column segment_states jsonb;
update revisions r set published_at = t.first_published_at from translations t
    where (t.article_id, t.locale, t.published_revision) = (r.article_id, r.locale, r.number);
create index revisions_published on revisions (article_id, locale, number) where published_at is not null;

-- The members whose text differs between two revisions.
create function changed_fields(one revisions, other revisions) returns text[] language sql immutable as $$
    select array_remove(array[
        case when one.title <> other.title then 'title' end,
        case when one.subtitle is distinct from other.subtitle then 'subtitle' end,
        case when one.dateline is distinct from other.dateline then 'dateline' end,
        case when one.summary is distinct from other.summary then 'summary' end,
        case when one.body <> other.body then 'body' end,
        case when (one.seo_title, one.seo_description) is distinct from (other.seo_title, other.seo_description)
            then 'seo' end,
        case when one.lead_image_alt is distinct from other.lead_image_alt then 'lead_image_alt' end,
        case when one.lead_image_caption is distinct from other.lead_image_caption then 'lead_image_caption' end
    ], null)
$$;

-- Since when readers of the source have a text that a translation which follows this revision of it does
-- not know; null: it is up to date. That is the first publication behind the last one whose text is the
-- same as that revision's.
create function stale_since(article uuid, source text, follows integer) returns timestamptz
language sql stable as $$
    select s.published_at from revisions s
    where s.article_id = article and s.locale = source and s.published_at is not null
      and s.number > coalesce((
        select q.number from revisions q
        where q.article_id = article and q.locale = source and q.published_at is not null and q.number > follows
          and q.text_digest = (select b.text_digest from revisions b
                               where (b.article_id, b.locale, b.number) = (article, source, follows))
        order by q.number desc limit 1), follows)
    order by s.number limit 1
$$;

alter table translations add column source_locale text;
update translations t set source_locale = a.source_locale from articles a where a.id = t.article_id;
alter table translations alter column source_locale set not null;
alter table translations add column publish_at timestamptz;
alter table translations add column unpublish_at timestamptz;
alter table translations add column stale_since timestamptz;
-- Whether the article is in the trash; kept by the trigger below.
alter table translations add column trashed boolean not null default false;
update translations t set trashed = true from articles a where a.id = t.article_id and a.deleted_at is not null;
-- The next moment at which something is to happen by itself.
alter table translations add column due_at timestamptz
    generated always as (case when not trashed then least(publish_at, unpublish_at) end) stored;
alter table translations add constraint translations_publish_at_check
    check ((status = 'scheduled') = (publish_at is not null));
alter table translations add constraint translations_unpublish_at_check
    check (unpublish_at is null or status = 'scheduled' or published_revision is not null);
alter table translations add constraint translations_archived_check
    check (status <> 'archived' or published_revision is null);
create index translations_due on translations (due_at, article_id) where due_at is not null;
update translations set stale_since = stale_since(article_id, source_locale, based_on_revision);
-- One index for the worklist under any of its filters: each combination of the leading columns is a run
-- of its own, newest first, and `translation_counts` knows which combinations there are.
create index translations_work on translations
    (locale, status, (stale_since is not null), source_locale, updated_at desc, article_id desc)
    where not trashed;

-- Tells every node that something is to happen at another time than it knew.
create function tell_due() returns trigger language plpgsql as $$
begin
    perform pg_notify('due', '');
    return null;
end $$;
create trigger translations_due_set after update on translations
    for each row when (new.due_at is not null and new.due_at is distinct from old.due_at)
    execute function tell_due();

-- The languages that an article is in, in order; kept by the triggers below.
alter table articles add column translated_into text[] not null default '{}';
update articles a set translated_into = array(select locale from translations t where t.article_id = a.id order by locale);
-- What is missing where: a run for each set of languages, newest article first.
create index articles_by_languages on articles (translated_into, source_locale, id desc) where deleted_at is null;
-- Part of what preview links are sealed with: raising it makes all that were given out worthless.
alter table articles add column preview_generation integer not null default 1;

create function list_languages() returns trigger language plpgsql as $$
begin
    update articles a
        set translated_into = array(select t.locale from translations t where t.article_id = a.id order by t.locale)
        where a.id in (select article_id from changed);
    return null;
end $$;
create trigger translations_languages_up after insert on translations
    referencing new table as changed for each statement execute function list_languages();
create trigger translations_languages_down after delete on translations
    referencing old table as changed for each statement execute function list_languages();

create function trash_translations() returns trigger language plpgsql as $$
begin
    update translations set trashed = new.deleted_at is not null where article_id = new.id;
    return null;
end $$;
create trigger articles_trashed after update of deleted_at on articles
    for each row when ((old.deleted_at is null) <> (new.deleted_at is null))
    execute function trash_translations();

-- How many translations and articles there are of each kind: the sum of `change`. Every change adds a row,
-- so that writers never wait for each other; `fold_counts` puts them together now and then.
create table translation_counts (
    locale text not null,
    status text not null,
    stale boolean not null,
    source_locale text not null,
    change bigint not null
);
create table article_counts (
    translated_into text[] not null,
    source_locale text not null,
    change bigint not null
);

create function count_translations() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into translation_counts
            select locale, status, stale_since is not null, source_locale, count(*)
            from added where not trashed group by 1, 2, 3, 4;
    elsif tg_op = 'DELETE' then
        insert into translation_counts
            select locale, status, stale_since is not null, source_locale, -count(*)
            from removed where not trashed group by 1, 2, 3, 4;
    else
        insert into translation_counts
            select locale, status, stale, source_locale, sum(change) from (
                select locale, status, stale_since is not null as stale, source_locale, 1 as change
                    from added where not trashed
                union all
                select locale, status, stale_since is not null, source_locale, -1 from removed where not trashed
            ) as moved group by 1, 2, 3, 4 having sum(change) <> 0;
    end if;
    return null;
end $$;
create trigger translations_count_insert after insert on translations
    referencing new table as added for each statement execute function count_translations();
create trigger translations_count_update after update on translations
    referencing new table as added old table as removed for each statement execute function count_translations();
create trigger translations_count_delete after delete on translations
    referencing old table as removed for each statement execute function count_translations();

create function count_articles() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into article_counts
            select translated_into, source_locale, count(*) from added where deleted_at is null group by 1, 2;
    elsif tg_op = 'DELETE' then
        insert into article_counts
            select translated_into, source_locale, -count(*) from removed where deleted_at is null group by 1, 2;
    else
        insert into article_counts
            select translated_into, source_locale, sum(change) from (
                select translated_into, source_locale, 1 as change from added where deleted_at is null
                union all
                select translated_into, source_locale, -1 from removed where deleted_at is null
            ) as moved group by 1, 2 having sum(change) <> 0;
    end if;
    return null;
end $$;
create trigger articles_count_insert after insert on articles
    referencing new table as added for each statement execute function count_articles();
create trigger articles_count_update after update on articles
    referencing new table as added old table as removed for each statement execute function count_articles();
create trigger articles_count_delete after delete on articles
    referencing old table as removed for each statement execute function count_articles();

insert into translation_counts
    select locale, status, stale_since is not null, source_locale, count(*)
    from translations where not trashed group by 1, 2, 3, 4;
insert into article_counts
    select translated_into, source_locale, count(*) from articles where deleted_at is null group by 1, 2;

-- Leaves them alone while there is nothing to put together.
create function fold_counts() returns void language sql as $$
    with gone as (delete from translation_counts
        where (select count(*) from translation_counts)
            > (select count(*) from (select distinct locale, status, stale, source_locale from translation_counts) k)
        returning *)
    insert into translation_counts
        select locale, status, stale, source_locale, sum(change) from gone
        group by 1, 2, 3, 4 having sum(change) <> 0;
    with gone as (delete from article_counts
        where (select count(*) from article_counts)
            > (select count(*) from (select distinct translated_into, source_locale from article_counts) k)
        returning *)
    insert into article_counts
        select translated_into, source_locale, sum(change) from gone group by 1, 2 having sum(change) <> 0;
$$;

-- What one person or program did, newest first.
create index events_actor on events (actor, id) where actor is not null;
