"""What the pages list is all there is: links lead somewhere, and every option, variable and setting is named."""

from __future__ import annotations

import inspect
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import onceward

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "examples" / "README.md", *DOCS.glob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make, by the rule of the usual viewers."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken: list[str] = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text()
    assert [page.name for page in DOCS.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index] == []


def test_every_option_of_a_client_is_listed() -> None:
    page = (DOCS / "quickstart.md").read_text()
    given = inspect.signature(onceward.Onceward.__init__).parameters.items()
    # What catches unknown options, to name the nearest known one, is no option.
    options = [name for name, one in given if name != "self" and one.kind is not one.VAR_KEYWORD]
    assert [name for name in options if f"`{name}`" not in page] == []


def test_every_option_of_a_call_is_listed() -> None:
    page = (DOCS / "quickstart.md").read_text()
    assert [name for name in onceward.CallOptions.__annotations__ if f"`{name}`" not in page] == []


def test_every_setting_of_the_gateway_is_in_the_whole_configuration() -> None:
    from onceward_gateway.config.cluster import ClusterSettings
    from onceward_gateway.config.load import (
        Limits,
        Provider,
        Settings,
    )
    from onceward_gateway.config.storage import StorageSettings
    from onceward_gateway.config.web import CorsSettings

    text = re.findall(r"^```toml\n(.*?)^```$", (DOCS / "gateway.md").read_text(), re.MULTILINE | re.DOTALL)[0]
    whole = tomllib.loads(text)
    assert set(whole["limits"]) == {field.name for field in fields(Limits)}
    providers = {key for table in whole["providers"].values() for key in table}
    assert providers >= {field.name for field in fields(Provider)} - {
        "name",
        "api_key",
        "guarded",
        "query",
        "key_header",
        "key_problem",
    }
    served = {"host", "port", "offline", "data_dir", "fault_models", "allowed_hosts"}
    served |= {"public_url", "trusted_proxies", "header_prefixes"}
    assert set(whole["server"]) == served
    assert set(whole["cors"]) == {field.name for field in fields(CorsSettings)}
    known = served | {"cors", "issues", "auth_mode", "key_hashes", "source", "secret_keys"}
    tables = {"providers", "models", "prices", "limits", "storage", "cluster"}
    tables |= {"ledger", "routing", "outbound", "cache", "guardrails"}  # platform.md and routing.md have these
    tables |= {"watch"}  # monitoring.md has it
    assert {field.name for field in fields(Settings)} == known | tables
    assert set(whole["storage"]) == {field.name for field in fields(StorageSettings)}
    assert set(whole["cluster"]) == {field.name for field in fields(ClusterSettings)}
    for settings, table in ((StorageSettings(), "storage"), (ClusterSettings(), "cluster")):
        set_here = {name: getattr(settings, name) for name in whole[table] if getattr(settings, name) is not None}
        assert set_here.items() <= whole[table].items()
    defaults = Limits()
    assert {name: getattr(defaults, name) for name in whole["limits"]} == whole["limits"]


def test_every_variable_of_the_gateway_is_listed() -> None:
    from onceward_gateway.config.load import _ENVIRONMENT

    section = (DOCS / "gateway.md").read_text().partition("## Environment variables")[2]
    assert [name for name in _ENVIRONMENT if f"_{name}" not in section] == []


def test_every_offline_model_is_listed() -> None:
    from onceward_gateway.offline.catalog import KIND_FAULTS, MODELS

    page = (DOCS / "offline-models.md").read_text()
    assert [model.id for model in MODELS if f"`{model.id}`" not in page] == []
    assert [kind for kind in KIND_FAULTS if f"`onceward/fault-{kind}`" not in page] == []


def test_every_field_of_a_fault_is_listed() -> None:
    from onceward.testing import Fault

    page = (DOCS / "testing.md").read_text()
    assert [field.name for field in fields(Fault) if f"`{field.name}`" not in page] == []
