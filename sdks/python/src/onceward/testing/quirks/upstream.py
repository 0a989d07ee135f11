"""The upstream that answers oddly: a real server that records its requests and what it charged for them."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from .._server import Connection, LocalServer
from ..replies import RecordedRequest
from .draft import Asked, Draft, Kind, Wire, drafted
from .registry import QUIRKS, Quirk

__all__ = ["Charge", "QuirkyUpstream"]

_TEXT = "The gate is open, and the road behind it is clear."


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost of one request: the tokens that the upstream would bill for it.

    It charges for the prompt of every request that a model worked on, and for the text that it wrote until the answer
    broke
    off, whether the client stayed or left.
    """

    quirk: str | None
    """The quirk of the answer; None for a normal one."""
    wire: Wire
    kind: Kind | None
    model: str
    stream: bool
    key: str | None
    """The ``Idempotency-Key`` of the request."""
    prompt_tokens: int
    completion_tokens: int

    @property
    def paid(self) -> bool:
        """True if the request cost anything."""
        return self.prompt_tokens + self.completion_tokens > 0


class QuirkyUpstream(LocalServer):
    """An upstream, in both wire formats, whose answers have the quirk that the model's name selects.

    The model ``usage-missing`` (or ``anything/usage-missing``) answers with the quirk of that name; `QUIRKS` lists
    them.
    ``quirk`` is for other models; None gives them normal answers. ``text`` is the text of every answer::

        with QuirkyUpstream() as upstream:
            client = make_client(base_url=upstream.url)

    It serves the paths of OpenAI and of Anthropic, with and without ``/v1``.
    """

    def __init__(self, quirk: str | None = None, *, text: str = _TEXT) -> None:
        if quirk is not None and quirk not in QUIRKS:
            raise ValueError(_unknown(quirk))
        super().__init__()
        self._quirk = quirk
        self._text = text
        self._lock = threading.Lock()
        self._requests: list[RecordedRequest] = []
        self._charges: list[Charge] = []

    # requests and costs

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request in the order of arrival."""
        with self._lock:
            return list(self._requests)

    @property
    def charges(self) -> list[Charge]:
        """The cost of each request, in the order of arrival: zeros if it cost nothing."""
        with self._lock:
            return list(self._charges)

    def forget(self) -> None:
        """Forget requests and charges."""
        with self._lock:
            self._requests.clear()
            self._charges.clear()

    # internals

    def _serve(self, connection: Connection) -> None:
        while (request := connection.request()) is not None:
            asked = Asked.of(request, self._text)
            draft = drafted(asked)
            quirk = self._chosen(asked)
            if quirk is not None:
                quirk.apply(draft)
            with self._lock:
                self._requests.append(request)
                self._charges.append(_charge(request, draft, quirk))
            if not connection.answer(request, draft.reply(), draft.fault):
                return

    def _chosen(self, asked: Asked) -> Quirk | None:
        name = asked.model.rpartition("/")[2]
        quirk = QUIRKS.get(name) or (QUIRKS[self._quirk] if self._quirk is not None else None)
        return quirk if quirk is not None and quirk.shows(asked.kind, stream=asked.stream) else None


def _charge(request: RecordedRequest, draft: Draft, quirk: Quirk | None) -> Charge:
    asked = draft.asked
    charged = asked.kind is not None and (quirk is None or quirk.charged)
    return Charge(
        quirk=None if quirk is None else quirk.name,
        wire=asked.wire,
        kind=asked.kind,
        model=asked.model,
        stream=asked.stream,
        key=request.header("idempotency-key"),
        prompt_tokens=asked.prompt_tokens if charged else 0,
        completion_tokens=draft.completion_tokens if charged else 0,
    )


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, QUIRKS, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return f"`quirk` is {name!r}, which is not a quirk.{meant} `QUIRKS` lists them."
