"""Render the project files of a package with its own brand: pyproject.toml and README.md."""

from __future__ import annotations

from onceward_generator.plan.python import Package

__all__ = ["project_files"]

PYPROJECT = """# Generated from the contract by onceward-generate.
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{distribution}"
dynamic = ["version"]
description = {description}
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["httpx2>=2.16,<3", "pydantic>=2.11,<3"]
classifiers = ["Typing :: Typed"]

[project.optional-dependencies]
fast = ["pyreqwest>=0.15,<0.16"]

[tool.hatch.version]
path = "src/{folder}/_version.py"

[tool.hatch.build.targets.wheel]
packages = ["src/{folder}"]

[tool.mypy]
strict = true
"""

README = """# {title}

{client} for Python, generated from the contract.

```python
from {package} import {client}

client = {client}()  # reads the key from `{env}_API_KEY`
```

`Async{client}` has the same methods with `await`. Every resource and method is listed in [api.md](api.md).
"""


def project_files(package: Package) -> dict[str, str]:
    """Return the project files of a package."""
    brand = package.brand
    words = " ".join(package.api.title.split())
    description = '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return {
        "pyproject.toml": PYPROJECT.format(
            distribution=brand.package.replace("_", "-").replace(".", "-"),
            description=description,
            folder=brand.package.replace(".", "/"),
        ),
        "README.md": README.format(
            title=words or package.client, client=package.client, package=brand.package, env=brand.env_prefix
        ),
    }
