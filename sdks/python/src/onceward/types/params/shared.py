# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias, TypedDict

if TYPE_CHECKING:
    from ..shared import BudgetDurationParam, TeamRole

__all__ = [
    "CustomVoiceParam",
    "DurationParam",
    "ExpiresAfterParam",
    "ImageDetail",
    "ImageUrlParam",
    "KeyModelBudgetParam",
    "MetadataParam",
    "ModelMaxBudgetParam",
    "ResponseCacheParam",
    "StopSequencesParam",
    "StreamOptionsParam",
    "TeamMemberParam",
    "Voice",
]


class CustomVoiceParam(TypedDict, total=False):
    """A custom voice, by id."""

    id: Required[str]
    """The id of the voice."""


class ExpiresAfterParam(TypedDict, total=False):
    """When the file expires."""

    anchor: Required[Literal["created_at"]]
    """The start of the expiration period."""

    seconds: Required[int]
    """The expiration period in seconds, from one hour to 30 days."""


class ImageUrlParam(TypedDict, total=False):
    """The URL of an image, and its detail level."""

    url: Required[str]
    """An `https:` URL, or the image as a `data:` URL."""

    detail: ImageDetail | None
    """The detail level at which the model processes an image."""


class KeyModelBudgetParam(TypedDict, total=False):
    """The maximum spend of a key on one model."""

    budget_limit: Required[float]
    """The maximum spend in US dollars."""

    time_period: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""


class ModelMaxBudgetParam(TypedDict, total=False):
    """Limits for one model."""

    max_budget: float | None
    """The maximum spend on the model, in US dollars."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    rpm_limit: int | None
    """The maximum number of requests per minute."""

    tpm_limit: int | None
    """The maximum number of tokens per minute."""


ResponseCacheParam = TypedDict(
    "ResponseCacheParam",
    {
        # Uses the cache if it is off by default.
        "use-cache": "bool | None",
        # Calls the model even if the response is cached. The new response is cached.
        "no-cache": "bool | None",
        # Does not cache the response.
        "no-store": "bool | None",
        # How long the response is cached, in seconds.
        "ttl": "float | None",
        # The maximum age of a cached response, in seconds.
        "s-maxage": "float | None",
        # The same as `s-maxage`; the lower of the two applies.
        "max-age": "float | None",
        # The cache namespace. Calls share cached responses only within a namespace.
        "namespace": "str | None",
    },
    total=False,
)
"""Controls the gateway's response cache for this call, if a cache is configured."""


class StreamOptionsParam(TypedDict, total=False):
    """Options for streaming."""

    include_usage: bool | None
    """Whether to send the token usage in an additional chunk before the end. Its `choices` are empty."""

    include_obfuscation: bool | None
    """Whether to pad chunks to a uniform length, so that their length does not reveal their content."""


class TeamMemberParam(TypedDict, total=False):
    """A member of a team. `user_id` or `user_email` is required."""

    user_id: str | None
    """The id of the user."""

    user_email: str | None
    """The email address of the user."""

    role: Required[TeamRole]
    """The role of a member. An `admin` manages keys, members and limits within the team."""


DurationParam: TypeAlias = str
"""The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null: unlimited."""


ImageDetail: TypeAlias = Literal["auto", "low", "high"] | str
"""The detail level at which the model processes an image."""


MetadataParam: TypeAlias = Mapping[str, object]
"""Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""


StopSequencesParam: TypeAlias = str | Sequence[str]
"""Sequences at which generation stops. They are not part of the output. Many providers accept at most four."""


Voice: TypeAlias = (
    Literal[
        "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar"
    ]
    | str
)
"""A built-in voice, by name."""
