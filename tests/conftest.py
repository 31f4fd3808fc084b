"""How hard the property tests try: `pytest --hypothesis-profile=long` tries much harder.

And `pytest --erplink-report=docs/_build/matrix.json` leaves what the documentation shows.
"""

from hypothesis import HealthCheck, settings

# Not by `-p`: what is imported before coverage has begun is not counted.
pytest_plugins = ["erplink.testing.pytest_plugin"]

settings.register_profile("usual", deadline=None, print_blob=True)
settings.register_profile(
    "long",
    parent=settings.get_profile("usual"),
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("usual")
