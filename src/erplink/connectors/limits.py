"""Limits: how much of anything a session may deliver before it is stopped."""

from attrs import frozen

__all__ = ["Limits"]


@frozen(kw_only=True)
class Limits:
    """The most that is taken from a plug-in, of everything that could be without end."""

    pages_max: int = 100_000
    cursor_characters_max: int = 4_096
    slice_bytes_max: int = 16 * 1024 * 1024
    kinds_max: int = 1_000
    fields_max: int = 2_000
    #: The most deletions on one page, and the most aliases.
    deletions_max: int = 100_000
    list_items_max: int = 100_000
    found_max: int = 1_000
