-- Working copies: what the newsroom writes. Readers never see these tables.

create table locales (
    code text primary key,
    name text not null,
    native_name text not null,
    direction text not null constraint locales_direction_check check (direction in ('ltr', 'rtl')),
    is_default boolean not null default false,
    enabled boolean not null default true,
    fallbacks text[] not null default '{}',
    -- Begins with the time, so that a locale that is removed and added again never bears a version that
    -- it had before.
    version bigint not null default (extract(epoch from clock_timestamp()) * 1000)::bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint locales_default_is_enabled check (enabled or not is_default)
);
create unique index locales_one_default on locales (is_default) where is_default;

insert into locales (code, name, native_name, direction, is_default, fallbacks) values
    ('en', 'English', 'English', 'ltr', true, '{}'),
    ('hi', 'Hindi', 'हिन्दी', 'ltr', false, '{en}'),
    ('mr', 'Marathi', 'मराठी', 'ltr', false, '{hi,en}');

create table tags (
    id uuid primary key,
    slug text not null,
    name text not null,
    description text,
    locale text not null constraint tags_locale_fkey references locales,
    parent_id uuid constraint tags_parent_fkey references tags on delete set null,
    synonyms text[] not null default '{}',
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tags_slug_key unique (slug),
    constraint tags_parent_is_another check (parent_id <> id)
);
create index tags_name_order on tags (lower(name), id);
create index tags_parent_id on tags (parent_id);

create table tag_translations (
    tag_id uuid not null references tags on delete cascade,
    locale text not null constraint tag_translations_locale_fkey references locales,
    name text not null,
    slug text not null,
    description text,
    primary key (tag_id, locale),
    constraint tag_translations_slug_key unique (locale, slug)
);

-- Every word by which a tag is found: its slug, its translations' slugs, its synonyms, the slugs of
-- tags merged into it. One row per word and kind; only a `slug` is the tag's own address.
create table tag_handles (
    handle text not null,
    tag_id uuid not null references tags on delete cascade,
    kind text not null constraint tag_handles_kind_check
        check (kind in ('slug', 'translation', 'synonym', 'former')),
    primary key (handle, tag_id, kind)
);
-- A word that answers for a whole tag may lead to one tag only.
create unique index tag_handles_address_key on tag_handles (handle) where kind <> 'translation';
create index tag_handles_tag_id on tag_handles (tag_id);

-- What a prefix search looks through: names and synonyms in every language, in lower case.
create table tag_terms (
    term text not null,
    tag_id uuid not null references tags on delete cascade,
    primary key (term, tag_id)
);
create index tag_terms_prefix on tag_terms (term text_pattern_ops);
create index tag_terms_tag_id on tag_terms (tag_id);

create table articles (
    id uuid primary key,
    external_id text constraint articles_external_id_key unique,
    source_locale text not null constraint articles_source_locale_fkey references locales,
    authors text[] not null default '{}',
    lead_image jsonb,
    metadata jsonb not null default '{}',
    comments_open boolean not null default true,
    comments_close_at timestamptz,
    comments_threads text not null default 'shared'
        constraint articles_comments_threads_check check (comments_threads in ('shared', 'per_locale')),
    -- Changes with the article and with each of its working copies: the ETag of the whole.
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create index articles_deleted_at on articles (deleted_at) where deleted_at is not null;

create table article_tags (
    article_id uuid not null references articles on delete cascade,
    tag_id uuid not null constraint article_tags_tag_fkey references tags,
    position integer not null,
    primary key (article_id, tag_id)
);
create index article_tags_tag_id on article_tags (tag_id, article_id);

-- Every slug that names or once named an article, in its locale. Claiming one is an insert here,
-- so two articles that race for one slug meet in this primary key.
create table slugs (
    locale text not null references locales,
    slug text not null,
    article_id uuid references articles on delete set null,
    -- When readers first saw it; null: only ever a draft's.
    published_at timestamptz,
    constraint slugs_pkey primary key (locale, slug)
);
create index slugs_slug on slugs (slug);
create index slugs_article_id on slugs (article_id);
create index slugs_to_release on slugs (slug) where article_id is null and published_at is null;

-- The state of an article in one locale; its words are those of the named revision.
create table translations (
    article_id uuid not null references articles on delete cascade,
    locale text not null constraint translations_locale_fkey references locales,
    slug text not null,
    title text not null,
    status text not null default 'draft' constraint translations_status_check
        check (status in ('draft', 'in_review', 'scheduled', 'published', 'archived')),
    -- The newest revision: the working copy's words.
    revision integer not null,
    -- The source's revision that this one follows; null for the source itself.
    based_on_revision integer,
    -- Begins above all that the article had, so that a translation that is deleted and written again never
    -- bears a version that it had before.
    version bigint not null,
    -- What readers have, and since when; null: nothing.
    published_revision integer,
    published_at timestamptz,
    first_published_at timestamptz,
    republished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (article_id, locale),
    constraint translations_slug_fkey foreign key (locale, slug) references slugs,
    constraint translations_published_at_check check
        (published_revision is null
         or (published_at is not null and first_published_at is not null and republished_at is not null))
);
create index translations_slug on translations (locale, slug);
create index translations_by_published on translations
    (locale, (coalesce(published_at, 'infinity'::timestamptz)) desc, article_id desc);
create index translations_by_updated on translations (locale, updated_at desc, article_id desc);
create index translations_by_title on translations (locale, title collate "und-x-icu", article_id);

create table revisions (
    article_id uuid not null,
    locale text not null,
    number integer not null,
    slug text not null,
    title text not null,
    subtitle text,
    dateline text,
    summary text,
    -- What stands for the summary while none is written.
    excerpt text not null,
    body text not null,
    -- Rendered and sanitised when the revision is published; a draft's is made when it is read.
    body_html text,
    seo_title text,
    seo_description text,
    lead_image_alt text,
    lead_image_caption text,
    translators text[] not null default '{}',
    word_count integer not null,
    -- SHA-256 of the words above: equal digests are equal texts.
    digest bytea not null,
    based_on_revision integer,
    actor text,
    created_at timestamptz not null default now(),
    primary key (article_id, locale, number),
    constraint revisions_translation_fkey foreign key (article_id, locale)
        references translations on delete cascade
);

alter table translations add constraint translations_revision_fkey
    foreign key (article_id, locale, revision) references revisions deferrable initially deferred;
alter table translations add constraint translations_published_revision_fkey
    foreign key (article_id, locale, published_revision) references revisions deferrable initially deferred;
alter table articles add constraint articles_source_fkey
    foreign key (id, source_locale) references translations deferrable initially deferred;

-- A time as every answer shows it: RFC 3339 in UTC, with as many decimals as it needs (0, 3 or 6).
create function rfc3339(moment timestamptz) returns text language sql immutable parallel safe as $$
    select regexp_replace(
        to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '(\.000000|000)$', '') || 'Z'
$$;

-- What a tag is called in a locale: its name there, else in the locale's fallbacks, else its own.
create function tag_name(tag tags, wanted text) returns text language sql stable as $$
    select coalesce(
        (select named.name
         from locales l
         cross join unnest(array[l.code] || l.fallbacks) with ordinality as step(code, place)
         join (select tt.locale, tt.name, 1 as rank from tag_translations tt where tt.tag_id = tag.id
               union all select tag.locale, tag.name, 2) as named on named.locale = step.code
         where l.code = wanted
         order by place, rank limit 1),
        tag.name)
$$;
