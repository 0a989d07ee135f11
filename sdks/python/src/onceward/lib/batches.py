"""Batch helpers: make a batch from requests as Python values, wait for it, and join the answers to the requests.

A line of a batch file has a ``custom_id``, and answers come back in any order. They are joined by that id; a request
without one gets ``request-<place>``.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .._core.encode import encode_json
from .._core.errors import APIError, ParameterError
from .._core.narrow import is_mapping
from .._core.operation import Operation
from .._core.params import checked_body
from ._drive import clock_of, run, run_async
from ._waiting import waiting

if TYPE_CHECKING:
    from ..types.batches import Batch

__all__ = ["AsyncBatchesHelpers", "BatchAnswer", "BatchRequest", "BatchesHelpers", "answers_from", "lines_from"]

T = TypeVar("T")

_OVER = frozenset({"completed", "failed", "expired", "cancelled"})
_REQUESTS = {
    "/v1/chat/completions": "chat",
    "/v1/completions": "completions",
    "/v1/embeddings": "embeddings",
    "/v1/moderations": "moderations",
    "/v1/images/generations": "images",
}
"""The resource whose operation checks the requests to an endpoint."""
_ANSWERS = {
    "/v1/chat/completions": "chat:ChatCompletion",
    "/v1/completions": "completions:Completion",
    "/v1/embeddings": "embeddings:CreateEmbeddingResponse",
    "/v1/moderations": "moderations:ModerationCreateResponse",
    "/v1/images/generations": "images:ImagesResponse",
}


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One request of a batch: the arguments of the call, and a name to find its answer by."""

    body: Mapping[str, Any]
    custom_id: str | None = None


@dataclass(slots=True)
class BatchAnswer(Generic[T]):
    """The result of one request. ``value`` is the answer as its model, or None, and then ``error`` says why."""

    custom_id: str
    status_code: int | None
    value: T | None
    error: APIError | None
    request_id: str | None
    line: dict[str, Any]
    """The line as it came."""

    def unwrap(self) -> T:
        """Return the answer, or raise its error."""
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


def lines_from(requests: Iterable[BatchRequest | Mapping[str, Any]], endpoint: str) -> bytes:
    """Return the lines of a batch file.

    A mapping may be the arguments of a call, or a whole line with its ``custom_id`` and ``body``.
    """
    lines: list[str] = []
    seen: set[str] = set()
    faults: list[str] = []
    for place, given in enumerate(requests):
        line = _line(given, place, endpoint)
        if line["custom_id"] in seen:
            faults.append(f"request {place} has the `custom_id` {line['custom_id']!r} of an earlier one")
        seen.add(line["custom_id"])
        operation = _operation_of(line["url"])
        if operation is not None:
            line["body"], wrong = checked_body(operation, line["body"])
            faults += [f"request {place}: {fault}" for fault in wrong]
        if not faults:
            lines.append(encode_json(line, "batches.create_from").decode())
    if not seen:
        faults.append("a batch needs at least one request")
    if faults:
        raise ParameterError(faults, "batches.create_from")
    return ("\n".join(lines) + "\n").encode()


def _line(given: BatchRequest | Mapping[str, Any], place: int, endpoint: str) -> dict[str, Any]:
    if isinstance(given, BatchRequest):
        body, custom_id, url = given.body, given.custom_id, endpoint
    elif "body" in given and is_mapping(given["body"]):
        body, custom_id, url = given["body"], given.get("custom_id"), given.get("url", endpoint)
    else:
        body, custom_id, url = given, None, endpoint
    return {"custom_id": custom_id or f"request-{place}", "method": "POST", "url": url, "body": dict(body)}


def _operation_of(url: Any) -> Operation | None:
    """Return the operation whose arguments the requests to an endpoint are."""
    family = _REQUESTS.get(url) if isinstance(url, str) else None
    if family is None:
        return None
    module = importlib.import_module(f"..resources.{family}", __package__)
    found = (value for value in vars(module).values() if isinstance(value, Operation))
    return next((operation for operation in found if operation.path == url and operation.method == "POST"), None)


def answers_from(text: str, endpoint: str) -> Iterator[BatchAnswer[Any]]:
    """Parse the answers in a file of results, or of errors."""
    for line in text.splitlines():
        if line.strip():
            yield _answer(json.loads(line), endpoint)


def _answer(line: dict[str, Any], endpoint: str) -> BatchAnswer[Any]:
    response: dict[str, Any] = line.get("response") or {}
    status, body, request_id = response.get("status_code"), response.get("body"), response.get("request_id")
    custom_id = str(line.get("custom_id", ""))
    failure = line.get("error")
    if not failure and status is not None and status < 400:
        return BatchAnswer(custom_id, status, _value(body, endpoint), None, request_id, line)
    from .._core.envelope import error_from
    from .._core.meta import Headers

    answer_body = body if body else {"error": failure or {"message": "The line has neither a response nor an error"}}
    error = error_from(
        status=status or 0,
        headers=Headers(),
        body=json.dumps(answer_body).encode(),
        where=f"batch request {custom_id!r}",
        now=0.0,
        sent_request_id=request_id,
    )
    return BatchAnswer(custom_id, status, None, error, request_id, line)


