"""Limits on how often somebody may ask: a bucket of tokens per key, in this process's memory.

No table is written for it, so that a limit never costs a durable write. With several server
processes each keeps its own buckets: the limit then holds per process.
"""

import math
import threading
from dataclasses import dataclass, field

from anxiao.foundation.kernel.errors import TooMany

KEYS_KEPT = 50_000
MESSAGE = "操作过于频繁，请在 {seconds} 秒后再试。"


@dataclass(slots=True)
class Limiter:
    """``burst`` requests at once, ``per_minute`` of them coming back each minute."""

    per_minute: float
    burst: int
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, now: float, cost: int = 1) -> None:
        """Take ``cost`` tokens of ``key`` at ``now`` (seconds); raise ``TooMany`` when too few."""
        pace = self.per_minute / 60
        with self._lock:
            tokens, last = self._buckets.get(key, (float(self.burst), now))
            tokens = min(self.burst, tokens + max(0.0, now - last) * pace)
            if tokens < cost:
                self._buckets[key] = (tokens, now)
                wait = math.ceil((cost - tokens) / pace)
                raise TooMany(MESSAGE.format(seconds=wait), wait)
            self._buckets[key] = (tokens - cost, now)
            if len(self._buckets) > KEYS_KEPT:
                self._forget(now, pace)

    def _forget(self, now: float, pace: float) -> None:
        full_after = self.burst / pace
        kept = {k: v for k, v in self._buckets.items() if now - v[1] < full_after}
        self._buckets = kept
