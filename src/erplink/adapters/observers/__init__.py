"""Observers: plug-ins that pass on what erplink does, to logs and to OpenTelemetry."""

from erplink.adapters.observers.logs import LogObserver

__all__ = ["LogObserver"]
