"""Read ``sdk.yaml``, which configures everything about an SDK that OpenAPI cannot express.

Every key is optional. An unknown key, or a reference to something that the contract does not have, is a warning and not
an error, so that a file for a newer contract still works.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from .diagnostics import ContractError, Diagnostic, Report
from .load import Map, Node, Read, Seq, decode, read_text
from .model import Origin

__all__ = ["MethodNote", "SdkFile", "read_sdk_file"]

_TOP = (
    "version",
    "brand",
    "auth",
    "streams",
    "pages",
    "methods",
    "resources",
    "types",
    "params",
    "behaviour",
    "webhooks",
)
_STREAM = ("framing", "flag", "event", "done", "terminal", "tag", "named", "error_event", "resumable", "finish")
_PAGE = (
    "style",
    "items",
    "cursor_param",
    "limit_param",
    "next",
    "has_more",
    "last_id",
    "item_id",
    "total",
    "total_pages",
    "is_last",
    "first",
)
_METHOD = (
    "name", "aliases", "positional", "stream", "retry", "pages", "text_when", "skip", "deprecated", "auth", "summary",
    "description",
)  # fmt: skip
_BRAND = ("name", "package", "env_prefix", "header_prefix", "base_url", "key_prefix", "aliases", "providers", "gateway")
_BEHAVIOUR = {
    "retries": ("max", "initial", "factor", "cap", "max_retry_after", "statuses", "status_from", "unkeyed_statuses"),
    "headers": ("idempotency", "request_id", "retry_count", "should_retry", "owned", "logged"),
    "clocks": ("connect", "pool", "first_byte", "idle", "total"),
    "errors": None,
}
_WEBHOOKS = ("signature", "header", "prefix", "algorithm", "encoding")
_ERROR = ("parent", "statuses", "status_from", "types", "codes", "types_without_status")
_NOWHERE = Origin("", "", 1, 1)


@dataclass(frozen=True, slots=True)
class MethodNote:
    """The configuration of an endpoint. ``stream`` and ``pages`` are resolved mappings; False turns them off."""

    origin: Origin
    name: str | None = None
    aliases: tuple[str, ...] = ()
    positional: tuple[str, ...] | None = None
    stream: Map | bool | None = None
    pages: Map | bool | None = None
    retry: str | None = None
    text_when: Map | None = None
    skip: bool = False
    deprecated: bool | None = None
    auth: bool | None = None
    summary: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class SdkFile:
    """The content of the file. Endpoints are written ``METHOD path``."""

    brand: Map = field(default_factory=lambda: Map({}, _NOWHERE))
    auth: str | None = None
    methods: dict[str, MethodNote] = field(default_factory=dict)
    resources: Map = field(default_factory=lambda: Map({}, _NOWHERE))
    types: Map = field(default_factory=lambda: Map({}, _NOWHERE))
    params: Map = field(default_factory=lambda: Map({}, _NOWHERE))
    behaviour: Map = field(default_factory=lambda: Map({}, _NOWHERE))
    webhooks: Map = field(default_factory=lambda: Map({}, _NOWHERE))

    def note(self, endpoint: str) -> MethodNote | None:
        """Return the configuration of an endpoint."""
        return self.methods.get(endpoint)

    def renamed(self, name: str) -> SdkFile:
        """Return the configuration of a product of another name, from which its package and prefixes are named."""
        if not name.strip():
            raise ValueError("the name is empty; give the product's name, such as `Parcel Post`")
        kept = self.brand.without("package", "env_prefix", "header_prefix")
        return replace(self, brand=kept.merged({"name": name}))


def read_sdk_file(path: Path, report: Report, read: Read = Path.read_bytes) -> SdkFile:
    """Read a file. Raises `ContractError` if it cannot be read."""
    try:
        root = read_text(decode(read(path.resolve())), path.name, report)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ContractError(Diagnostic("E001", f"`{path.name}` cannot be read: {reason}", _NOWHERE)) from error
    if not isinstance(root, Map):
        return SdkFile()
    return _Reader(root, report).read()


class _Reader:
    def __init__(self, root: Map, report: Report) -> None:
        self._root = root
        self._report = report

    def read(self) -> SdkFile:
        """Return the content of the file."""
        root = self._root
        self._known(root, _TOP)
        self._check_sections()
        return SdkFile(
            brand=self._section(root, "brand"),
            auth=root.text("auth"),
            methods={endpoint: self._method(endpoint) for endpoint in self._section(root, "methods")},
            resources=self._section(root, "resources"),
            types=self._section(root, "types"),
            params=self._section(root, "params"),
            behaviour=self._section(root, "behaviour"),
            webhooks=self._webhooks(),
        )

    def _webhooks(self) -> Map:
        node = self._section(self._root, "webhooks")
        self._known(node, _WEBHOOKS)
        choices = {
            "signature": ("standard", "hmac"),
            "algorithm": ("sha1", "sha256", "sha512"),
            "encoding": ("hex", "base64"),
        }
        wrong = [key for key, allowed in choices.items() if key in node and self._choice(node, key, allowed) is None]
        if node.get("signature") == "hmac" and not node.text("header"):
            self._wrong("`hmac` needs the `header` with the signature", node.at)
            wrong.append("signature")
        return node.without(*wrong)

    def _check_sections(self) -> None:
        self._known(self._section(self._root, "brand"), _BRAND)
        for section, keys in (("streams", _STREAM), ("pages", _PAGE)):
            shapes = self._section(self._root, section)
            for name in shapes:
                self._known(self._section(shapes, name), keys)
        behaviour = self._section(self._root, "behaviour")
        self._known(behaviour, tuple(_BEHAVIOUR))
        for section, allowed in _BEHAVIOUR.items():
            if allowed is not None:
                self._known(self._section(behaviour, section), allowed)
        errors = self._section(behaviour, "errors")
        for name in errors:
            self._known(self._section(errors, name), _ERROR)

    def _method(self, endpoint: str) -> MethodNote:
        methods = self._section(self._root, "methods")
        node = methods[endpoint]
        at = methods.where(endpoint)
        if isinstance(node, str):
            return MethodNote(origin=at, name=node)
        if not isinstance(node, Map):
            self._wrong(f"`{endpoint}` must be a name or a mapping", at)
            return MethodNote(origin=at)
        self._known(node, _METHOD)
        return MethodNote(
            origin=at,
            name=node.text("name"),
            aliases=self._texts(node, "aliases"),
            positional=self._texts(node, "positional") if "positional" in node else None,
            stream=self._shape(node, "stream", "streams", _STREAM),
            pages=self._shape(node, "pages", "pages", _PAGE),
            retry=self._choice(node, "retry", ("safe", "keyed", "never")),
            text_when=node.map("text_when"),
            skip=bool(node.get("skip", False)),
            deprecated=_flag(node.get("deprecated")),
            auth=_flag(node.get("auth")),
            summary=node.text("summary"),
            description=node.text("description"),
        )

    def _shape(self, node: Map, key: str, section: str, known: tuple[str, ...]) -> Map | bool | None:
        value = node.get(key)
        if isinstance(value, Map):
            self._known(value, known)
            return value
        if isinstance(value, bool) or value is None:
            return value
        found = self._section(self._root, section).map(str(value))
        if found is None:
            self._report.add("W302", f"`{section}` has no {value!r}", node.where(key), f"add it to `{section}`")
        return found

    def _choice(self, node: Map, key: str, allowed: tuple[str, ...]) -> str | None:
        value = node.text(key)
        if value is not None and value not in allowed:
            self._wrong(f"`{key}` is {value!r}; it must be one of {', '.join(allowed)}", node.where(key))
            return None
        return value

    def _texts(self, node: Map, key: str) -> tuple[str, ...]:
        value = node.get(key)
        if value is not None and not isinstance(value, Seq):
            self._wrong(f"`{key}` must be a list", node.where(key))
        return tuple(str(member) for member in node.seq(key) or ())

    def _section(self, node: Map, key: str) -> Map:
        value = node.get(key)
        if value is not None and not isinstance(value, Map):
            self._wrong(f"`{key}` must be a mapping", node.where(key))
        return node.map(key) or Map({}, node.at)

    def _known(self, node: Map, keys: tuple[str, ...]) -> None:
        for key in node:
            if key not in keys:
                self._report.add("W301", f"unknown key `{key}`", node.where(key), f"known: {', '.join(keys)}")

    def _wrong(self, message: str, at: Origin) -> None:
        self._report.add("W303", message, at, "correct the value in `sdk.yaml`")


def _flag(value: Node) -> bool | None:
    return value if isinstance(value, bool) else None
