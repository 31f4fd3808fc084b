"""Command: plays many histories and tells what they came to, or one of them line by line."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context

from erplink.testing.simulation.play import play
from erplink.testing.simulation.shrink import shrink
from erplink.testing.simulation.story import Story, draw
from erplink.testing.simulation.tally import Tally

__all__ = ["main", "run"]

_TRIES_MAX = 600


def main(arguments: Sequence[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Do what the command line says; 0 where no law was broken, else 1."""
    options = _parser().parse_args(arguments)
    if options.seed is not None:
        return _replay(options, say)
    tally = run(options.seeds, options.steps, processes=options.processes)
    say(str(tally))
    for seed in list(tally.broken)[: options.stories]:
        say("")
        _tell_shortest(seed, options.steps, say)
    return 1 if tally.broken else 0


def run(seeds: Sequence[int], steps: int, *, processes: int = 1) -> Tally:
    """Play the histories with ``seeds``, of ``steps`` steps each, in so many processes."""
    return Tally.joined(_tallies(seeds, steps, processes))


def _tallies(seeds: Sequence[int], steps: int, processes: int) -> Iterator[Tally]:
    one = partial(_tally, steps=steps)
    if processes == 1:
        yield from map(one, seeds)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(one, seeds, chunksize=4)


def _tally(seed: int, steps: int) -> Tally:
    return Tally.of(seed, steps, play(draw(seed, steps)))


def _replay(options: Namespace, say: Callable[[str], object]) -> int:
    played = play(draw(options.seed, options.steps), say)
    for violation in played.violations:
        say(f"violation: {violation}")
    say(f"violations: {len(played.violations)}")
    return 1 if played.violations else 0


def _tell_shortest(seed: int, steps: int, say: Callable[[str], object]) -> None:
    """Tell the shortest story that breaks the same law as the history with ``seed``."""
    story = draw(seed, steps)
    laws = [violation.law for violation in play(story).violations]

    def fails(shorter: Story) -> bool:
        return laws[0] in {violation.law for violation in play(shorter).violations}

    played = play(shrink(story, fails, tries_max=_TRIES_MAX), say)
    for violation in played.violations:
        say(f"violation: {violation}")
    say(f"repeat the whole history with: --seed {seed} --steps {steps}")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m erplink.testing.simulation",
        description="Play seeded histories of two ERPs, a CRM and erplink, and judge how they end.",
    )
    parser.add_argument(
        "--seeds", type=_seeds, default=range(100), help="which histories: 0:500, or a number"
    )
    parser.add_argument("--steps", type=int, default=200, help="how much happens in each")
    parser.add_argument("--seed", type=int, help="play one history again, and tell all of it")
    parser.add_argument("--processes", type=int, default=1, help="how many at once")
    parser.add_argument(
        "--stories", type=int, default=1, help="of how many violations the shortest story is told"
    )
    return parser


def _seeds(text: str) -> range:
    begin, colon, end = text.partition(":")
    return range(int(begin), int(end)) if colon else range(int(begin))
