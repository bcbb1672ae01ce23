"""Every kind of request, and what is wanted of it."""

from dataclasses import dataclass, field

from .notes import NotMeasured


@dataclass
class Kind:
    name: str
    path: str  # {n}: a number from 1 to `count`
    count: int = 1
    ratio: float | None = None  # of its limit, at least
    tail: float | None = None  # its 99th percentile, at most so many times the limit's
    times: float | None = None  # its SQL, at most so many times that of the single look-up
    token: bool = False  # whether it is for editors: the look-up of the token is then part of what is measured
    detail: str = ""  # behind its name: what is not the same in every run
    known: bool = False  # whether the reader has it already, and says so
    names: list = field(default_factory=list)  # what varies with the number besides the ids of articles

    def asked(self, n):
        return self.path.replace("{n}", str(n))


def cached(content):
    """Answered from memory."""
    return [
        Kind("article by slug", "/v1/articles/story-1?locale=en", ratio=0.85, tail=1.5),
        Kind("article, any of 1,000", "/v1/articles/story-{n}?locale=en", min(1000, content.editions), 0.85, 1.5),
        Kind("list of 20", "/v1/articles?locale=en", ratio=0.85, tail=1.5),
        Kind("comments page", "/v1/articles/story-1/comments", ratio=0.85, tail=1.5),
        Kind("tag list", "/v1/tags?locale=en", ratio=0.85, tail=1.5),
        Kind("304 by If-None-Match", "/v1/articles/story-1?locale=en", ratio=0.90, tail=1.5, known=True),
    ]


LOOK_UP = "article by slug and locale"
CROWD = ["comments of 50,000", "comments of 50,000 by reactions", "comments of 50,000 behind 12,500",
         "comments of 50,000 in one language",
         "thread of 25,000 replies"]
DEEP = "list of 20 behind others"


def read(content):
    """Answered from the database, in the order of the goals."""
    story, topic = ["story-"], ["topic-"]
    return [
        Kind(LOOK_UP, "/v1/articles/story-{n}?locale=en", content.editions, 0.85, 3, names=story),
        Kind("list of 20 newest", "/v1/articles?locale=en", 1, 0.85, 3, 3),
        Kind("list by tag", "/v1/articles?locale=en&tag=topic-{n}", content.tags, 0.85, 3, 3, names=topic),
        Kind("comments page", "/v1/articles/story-{n}/comments", content.discussed, 0.85, 3, 4, names=story),
        Kind("tag list", "/v1/tags?locale=en"),
        Kind("related articles", "/v1/articles/story-{n}/related?locale=en", min(1000, content.editions), names=story),
        Kind("feed", "/v1/feeds/en.rss"),
    ]


def crowd(service, content):
    """Of an article with 50,000 comments, which must cost what any other does."""
    page = f"/v1/articles/story-{content.crowd}/comments"
    cursor = ""
    for _ in range(125):
        cursor = service.json(f"{page}?limit=100&replies=0{cursor}")["page"]["next_cursor"]
        cursor = f"&cursor={cursor}"
    return [
        Kind(CROWD[0], page, 1, 0.85, 3, 4),
        Kind(CROWD[1], f"{page}?sort=top", 1, 0.85, 3, 4),
        Kind(CROWD[2], f"{page}?limit=20{cursor}", 1, 0.85, 3, 4),
        Kind(CROWD[3], f"{page}?locale=mr", 1, 0.85, 3, 4),
        Kind(CROWD[4], f"{page}?parent={content.thread}", 1, 0.85, 3, 4),
    ]


def deep(service, content):
    """The page half way into the list, or the 10,000th."""
    depth = min(200_000, content.editions // 2)
    cursor, path = "", "/v1/articles?locale=en&limit=100&fields=id"
    for _ in range(depth // 100):
        cursor = service.json(path + cursor)["page"]["next_cursor"]
        cursor = f"&cursor={cursor}"
    path = f"/v1/articles?locale=en{cursor}"
    return Kind(DEEP, path, 1, 0.85, 3, 3, detail=f"{depth // 100 * 100:,} of them")


def search(words):
    """By words; the second is held against the first."""
    def look_for(name, word, detail=""):
        return Kind(name, f"/v1/articles?locale=en&q={word}", 1, 0.90, 3, detail=detail)

    def found(word):
        return f"`{word}`: {words.counts[word]:,} editions"

    return [
        look_for("search, rare word", words.rare, found(words.rare)),
        look_for("search, common word", words.common, found(words.common)),
        look_for("search, no match", "qqqqzzxx"),
        Kind("suggestions", f"/v1/suggest?locale=en&q={words.prefix}", 1, 0.90, 3, detail=f"`{words.prefix}`"),
    ]


def editors():
    """With a token."""
    return [
        Kind("worklist", "/v1/translations", token=True),
        Kind("worklist of what is in review", "/v1/translations?locale=mr&status=in_review", token=True),
        Kind("worklist of what is stale", "/v1/translations?stale=true&total=exact", token=True),
        Kind("worklist of what is missing", "/v1/translations?missing=true&locale=mr", token=True),
        Kind("coverage", "/v1/coverage", token=True),
    ]


def names(content):
    """All that is answered from the database."""
    searches = ["search, rare word", "search, common word", "search, no match", "suggestions"]
    return [kind.name for kind in [*read(content), *editors()]] + [DEEP, *CROWD, *searches]


def chosen(options, name):
    return not options.only or any(text in name for text in options.only)


def check(service, kind, token=None):
    """Whether there is such an answer at all, for its first and its last number."""
    for n in {1, kind.count}:
        headers, body = service.request("GET", kind.asked(n), token=token)
        if not body:
            raise NotMeasured(f"{kind.asked(n)}: nothing in it")
    return headers, body
