"""The command line: a thin shell over the library, with no logic of its own."""

import sys

from erplink.errors import ErplinkError

__all__ = ["main"]


def main() -> None:
    """Run the command line; it needs the extra ``cli``."""
    try:
        from erplink.commands import erplink  # noqa: PLC0415 - it needs an extra
    except ImportError:
        sys.exit("the command line needs an extra: pip install 'erplink[cli]'")
    try:
        erplink()
    except ErplinkError as error:
        sys.exit(f"erplink: {error}")
