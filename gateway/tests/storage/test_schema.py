"""The schema: taken step by step, adopted from older gateways, never destroyed."""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from onceward_gateway.config.load import Settings
from onceward_gateway.config.storage import StorageSettings
from onceward_gateway.core.urls import StoreUrl
from onceward_gateway.db import (
    StorageError,
    bootstrap,
    open_database,
    prepare,
    schema,
)
from onceward_gateway.db.unusable import opening

from ..conftest import GatewayProcess
from ..ledger.rollup_sums import expected, kept
from ..servers import PostgresServer

OLDER = Path(__file__).parent / "before_revisions.sql"
OLDER_KEY = "sk-KAE_fLY_lWtMWieUpKtS1ZQ9m0rEgLw4pjxwcmQirL8"
OLDER_MASTER = "sk-master-of-an-older-gateway-0123"
VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"
# An index has nothing that is not in its table: no node of an older version misses it.
HARMLESS = {"create_table", "create_index", "drop_index", "add_column", "rename_table", "get_context", "f", "execute"}
STATEMENTS = ("INSERT INTO", "UPDATE", "CREATE VIEW", "ALTER INDEX")
RENAMED = {"once_key": "idempotency_key"}


def older_file(folder: Path, *, without: str | None = None) -> Path:
    """A file as a gateway left it that had no revisions yet."""
    file = folder / "gateway.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(OLDER.read_text())
        if without is not None:
            connection.execute(f"DROP TABLE {without}")
        connection.commit()
    return file


def at(folder: Path, address: str | None = None) -> Settings:
    url = None if address is None else StoreUrl(address)
    return Settings(data_dir=folder, storage=StorageSettings(database_url=url, write_timeout_seconds=15))


def everything(engine: sa.Engine) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in metadata.sorted_tables
        }


