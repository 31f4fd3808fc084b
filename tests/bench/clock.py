"""The clock that runs around the measured work only, and what it sees of time and memory."""

import gc
import resource
import sys
import time
from types import TracebackType
from typing import Final, Self

_MAXRSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_MB: Final = 1 << 20


def peak_mb() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT / _MB


class Clock:
    """Adds up what happens inside ``with clock:``, which may be entered as often as needed.

    Garbage is collected before the clock runs; the collector stays on while it runs.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        #: What this process, all of its threads, has worked meanwhile; others' work is not in it.
        self.cpu_seconds = 0.0
        #: The process's peak when the clock last stopped; 0 where it never ran.
        self.peak_mb = 0.0
        #: By how much the work, and not what it was given, raised that peak.
        self.growth_mb = 0.0
        self._started = self._cpu_started = self._peak_before = 0.0

    def __enter__(self) -> Self:
        """Collect garbage, then start."""
        gc.collect()
        self._peak_before = peak_mb()
        self._cpu_started = time.process_time()
        self._started = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and add to what was measured before."""
        self.seconds += time.perf_counter() - self._started
        self.cpu_seconds += time.process_time() - self._cpu_started
        self.peak_mb = peak_mb()
        self.growth_mb += self.peak_mb - self._peak_before
