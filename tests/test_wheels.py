"""The packages as users get them: wheels, installed in an environment without this repository."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PACKAGES = {"onceward": "sdks/python", "onceward_gateway": "gateway", "onceward_generator": "generator"}

USER_PROGRAM = """
import sys
import onceward

client = onceward.Onceward(base_url=sys.argv[1], max_retries=8)
answer = client.chat.completions.create(model="onceward/echo", messages=[{"role": "user", "content": "Say installed"}])
print(answer.choices[0].message.content)
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    for source in PACKAGES.values():
        command = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(folder),
            str(ROOT / source),
        ]
        subprocess.run(command, check=True, capture_output=True)
    return {name: next(folder.glob(f"{name}-*.whl")) for name in PACKAGES}


@pytest.mark.parametrize("name", PACKAGES)
def test_wheels_hold_their_license_and_types(wheels: dict[str, Path], name: str) -> None:
    names = zipfile.ZipFile(wheels[name]).namelist()
    assert f"{name}/py.typed" in names
    assert any(entry.endswith("licenses/LICENSE") for entry in names)
    assert not [entry for entry in names if "test_" in entry or entry.endswith((".pyc", ".toml"))]


def test_installed_packages_work(wheels: dict[str, Path], gateway: str, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([BIN / "uv", "venv", "--quiet", "--python", sys.executable, environment], check=True)
    python = environment / "bin" / "python"
    install: list[str | Path] = [BIN / "uv", "pip", "install", "--quiet", "--python", python, *wheels.values()]
    subprocess.run(install, check=True)

    program = tmp_path / "program.py"
    program.write_text(USER_PROGRAM)
    done = subprocess.run(
        [python, "-W", "error", program, gateway], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "installed", done.stderr

    for command in ("onceward", "onceward-generate"):
        helped = subprocess.run(
            [environment / "bin" / command, "--help"], cwd=tmp_path, capture_output=True, check=False
        )
        assert helped.returncode == 0, helped.stderr