def filled(engine: sa.Engine, number: int) -> None:
    """A row in every table, with something in every column."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    values: dict[type, Any] = {str: f"text {number}", int: number, float: number + 0.5, bytes: b"\x00\xff"}
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                row = {column.name: values[column.type.python_type] for column in table.columns}
                connection.execute(table.insert().values(row))


def upgrade_to(engine: sa.Engine, revision: str) -> None:
    from alembic import command

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_the_revisions_are_one_chain_named_by_number() -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema.head()]
    walked = [script.revision for script in scripts.walk_revisions()]
    assert walked[::-1] == schema.revisions()
    assert [int(revision[:4]) for revision in schema.revisions()] == list(range(1, len(walked) + 1))


@pytest.mark.parametrize("file", sorted(VERSIONS.glob("*.py")), ids=lambda file: file.stem)
def test_no_revision_takes_anything_away(file: Path) -> None:
    tree = ast.parse(file.read_text())
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "op"}
    assert used <= HARMLESS, f"{file.name} uses {sorted(used - HARMLESS)}"
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    executed = [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "op.execute"]
    for statement in executed:
        assert statement.startswith(STATEMENTS), f"{file.name} executes {statement!r}"
    for call in calls:
        if ast.unparse(call.func) == "op.rename_table":
            old, new = map(ast.literal_eval, call.args)
            assert RENAMED[old] == new
            assert f"CREATE VIEW {old} AS SELECT * FROM {new}" in executed


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
def test_every_step_keeps_every_row(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = new_database(server, "steps").replace("postgresql:", "postgresql+psycopg:")
        engine = sa.create_engine(url)
    before: dict[str, list[dict[str, Any]]] = {}
    for number, revision in enumerate(schema.revisions(), 1):
        upgrade_to(engine, revision)
        after = everything(engine)
        for table, rows in before.items():
            if table != "alembic_version":
                stored = after[table] if table in after else after[RENAMED[table]]
                now = [{name: row[name] for name in rows[0]} for row in stored]
                # PostgreSQL moves a row whose new columns are filled.
                assert sorted(now, key=repr) == sorted(rows, key=repr), f"{revision} changed rows of `{table}`"
        filled(engine, number)
        before = everything(engine)
    engine.dispose()


def _records(engine: sa.Engine) -> None:
    """Write usage records as gateways did that kept no sums of them."""
    metadata = sa.MetaData()
    metadata.reflect(engine)
    usage, tagged = metadata.tables["usage"], metadata.tables["usage_tag"]
    blank: dict[type, Any] = {str: "x", int: 0, float: 0.0}
    plain = {column.name: blank[column.type.python_type] for column in usage.columns if not column.nullable}
    with engine.begin() as connection:
        for number in range(60):
            row = {
                **plain,
                "id": f"call_{number:026d}.1",
                "attempt": 1,
                "model": "mn"[number % 2],
                "model_served": "m",
                "key_id": (None, "k1", "k2")[number % 3],
                "team_id": (None, "t1")[number % 2],
                "customer": (None, None, "shopper", "Büro")[number % 4],
                "cost_nano": 2**50 + number,
                "total_tokens": 7 * number,
                "status": ("completed", "failed", "interrupted")[number % 3],
                "started_at": 1_780_000_200.0 + 599.9 * number,
                "latency_ms": 3,
            }
            connection.execute(usage.insert().values(row))
            for tag in ((), ("red",), ("red", "blue"))[number % 3]:
                connection.execute(tagged.insert().values(tag=tag, usage_id=row["id"]))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
def test_records_from_before_the_sums_are_added_up(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    else:
        url = new_database(request.getfixturevalue("postgres"), "sums")
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    upgrade_to(engine, "0005_control")
    _records(engine)
    upgrade_to(engine, "head")

    def rows(statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        marks = "?" if kind == "sqlite" else "%s"
        with engine.connect() as reading:
            found = reading.exec_driver_sql(statement.replace("?", marks), parameters)
            return [tuple(row) for row in found]

    assert kept(rows) == expected(rows)
    assert sum(sums[0] for place, sums in kept(rows).items() if (place[0], place[2]) == (0, 24)) == 60
    ungrouped = "SELECT COUNT(*) FROM usage LEFT JOIN usage_group AS g ON g.id = usage.group_id WHERE g.id IS NULL"
    assert rows(ungrouped) == [(0,)]
    engine.dispose()


# Statements of the version before the rename, with the values bound in them.
OLDER_KEYS = (
    (
        "INSERT INTO once_key (principal, key, operation, fingerprint, call_id, expires_at, node) "
        "VALUES ('p', 'new', 'chat', ''::bytea, 'call_2', 9.0, 'node_b') ON CONFLICT (principal, key) DO UPDATE SET "
        "call_id = excluded.call_id, node = excluded.node "
        "WHERE once_key.expires_at <= 1.0 OR (once_key.call_id = 'x' AND coalesce(once_key.node, '') = '') "
        "RETURNING call_id",
        [("call_2",)],
    ),
    (
        "INSERT INTO once_key (principal, key, operation, fingerprint, call_id, expires_at) "
        "VALUES ('p', 'old', 'chat', ''::bytea, 'call_3', 9.0) ON CONFLICT (principal, key) DO UPDATE SET "
        "call_id = excluded.call_id WHERE once_key.expires_at <= 1.0 RETURNING call_id",
        [],
    ),
    ("UPDATE once_key SET node = NULL, expires_at = 10.0 WHERE call_id = 'call_2' RETURNING key", [("new",)]),
    ("SELECT once_key.call_id FROM once_key WHERE principal = 'p' AND expires_at > 1.0", [("call_1",), ("call_2",)]),
    ("DELETE FROM once_key WHERE expires_at <= 5.0 RETURNING key", [("old",)]),
)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
def test_idempotency_keys_move_to_their_new_table(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    else:
        url = new_database(request.getfixturevalue("postgres"), "renamed")
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    upgrade_to(engine, "0010_usage_periods")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO once_key (principal, key, operation, fingerprint, call_id, expires_at) "
            "VALUES ('p', 'old', 'chat', '', 'call_1', 5.0)"
        )
    upgrade_to(engine, "head")
    found = "SELECT principal, key, operation, call_id, expires_at, node FROM idempotency_key"
    with engine.begin() as connection:
        assert [tuple(row) for row in connection.exec_driver_sql(found)] == [("p", "old", "chat", "call_1", 5.0, None)]
        names = {str(index["name"]) for index in sa.inspect(connection).get_indexes("idempotency_key")}
        assert names == {f"idempotency_key_{name}" for name in ("by_call", "by_expiry", "claimed")}
        if kind == "postgresql":
            # Nodes of the older version go on beside the others, and see the same keys.
            for statement, rows in OLDER_KEYS:
                assert sorted(tuple(row) for row in connection.exec_driver_sql(statement)) == rows
            left = [tuple(row) for row in connection.exec_driver_sql(found)]
            assert left == [("p", "new", "chat", "call_2", 10.0, None)]
    engine.dispose()


def test_a_file_of_an_older_gateway_is_upgraded(tmp_path: Path) -> None:
    """Earlier calls are replayed, and earlier spend is still known."""
    (tmp_path / "data").mkdir()
    file = older_file(tmp_path / "data")
    with closing(sqlite3.connect(file)) as connection:
        answers = [row[0] for row in connection.execute("SELECT body FROM answer ORDER BY call_id")]
        spent = connection.execute("SELECT SUM(cost_nano) FROM usage").fetchone()[0]
    address = {"ONCEWARD_GATEWAY_DATABASE_URL": f"sqlite:///{file}", "ONCEWARD_GATEWAY_API_KEYS": OLDER_MASTER}
    server = GatewayProcess(tmp_path, environ=address).start()
    try:
        with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {OLDER_KEY}"}) as client:
            for number, answer in enumerate(answers):
                body = {"model": "onceward/echo", "messages": [{"role": "user", "content": f"Hello {number}!"}]}
                again = client.post("/v1/chat/completions", json=body, headers={"Idempotency-Key": f"older-{number}"})
                assert again.content == answer
            calls = client.get("/v1/calls").json()["data"]
            assert len(calls) == len(answers) + 1
            told = client.get("/key/info").json()
        assert json.dumps(told).count(f"{spent / 1e9:g}") >= 1
    finally:
        server.stop()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.head(),)]
        assert connection.execute("SELECT SUM(cost_nano) FROM usage").fetchone()[0] == spent


def test_a_file_from_before_a_table_gets_the_table(tmp_path: Path) -> None:
    older_file(tmp_path, without="cache_entry")
    prepare(at(tmp_path))
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'gateway.db'}")
    found = everything(engine)
    assert found["cache_entry"] == []
    assert len(found["call"]) == 4
    engine.dispose()


def test_an_adopted_file_has_the_shape_of_a_new_one(tmp_path: Path) -> None:
    """The same tables, columns, keys and indexes; SQLite's type names differ, what they hold does not."""

    def shape(folder: Path) -> dict[str, Any]:
        prepare(at(folder))
        engine = sa.create_engine(f"sqlite:///{folder / 'gateway.db'}")
        look = sa.inspect(engine)
        found = {
            table: (
                [(column["name"], column["type"].python_type) for column in look.get_columns(table)],
                look.get_pk_constraint(table)["constrained_columns"],
                sorted(
                    (str(index["name"]), index["column_names"], index["unique"]) for index in look.get_indexes(table)
                ),
            )
            for table in look.get_table_names()
        }
        engine.dispose()
        return found

    (tmp_path / "older").mkdir()
    older_file(tmp_path / "older")
    adopted = shape(tmp_path / "older")
    adopted.pop("schema_version")
    assert adopted == shape(tmp_path / "new")


