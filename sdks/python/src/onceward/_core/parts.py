"""The parts of the core that are imported on first use.

A generated package contains a part only if its API needs it. `onceward-generate` copies this file with an error in
place of each import whose module is left out, so every function consists of its docstring, one import and one return.
"""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["alternatives", "credential_options", "credentials", "multipart", "oauth", "tokens"]


@cache
def alternatives() -> Any:
    """Return the choice among several media types of a request."""
    from . import alternatives as part

    return part


@cache
def credential_options() -> Any:
    """Return the client options of declared security schemes."""
    from . import credential_options as part

    return part


@cache
def credentials() -> Any:
    """Return the places of credentials in requests."""
    from . import credentials as part

    return part


@cache
def multipart() -> Any:
    """Return the layout of bodies that consist of files or parts."""
    from . import multipart as part

    return part


@cache
def oauth() -> Any:
    """Return the sources of OAuth 2.0 tokens."""
    from . import oauth as part

    return part


@cache
def tokens() -> Any:
    """Return the requests for OAuth 2.0 tokens."""
    from . import tokens as part

    return part
