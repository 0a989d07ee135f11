"""`onceward db backup|restore|upgrade|check`: output and exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ...config.load import (
    ConfigError,
    Settings,
    load,
)
from ...db import StorageError, prepare

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions and their options, for this program and for the SDK's."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="configuration (onceward.toml, if it is there)")
    common.add_argument("--data-dir", metavar="DIR", help="where records and files are kept")
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)

    def action(name: str, about: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, parents=[common], help=about, description=f"{about[0].upper()}{about[1:]}.")

    one = action("backup", "write the database and the files beside it to one file; the gateway may run")
    one.add_argument("file", type=Path, metavar="FILE", help="where to: backup.tar, or backup.tar.gz")
    one = action("restore", "put a backup in the place of the database; the gateway must not run")
    one.add_argument("file", type=Path, metavar="FILE", help="a file that `backup` wrote")
    one.add_argument("--replace", action="store_true", help="set a database that is there aside")
    action("upgrade", "bring the schema up to date, as the gateway does when it starts")
    action("check", "tell whether the database is whole and the ledger's sums agree; the gateway may run")


def run(given: argparse.Namespace) -> int:
    """Run an action, and return the exit status: 1 for a faulty database, 2 for a faulty configuration."""
    overrides: dict[str, Any] = {"data_dir": None if given.data_dir is None else str(given.data_dir)}
    try:
        settings = load(given.config, overrides=overrides)
        return _ACTIONS[given.action](settings, given)
    except ConfigError as error:
        print(f"onceward: {error}", file=sys.stderr)
        return 2
    except StorageError as error:
        print(f"onceward: {error}", file=sys.stderr)
        return 1


def _backup(settings: Settings, given: argparse.Namespace) -> int:
    from .backup import back_up

    if not settings.database_url.is_sqlite:
        raise StorageError(
            "`db backup` copies SQLite files, and this database is PostgreSQL, which has its own program. Run: "
            f'pg_dump --format=custom --file={given.file} "$ONCEWARD_GATEWAY_DATABASE_URL"'
        )
    made = back_up(settings, given.file)
    print(f"{given.file}: {given.file.stat().st_size} bytes, schema `{made['schema']}`")
    return 0


def _restore(settings: Settings, given: argparse.Namespace) -> int:
    from .backup import restore

    if not settings.database_url.is_sqlite:
        raise StorageError(
            "`db restore` puts back SQLite files, and this database is PostgreSQL, which has its own program. "
            "Run, for a new and empty database: "
            f'pg_restore --no-owner --exit-on-error --single-transaction --dbname="$NEW_DATABASE_URL" {given.file}'
        )
    kept = restore(settings, given.file, replace=given.replace)
    print(f"restored {settings.database}" + ("" if kept is None else f"; the one that was there is {kept}"))
    return 0


def _upgrade(settings: Settings, given: argparse.Namespace) -> int:
    from ...db.schema import head

    prepare(settings)
    print(f"{settings.database_url}: schema `{head()}`")
    return 0


def _check(settings: Settings, given: argparse.Namespace) -> int:
    from .check import check

    report = check(settings)
    print(f"{settings.database_url}: schema `{report.schema}`")
    print(f"{report.calls} calls, {report.records} records of {report.cost_nano / 1e9:.9f} USD, {report.sums} sums")
    for fault in report.faults:
        print(f"wrong: {fault}")
    if not report.faults:
        print("all agrees")
    return 1 if report.faults else 0


_ACTIONS = {"backup": _backup, "restore": _restore, "upgrade": _upgrade, "check": _check}