def _value(body: Any, endpoint: str) -> Any:
    """Return the answer as its model. Deviations from the contract are kept, as in any response."""
    reference = _ANSWERS.get(endpoint)
    if reference is None:
        return body
    from pydantic import ValidationError

    from .._core.lenient import construct
    from .._core.shapes import shape_of

    shape = shape_of(reference)
    try:
        return shape.validate(json.dumps(body).encode())
    except ValidationError:
        return construct(shape.annotation, body, "", [])


def _ordered(answers: Iterable[BatchAnswer[Any]]) -> dict[str, BatchAnswer[Any]]:
    return {answer.custom_id: answer for answer in answers}


class BatchesHelpers:
    """Mixed into the synchronous resource ``client.batches``."""

    def create_from(
        self,
        requests: Iterable[BatchRequest | Mapping[str, Any]],
        *,
        endpoint: str = "/v1/chat/completions",
        completion_window: str = "24h",
        filename: str = "batch.jsonl",
        **params: Any,
    ) -> Batch:
        """Write the requests to a file, upload it, and start the batch.

        ``params`` are parameters of `create` and options of the call.
        """
        resource = cast("Any", self)
        content = lines_from(requests, endpoint)
        file = resource._client.files.create(file=(filename, content, "application/jsonl"), purpose="batch")
        return cast(
            "Batch",
            resource.create(input_file_id=file.id, endpoint=endpoint, completion_window=completion_window, **params),
        )

    def wait(
        self,
        batch_id: str,
        *,
        poll: float | None = None,
        timeout: float | None = None,
        on_progress: Callable[[Batch], None] | None = None,
    ) -> Batch:
        """Wait until the batch is over, or raise `WaitTimeout`.

        ``on_progress`` is called with each state, which has its `request_counts`.
        """
        resource = cast("Any", self)
        wait = waiting(
            f"Batch {batch_id!r}",
            _OVER,
            poll=poll,
            timeout=timeout,
            on_progress=on_progress,
            now=clock_of(self).monotonic(),
        )
        return cast("Batch", run(self, wait, lambda: resource.retrieve(batch_id)))

    def results(self, batch: Batch | str) -> dict[str, BatchAnswer[Any]]:
        """Return the answers and failures of a batch by ``custom_id``, each as its model or its error."""
        resource = cast("Any", self)
        found = cast("Batch", resource.retrieve(batch) if isinstance(batch, str) else batch)
        made: dict[str, BatchAnswer[Any]] = {}
        for file_id in (found.output_file_id, found.error_file_id):
            if file_id:
                text = resource._client.files.content(file_id).text
                made.update(_ordered(answers_from(text, found.endpoint)))
        return made


class AsyncBatchesHelpers:
    """Mixed into the asynchronous resource ``client.batches``."""

    async def create_from(
        self,
        requests: Iterable[BatchRequest | Mapping[str, Any]],
        *,
        endpoint: str = "/v1/chat/completions",
        completion_window: str = "24h",
        filename: str = "batch.jsonl",
        **params: Any,
    ) -> Batch:
        """Write the requests to a file, upload it, and start the batch.

        ``params`` are parameters of `create` and options of the call.
        """
        resource = cast("Any", self)
        content = lines_from(requests, endpoint)
        file = await resource._client.files.create(file=(filename, content, "application/jsonl"), purpose="batch")
        return cast(
            "Batch",
            await resource.create(
                input_file_id=file.id, endpoint=endpoint, completion_window=completion_window, **params
            ),
        )

    async def wait(
        self,
        batch_id: str,
        *,
        poll: float | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the name of the sync twin
        on_progress: Callable[[Batch], None] | None = None,
    ) -> Batch:
        """Wait until the batch is over, or raise `WaitTimeout`.

        ``on_progress`` is called with each state, which has its `request_counts`.
        """
        resource = cast("Any", self)
        wait = waiting(
            f"Batch {batch_id!r}",
            _OVER,
            poll=poll,
            timeout=timeout,
            on_progress=on_progress,
            now=clock_of(self).monotonic(),
        )
        return cast("Batch", await run_async(self, wait, lambda: resource.retrieve(batch_id)))

    async def results(self, batch: Batch | str) -> dict[str, BatchAnswer[Any]]:
        """Return the answers and failures of a batch by ``custom_id``, each as its model or its error."""
        resource = cast("Any", self)
        found = cast("Batch", await resource.retrieve(batch) if isinstance(batch, str) else batch)
        made: dict[str, BatchAnswer[Any]] = {}
        for file_id in (found.output_file_id, found.error_file_id):
            if file_id:
                content = await resource._client.files.content(file_id)
                made.update(_ordered(answers_from(content.text, found.endpoint)))
        return made
