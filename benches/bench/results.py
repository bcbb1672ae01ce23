"""What was measured."""

from dataclasses import dataclass


@dataclass
class Row:
    """One kind of request beside its limit: each side is (rate a second, 99th percentile in ms)."""

    group: str
    name: str
    own: tuple = (0, 0)
    limit: tuple = (0, 0)
    beside: str = ""  # what the limit was measured by
    ratio_goal: float | None = None
    tail_goal: float | None = None
    times: float | None = None  # the limit's time beside that of the single look-up
    times_goal: float | None = None
    detail: str = ""  # behind its name
    missing: str = ""  # why it was not measured

    @property
    def label(self):
        return f"{self.name} ({self.detail})" if self.detail else self.name

    @property
    def ratio(self):
        return self.own[0] / self.limit[0]

    @property
    def tail(self):
        return self.own[1] / self.limit[1]


@dataclass
class Single:
    """One figure beside one goal."""

    name: str
    figure: str
    goal: str = ""
    missed: bool = False
