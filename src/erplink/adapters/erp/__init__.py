"""The bundled connectors, announced through the same hooks as anyone else's."""
