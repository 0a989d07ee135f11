"""Certificate authorities from the environment: ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``.

If both are set, the authorities of both are trusted, as in OpenSSL and other TLS libraries.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from functools import lru_cache

from .._core.errors import ConfigError

__all__ = ["check_trust", "named_context"]

_HASHED = re.compile(r"[0-9a-fA-F]{8}\.\d+")
"""A file name under which OpenSSL looks up a certificate."""


def check_trust(environ: Mapping[str, str] | None = None) -> None:
    """Raise `ConfigError` if the environment names certificates that cannot be read."""
    env = os.environ if environ is None else environ
    _check(env.get("SSL_CERT_FILE", ""), env.get("SSL_CERT_DIR", ""))


def named_context(environ: Mapping[str, str] | None = None) -> ssl.SSLContext | None:
    """Return a context that trusts the authorities from the environment, or None if it names none."""
    env = os.environ if environ is None else environ
    file, folders = env.get("SSL_CERT_FILE", ""), env.get("SSL_CERT_DIR", "")
    return _context(file, folders) if file or folders else None


@lru_cache(maxsize=8)
def _check(file: str, folders: str) -> None:
    if file or folders:
        _context(file, folders)


def _context(file: str, folders: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file:
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ValueError) as error:
            raise _unreadable("SSL_CERT_FILE", file, str(error), "Use a PEM file") from error
    found = [_load_folder(context, folder) for folder in folders.split(os.pathsep) if folder]
    if not file and not any(found):
        raise _unreadable("SSL_CERT_DIR", folders, "it has no certificates", "Use a directory of PEM files")
    return context


def _load_folder(context: ssl.SSLContext, folder: str) -> bool:
    """Trust the certificates of a folder, and return whether there are any."""
    try:
        names = os.listdir(folder)
    except (OSError, ValueError):
        return False
    if any(map(_HASHED.fullmatch, names)):
        context.load_verify_locations(capath=folder)
        return True
    found = False
    for name in names:
        path = os.path.join(folder, name)
        try:
            if os.path.isfile(path):
                context.load_verify_locations(cafile=path)
                found = True
        except OSError:  # a key, a text, an unrelated file
            continue
    return found


def _unreadable(name: str, value: str, error: str, advice: str) -> ConfigError:
    return ConfigError(f"the CA certificates cannot be read: `{name}` is {value!r}: {error}. {advice}, or unset it.")
