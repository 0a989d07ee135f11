"""Errors of PostgreSQL: the server is unavailable, a collision, or a statement that cannot be executed."""

from __future__ import annotations

import psycopg

from ..core.urls import StoreUrl
from .errors import problem_of_sqlstate
from .interface import (
    StorageError,
    StorageUnavailable,
    Unstorable,
)

__all__ = ["fault", "is_collision", "is_lost", "is_undone"]

# Deadlock, serialisation, lock not to be had: everything was undone, and the same again may succeed.
_COLLISIONS = ("40P01", "40001", "55P03")
# Classes: connection, resources, operator's intervention. 25006 is a standby that was the primary before.
_LOST = ("08", "53", "57")
_CANCELLED = "57014"
_READ_ONLY = "25006"
_SHUT_DOWN = "57P01"


def is_collision(error: BaseException) -> bool:
    """Return whether others were in the way and the same may be tried again at once."""
    return isinstance(error, psycopg.Error) and error.sqlstate in _COLLISIONS


def is_lost(error: BaseException) -> bool:
    """Return whether the server cannot be asked for the moment."""
    if isinstance(error, (OSError, TimeoutError)):
        return True
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    if error.sqlstate == _CANCELLED:
        return False
    return error.sqlstate[:2] in _LOST or error.sqlstate == _READ_ONLY


def is_undone(error: BaseException) -> bool:
    """Return whether the connection was lost before the statement took effect: the server had to end the session.

    It says so between commands or in the middle of one, and never behind a commit.
    """
    return isinstance(error, psycopg.Error) and error.sqlstate == _SHUT_DOWN


def fault(url: StoreUrl, error: Exception) -> StorageError:
    """Return the error as callers know it."""
    text = url.hide(str(error).strip()) or type(error).__name__
    if is_lost(error):
        problem = problem_of_sqlstate(getattr(error, "sqlstate", None))
        return StorageUnavailable(f"The database {url} cannot be reached now: {text}. Ask again in a moment.", problem)
    if is_collision(error):
        return StorageUnavailable(f"The database {url} had others in the way: {text}. Ask again.")
    if isinstance(error, (psycopg.DataError, ValueError, OverflowError)):
        return Unstorable(f"The database {url} cannot keep a value: {text}.", text)
    return StorageError(f"The database {url} could not do what was asked: {text}.")
