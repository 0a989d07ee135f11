"""Render the README of a package, with the API's own methods in every example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onceward_generator.model import Method
from onceward_generator.plan.python import Package
from onceward_generator.plan.python.docs import first_sentence
from onceward_generator.plan.python.words import class_name
from onceward_generator.samples import NoSample
from onceward_generator.samples.choice import Guide, choose

from .access import Access
from .walk import Call, calls, python_value

__all__ = ["distribution", "render_readme"]

_GENERAL_ERRORS = (400, 401, 403, 404, 409, 422, 429, 500)


def distribution(package: Package) -> str:
    """Return the name of a package on an index: ``parcel-post``."""
    return package.brand.package.replace("_", "-").replace(".", "-")


def render_readme(package: Package) -> str:
    """Return the README as Markdown."""
    return "\n".join(_Readme(package).sections())


class _Readme:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._client = package.client
        self._access = Access(package.api)
        self._calls = {call.method.id: call for call in calls(package)}
        self._guide: Guide = choose(package.api, [call.method for call in self._calls.values()])

    def sections(self) -> Iterator[str]:
        yield from self._head()
        yield from self._install()
        yield from self._first_call()
        yield from self._authentication()
        yield from self._errors()
        yield from self._pages()
        yield from self._streams()
        yield from self._files()
        yield from self._webhooks()
        yield from self._more()

    def _head(self) -> Iterator[str]:
        api = self._package.api
        title = " ".join(api.title.split()) or self._client
        yield "<!-- Generated from the contract by onceward-generate. Do not edit. -->\n"
        yield f"# {title} for Python\n"
        described = first_sentence(api.description) if api.description else ""
        if described and len(described) < 300:
            yield f"{described}\n"
        version = f" {api.version}" if api.version else ""
        yield (
            f"`{self._client}` and `Async{self._client}` are typed clients of the API{version}, with retries, timeouts "
            "and one tree of errors. Every method is listed in [api.md](api.md), every change in "
            "[CHANGELOG.md](CHANGELOG.md).\n"
        )

    def _install(self) -> Iterator[str]:
        yield f"## Install\n\n```sh\npip install {distribution(self._package)}\n```\n\nPython 3.11 or later.\n"

    def _first_call(self) -> Iterator[str]:
        shown = self._shown(self._guide.first)
        if shown is None:
            return
        read = "" if self._guide.first is None or self._guide.first.result.type is None else "answer = "
        show = "print(answer)" if read else ""
        yield "## First call\n"
        yield self._code(f"client = {self._client}()\n\n{read}{shown}\n{show}")
        if self._guide.create is not None and (created := self._shown(self._guide.create)) is not None:
            yield "A request with a body takes the members of the body as arguments:\n"
            yield f"```python\n{created}\n```\n"
        yield "With `asyncio`, methods are the same and awaited:\n"
        yield self._code(
            f"async def main() -> None:\n    async with Async{self._client}() as client:\n"
            f"        {read}await {shown}\n        {show or 'pass'}\n\n\nasyncio.run(main())",
            asynchronous=True,
        )

    def _authentication(self) -> Iterator[str]:
        if not any(call.method.auth for call in self._calls.values()):
            return
        yield "## Authentication\n\nCredentials are options of the client, masked in logs and in printed values:\n"
        yield "".join(f"- `{option}`: {about}\n" for option, about in self._access.credentials())
        example = self._access.example()
        if example is not None:
            yield self._code(f"client = {self._client}({example})", run=False)

    def _errors(self) -> Iterator[str]:
        shown = self._shown(self._guide.first)
        if shown is None:
            return
        package = self._package.brand.package
        yield "## Errors\n"
        yield f"Every error is a `{package}.{self._client}Error`. An answer with an error status is an `APIStatusError`"
        yield "with `status_code`, `body`, `headers` and `request_id`; the class follows the status:\n"
        yield "| status | class |\n|---|---|"
        yield "\n".join(f"| {status} | `{name}` |" for status, name in self._statuses()) + "\n"
        yield (
            "A connection that fails is an `APIConnectionError`, a wrong argument a `ParameterError`, which is raised "
            "before anything is sent.\n"
        )
        yield f"```python\nimport {package}\n\ntry:\n    {shown}\nexcept {package}.APIStatusError as error:\n" + (
            "    print(error.status_code, error.body)\n```\n"
        )
        yield "Requests that are safe to repeat are retried twice, with growing delays."
        yield f"`{self._client}(max_retries=5)` and `{self._client}(timeout=20.0)` change retries and time limits"
        yield "for all calls; each method takes both for one call.\n"

    def _statuses(self) -> Iterator[tuple[str, str]]:
        """Return the statuses that the API declares, or the usual ones, with the class of each."""
        classes = self._package.api.behaviour.errors
        declared = {status for call in self._calls.values() for status in call.method.errors}
        named = {status: error for error in reversed(classes) for status in error.statuses}
        for status in sorted(declared or _GENERAL_ERRORS):
            if status in named:
                yield str(status), f"{class_name(named[status].name)}Error"
        last = next((error for error in classes if error.status_from is not None), None)
        if last is not None:
            yield f"{last.status_from} and above", f"{class_name(last.name)}Error"

    def _pages(self) -> Iterator[str]:
        shown = self._shown(self._guide.pages)
        if shown is None:
            return
        yield "## Pages\n\nIterate over a list for the items of all pages; pages are loaded when they are needed:\n"
        yield f"```python\nfor item in {shown}:\n    print(item)\n```\n"
        yield "`.data` has the items of one page, `.pages()` iterates over pages, and `.collect(100)` returns up to 100"
        yield "items.\n"

    def _streams(self) -> Iterator[str]:
        method = self._guide.streams
        if method is None or method.streams is None:
            return
        call = self._calls[method.id]
        flag = next(
            (
                name
                for name, param in call.plan.arguments
                if param.wire == method.streams.flag and param.place is method.streams.flag_place
            ),
            None,
        )
        shown = self._shown(method, {flag: True} if flag else {})
        if shown is None:
            return
        yield "## Streams\n\nA stream yields its events as they arrive. The end of the block closes its connection:\n"
        yield f"```python\nwith {shown} as stream:\n    for event in stream:\n        print(event)\n```\n"

    def _files(self) -> Iterator[str]:
        upload = self._shown(self._guide.upload)
        if upload is not None:
            yield "## Uploads\n\nA file is bytes, a `pathlib.Path`, an open file, or `(name, content, media type)`:\n"
            yield f"```python\n{upload}\n```\n"
        download = self._shown(self._guide.download)
        if download is not None:
            yield "## Downloads\n\nA binary answer is `bytes` with `write_to_file`:\n"
            yield f'```python\ncontent = {download}\ncontent.write_to_file("download.bin")\n```\n'

    def _webhooks(self) -> Iterator[str]:
        webhooks, package = self._package.api.webhooks, self._package.brand.package
        if webhooks is None:
            return
        names = ", ".join(f"`{one.wire}`" for one in webhooks.events)
        yield f"## Webhooks\n\n`parse_webhook` returns the event of a request that the API sent: {names}.\n"
        arguments = "body"
        if webhooks.signature is not None:
            arguments = "body, headers"
            yield "It verifies the signature with the secret, an argument or the environment variable"
            yield f"`{self._package.brand.env_prefix}_WEBHOOK_SECRET`; `WebhookSignatureError` is a wrong one.\n"
        else:
            yield "The sender is not verified, because the contract declares no signature.\n"
        yield f"```python\nimport {package}\n\n\ndef receive({arguments}):\n"
        yield f"    event = {package}.parse_webhook({arguments})\n    print(event)\n```\n"

    def _more(self) -> Iterator[str]:
        package = self._package.brand.package
        yield "## Tests\n"
        yield f"`{package}.testing.FakeServer` is a server on a local socket for the tests of your program: it answers"
        yield "what you script, and records the requests.\n"
        yield (
            f"```python\nfrom {package}.testing import FakeServer\n\nwith FakeServer() as server, {self._client}("
            f"{self._key_argument()}base_url=server.url) as client:\n"
            '    server.respond_json({"scripted": True})\n```\n'
        )
        yield "The tests of this package are in `tests/`: `pip install -e '.[test]' && pytest`.\n"
        yield "## Licence\n"
        yield (
            "`pyproject.toml` names the licence of this package. The runtime that it contains (`_core`, `_drivers`, "
            "`transports`, `testing`) is under the Apache License 2.0, see "
            f"`src/{package.replace('.', '/')}/_core/LICENSE`.\n"
        )

    def _key_argument(self) -> str:
        if not any(call.method.auth for call in self._calls.values()):
            return ""
        return "".join(
            f"{option}={python_value(value)}, " for option, value in list(self._access.samples().items())[:1]
        )

    def _shown(self, method: Method | None, extra: dict[str, Any] | None = None) -> str | None:
        """Return the source of a call with sample arguments; None without a method."""
        if method is None:
            return None
        call: Call = self._calls[method.id]
        try:
            return f"{call.target}({call.arguments(self._package, extra)})"
        except NoSample:
            return None

    def _code(self, code: str, *, asynchronous: bool = False, run: bool = True) -> str:
        name = f"{'Async' if asynchronous else ''}{self._client}"
        head = f"from {self._package.brand.package} import {name}\n\n" if run else ""
        head = f"import asyncio\n\n{head}\n" if asynchronous else head
        return f"```python\n{head}{code.strip()}\n```\n"
