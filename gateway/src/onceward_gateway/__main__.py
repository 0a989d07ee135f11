"""`python -m onceward_gateway`."""

from __future__ import annotations

__all__: list[str] = []


def _run() -> int:
    """Run the command line; gives 130 where it is interrupted, also while it still loads."""
    try:
        from .entry.cli import main

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(_run())
