"""The environment in which the programs on pages and in examples run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture
def environment(gateway: str) -> dict[str, str]:
    """Return the environment of a user of the test gateway, with the commands of this environment on the path."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ONCEWARD_")}
    path = f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"
    return kept | {"ONCEWARD_BASE_URL": gateway, "PATH": path, "NO_COLOR": "1", "PYTHONWARNINGS": "error"}
