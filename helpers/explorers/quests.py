"""Quests: a task in an explorer, which says when it is solved (chapter 09)."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Quest:
    """What to reach, the `settings` to begin with, and the names of those that must stay.

    `check(settings, result)` tells from the end of a run whether it is reached, and how far it is.
    """

    task: str
    check: Callable
    settings: dict = field(default_factory=dict)
    fixed: tuple = ()

    def words(self, controls, begun, now, result=None):
        """State the task, what has to be put back, and of the end of a run whether it is solved."""
        moved = [
            f"{controls[name].description} {begun[name] or 'none'}"
            for name in self.fixed
            if now[name] != begun[name]
        ]
        if moved:
            return f"{self.task}\nFor this quest, put back: {', '.join(moved)}."
        if result is None:
            return self.task
        solved, how = self.check(now, result)
        return f"{self.task}\n{'✓ Solved' if solved else 'Not yet'}: {how}"


def ends(result):
    """Return the accuracies at the end of a run, and the number of parameters."""
    train, dev = (result["curves"][f"{part}_accuracy"][-1] for part in ("train", "dev"))
    return train, dev, result["numbers"]["parameters"][0]
