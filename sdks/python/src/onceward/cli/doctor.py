"""`onceward doctor`: check the configuration and the connection, and explain failures."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .._brand import BRAND
from .._core.errors import ConfigError
from ._checks import Finding, Probe, Report
from ._client_options import make_client
from ._screen import Screen
from ._streams import json_text

__all__ = ["command"]

_MARKS = {"ok": ("ok  ", "good"), "warn": ("warn", "warn"), "fail": ("FAIL", "bad"), "skip": ("skip", "dim")}
_PACKAGES = ("onceward", "onceward-gateway", "pydantic", "httpx2", "httpx", "pyreqwest", "rich")
_OPTIONS = ("base_url", "api_key", "organization", "team", "timeout", "max_retries", "log")
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


def command(given: argparse.Namespace, screen: Screen) -> int:
    """Run the command and return its exit status."""
    report = Report(on_finding=None if given.json else lambda found: _show(screen, found))
    if not given.json:
        _show_setting(given, screen)
        screen.heading("Checks")
    try:
        with make_client(given, screen, max_retries=0) as client:
            Probe(client, report, given.model).run()
    except ConfigError as error:
        report.fail("options", str(error), "Correct the option or the environment variable.")
    if given.json:
        findings = [vars_of(found) for found in report.findings]
        report_json = {"versions": _versions(), "options": _options(given), "checks": findings, "ok": report.ok}
        screen.line(json_text(report_json, indent=2))
    else:
        screen.line()
        _conclude(report, screen)
    return 0 if report.ok else 1


def vars_of(found: Finding) -> dict[str, Any]:
    return {"check": found.name, "status": found.status, "detail": found.detail, "next": found.hint}


def _show_setting(given: argparse.Namespace, screen: Screen) -> None:
    screen.heading("Versions")
    screen.table(("package", "version"), list(_versions().items()))
    screen.heading("Options")
    rows = [(name, str(one["value"]), str(one["source"])) for name, one in _options(given).items()]
    screen.table(("option", "value", "from"), rows)


def _show(screen: Screen, found: Finding) -> None:
    mark, style = _MARKS[found.status]
    screen.write(mark, style)
    screen.line(f"  {found.name}: {found.detail}")
    if found.hint:
        screen.line(f"      {found.hint}", "accent")


def _conclude(report: Report, screen: Screen) -> None:
    if report.ok and not report.warnings:
        screen.line("Everything works.", "good")
    elif report.ok:
        screen.line(f"It works; {report.warnings} warning(s).", "warn")
    else:
        first = next(found for found in report.findings if found.status == "fail")
        screen.line(f"It does not work: {first.name}. {first.hint}", "bad")


def _versions() -> dict[str, str]:
    found = {"python": f"{platform.python_version()} on {platform.system()} {platform.machine()}"}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _options(given: argparse.Namespace) -> dict[str, dict[str, str]]:
    """Return each option with its value and source; keys are masked."""
    found: dict[str, dict[str, str]] = {}
    for name in _OPTIONS:
        variable = BRAND.env(name.upper())
        argument = getattr(given, name, None)
        if argument is not None:
            found[name] = {"value": _masked_option(name, str(argument)), "source": f"--{name.replace('_', '-')}"}
        elif os.environ.get(variable, "").strip():
            found[name] = {"value": _masked_option(name, os.environ[variable].strip()), "source": variable}
        else:
            found[name] = {"value": BRAND.base_url if name == "base_url" else "", "source": "default"}
    for variable in _PROXIES:
        value = os.environ.get(variable) or os.environ.get(variable.lower())
        if value:
            found[variable] = {"value": _without_password(value), "source": "environment"}
    return found


def _masked_option(name: str, value: str) -> str:
    if name == "base_url":
        return _without_password(value)
    if name != "api_key":
        return value
    from .._core.secrets import Secret

    return str(Secret(value))


def _without_password(address: str) -> str:
    before, at, rest = address.rpartition("@")
    return f"{before.partition('://')[0]}://...@{rest}" if at else address