def new_database(server: PostgresServer, name: str) -> str:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.url(name)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
def test_a_step_that_fails_leaves_the_database_as_it_was(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    url = None if kind == "sqlite" else new_database(request.getfixturevalue("postgres"), "failing")
    prepare(at(tmp_path, url))
    copied = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, copied)
    (copied / "versions" / "9999_bad.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\nrevision = '9999_bad'\ndown_revision = {schema.head()!r}\n"
        "def upgrade():\n    op.create_table('half', sa.Column('id', sa.Integer))\n    op.execute('SELECT nonsense')\n"
    )
    good = schema.head()
    with monkeypatch.context() as broken:
        broken.setattr(schema, "_MIGRATIONS", copied)
        with pytest.raises(StorageError, match="9999_bad"):
            prepare(at(tmp_path, url))
    engine = sa.create_engine(
        f"sqlite:///{tmp_path / 'gateway.db'}" if url is None else url.replace("postgresql:", "postgresql+psycopg:")
    )
    found = everything(engine)
    assert found["alembic_version"] == [{"version_num": good}]
    assert "half" not in found
    engine.dispose()
    prepare(at(tmp_path, url))


def test_a_database_of_a_newer_gateway_is_refused(tmp_path: Path) -> None:
    prepare(at(tmp_path))
    with closing(sqlite3.connect(tmp_path / "gateway.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_later'")
        connection.commit()
    with pytest.raises(StorageError, match=r"`9999_later`.*a newer one has used it"):
        prepare(at(tmp_path))


def test_nodes_that_start_at_once_take_the_steps_once(tmp_path: Path, postgres: PostgresServer) -> None:
    url = new_database(postgres, "together")
    program = (
        "import sys; from pathlib import Path; from onceward_gateway.config.load import load; "
        "from onceward_gateway.db import prepare; prepare(load(overrides={'data_dir': sys.argv[1]}))"
    )

    def start(number: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / str(number))],
            env={"ONCEWARD_GATEWAY_DATABASE_URL": url},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    with ThreadPoolExecutor(3) as threads:
        for ended in threads.map(start, range(3)):
            assert (ended.returncode, ended.stderr) == (0, "")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.head(),)]


