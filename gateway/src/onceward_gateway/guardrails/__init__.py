"""Guardrails: what looks at a request before its call and at the answer after it.

port.py        what a guardrail is, for those who write one (entry points of the group `onceward.guardrails`)
rewrite.py     rewriting of a text that comes in pieces
pii.py         shipped: masks addresses, numbers and accounts of people
words.py       shipped: a list of words, masked or refused
chat.py        which texts of a request and of an answer there are
embedded.py    texts in `data:` URLs and in base64
escapes.py     escapes of JSON in what a model says
registry.py    the configured ones, and which of them a call passes
stage.py       a sink that passes events and answers through them
routes.py      `/guardrails/list`
"""

from __future__ import annotations

__all__: list[str] = []
