"""Measuring comments, written durably by 64 writers and by one."""

from . import data, kinds
from .notes import NotMeasured
from .pgbench import WRITER, in_turns, pgbench
from .reads import attempt
from .results import Row
from .scripts import Script, one_of
from .statements import Statement
from .wrk import wrk

WRITTEN = "Comments written"
WORDS = "My bus is **twenty minutes** faster now, and the driver knows every stop by its name. Thank you! {n}"
# The same text twice would be refused.
COMMENT = {"author_name": "Meera {n}", "locale": "en", "body": WORDS.replace("{n}", "{once}")}
# The least that a comment takes: its row, and a commit of its own. Its id begins with the time, as the service's
# do, so that neither side pays for rows that go all over an index.
BARE = """insert into comments (id, article_id, locale, author_name, body, body_html, status, edit_token_hash)
    values ((lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
            || substr(gen_random_uuid()::text, 14))::uuid,
        {article}, 'en', 'Meera ' || :n::text, '{words} ' || :n::text,
        '<p>{words} ' || :n::text || '</p>', 'pending', sha256('bench'))"""


def rows(options, service, database, content):
    for writers, ratio in [(64, 1.5), (1, 0.60)]:
        kind = kinds.Kind(f"comment, {writers} writers" if writers > 1 else "comment, one writer",
                          "/v1/articles/story-{n}/comments", content.commented, ratio)
        if kinds.chosen(options, kind.name):
            yield attempt(WRITTEN, kind, lambda kind=kind, writers=writers: one(
                options, service, database, kind, writers))
            tidy(database)


def one(options, service, database, kind, writers):
    words = WORDS.replace(" {n}", "")
    article = one_of(data.ids(database, kind.count), "uuid")
    script = Script([Statement(BARE.format(article=article, words=words), "")], kind.count)
    before = database.number("select count(*) from comments")
    limit, own = in_turns(
        options.rounds,
        lambda: pgbench(database, script, options.seconds, writers, WRITER),
        lambda: wrk(service.url, kind.path, options.seconds, count=kind.count, body=COMMENT, connections=writers))
    written = database.number("select count(*) from comments") - before
    # A service that answers before it has written would be fast.
    if written < 0.95 * options.seconds * options.rounds * (own[0] + limit[0]) / 2:
        raise NotMeasured(f"only {written} comments are in the database afterwards")
    plural = "s" if writers > 1 else ""
    return Row(WRITTEN, kind.name, own, limit, f"one insert a transaction, {writers} connection{plural}", kind.ratio)


def tidy(database):
    """Takes what was written away again: the content may be used once more."""
    database.sql("delete from comments where author_name ~ '^Meera [0-9]+$' and status = 'pending'")
    database.sql("vacuum (analyze) comments")
