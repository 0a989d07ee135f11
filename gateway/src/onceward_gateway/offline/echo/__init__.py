"""`onceward/echo`: the offline chat model.

    conversation.py  the request read once: turns, pictures, sounds, tool results
    sentences.py     what it answers: rules over the conversation, first fit wins
    prose.py         texts of a wanted length, stories, lists
    calls.py         which tools are called, with which arguments
    reply.py         the whole answer of one choice, as data
    stream.py        the answer as `chat.completion.chunk` objects
    completions.py   the legacy text form

A reply is a function of the request alone. The stream is the only form that is made; the unary answer accumulates it.
"""

from __future__ import annotations

from .calls import choose
from .completions import completion_chunks
from .conversation import Conversation
from .reply import EchoReply, reply_to
from .stream import chat_chunks

__all__ = ["Conversation", "EchoReply", "chat_chunks", "choose", "completion_chunks", "reply_to"]
