"""The helpers take what `create` takes: their arguments are held equal to the generated ones."""

from __future__ import annotations

import typing

from headgate.lib.chat.params import ChatParams
from headgate.types.params.chat import ChatCompletionsCreateParams

OWN = {"tools", "response_format"}
"""What the helpers take in forms of their own."""


def test_the_helpers_take_every_argument_of_create() -> None:
    assert set(ChatParams.__annotations__) == set(ChatCompletionsCreateParams.__annotations__) - OWN


def test_with_the_same_types() -> None:
    def written(form: typing.Any) -> str:
        return form.__forward_arg__ if isinstance(form, typing.ForwardRef) else str(form)

    for name, form in ChatParams.__annotations__.items():
        if name != "messages":
            assert written(form) == written(ChatCompletionsCreateParams.__annotations__[name]), name
