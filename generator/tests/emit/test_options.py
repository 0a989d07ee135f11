"""Options: hand-written parts are used where they exist, and missing ones are left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onceward_generator.emit.python.resources import render_resources
from onceward_generator.emit.python.types import render_types
from onceward_generator.model import Api, Resource
from onceward_generator.plan.python import Package, PythonOptions, plan
from onceward_generator.plan.python.options import OptionError


def texts(package: Package) -> dict[str, str]:
    types = {module.module: render_types(module) for module in package.types}
    return types | {module.module: render_resources(module) for module in package.resources}


def planned(api: Api, *, there: bool = True, **options: Any) -> dict[str, str]:
    return texts(plan(api, replace(PythonOptions.of(options), has=lambda module, name: there)))


def with_helpers(api: Api) -> Api:
    def helped(resource: Resource) -> Resource:
        children = tuple(helped(child) for child in resource.children)
        helpers = "chat" if resource.path == ("chat", "completions") else None
        return replace(resource, children=children, helpers=helpers)

    return replace(api, resources=tuple(helped(resource) for resource in api.resources))


def test_helpers_are_mixed_into_both_twins(api: Api) -> None:
    text = planned(with_helpers(api), helpers="sample_api_sdk.lib")[".resources.chat"]
    assert "from ..lib.chat import AsyncChatCompletionsHelpers\n" in text
    assert "class ChatCompletions(ChatCompletionsHelpers, Resource):" in text
    assert "class AsyncChatCompletions(AsyncChatCompletionsHelpers, AsyncResource):" in text


def test_helpers_that_are_not_there_are_not_mentioned(api: Api) -> None:
    assert "Helpers" not in planned(with_helpers(api), there=False, helpers="sample_api_sdk.lib")[".resources.chat"]


def test_a_type_written_by_hand_takes_the_place_of_the_generated_one(api: Api) -> None:
    text = planned(api, handwritten_types={"Usage": "lib.usage:BetterUsage"})[".types.shared"]
    assert "from ..lib.usage import BetterUsage as Usage" in text
    assert "class Usage" not in text
    assert "'Usage'," in text


def test_a_request_takes_what_the_configuration_names(api: Api) -> None:
    accepts = {"PartParam": ["ChatCompletion", "lib.parts:Part[..., Any]"], "NodeParam": ["Usage"]}
    text = planned(api, accepts=accepts)[".types.params.chat"]
    assert "UnknownVariant | ChatCompletion | Part[..., Any]" in text
    assert "children: Sequence[NodeParam | Usage]" in text


def test_arguments_set_apart_leave_a_base(api: Api) -> None:
    text = planned(api, separate_arguments={"ChatCompletionsCreateParams": ["root", "tree"]})[".types.params.chat"]
    base, own = text.split("class ChatCompletionsCreateParams(ChatCompletionsCreateBaseParams, total=False):")
    assert "class ChatCompletionsCreateBaseParams(CallOptions, total=False):" in base
    assert "    model: Required[str]" in base
    assert "    tree: TreeParam" in own.split("class ")[0]


def test_a_package_that_is_written_in_place_keeps_its_own_version() -> None:
    with pytest.raises(OptionError, match=r"`version` has no effect.*edit the package's `_version\.py`"):
        PythonOptions.of({"runtime": "in-place", "version": "1.2.0"})
