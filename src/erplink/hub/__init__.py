"""What a host holds: one object that carries out everything its screens offer."""

from erplink.hub.hooks import HOST, Hooks
from erplink.hub.hub import Hub
from erplink.hub.scope import Sight
from erplink.hub.tuning import Tuning

__all__ = ["HOST", "Hooks", "Hub", "Sight", "Tuning"]
