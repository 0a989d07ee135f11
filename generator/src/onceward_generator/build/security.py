"""Build the security schemes of an API, and the requirements of its operations."""

from __future__ import annotations

from collections.abc import Iterator

from onceward_generator.diagnostics import Report
from onceward_generator.load import Map, Node, Seq
from onceward_generator.model import AuthScheme, Requirement
from onceward_generator.normalise.context import endpoints
from onceward_generator.sdk_file import SdkFile
from onceward_generator.words import split

__all__ = ["Security"]

_BEARER = AuthScheme("bearer", "bearer", assumed=True)


class Security:
    """The security of a document: its schemes, and what each operation requires."""

    def __init__(self, document: Map, sdk: SdkFile, report: Report) -> None:
        components = document.map("components")
        self._nodes = (components.map("securitySchemes") if components else None) or Map({}, document.at)
        self._document = document
        self._sdk = sdk
        self._report = report
        self._is_required = any(list(_required(document)))

    def schemes(self) -> tuple[AuthScheme, ...]:
        """Return the schemes: the configured one first, then those that the document requires, then all others.

        A document without schemes says nothing of credentials: a bearer token can be given.
        """
        configured = self._sdk.auth
        if configured is not None and configured not in self._nodes:
            self._report.add(
                "W302",
                f"the contract has no security scheme `{configured}`",
                self._sdk.brand.at,
                "correct `auth` in `sdk.yaml`",
            )
        asked = [name for entry in _required(self._document) for name in entry]
        order = dict.fromkeys([*([configured] if configured else ()), *asked, *self._nodes])
        found = tuple(self._scheme(name, node) for name in order if isinstance(node := self._nodes.get(name), Map))
        if found and not self._is_required:
            self._report.add(
                "W143", "security schemes are declared, but nothing requires them", self._nodes.at,
                "each of them can be used with every operation",
            )  # fmt: skip
        return found or (_BEARER,)

    def default(self) -> tuple[Requirement, ...]:
        """Return what operations without a requirement of their own require."""
        if self._nodes and not self._is_required:
            return (*((name,) for name in self._nodes), ())
        return self._alternatives(self._document.get("security")) or ()

    def own(self, operation: Map) -> tuple[Requirement, ...] | None:
        """Return what an operation requires, if it says so itself."""
        return self._alternatives(operation.get("security"))

    def needs(self, operation: Map) -> bool:
        """Report whether any credentials may be sent with an operation."""
        if not self._nodes or not self._is_required:
            return operation.get("security") is None or any(self.own(operation) or ())
        own = self.own(operation)
        return any(self.default() if own is None else own)

    def _alternatives(self, node: Node) -> tuple[Requirement, ...] | None:
        if not isinstance(node, Seq):
            return None
        found: list[Requirement] = []
        for entry in node:
            if not isinstance(entry, Map):
                continue
            missing = [name for name in entry if name not in self._nodes]
            for name in missing:
                message = f"a security requirement names `{name}`, which is not a scheme"
                self._report.add("W142", message, entry.where(name), "declare it in `securitySchemes`")
            if not missing:
                found.append(tuple(entry))
        return tuple(found)

    def _scheme(self, name: str, node: Map) -> AuthScheme:
        kind, description = str(node.get("type")), str(node.get("description") or "").strip()
        words = split(name) or ("auth",)
        if kind == "apiKey" and node.get("in") in {"header", "query", "cookie"}:
            wire = str(node.get("name") or "Authorization")
            return AuthScheme(name, str(node["in"]), wire, words, description=description)
        word = str(node.get("scheme") or "").lower()
        if kind == "http" and word in {"basic", "bearer"}:
            return AuthScheme(name, word, name=words, description=description)
        if kind == "oauth2":
            return self._oauth(name, node, description)
        if kind == "openIdConnect":
            url, scopes = node.text("openIdConnectUrl"), self._scopes(name)
            return AuthScheme(name, "openid", name=words, description=description, discovery_url=url, scopes=scopes)
        if kind == "mutualTLS":
            return AuthScheme(name, "mutual_tls", "", words, description=description)
        label = f"HTTP {word} authentication" if kind == "http" else f"security of type {kind}"
        message = f"the security scheme `{name}` is {label}, which is not supported"
        self._report.add("W141", message, node.at, "callers send it themselves, by a header or an `http_client`")
        return AuthScheme(name, "unsupported", "", words, label, description)

    def _oauth(self, name: str, node: Map, description: str) -> AuthScheme:
        flows = node.map("flows") or Map({}, node.at)
        found = [(key, flow) for key, flow in flows.items() if isinstance(flow, Map)]
        tokens = {key: str(flow["tokenUrl"]) for key, flow in found if flow.get("tokenUrl")}
        refresh = [str(flow.get("refreshUrl") or flow.get("tokenUrl") or "") for _, flow in found]
        return AuthScheme(
            id=name,
            kind="oauth2",
            name=split(name) or ("auth",),
            description=description,
            flows=tuple(key for key, _ in found),
            token_url=tokens.get("clientCredentials") or next(iter(tokens.values()), None),
            refresh_url=next((str(flow["refreshUrl"]) for _, flow in found if flow.get("refreshUrl")), None)
            or next((url for url in refresh if url), None),
            discovery_url=node.text("oauth2MetadataUrl"),
            scopes=self._scopes(name),
        )

    def _scopes(self, name: str) -> tuple[str, ...]:
        """Return the scopes of a scheme that the operations need, each once."""
        entries = [entry.get(name) for entry in _required(self._document)]
        found = (str(scope) for scopes in entries if isinstance(scopes, Seq) for scope in scopes)
        return tuple(sorted(dict.fromkeys(found)))


def _required(document: Map) -> Iterator[Map]:
    """Return every security requirement of a document and its operations."""
    yield from document.maps("security")
    for endpoint in endpoints(document):
        yield from endpoint.operation.maps("security")
