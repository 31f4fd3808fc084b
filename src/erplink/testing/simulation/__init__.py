"""A seeded simulation of two ERPs, a CRM, and all that can happen to them and to erplink."""

from erplink.testing.simulation.command import main, run
from erplink.testing.simulation.play import Played, play
from erplink.testing.simulation.setting import Setting
from erplink.testing.simulation.shrink import shrink
from erplink.testing.simulation.story import Story, draw
from erplink.testing.simulation.tally import Tally

__all__ = ["Played", "Setting", "Story", "Tally", "draw", "main", "play", "run", "shrink"]
