"""The engine that keeps linked records in step: detect, reconcile, apply, recover."""
