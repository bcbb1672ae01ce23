-- Articles in three languages, tags and comments, made by numbers alone: the working tables as the
-- service would have them. The editions follow from them; `benches/run` projects them with the service's
-- own statements. Takes :articles, :comments and :commented, the number of articles with comments.

\set ON_ERROR_STOP on
begin;

create function pg_temp.numbered(kind text, n bigint) returns uuid language sql immutable as $$
    select ('01900000-0000-7000-' || kind || '-' || lpad(to_hex(n), 12, '0'))::uuid
$$;
create function pg_temp.moment(n bigint) returns timestamptz language sql immutable as $$
    select timestamptz '2020-01-01 00:00:00Z' + n * interval '1 minute'
$$;

create temporary table spoken (locale text, stem text, title text, sentence text);
insert into spoken values
    ('en', 'story', 'The bridge carries buses again, report ',
     'After two monsoons of repairs the old bridge carries buses again, the city engineer told reporters on Monday. '),
    ('hi', 'समाचार', 'पुल पर फिर चलने लगी बसें, समाचार ',
     'दो मानसून तक चली मरम्मत के बाद पुराने पुल पर फिर बसें चलने लगी हैं, नगर अभियंता ने सोमवार को बताया। '),
    ('mr', 'बातमी', 'पुलावरून पुन्हा बस धावू लागली, बातमी ',
     'दोन पावसाळे चाललेल्या दुरुस्तीनंतर जुन्या पुलावरून पुन्हा बस धावू लागल्या, असे शहर अभियंत्यांनी सोमवारी सांगितले. ');

-- 500 tags, each with a name in every language.
insert into tags (id, slug, name, locale)
    select pg_temp.numbered('a000', n), 'topic-' || n, 'Topic ' || n, 'en' from generate_series(1, 500) n;
insert into tag_translations (tag_id, locale, name, slug)
    select pg_temp.numbered('a000', n), 'hi', 'विषय ' || n, 'विषय-' || n from generate_series(1, 500) n
    union all
    select pg_temp.numbered('a000', n), 'mr', 'विषय ' || n, 'विषय-' || n from generate_series(1, 500) n;
insert into tag_handles (handle, tag_id, kind)
    select slug, id, 'slug' from tags union all select distinct slug, tag_id, 'translation' from tag_translations;
insert into tag_terms (term, tag_id)
    select lower(name), id from tags union select lower(name), tag_id from tag_translations;

insert into articles (id, external_id, source_locale, authors, lead_image, metadata, created_at, updated_at)
    select pg_temp.numbered('8000', n), 'bench:' || n, 'en', array['Reporter ' || n % 50],
        jsonb_build_object('url', 'https://images.example/' || n || '.jpg', 'alt', 'A bridge', 'caption', null,
            'credit', 'A. Deshmukh', 'width', 1200, 'height', 800),
        '{"desk": "city"}', pg_temp.moment(n), pg_temp.moment(n)
    from generate_series(1, :articles) n;

-- Three tags each. The first is skewed: topic 1 stands on a fifth of all articles.
insert into article_tags (article_id, tag_id, position)
    select pg_temp.numbered('8000', n), pg_temp.numbered('a000', tag), min(position)
    from generate_series(1, :articles) n
    cross join lateral (values
        (case when n % 5 = 0 then 1 else 2 + n % 20 end, 0), (22 + n % 100, 1), (122 + n % 379, 2)) as on_it(tag, position)
    group by n, tag;

-- One in forty is not there in Marathi.
create temporary table told as
    select n, spoken.* from generate_series(1, :articles) n cross join spoken where not (locale = 'mr' and n % 40 = 7);

insert into slugs (locale, slug, article_id, published_at)
    select locale, stem || '-' || n, pg_temp.numbered('8000', n), pg_temp.moment(n) from told;

-- In Marathi one in ten is in review, and one in twenty stale.
insert into translations (article_id, locale, source_locale, stale_since, slug, title, status, revision, published_revision, based_on_revision,
        version, published_at, first_published_at, republished_at, created_at, updated_at)
    select pg_temp.numbered('8000', n), locale, 'en', case when locale = 'mr' and n % 20 = 1 then pg_temp.moment(n) end,
        stem || '-' || n, title || n, case when locale = 'mr' and n % 10 = 3 then 'in_review' else 'published' end, 1, 1,
        case when locale <> 'en' then 1 end, 1, pg_temp.moment(n), pg_temp.moment(n), pg_temp.moment(n),
        pg_temp.moment(n), pg_temp.moment(n)
    from told;

-- Eight paragraphs, some 4 KB in English.
insert into revisions (article_id, locale, number, slug, title, subtitle, dateline, excerpt, body, body_html,
        word_count, digest, created_at, published_at)
    select pg_temp.numbered('8000', n), locale, 1, stem || '-' || n, title || n, '– City engineer', 'Pune/ Mumbai',
        sentence, text.body, text.html, 640, sha256(convert_to(locale || n, 'UTF8')), pg_temp.moment(n), pg_temp.moment(n)
    from told
    cross join lateral (
        select string_agg(p, E'\n\n') as body, string_agg('<p>' || p || '</p>', E'\n') as html
        from generate_series(1, 8) k, lateral (select rtrim(repeat(sentence, 4)) || ' ' || n || '.' || k as p) made
    ) as text;

-- Comments, three roots to one reply, under the first :commented articles; counted below, not by the
-- trigger, row by row.
alter table comments disable trigger comments_count;
insert into comments (id, article_id, parent_id, ancestors, locale, author_name, body, body_html, status, created_at)
    select pg_temp.numbered('c000', n), pg_temp.numbered('8000', 1 + (n / 4) % :commented),
        case when n % 4 = 3 then pg_temp.numbered('c000', n - 1) end,
        case when n % 4 = 3 then array[pg_temp.numbered('c000', n - 1)] else '{}' end,
        'en', 'Reader ' || n, 'My bus is **twenty minutes** faster now. Thank you! ' || n,
        '<p>My bus is <strong>twenty minutes</strong> faster now. Thank you! ' || n || '</p>',
        case when n % 20 = 0 then 'pending' else 'approved' end, pg_temp.moment(:articles + n)
    from generate_series(0, :comments - 1) n;
alter table comments enable trigger comments_count;
update comments c set reply_count = r.replies
    from (select parent_id, count(*) as replies from comments where status = 'approved' group by parent_id) r
    where r.parent_id = c.id;
update comment_counts c set approved = a.approved
    from (select article_id, count(*) as approved from comments where status = 'approved' group by article_id) a
    where a.article_id = c.article_id;

commit;