def test_one_gateway_a_file(tmp_path: Path) -> None:
    settings = at(tmp_path)
    prepare(settings)
    database = open_database(settings)
    with pytest.raises(StorageError, match="no other gateway uses it"):
        prepare(settings)
    with pytest.raises(StorageError, match="no other gateway uses it"):
        open_database(settings)
    database._file.close()  # type: ignore[attr-defined]  # no loop runs here
    prepare(settings)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        prepare(at(tmp_path, f"sqlite:///{tmp_path}/none/a.db"))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
def test_a_current_schema_imports_no_migrations(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = (
        f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else new_database(request.getfixturevalue("postgres"), "lean")
    )
    program = (
        "import sys; from onceward_gateway.entry.app import create_app; from onceward_gateway.config.load import load; "
        "create_app(load()); print(*(m for m in ('alembic', 'sqlalchemy', 'mako', 'psycopg') if m in sys.modules))"
    )
    environ = {"ONCEWARD_GATEWAY_DATABASE_URL": url, "ONCEWARD_GATEWAY_DATA_DIR": str(tmp_path)}
    printed = [
        subprocess.run(
            [sys.executable, "-c", program], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    # A new SQLite file takes no steps: its tables are written down.
    first, driver = ([], []) if kind == "sqlite" else (["alembic", "sqlalchemy", "mako", "psycopg"], ["psycopg"])
    assert printed == [first, driver]


def test_a_new_file_is_what_the_revisions_make(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["check"]) == 0, capsys.readouterr().err


def test_a_new_file_that_cannot_be_made_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder)
    (folder / "new_file.sql").write_text("BEGIN TRANSACTION; CREATE TABLE call (id TEXT); CREATE TABLE call (id TEXT);")
    monkeypatch.setattr(schema, "_MIGRATIONS", folder)
    with pytest.raises(StorageError, match="could not be made: table call already exists"):
        prepare(at(tmp_path))
    monkeypatch.undo()
    prepare(at(tmp_path))
    assert schema.sqlite_version(tmp_path / "gateway.db") == schema.head()


def test_a_database_that_cannot_hold_every_text_is_refused(tmp_path: Path, postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(StorageError, match="encoding 'SQL_ASCII'"):
        prepare(at(tmp_path, postgres.url("ascii")))


def test_a_server_that_starts_later_is_waited_for_and_a_wrong_name_is_not(
    tmp_path: Path, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    with pytest.raises(StorageError, match='database "nowhere" does not exist'):
        prepare(at(tmp_path, postgres.url("nowhere")))
    assert time.monotonic() - began < 5
    url = new_database(postgres, "late")
    postgres.stop()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(prepare, at(tmp_path, url))
        while "cannot be reached yet" not in caplog.text:
            assert not waiting.done()
            time.sleep(0.01)
        postgres.start()
        waiting.result(timeout=20)


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"), [(_garbage, "file is not a database"), (_folder, "unable to open database file")]
)
def test_an_invalid_database_file_is_named(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    settings = Settings(data_dir=tmp_path)
    spoil(settings.database)
    with pytest.raises(StorageError, match=f"gateway.db' cannot be opened: {said}. "):
        prepare(settings)


def test_a_file_that_another_process_holds_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with (
            pytest.raises(StorageError, match=r"database is locked.*no other gateway uses it"),
            opening(path),
            closing(sqlite3.connect(path, timeout=0)) as connection,
        ):
            connection.execute("SELECT COUNT(*) FROM sqlite_master")
