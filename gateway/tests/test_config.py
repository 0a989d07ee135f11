"""Settings out of the file, the environment and the command line, and what is said when they are wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from onceward_gateway.config.load import (
    ConfigError,
    Settings,
    load,
)

KEY = "sk-0123456789abcdef"


OWN = '[deployments.d]\nmodel = "onceward/echo"\n'


def read(tmp_path: Path, text: str, **environ: str) -> Settings:
    file = tmp_path / "onceward.toml"
    file.write_text(text)
    return load(file, environ)


def test_nothing_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(environ={})
    assert (settings.host, settings.port, settings.auth_mode, settings.offline) == (
        "127.0.0.1",
        4100,
        "disabled",
        False,
    )
    assert settings.database.name == "gateway.db"


def test_the_command_line_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "onceward.toml"
    file.write_text('[server]\nhost = "::1"\nport = 1\ndata_dir = "/tmp/a"\n')
    settings = load(file, {"ONCEWARD_GATEWAY_PORT": "2", "ONCEWARD_GATEWAY_DATA_DIR": "/tmp/b"}, {"port": 3})
    assert (settings.host, settings.port, settings.data_dir) == ("::1", 3, Path("/tmp/b"))


def test_keys_are_kept_as_hashes(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"another").hexdigest()
    settings = read(tmp_path, f'[auth]\napi_keys = ["{KEY}", "sha256:{digest}"]\n')
    assert settings.key_hashes == {hashlib.sha256(KEY.encode()).digest(), bytes.fromhex(digest)}
    assert settings.auth_mode == "required"
    assert KEY not in repr(settings)


def test_provider_keys_do_not_show(tmp_path: Path) -> None:
    settings = read(tmp_path, '[providers.openai]\napi_key_env = "MINE"\n', MINE="sk-provider-secret")
    key = settings.providers["openai"].api_key
    assert key is not None
    assert key.reveal() == "sk-provider-secret"
    assert "sk-provider-secret" not in repr(settings) + str(key)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[server]\nprot = 1\n", ["`server.prot`", "not a setting", "port"]),
        ("[sever]\n", ["`sever`", "server"]),
        ('[server]\nport = "x"\n', ["`server.port`", "'x'", "whole number"]),
        ("[server]\nport = 70000\n", ["70000", "between 0 and 65535"]),
        ("server = 1\n", ["`server`", "not a table"]),
        ("[server\n", ["onceward.toml", "not TOML"]),
        ('[auth]\nmode = "maybe"\n', ["`auth.mode`", "'maybe'", "'required', 'optional', 'disabled'"]),
        ('[auth]\napi_keys = ["short"]\n', ["5 characters", "secrets.token_urlsafe"]),
        ('[auth]\napi_keys = ["sha256:zz"]\n', ["64 hex digits"]),
        ('[auth]\nmode = "required"\n', ["there is no key"]),
        ('[server]\nhost = "0.0.0.0"\n', ["0.0.0.0", "no key"]),
        ('[server]\nhost = "0.0.0.0"\n[auth]\nmode = "disabled"\n', ["0.0.0.0", "anybody"]),
        ('[providers.x]\nbase_url = "ftp://x"\nbase_urk = "y"\n', ["`providers.x.base_urk`", "not a setting"]),
        ("[prices.a]\ninput = 1\n", ["`prices.a.input`", "not a setting"]),
        ('[deployments.a]\nmodle = "x"\n', ["`deployments.a.modle`", "not a setting"]),
        ('[storage]\ndatabase_url = "mysql://x/y"\n', ["`storage.database_url`", "'mysql://x/y'", "`postgresql://`"]),
        ('[storage]\ndatabase_url = "sqlite://x.db"\n', ["`storage.database_url`", "names no file"]),
        ('[storage]\ndatabase_url = "postgresql://h:99999/y"\n', ["`storage.database_url`", "is not an address"]),
        ('[storage]\nredis_url = "http://x"\n', ["`storage.redis_url`", "`redis://`"]),
        ("[storage]\npool_size = 1\n", ["`storage.pool_size`", "between 2 and 1000"]),
        ('[limits]\nredis_failure_mode = "maybe"\n', ["`limits.redis_failure_mode`", "'open', 'closed'"]),
        ("[records]\narchive_dir = '/tmp/a'\n", ["`records.archive_dir`", "needs a retention"]),
        ("[records]\nretention_days = 0.5\n", ["`records.retention_days`", "0.5"]),
        ("[records]\nretention = 5\n", ["`records.retention`"]),
        ("[cluster]\nlease_seconds = 3\n", ["`cluster.lease_seconds`", "3.0", "`cluster.heartbeat_seconds`"]),
    ],
)
def test_a_fault_is_said_in_full(tmp_path: Path, text: str, says: list[str]) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, text)
    assert [part for part in says if part not in str(raised.value)] == []


def test_a_fault_of_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ONCEWARD_GATEWAY_PORT"):
        read(tmp_path, "", ONCEWARD_GATEWAY_PORT="many")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml", {})


def test_where_records_are_kept(tmp_path: Path) -> None:
    settings = read(tmp_path, "", ONCEWARD_GATEWAY_DATA_DIR="/var/lib/head gate")
    assert settings.database == Path("/var/lib/head gate/gateway.db")
    settings = read(tmp_path, '[storage]\ndatabase_url = "sqlite:///records/a%20b.db"\n')
    assert settings.database == Path("records/a b.db")
    given = {"ONCEWARD_GATEWAY_DATABASE_URL": "postgresql://env/x", "ONCEWARD_GATEWAY_REDIS_URL": "rediss://env"}
    settings = read(tmp_path, '[storage]\ndatabase_url = "sqlite:////a.db"\nredis_url = "redis://file"\n', **given)
    assert settings.database_url.reveal() == "postgresql://env/x"
    assert settings.redis_url is not None
    assert settings.redis_url.reveal() == "rediss://env"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:p%40ss-w0rd@h:5432/x",
        "postgresql://h/x?user=me&password=p%40ss-w0rd&sslmode=require",
        "postgresql://me:p%40ss-w0rd@h1,h2/x",
        "redis://:p%40ss-w0rd@h/0",
    ],
)
def test_the_password_of_a_store_does_not_show(tmp_path: Path, url: str) -> None:
    key = "redis_url" if url.startswith("redis") else "database_url"
    settings = read(tmp_path, f"[storage]\n{key} = {url!r}\n")
    kept = settings.redis_url if key == "redis_url" else settings.database_url
    assert kept is not None
    assert kept.reveal() == url
    shown = f"{settings!r} {kept} {kept!r} {kept.hide(f'no entry for {url}, p@ss-w0rd or p%40ss-w0rd')}"
    assert "ss-w0rd" not in shown
    assert "REDACTED" in str(kept)
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, f"[storage]\n{key} = {url.replace('://', 'x://', 1)!r}\n")
    assert "ss-w0rd" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "shown", "kept_back"),
    [
        ("[providers.x]\n", ["`providers.x.base_url`", "missing", "'x' cannot be used"], None),
        ('[providers.x]\nbase_url = "ftp://inner.host"\n', ["`providers.x.base_url`", "http"], "inner.host"),
        ('[providers.x]\nbase_url = "https://"\n', ["`providers.x.base_url`", "not an address"], None),
        ('[providers.x]\nbase_url = "http://[::1"\n', ["`providers.x.base_url`", "not an address"], None),
        ('[providers.x]\nbase_url = "http://h:99999"\n', ["`providers.x.base_url`", "not an address"], None),
        ('[providers.x]\nbase_url = "http://h/ v1"\n', ["`providers.x.base_url`", "not an address"], None),
        ('[providers.openai]\nprotocol = "soap"\n', ["`providers.openai.protocol`", "'openai', 'anthropic'"], None),
        ("[providers.openai]\nretries = 99\n", ["`providers.openai.retries`", "between 0 and 10"], None),
        ("[providers.openai]\nheaders = 5\n", ["`providers.openai.headers`"], None),
        ("[providers.openai]\nheaders = { a = 5 }\n", ["`providers.openai.headers.a`"], None),
        (
            '[providers.openai]\nheaders = { Connection = "close" }\n',
            ["`providers.openai.headers.Connection`", "writes itself", "not sent"],
            "close",
        ),
        (
            '[providers.openai]\nheaders = { X-Team = "a\\r\\nX-Other: b" }\n',
            ["`providers.openai.headers.X-Team`", "line break", "not sent"],
            "X-Other",
        ),
        (
            '[providers.openai]\nheaders = { "X Team" = "a" }\n',
            ["`providers.openai.headers.X Team`", "not the name of a header", "not sent"],
            None,
        ),
        (
            '[providers.openai]\napi_key = "sk-a\\nX-Other: b"\n',
            ["`providers.openai`", "line break", "'openai' need a key"],
            "X-Other",
        ),
        ('[providers.openai]\napi_key_env = "NOT_SET"\n', ["'NOT_SET'", "`providers.openai.api_key_env`"], None),
        ('[providers.openai]\napi_key_env = "sk-is-a-key"\n', ["`providers.openai.api_key_env`"], "sk-is-a-key"),
        ('[providers.openai]\napi_key_file = "/nowhere/key"\n', ["`providers.openai.api_key_file`", "No such"], None),
        ('[models]\n"a" = "nowhere/b"\n', ["`models.a`", "'a' cannot be used"], "nowhere/b"),
        ('[models]\n"a" = 7\n', ["`models.a`"], None),
        ('[providers.x]\n[models]\n"a" = "x/b"\n', ["`models.a`", "cannot be used"], None),
        ('[prices.a]\ninput_per_million = "1"\n', ["`prices.a.input_per_million`", "left out"], None),
        ("[prices.a]\ninput_per_million = inf\n", ["`prices.a.input_per_million`"], None),
        ("[prices.a]\ninput_per_million = 1\n", ["`prices.a.output_per_million`", "is free"], None),
        ("[prices.a]\ncached_input_per_million = 1\n", ["`prices.a.input_per_million`", "is free"], None),
        (f"{OWN}input_per_million = 1\n", ["`deployments.d.output_per_million`", "is free"], None),
        (f"{OWN}output_per_million = 1\n", ["`deployments.d.input_per_million`", "is free"], None),
        (f'{OWN}mode = "embedding"\noutput_per_million = 1\n', ["`deployments.d.input_per_million`"], None),
        ("[prices.a]\noutput_per_million = -1\n", ["`prices.a.output_per_million`"], None),
        ('[deployments.d]\nmodel = "nowhere/x"\n', ["`deployments.d.model`", "'d' is left out"], None),
        ("[deployments.d]\n", ["`deployments.d.model`"], None),
        ('[deployments.d]\nmodel = "onceward/echo"\nweight = -1\n', ["`deployments.d.weight`"], None),
        ('[deployments.d]\nmodel = "onceward/echo"\ntags = 5\n', ["`deployments.d.tags`"], None),
    ],
)
def test_an_invalid_provider_does_not_stop_the_gateway(
    tmp_path: Path, text: str, shown: list[str], kept_back: str | None
) -> None:
    settings = read(tmp_path, text)
    told = " ".join(issue.shown for issue in settings.issues.found)
    assert all(part in told for part in shown), told
    assert kept_back is None or kept_back not in told


def test_headers_of_the_connection_are_left_out_and_the_others_are_sent(tmp_path: Path) -> None:
    written = '{ Connection = "close", "content-length" = "5", TE = "trailers", X-Team = "search", Host = "a.example" }'
    settings = read(tmp_path, f"[providers.openai]\nheaders = {written}\n")
    assert settings.providers["openai"].headers == {"X-Team": "search", "Host": "a.example"}
    assert len(settings.issues.found) == 3
    assert not settings.issues.providers


def test_a_header_with_a_line_break_is_left_out(tmp_path: Path) -> None:
    written = '{ X-Team = "a\\nb", X-Region = "eu", X-Null = "a\\u0000b" }'
    settings = read(tmp_path, f"[providers.openai]\nheaders = {written}\n")
    assert settings.providers["openai"].headers == {"X-Region": "eu"}
    assert len(settings.issues.found) == 2


def test_half_a_price_is_kept_and_a_whole_one_is_no_issue(tmp_path: Path) -> None:
    assert read(tmp_path, "[prices.a]\ninput_per_million = 1\n").prices["a"].input == 1_000_000
    for text in (
        "[prices.a]\ninput_per_million = 1\noutput_per_million = 0\n",
        f"{OWN}input_per_million = 1\noutput_per_million = 0\n",
        f'{OWN}mode = "embedding"\ninput_per_million = 1\n',
    ):
        assert not read(tmp_path, text).issues.found


def test_a_key_comes_out_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-out-of-a-file\n")
    key = read(tmp_path, f'[providers.openai]\napi_key_file = "{tmp_path / "key"}"\n').providers["openai"].api_key
    assert key is not None
    assert key.reveal() == "sk-out-of-a-file"
