"""PostgreSQL before the loop runs: is it there, does it fit, is its schema current."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from ..config.storage import StorageSettings
from ..core.urls import StoreUrl
from .interface import StorageError, StorageUnavailable
from .schema import is_current, upgrade_with

__all__ = ["connection_options", "prepare_postgres"]

_log = logging.getLogger("onceward_gateway")
_OLDEST = 130000
# The advisory lock of whoever changes the schema: "onceward" as a number.
_LOCK = int.from_bytes(b"onceward")
_PAUSE_SECONDS = 0.25
# These mean that the server is not ready yet; a wrong password or a missing database does not pass by itself.
_PASSING = ("57P03", "57P01", "57P02", "53300")


def connection_options(settings: StorageSettings) -> dict[str, Any]:
    """Return the options of every connection, where the address does not say otherwise.

    A server that vanished is noticed within seconds, not when TCP gives up.
    """
    return {
        "application_name": "onceward",
        "connect_timeout": max(2, round(settings.connect_timeout_seconds)),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "client_encoding": "utf8",
    }


def prepare_postgres(url: StoreUrl, settings: StorageSettings) -> None:
    """Check the server and bring the schema up to date, one node at a time."""
    with _connected(url, settings) as connection:
        _check(connection, url)
        if is_current(_version(connection), f"{url}"):
            return
        _lock(connection, url, settings.write_timeout_seconds)
        if not is_current(_version(connection), f"{url}"):
            upgrade_with("postgresql+psycopg://", lambda: _connect(url, settings), str(url))


@contextmanager
def _connected(url: StoreUrl, settings: StorageSettings) -> Iterator[psycopg.Connection[Any]]:
    connection = _connect_patiently(url, settings)
    try:
        yield connection
    except psycopg.OperationalError as error:
        raise StorageUnavailable(
            f"The database {url} was lost: {url.hide(str(error).strip())}. Start again."
        ) from error
    except psycopg.Error as error:
        raise StorageError(f"The database {url} cannot be used: {url.hide(str(error).strip())}.") from error
    finally:
        connection.close()


def _connect(url: StoreUrl, settings: StorageSettings) -> psycopg.Connection[Any]:
    # Closing ends the lock too; Alembic's own connection needs no autocommit.
    return psycopg.connect(_address(url), **connection_options(settings))


def _address(url: StoreUrl) -> str:
    return url.reveal()


def _connect_patiently(url: StoreUrl, settings: StorageSettings) -> psycopg.Connection[Any]:
    """Connect; a server that starts at the same time as this gateway is waited for."""
    deadline = time.monotonic() + settings.write_timeout_seconds
    said = False
    while True:
        try:
            return psycopg.connect(_address(url), autocommit=True, **connection_options(settings))
        except psycopg.OperationalError as error:
            passing = error.sqlstate is None or error.sqlstate in _PASSING
            text = url.hide(str(error).strip())
            if not passing or _is_refusal(text) or time.monotonic() > deadline:
                raise StorageUnavailable(
                    f"The database {url} cannot be reached: {text}. Check `storage.database_url`, and that the server "
                    "runs and lets this user in."
                ) from error
            if not said:
                _log.warning("the database %s cannot be reached yet: %s", url, text)
                said = True
            time.sleep(_PAUSE_SECONDS)
        except psycopg.Error as error:
            text = url.hide(str(error).strip())
            raise StorageError(f"`storage.database_url` is {str(url)!r}, which cannot be used: {text}.") from error


def _is_refusal(text: str) -> bool:
    """Return whether the server refused a connection. There is no SQLSTATE for that: libpq has only the text."""
    return any(sign in text for sign in ("authentication failed", "does not exist", "no pg_hba.conf entry", "password"))


def _check(connection: psycopg.Connection[Any], url: StoreUrl) -> None:
    if connection.info.server_version < _OLDEST:
        found = connection.info.server_version // 10000
        raise StorageError(f"The server of {url} is PostgreSQL {found}, and 13 or newer is needed. Upgrade it.")
    row = connection.execute("SELECT current_setting('server_encoding'), pg_is_in_recovery()").fetchone()
    assert row is not None
    if row[0] != "UTF8":
        raise StorageError(
            f"The database {url} has the encoding {row[0]!r}, and texts of every language are kept. "
            "Make one with ENCODING 'UTF8' TEMPLATE template0."
        )
    if row[1]:
        raise StorageError(f"The database {url} is a standby and takes no writes. Name the primary.")


def _version(connection: psycopg.Connection[Any]) -> str | None:
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _lock(connection: psycopg.Connection[Any], url: StoreUrl, patience: float) -> None:
    """Be the only one who changes the schema. The lock ends with the connection."""
    deadline = time.monotonic() + patience
    while connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise StorageError(
                f"Another gateway has been changing the schema of {url} for {patience:g} s. "
                "Wait until it is done, then start again."
            )
        time.sleep(_PAUSE_SECONDS)
