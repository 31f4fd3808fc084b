"""How hard the property tests try: `pytest --hypothesis-profile=long` tries much harder."""

from hypothesis import HealthCheck, settings

settings.register_profile("usual", deadline=None, print_blob=True)
settings.register_profile(
    "long",
    parent=settings.get_profile("usual"),
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("usual")
