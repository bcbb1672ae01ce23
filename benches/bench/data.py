"""The content: made by `dateline generate`, with names that requests can be numbered by."""

import re
import shutil
import subprocess
import time
from dataclasses import dataclass

from .notes import NotMeasured, note
from .service import environment

# How many full comment pages, and articles to write comments under, there are at most: their ids stand in the
# text of a statement.
MOST_IDS = 1000
PAGE = 20

# Articles are numbered so that those with most threads come first: their comment pages are full. Their English
# editions are named after the number, `story-1`, everywhere where a reader's request or the newsroom looks. Those
# that comments are written under are open for them.
NAMES = r"""
begin;
create table bench_articles as
    select row_number() over (order by coalesce(c.roots, 0) desc, e.article_id)::int as n, e.article_id as id,
        coalesce(c.roots, 0) as roots, e.slug as was
    from editions e left join (
        select article_id, count(*) as roots from comments where parent_id is null and status = 'approved' group by 1
    ) c using (article_id)
    where e.locale = 'en';
alter table bench_articles add primary key (n);
create unique index on bench_articles (id);
analyze bench_articles;
set local session_replication_role = replica;
update slugs s set slug = 'story-' || b.n from bench_articles b
    where s.locale = 'en' and s.article_id = b.id and s.slug = b.was;
update translations t set slug = 'story-' || b.n from bench_articles b
    where t.locale = 'en' and t.article_id = b.id and t.slug = b.was;
update revisions r set slug = 'story-' || b.n from bench_articles b
    where r.locale = 'en' and r.article_id = b.id and r.slug = b.was;
update editions e set slug = 'story-' || b.n,
        item = replace(e.item, to_json(b.was)::text, to_json('story-' || b.n)::text),
        alternates = replace(e.alternates, to_json(b.was)::text, to_json('story-' || b.n)::text)
    from bench_articles b where e.locale = 'en' and e.article_id = b.id;
update articles a set comments_open = true, comments_close_at = null
    from bench_articles b where a.id = b.id and b.n <= 1000;
update editions e set comments_open = true, comments_close_at = null
    from bench_articles b where e.article_id = b.id and b.n <= 1000;
insert into tag_handles (handle, tag_id, kind)
    select 'topic-' || row_number() over (order by articles desc, tag_id), tag_id, 'synonym'
    from tag_counts where locale = 'en' and articles > 0;
commit;
"""


# One article that everybody has an opinion of: 25,000 comments, and as many replies to the first of them.
CROWD = r"""
begin;
create table bench_crowd as
    select b.n, b.id as article, null::uuid as root from bench_articles b order by abs(b.n - 1001) limit 1;
update articles set comments_threads = 'shared' where id = (select article from bench_crowd);
update editions set comments_threads = 'shared' where article_id = (select article from bench_crowd);
create function bench_comments(article uuid, parent uuid, many int) returns void language sql as $$
    insert into comments (id, article_id, parent_id, ancestors, locale, author_name, body, body_html, status,
            created_at, likes, dislikes)
        select (lpad(to_hex((extract(epoch from made) * 1000)::bigint), 12, '0')
                || substr(gen_random_uuid()::text, 14))::uuid,
            article, parent, array_remove(array[parent], null), (array['en', 'hi', 'mr'])[1 + i % 3],
            'Reader ' || i, body, '<p>' || body || '</p>', 'approved', made, (random() ^ 8 * 100)::int,
            (random() ^ 8 * 40)::int
        from generate_series(1, many) i
        cross join lateral (select timestamptz '2026-01-01' + i * interval '1 minute' as made,
            'The driver knows every stop by its name, and number ' || i || ' agrees with those above.' as body) said
$$;
select bench_comments(article, null, 25000) from bench_crowd;
update bench_crowd set root = (select id from comments where article_id = article and parent_id is null
    and author_name = 'Reader 25000');
select bench_comments(article, root, 25000) from bench_crowd;
commit;
analyze comments;
"""


