"""What is told while it goes on, and what goes wrong."""

import sys


class NotMeasured(Exception):
    """Why a row has no figures; the others go on."""


def note(text):
    print(text, file=sys.stderr, flush=True)
