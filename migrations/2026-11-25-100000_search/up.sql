-- What editions are searched by: their words, as PostgreSQL stems and counts them.

-- Similar spellings. Trusted: whoever may create in the database may create it.
create extension if not exists pg_trgm;

-- A table apart from `editions`, so that what changes there (tags, other languages) leaves the words and
-- their index alone. Only `projection::words` writes here.
create table edition_words (
    article_id uuid not null,
    locale text not null,
    published_at timestamptz not null,
    -- The language that the article was written in, and all that readers have it in: whether this edition
    -- is the best for a reader is told by its row alone.
    source_locale text not null,
    locales text[] not null,
    -- The published revision that they are the words of.
    revision integer not null,
    -- The state of the art in which they were taken; what is behind, the worker takes again.
    version smallint not null,
    -- The position before the first of the body's. Those of the title come first, from 1.
    body_at integer not null,
    -- Title (weight A), subtitle and summary (B) and body (D). Without positions there are besides: the
    -- language, as `@hi`, so that the index has the editions of one language; and for each word of the title
    -- in other letters than Latin `~` and its skeleton.
    words tsvector not null,
    -- The title's words as they are, and their skeletons, and the language as above: what is suggested while a
    -- reader types.
    title_words tsvector not null,
    primary key (article_id, locale),
    constraint edition_words_edition_fkey foreign key (article_id, locale)
        references editions on delete cascade
);
-- The rows are narrow: the words are kept beside them (uncompressed, which would gain little), so that a
-- thousand matches are on few pages. Ranking and looking fetch the words of those few that they need.
alter table edition_words set (toast_tuple_target = 512, fillfactor = 90);
alter table edition_words alter words set storage external;
alter table edition_words alter title_words set storage main;
alter table edition_words alter locales set storage main;
create index edition_words_newest on edition_words (locale, published_at desc, article_id desc);
-- A run for each set of languages that articles are in: of those that are in no better one, too, the newest
-- come first.
create index edition_words_best on edition_words (locale, locales, published_at desc, article_id desc);
create index edition_words_version on edition_words (version);
create index edition_words_words on edition_words using gin (words);
create index edition_words_title_words on edition_words using gin (title_words);

-- The words in Latin letters that titles have or had, to tell what a misspelt one was meant to be. Two who
-- publish the same new word at once may both add it: nobody waits for the other.
create table title_spellings (word text not null);
-- In a collation of its own, or the planner would ask the other index for a word.
create index title_spellings_word on title_spellings (word collate "C");
create index title_spellings_like on title_spellings using gin (word gin_trgm_ops);

-- The worker fills them in.
insert into edition_words (article_id, locale, published_at, source_locale, locales, revision, version, body_at,
        words, title_words)
    select article_id, locale, published_at, source_locale,
        array(select locale from editions o where o.article_id = e.article_id order by locale), 0, 0, 0, '', ''
    from editions e;

-- How many editions in all languages the planner thinks a query matches: to choose a way to them by.
create function estimated_matches(query tsquery) returns bigint language plpgsql as $$
declare plan json;
begin
    execute format('explain (format json) select from edition_words where words @@ %L::tsquery', query) into plan;
    return (plan->0->'Plan'->>'Plan Rows')::bigint;
end $$;
