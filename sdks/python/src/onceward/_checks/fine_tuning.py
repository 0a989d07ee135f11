# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: fine_tuning. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "DpoHyperparametersParam": (
        "object",
        {
            "n_epochs": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "batch_size": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "learning_rate_multiplier": ("null", ("union", ("is", "auto"), ("within", "number", {"minimum": 0}))),
            "beta": ("null", ("union", ("is", "auto"), ("within", "number", {"minimum": 0}))),
        },
        (),
    ),
    "DpoMethodParam": ("object", {"hyperparameters": "fine_tuning:DpoHyperparametersParam"}, ()),
    "FineTuningJobWandbIntegrationObjectParam": (
        "object",
        {"type": ("is", "wandb"), "wandb": "fine_tuning:FineTuningJobWandbIntegrationParam"},
        ("type", "wandb"),
    ),
    "FineTuningJobWandbIntegrationParam": (
        "object",
        {
            "project": "string",
            "name": ("null", "string"),
            "entity": ("null", "string"),
            "tags": ("null", ("list", "string")),
        },
        ("project",),
    ),
    "FineTuningMethodParam": (
        "object",
        {
            "type": "string",
            "supervised": "fine_tuning:SupervisedMethodParam",
            "dpo": "fine_tuning:DpoMethodParam",
            "reinforcement": "fine_tuning:ReinforcementMethodParam",
        },
        ("type",),
    ),
    "ReinforcementHyperparametersParam": (
        "object",
        {
            "n_epochs": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "batch_size": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "learning_rate_multiplier": ("null", ("union", ("is", "auto"), ("within", "number", {"minimum": 0}))),
            "compute_multiplier": ("null", ("union", ("is", "auto"), ("within", "number", {"minimum": 0}))),
            "eval_interval": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "eval_samples": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "reasoning_effort": ("null", "string"),
        },
        (),
    ),
    "ReinforcementMethodParam": (
        "object",
        {"grader": ("map", None), "hyperparameters": "fine_tuning:ReinforcementHyperparametersParam"},
        (),
    ),
    "SupervisedHyperparametersParam": (
        "object",
        {
            "n_epochs": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "batch_size": ("null", ("union", ("is", "auto"), ("within", "integer", {"minimum": 1}))),
            "learning_rate_multiplier": ("null", ("union", ("is", "auto"), ("within", "number", {"minimum": 0}))),
        },
        (),
    ),
    "SupervisedMethodParam": ("object", {"hyperparameters": "fine_tuning:SupervisedHyperparametersParam"}, ()),
}
