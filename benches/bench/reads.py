"""Measuring what is read: from the cache, and from the database."""

from . import data, kinds
from .notes import NotMeasured, note
from .pgbench import CLIENTS, READER, best_count, in_turns, pgbench
from .results import Row, Single
from .scripts import Script, one_of, with_types
from .service import Still
from .wrk import wrk

CACHED = "From the cache"
DATABASE = "From the database"
EDITORS = "For editors"


def cached(options, service, content):
    """Answers from memory, in turns with the same written beforehand."""
    for kind in kinds.cached(content):
        if kinds.chosen(options, kind.name):
            yield attempt(CACHED, kind, lambda kind=kind: one_cached(options, service, kind))


def one_cached(options, service, kind):
    headers, body = kinds.check(service, kind)
    if kind.count > 1:
        # So that all of them are kept, each asked for in its turn.
        wrk(service.url, kind.path, 2, count=kind.count, in_turn=True)
    headers, body = service.request("GET", kind.asked(1))
    if "hit" not in headers.get("Cache-Status", ""):
        raise NotMeasured("it is not answered from the cache")
    sent = {"If-None-Match": headers["ETag"]} if kind.known else {}
    with Still(options.still, headers, body) as still:
        def side(url):
            return lambda: wrk(url, kind.path, options.seconds, count=kind.count, headers=sent)

        limit, own = in_turns(options.rounds, side(still.url), side(service.url))
    size = "no body" if kind.known else f"{len(body) / 1024:.1f} KB"
    return Row(CACHED, kind.name, own, limit, "still handler", kind.ratio, kind.tail, detail=size)


class FromDatabase:
    """The service without a cache, in turns with its statements in pgbench."""

    def __init__(self, options, service, database, listener, content, token):
        self.options, self.service, self.database = options, service, database
        self.listener, self.content, self.token = listener, content, token
        self.look_up = None  # the rate of the single look-up, which all others' SQL is held against
        self.plans = []  # (name, statements)
        self.beside = []  # figures beside each other

    def rows(self):
        """Each kind that is asked for; the single look-up always, as the measure of the others."""
        wanted = [kind for kind in kinds.read(self.content) if kinds.chosen(self.options, kind.name)]
        if kinds.chosen(self.options, kinds.DEEP):
            wanted.append(kinds.deep(self.service, self.content))
        if any(kinds.chosen(self.options, name) for name in kinds.CROWD):
            crowd = kinds.crowd(self.service, self.content)
            wanted += [kind for kind in crowd if kinds.chosen(self.options, kind.name)]
        for_editors = [kind for kind in kinds.editors() if kinds.chosen(self.options, kind.name)]
        look_up = kinds.read(self.content)[0]
        if look_up not in wanted:
            wanted.insert(0, look_up)
        yield from self.group(DATABASE, wanted)
        yield from self.searches()
        yield from self.group(EDITORS, for_editors)

    def searches(self):
        """By words, and the common word beside the rare one."""
        try:
            found = kinds.search(data.words(self.database))
        except NotMeasured as error:
            if kinds.chosen(self.options, "search"):
                yield Row(DATABASE, "search", missing=str(error))
            return
        rates = {}
        for row in self.group(DATABASE, [kind for kind in found if kinds.chosen(self.options, kind.name)]):
            rates[row.name] = row.own[0]
            yield row
        rare, common = rates.get("search, rare word"), rates.get("search, common word")
        if rare and common:
            times = rare / common
            self.beside = [Single("a word in every article, beside a rare one", f"{times:.1f}×", "≤ 5×", times > 5)]

    def group(self, group, all_kinds):
        for kind in all_kinds:
            yield attempt(group, kind, lambda kind=kind: self.one(group, kind))

    def one(self, group, kind):
        options = self.options
        script, statements = self.script(kind)
        count = best_count(self.database, script, max(1, options.seconds // 2), READER)
        headers = {"Authorization": f"Bearer {self.token}"} if kind.token else {}
        # Who waits behind 63 others waits longer: the wait is held against that of as many connections.
        limit, waits, own = in_turns(
            options.rounds,
            lambda: pgbench(self.database, script, options.seconds, count, READER),
            lambda: pgbench(self.database, script, options.seconds, CLIENTS, READER),
            lambda: wrk(self.service.url, kind.path, options.seconds, count=kind.count, headers=headers))
        limit = (limit[0], waits[1])
        if kind.name == kinds.LOOK_UP:
            self.look_up = limit[0]
        several = f", {script.statements} statements" if script.statements > 1 else ""
        times = self.look_up and self.look_up / limit[0]
        self.plans.append((kind.name, statements))
        return Row(group, kind.name, own, limit, f"{count} connections{several}", kind.ratio, kind.tail, times,
                   kind.times, kind.detail)

    def script(self, kind):
        """The statements of one such request, as pgbench repeats them."""
        token = self.token if kind.token else None
        kinds.check(self.service, kind, token)
        n = max(1, kind.count // 2)

        def ask():
            self.service.request("GET", kind.asked(n), token=token)

        # Often enough that each of the service's connections has prepared it.
        for _ in range(8):
            ask()
        statements = self.listener.sent_for(ask)
        for statement in statements:
            if not statement.is_control:
                with_types(self.database, statement)
        varying = {f"{name}{n}": f"('{name}' || :n::text)" for name in kind.names}
        if kind.names and kind.count <= data.MOST_IDS and kind.count <= self.content.editions:
            of = data.ids(self.database, kind.count)
            varying[of[n - 1]] = one_of(of, "uuid")
        return Script(statements, kind.count, varying), statements


def attempt(group, kind, measure):
    """The row, or why it has no figures."""
    note(f"measuring: {group.lower()}: {kind.name}")
    try:
        row = measure()
    except NotMeasured as error:
        note(f"    not measured: {error}")
        return Row(group, kind.name, missing=str(error))
    note(f"    {row.own[0]:,.0f}/s; {row.beside}: {row.limit[0]:,.0f}/s; {row.ratio:.2f}")
    return row