@dataclass
class Content:
    """What there is to ask for."""

    editions: int  # English ones, as many numbered articles
    total: int  # in all languages
    tags: int
    discussed: int  # articles with a full comment page, from the first on
    comments: int
    crowd: int  # the number of the article with 50,000 comments
    thread: str  # the one of them with 25,000 replies
    size: str
    filled_in: float  # seconds; 0: it was there already

    @property
    def commented(self):
        """How many articles comments are written under."""
        return min(self.editions, MOST_IDS)


def fill(options, articles, data):
    """Makes the content, and gives the seconds that it took."""
    if (data / "postgres").exists():
        return 0
    data.mkdir(parents=True, exist_ok=True)
    comments = articles * options.comments
    note(f"filling: {articles} articles in 3 languages, {comments} comments")
    started = time.time()
    command = [options.program, "generate", "--articles", articles, "--comments", comments, "--seed", options.seed]
    made = subprocess.Popen(
        [str(word) for word in command], env=environment(data), cwd=data, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said, _ = made.communicate()
    except BaseException:
        made.terminate()
        made.wait(120)
        raise
    if made.returncode:
        raise SystemExit(f"benches/run: generate: {said[-1000:]}")
    note(said.strip().splitlines()[-1])
    return time.time() - started


def name(database):
    """Numbers it, unless that was done before."""
    if database.sql("select to_regclass('bench_articles')"):
        return
    note("naming articles and tags by numbers")
    started = time.time()
    database.sql(NAMES)
    database.sql(CROWD)
    # What was overwritten is gone from the files, as it would be from those of a site that grew: readers of
    # pages that are half empty would find everything slower than it is.
    for table in ["slugs", "translations", "revisions", "editions"]:
        database.sql(f"vacuum (full, analyze) {table}")
    database.sql("vacuum (analyze)")
    database.sql("checkpoint")
    note(f"named in {time.time() - started:.0f} s")


def content(database, filled_in):
    full = f"select count(*) from bench_articles where roots >= {PAGE}"
    return Content(
        editions=database.number("select count(*) from bench_articles"),
        total=database.number("select count(*) from editions"),
        tags=database.number("select count(*) from tag_handles where handle ~ '^topic-[0-9]+$' and kind = 'synonym'"),
        discussed=max(1, min(MOST_IDS, database.number(full))),
        comments=database.number("select count(*) from comments"),
        crowd=database.number("select n from bench_crowd"),
        thread=database.sql("select root from bench_crowd"),
        size=database.sql("select pg_size_pretty(pg_database_size(current_database()))"),
        filled_in=filled_in)


def ids(database, count):
    return database.sql(f"select id from bench_articles where n <= {count} order by n").split()


def remove(data):
    """With the folder of the database, which may be elsewhere (see src/db/private.rs)."""
    shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


@dataclass
class Words:
    """What is searched for."""

    rare: str
    common: str
    prefix: str
    counts: dict  # how many English editions have it


def words(database):
    """A word in nearly every edition, and the rarest that fills a page, by what a sample of the index says."""
    if not database.sql("select to_regclass('edition_words')"):
        raise NotMeasured("there is no search")
    sample = "select words from edition_words where locale = ''en'' order by article_id limit 5000"
    stems = [line.split("|") for line in database.sql(
        f"select word, ndoc from ts_stat('{sample}') where word ~ '^[a-z]{{3,}}$' order by ndoc desc").splitlines()]

    def count(word):
        return database.number(
            f"select count(*) from edition_words where locale = 'en' and words @@ '{word}'::tsquery")

    common = stems[0][0]
    # Each is counted in all editions: what is rare in the sample may not be in the rest.
    rare = min((w for w, _ in stems[-40:]), key=lambda w: (count(w) < PAGE, count(w)))
    title = database.sql("select title from editions where locale = 'en' order by published_at desc limit 1")
    prefix = max(re.findall(r"[a-z]+", title.lower()), key=len)[:4]
    return Words(rare, common, prefix, {rare: count(rare), common: count(common)})
