"""Measuring the process itself: its memory, and how soon it listens."""

import time
from statistics import median

from . import kinds
from .notes import note
from .results import Single
from .service import Service
from .wrk import wrk

CACHE_MB = 64  # The service's default (src/config.rs).


def idle(options, service):
    """Before anything is asked."""
    if not kinds.chosen(options, "memory"):
        return []
    time.sleep(2)
    memory = service.memory()
    return [Single("memory at idle", f"{memory:.0f} MB", "≤ 40 MB", memory > 40)]


def loaded(options, service, content):
    """After requests for as many different articles as there are, plain and compressed, until the cache has long
    been full."""
    if not kinds.chosen(options, "memory"):
        return []
    note("measuring: memory with a full cache")
    _, body = service.request("GET", "/v1/articles/story-1?locale=en")
    for coding in ["identity", "gzip"]:
        for chosen in ["", "?locale=en", "?locale=en&fields=title,body,body_html"]:
            wrk(service.url, f"/v1/articles/story-{{n}}{chosen}", 2 * options.seconds, count=content.editions, in_turn=True,
                headers={"Accept-Encoding": coding})
    memory, most, goal = service.memory(), service.memory("VmHWM"), 80 + CACHE_MB
    asked = min(content.editions, 50_000) * 3 * len(body) / 2**20
    enough = "" if asked > 2 * CACHE_MB else "; too little content to fill it"
    figure = f"{most:.0f} MB at most, {memory:.0f} MB afterwards{enough}"
    return [Single(f"memory under load, cache full ({CACHE_MB} MB)", figure, f"≤ {goal} MB", most > goal)]


def start(options, database, data):
    """From the start of the process to the line that says it listens, with a migrated database."""
    if not kinds.chosen(options, "start to listening"):
        return []
    note("measuring: start to listening")
    listening, answered = [], []
    for _ in range(5):
        service = Service(options.program, data, DATABASE_URL=database.url)
        try:
            service.request("GET", "/readyz")
            answered.append((time.perf_counter() - service.started) * 1000)
            listening.append(service.listening_after * 1000)
        finally:
            service.stop()
    figure = f"{median(listening):.0f} ms; the first answer after {median(answered):.0f} ms"
    return [Single("start to listening, median of 5", figure, "≤ 100 ms", median(listening) > 100)]
