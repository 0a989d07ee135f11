"""Client certificates for mutual TLS."""

from __future__ import annotations

import os
import ssl
from typing import Any

from .._core.errors import ConfigError
from ._trust import named_context

__all__ = ["context_with"]


def context_with(certificate: Any) -> ssl.SSLContext:
    """Return a TLS context that presents a certificate.

    It is the path of a PEM file with the certificate and its key, a tuple of the two files (and the key's password), or
    a context, which is used as it is.
    """
    if isinstance(certificate, ssl.SSLContext):
        return certificate
    files: tuple[Any, ...] = certificate if isinstance(certificate, tuple) else (certificate,)
    if not 1 <= len(files) <= 3 or not all(isinstance(file, (str, os.PathLike)) for file in files):
        raise ConfigError(
            "a client certificate is a file, (certificate, key), (certificate, key, password) or a context"
        )
    context = named_context() or ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(*files)
    except (OSError, ValueError) as error:
        raise ConfigError(f"the client certificate cannot be read from {files[0]!r}: {error}") from error
    return context
