"""Known paths of OpenAI, Anthropic and Azure that the gateway does not serve, and what to use instead of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from ..core import error_codes
from ..core.errors import ApiError

__all__ = ["FAMILIES", "not_served"]

_CHAT = "Use `POST /v1/chat/completions`, which reaches the models of all providers."
_KEEP = "Send the whole conversation to `POST /v1/chat/completions`, and keep it in your application."
_AGENT = "Use `POST /v1/chat/completions` with `tools`, and run the tools in your application."
_EMBED = "Compare texts by their vectors from `POST /v1/embeddings`."
_SEARCH = "Store vectors from `POST /v1/embeddings` in a database of your own, and search there."
_SPEAK = "Use `POST /v1/chat/completions` with `stream`, `POST /v1/audio/transcriptions` and `POST /v1/audio/speech`."
_ADMIN = (
    "The gateway has its own keys, users, teams, organizations and reports: see `/key/generate`, `/user/new`, "
    "`/team/new`, `/organization/new` and `/global/spend/report`."
)
_BATCH = "Use `POST /v1/batches` with a file of chat completions."
_FILES = "Use `POST /v1/files`, which takes a file as a whole."
_TUNE = "Use `POST /v1/fine_tuning/jobs`."
_CALLS = "Use `GET /v1/calls`, which lists the calls of your key."
_DIRECT = "Call the provider itself for it."

# Paths without `/v1`, each with everything below it, by what they belong to. `*` stands for one segment.
FAMILIES: Mapping[str, tuple[str, Sequence[str]]] = {
    "the Responses API": (_KEEP, ("responses",)),
    "the Conversations API": (_KEEP, ("conversations",)),
    "the Messages API": (_CHAT, ("messages", "complete")),
    "the token count of the Messages API": ("Use `POST /utils/token_counter`.", ("messages/count_tokens",)),
    "the Message Batches API": (_BATCH, ("messages/batches",)),
    "the Assistants API": (_AGENT, ("assistants", "threads")),
    "an API of hosted agents": (
        _AGENT,
        (
            *("agents", "chatkit", "deployment_runs", "deployments", "dreams", "environments", "memory_stores"),
            *("sessions", "skills", "tunnels", "vaults"),
        ),
    ),
    "the Realtime API": (_SPEAK, ("live", "realtime")),
    "the Containers API": (_AGENT, ("containers",)),
    "the Vector Stores API": (_SEARCH, ("vector_stores",)),
    "the Rerank API": (_EMBED, ("rerank",)),
    "the Uploads API": (_FILES, ("uploads",)),
    "the Evals API": (_BATCH, ("evals",)),
    "the Videos API": (_DIRECT, ("video", "videos")),
    "stored chat completions": (_CALLS, ("chat/completions/*",)),
    "custom voices": (
        "Use `POST /v1/audio/speech` with a voice of the provider.",
        ("audio/voice_consents", "audio/voices"),
    ),
    "graders and checkpoints of fine-tuning": (_TUNE, ("fine_tuning/alpha", "fine_tuning/checkpoints")),
    "pauses of fine-tuning": (
        "Use `POST /v1/fine_tuning/jobs/{job_id}/cancel`.",
        ("fine_tuning/jobs/*/pause", "fine_tuning/jobs/*/resume"),
    ),
    "the administration of an OpenAI organization": (
        _ADMIN,
        (
            *("dashboard", "projects", "user_profiles"),
            *("organization/admin_api_keys", "organization/audit_logs", "organization/certificates"),
            *("organization/costs", "organization/data_retention", "organization/external_keys"),
            *("organization/external_storage", "organization/groups", "organization/invites"),
            *("organization/projects", "organization/roles", "organization/spend_alerts"),
            *("organization/spend_limit", "organization/usage", "organization/users"),
            "organization/workload_identity_providers",
        ),
    ),
    "the administration of an Anthropic organization": (_ADMIN, ("organizations",)),
    "the Safety API": (_DIRECT, ("content_provenance_checks", "decisions", "safety")),
    "the webhooks of OpenAI": (_CALLS, ("webhook_endpoints", "webhook_event_types", "webhooks")),
    "a retired API": (_CHAT, ("answers", "classifications", "edits", "search")),
    "the retired API of fine-tunes": (_TUNE, ("fine-tunes",)),
    "chat completions on your own data": (
        "Use `POST /openai/deployments/{model}/chat/completions`.",
        ("extensions",),
    ),
    "asynchronous images of Azure": (
        "Use `POST /openai/deployments/{model}/images/generations`.",
        ("images/generations:submit", "operations"),
    ),
    "the ingestion jobs of Azure": (_SEARCH, ("ingestion",)),
    "Azure's inference of models": (_CHAT, ("models/chat",)),
    "Azure's inference of embeddings": (
        "Use `POST /v1/embeddings`.",
        ("models/embeddings", "models/images"),
    ),
}
_BY_PATH = {tuple(path.split("/")): (name, instead) for name, (instead, paths) in FAMILIES.items() for path in paths}
_MOST_SEGMENTS = max(map(len, _BY_PATH))
_PREFIXES = frozenset({"api", "openai", "v1", "v1beta", "v2"})
_GEMINI = (":generateContent", ":streamGenerateContent", ":countTokens", ":embedContent", ":batchEmbedContents")
_DEPLOYMENTS = ("the list of Azure's deployments", "Use `GET /openai/models`.")
_ENGINES = ("the retired list of engines", "Use `GET /v1/models`.")


def not_served(path: str) -> ApiError | None:
    """Return the error for a known path of a provider that is not served; None for any other path."""
    segments = [unquote(segment) for segment in path.split("/") if segment]
    is_azure = False
    while segments and segments[0] in _PREFIXES:
        is_azure = is_azure or segments[0] == "openai"
        segments = segments[1:]
    found = _family(segments, is_azure=is_azure)
    if found is None:
        return None
    name, instead = found
    return ApiError(
        404,
        f"{path!r} belongs to {name}, which this gateway does not serve. {instead}",
        code=error_codes.ENDPOINT_NOT_SERVED,
    )


def _family(segments: Sequence[str], *, is_azure: bool) -> tuple[str, str] | None:
    """Return what a path without its prefix belongs to, and what to use instead."""
    first = segments[0] if segments else ""
    if is_azure and first == "deployments":
        return _longest(segments[2:]) if len(segments) > 2 else _DEPLOYMENTS
    if first == "engines":
        return _longest(segments[2:]) if len(segments) > 2 else _ENGINES
    if first == "models" and segments[-1].endswith(_GEMINI):
        return "the Gemini API", _CHAT
    return _longest(segments)


def _longest(segments: Sequence[str]) -> tuple[str, str] | None:
    """Return the family of the longest known path that the segments begin with."""
    for length in range(min(len(segments), _MOST_SEGMENTS), 0, -1):
        head = tuple(segments[:length])
        for known in (head, (*head[:-1], "*"), (*head[:2], "*", *head[3:])):
            if len(known) == length and known in _BY_PATH:
                return _BY_PATH[known]
    return None
