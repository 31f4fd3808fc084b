"""FeedPart: one page of a feed, before its rows become records."""

from attrs import frozen

__all__ = ["FeedPart"]


@frozen
class FeedPart:
    """The keys of one page, and where the next one begins."""

    keys: tuple[str, ...]
    cursor: str
    more: bool
