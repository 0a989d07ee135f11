"""The brand: names from a title, a host or the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from onceward_generator import build_api
from onceward_generator.plan.python.words import brand_class, package_name

CONTRACT = """
openapi: 3.1.0
info: {{title: {title!r}, version: "1"}}
servers: [{{url: {server!r}}}]
paths: {{}}
"""


@pytest.mark.parametrize(
    ("title", "package", "client"),
    [
        ("GitHub's official OpenAPI spec + Octokit extension", "github", "GitHub"),
        ("GitHub v3 REST API", "github", "GitHub"),
        ("DigitalOcean API", "digitalocean", "DigitalOcean"),
        ("OpenAI API", "openai", "OpenAI"),
        ("Swagger Petstore - OpenAPI 3.0", "petstore", "Petstore"),
        ("Twilio - Flex", "twilio_flex", "TwilioFlex"),
        ("Discord HTTP API (Preview)", "discord", "Discord"),
        ("Datadog API V1 Collection", "datadog", "Datadog"),
        ("The Plaid API", "plaid", "Plaid"),
        ("API for parcels", "parcels", "Parcels"),
        ("1Password Connect", "api_1password_connect", "Api1PasswordConnect"),
        ("Email API", "email_api", "Email"),
        ("import", "import_", "Import"),
        ("\u0411\u0438\u0440\u0436\u0430", "parcels", "Parcels"),
        ("API", "parcels", "Parcels"),
        ("One two three four five six", "one_two_three_four", "OneTwoThreeFour"),
    ],
)
def test_the_title_gives_the_package_and_the_client(tmp_path: Path, title: str, package: str, client: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(CONTRACT.format(title=title, server="https://api.eu.parcels.example"), encoding="utf-8")
    brand = build_api(path)[0].brand
    if title == "1Password Connect":
        assert brand.spelling == ("1Password", "Connect")
    assert (package_name(brand.package), brand_class(brand)) == (package, client)


def test_a_contract_without_any_name_is_called_client(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(CONTRACT.format(title="", server="http://127.0.0.1:80"))
    assert build_api(path)[0].brand.package == "client"


def test_a_given_name_replaces_the_names_of_the_configuration(tmp_path: Path) -> None:
    path, sdk = tmp_path / "c.yaml", tmp_path / "sdk.yaml"
    path.write_text(CONTRACT.format(title="Parcels", server="https://parcels.example"))
    sdk.write_text(
        "brand: {name: Old, package: old, env_prefix: OLD, header_prefix: X-Old, base_url: 'https://b.example'}"
    )
    brand = build_api(path, sdk, name="Parcel Post")[0].brand
    assert (brand.package, brand.env_prefix, brand.header_prefix) == ("parcel_post", "PARCEL_POST", "X-Parcel-Post")
    assert brand_class(brand) == "ParcelPost"
    assert brand.base_url == "https://b.example"
    with pytest.raises(ValueError, match="empty"):
        build_api(path, name=" ")
