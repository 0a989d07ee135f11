"""What the tests of pages and examples share: the environment in which a user's program runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture
def environment(gateway: str) -> dict[str, str]:
    """The variables of a user whose gateway is the tests' own, with the commands of this environment on the path."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ONCEWARD_")}
    path = f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"
    return kept | {"ONCEWARD_BASE_URL": gateway, "PATH": path, "NO_COLOR": "1", "PYTHONWARNINGS": "error"}
