"""What is late, and what it costs."""

import math
from dataclasses import dataclass
from datetime import datetime

DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Deadline:
    """Until when to hand in, as the time of a file; the days after it that are free; percent off.

    The percentage is taken off the points of the notebook, for each day that was begun and is not
    free.
    """

    due: datetime
    free: int = 0
    percent: float = 0

    def apply(self, grades):
        """Enter into grades how many days they are late, and what that costs."""
        for grade in grades:
            days = math.ceil((grade.changed - self.due.timestamp()) / DAY) if grade.changed else 0
            if days > 0:
                grade.days_late = days
                grade.percent_off = min(100, self.percent * max(0, days - self.free))
                grade.remarks.append(self._in_words(grade))

    def _in_words(self, grade):
        handed_in = datetime.fromtimestamp(grade.changed)
        words = f"handed in {handed_in:%Y-%m-%d %H:%M}, due {self.due:%Y-%m-%d %H:%M}"
        off = f"{grade.percent_off:g}% of the points are taken off"
        return f"{words}: {grade.late}, {off if grade.percent_off else 'no points are taken off'}"
