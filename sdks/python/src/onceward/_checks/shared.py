# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: shared. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "CustomVoiceParam": ("object", {"id": "string"}, ("id",)),
    "ExpiresAfterParam": (
        "object",
        {"anchor": ("is", "created_at"), "seconds": ("within", "integer", {"minimum": 3600, "maximum": 2592000})},
        ("anchor", "seconds"),
    ),
    "ImageUrlParam": ("object", {"url": "string", "detail": ("null", "string")}, ("url",)),
    "KeyModelBudgetParam": (
        "object",
        {
            "budget_limit": ("within", "number", {"minimum": 0}),
            "time_period": ("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        },
        ("budget_limit",),
    ),
    "MetadataParam": ("map", None),
    "ModelMaxBudgetParam": (
        "object",
        {
            "max_budget": ("null", ("within", "number", {"minimum": 0})),
            "budget_duration": ("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
            "rpm_limit": ("null", ("within", "integer", {"minimum": 0})),
            "tpm_limit": ("null", ("within", "integer", {"minimum": 0})),
        },
        (),
    ),
    "ResponseCacheParam": (
        "object",
        {
            "use-cache": ("null", "boolean"),
            "no-cache": ("null", "boolean"),
            "no-store": ("null", "boolean"),
            "ttl": ("null", ("within", "number", {"minimum": 0})),
            "s-maxage": ("null", ("within", "number", {"minimum": 0})),
            "max-age": ("null", ("within", "number", {"minimum": 0})),
            "namespace": ("null", "string"),
        },
        (),
    ),
    "StopSequencesParam": ("union", "string", ("list", "string")),
    "StreamOptionsParam": (
        "object",
        {"include_usage": ("null", "boolean"), "include_obfuscation": ("null", "boolean")},
        (),
    ),
    "TeamMemberParam": (
        "object",
        {
            "user_id": ("null", ("within", "string", {"min_length": 1})),
            "user_email": ("null", ("within", "string", {"min_length": 3})),
            "role": "string",
        },
        ("role",),
    ),
}
