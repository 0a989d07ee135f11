"""Resolve short questions from their conversation: follow-ups, examples, and tasks set by instructions.

Each reader turns the user's last message into the question that it stands for; the rules of `sentences` answer that.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..common_words import COMMON_WORDS
from ..facts import (
    answer_from_facts,
    places_in,
    translation,
)
from ..labels import chosen
from ..lexicon import (
    opposite_of,
    squeezed,
    stem,
    with_digits,
)
from .conversation import Conversation

__all__ = ["Examples", "by_example", "document_answer", "examples_in", "meant"]

_LONGEST_FOLLOW_UP = 120
_LONGEST_PROMPT = 20_000
_LONGEST_SUBJECT = 1000
_AGAIN = re.compile(
    r"^(?:(?:and |ok |please )*(?:another|one more|again|once more|more|more please|(?:tell|give) me "
    r"(?:another|one more))(?: one)?)[.!?]*$",
    re.IGNORECASE,
)
_AND = re.compile(
    r"^(?:and|what about|how about|and what about|now)?\s*(?:for|of|in|about|the capital of)?\s*(.{2,40}?)\s*[?.!]*$",
    re.IGNORECASE,
)
_THERE = re.compile(r"\b(there|it|its|they|that (?:city|country|place)|this (?:city|country|place))\b", re.IGNORECASE)
_CALCULATE = re.compile(
    r"^(?:and |now |then |please |ok |, )*(?:(add|plus)|(subtract|minus|take away)|(multiply(?: (?:that"
    r"|it|this|the result))? by|times)"
    r"|(divide(?: (?:that|it|this|the result))? by|divided by))\s+(-?\d+(?:\.\d+)?)(?:\s+(?:to|from) "
    r"(?:that|it|this|the result))?[.!?]*$",
    re.IGNORECASE,
)
_DOUBLE = re.compile(r"^(?:and |now |then |please )*(double|halve|square)\s+(?:that|it|this)[.!?]*$", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_IN_TONGUE = re.compile(
    r"^(?:and |now |what about )?in (english|french|spanish|german|italian|portuguese)\b", re.IGNORECASE
)
_TONGUE_TASK = re.compile(
    r"\btranslat\w*\b[^.\n]{0,80}?\b(?:in)?to\s+(english|french|spanish|german|italian|portuguese)\b", re.IGNORECASE
)
_SUMMARY_TASK = re.compile(r"^(?:[^.\n]{0,60}\b)?(?:summari[sz]e|tl;?dr)\b", re.IGNORECASE)
_SHORTER = re.compile(
    r"^(?:please |can you |now )*(?:make (?:it|that) (?:shorter|short|brief)|shorten (?:it|that)|shorter"
    r"|summari[sz]e (?:it|that|this))[.!? ]*(?:please)?[.!?]*$",
    re.IGNORECASE,
)
_PAIR = re.compile(r"^(.{1,200}?)[ \t]*(?:->|=>|→)[ \t]*([^\n]{0,200})$", re.MULTILINE)
_LAST_LABEL = re.compile(r"(?:^|\n)[ \t]*([A-Za-z][\w ]{0,20}):[ \t]*$")
_DOCUMENT = re.compile(r"\b(?:context|documents?|passage|article|information|sources?|excerpts?)\b", re.IGNORECASE)
_ASKS = re.compile(r"(?:^|\n)[ \t]*(?:Question|Query|User question|Q)[ \t]*:[ \t]*([^\n]+)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]?")
_DONT_KNOW = re.compile(
    r"(?:say|reply|respond|answer)[^.\n]{0,40}?[\"'\u201c](I don'?t know[^\"\u201d\n]{0,40}?)[\"'\u201d]"
    r"|\bdon'?t know\b",
    re.IGNORECASE,
)
_EMPTY = COMMON_WORDS | frozenset(
    [
        "about",
        "been",
        "can",
        "could",
        "did",
        "do",
        "does",
        "had",
        "has",
        "have",
        "he",
        "how",
        "i",
        "long",
        "many",
        "much",
        "please",
        "she",
        "should",
        "tall",
        "tell",
        "these",
        "they",
        "those",
        "was",
        "we",
        "were",
        "where",
        "who",
        "whom",
        "why",
        "will",
        "would",
    ]
)


@dataclass(frozen=True, slots=True)
class Examples:
    """Pairs of input and output that a prompt gives as examples, and the input that is asked for."""

    pairs: tuple[tuple[str, str], ...]
    asked: str
    spoken: bool = False


def meant(conversation: Conversation, asked: str) -> str:
    """Return the question that the user's last message stands for."""
    if len(asked) > _LONGEST_SUBJECT:
        return asked
    for reader in (_tasked, _followed):
        said = reader(conversation, asked)
        if said is not None:
            return said
    return asked


def _tasked(conversation: Conversation, asked: str) -> str | None:
    """Return a text under instructions that say what to do with every text."""
    task = _TONGUE_TASK.search(conversation.instructions[:_LONGEST_SUBJECT])
    if task is not None and asked and not _TONGUE_TASK.search(asked):
        return f"Translate to {task.group(1)}: {asked}"
    if _SUMMARY_TASK.search(conversation.instructions[:_LONGEST_SUBJECT]) and len(asked) > _LONGEST_FOLLOW_UP:
        return f"Summarize: {asked}"
    return None


def _followed(conversation: Conversation, asked: str) -> str | None:
    if len(asked) > _LONGEST_FOLLOW_UP or not conversation.earlier:
        return None
    before = conversation.earlier[-1][:_LONGEST_SUBJECT]
    replies = [turn.text for turn in conversation.turns if turn.role == "assistant" and turn.text]
    reply = replies[-1][:_LONGEST_SUBJECT] if replies else ""
    if _AGAIN.match(asked):
        return before
    if _SHORTER.match(asked) and reply:
        return f"Summarize: {reply}"
    number = _calculated(with_digits(asked), reply)
    if number is not None:
        return number
    tongue = _IN_TONGUE.match(asked)
    if tongue is not None and reply:
        return f"Translate to {tongue.group(1)}: {reply}"
    return _replaced(asked, before, reply)


def _calculated(asked: str, reply: str) -> str | None:
    numbers = _NUMBER.findall(reply.replace(",", ""))
    if not numbers:
        return None
    twice = _DOUBLE.match(asked)
    if twice is not None:
        return f"{numbers[-1]} {({'double': '* 2', 'halve': '/ 2', 'square': '^ 2'})[twice.group(1).lower()]}"
    found = _CALCULATE.match(asked)
    if found is None:
        return None
    sign = next(sign for sign, group in zip("+-*/", found.groups(), strict=False) if group)
    return f"{numbers[-1]} {sign} {found.group(5)}"


def _replaced(asked: str, before: str, reply: str) -> str | None:
    """The question before with the place that is named now; or this question with the place it points back to."""
    elliptic = _AND.match(asked)
    named = places_in(elliptic.group(1)) if elliptic is not None and len(elliptic.group(1).split()) <= 4 else []
    if elliptic is not None and named:
        earlier = places_in(before)
        if earlier and earlier[0].name in before:
            return before.replace(earlier[0].name, named[0].name, 1)
        return None
    pointing = _THERE.search(asked)
    if pointing is None or places_in(asked):
        return None
    word = pointing.group(1).lower()
    places = places_in(reply) or places_in(before)
    if not places:
        return None
    place = places[-1] if word in ("there", "that city", "this city") else places[0]
    known = f"in {place.name}" if word == "there" else f"{place.name}'s" if word == "its" else place.name
    return f"{asked[: pointing.start()]}{known}{asked[pointing.end() :]}"


# --- examples


def examples_in(conversation: Conversation, asked: str) -> Examples | None:
    """Return the examples of the last message, or of the turns before it where each was short; None without any."""
    prompt = squeezed(conversation.asked[-_LONGEST_PROMPT:]).strip()
    found = _arrows(prompt) or _labelled(prompt)
    if found is not None:
        return found
    turns = [turn for turn in conversation.turns if turn.text]
    pairs = [
        (first.text.strip(), second.text.strip())
        for first, second in itertools.pairwise(turns)
        if (first.role, second.role) == ("user", "assistant")
    ]
    if len(asked) > _LONGEST_FOLLOW_UP or not pairs or any(len(said) + len(told) > 80 for said, told in pairs):
        return None
    return Examples(tuple(pairs), asked, spoken=True)


def _arrows(asked: str) -> Examples | None:
    pairs = [(first.strip(), second.strip()) for first, second in _PAIR.findall(asked)]
    if len(pairs) < 2 or pairs[-1][1] or not all(second for _, second in pairs[:-1]):
        return None
    return Examples(tuple(pairs[:-1]), pairs[-1][0])


def _labelled(asked: str) -> Examples | None:
    last = _LAST_LABEL.search(asked)
    if last is None:
        return None
    blocks = re.split(rf"^[ \t]*{re.escape(last.group(1))}:[ \t]*", asked, flags=re.MULTILINE | re.IGNORECASE)
    questions, answers = [], []
    for at, block in enumerate(blocks[:-1]):
        answer, _, rest = block.partition("\n") if at else ("", "", block)
        lines = [line for line in (rest or block).strip().splitlines() if line.strip()]
        if not lines:
            return None
        questions.append(re.sub(r"^\s*[A-Za-z][\w ]{0,20}:\s*", "", lines[-1]).strip())
        answers.append(answer.strip())
    if not questions or not re.match(r"^\s*[A-Za-z][\w ]{0,20}:", blocks[-2].strip().splitlines()[-1]):
        return None
    return Examples(tuple(zip(questions[:-1], answers[1:], strict=True)), questions[-1])


def by_example(examples: Examples) -> str | None:
    """The output that the examples let expect: by a relation that holds for all, by a fact, by one of few labels."""
    if not examples.pairs:
        return answer_from_facts(examples.asked)
    for relation in _RELATIONS:
        if all(_same(relation(first), second) for first, second in examples.pairs):
            said = relation(examples.asked)
            if said is not None:
                return said
    outputs = list(dict.fromkeys(told for _, told in examples.pairs))
    if examples.spoken and len(outputs) == len(examples.pairs):
        return None  # An ordinary conversation: no answer came twice.
    known = answer_from_facts(examples.asked, terse=all(len(told.split()) < 4 for _, told in examples.pairs))
    if known is not None:
        return known
    if len(outputs) > 1 and all(len(told.split()) <= 2 for told in outputs):
        return chosen(outputs, examples.asked)
    return None


def _same(first: str | None, second: str) -> bool:
    return first is not None and first.strip(" .!").lower() == second.strip(" .!").lower()


def _in(tongue: str) -> Callable[[str], str | None]:
    return lambda text: translation(text, tongue)


_RELATIONS: Sequence[Callable[[str], str | None]] = (
    opposite_of,
    *map(_in, ("french", "spanish", "german", "italian", "portuguese", "english")),
    lambda text: str(text[::-1]),
    lambda text: answer_from_facts(f"What is the capital of {text}?", terse=True),
)


# --- documents


def document_answer(conversation: Conversation, asked: str) -> str | None:
    """Return the sentence of a given document that says most of what is asked; None where no document is given."""
    source, question = _given(conversation, asked)
    if source is None or not question:
        return None
    telling = {stem(word) for word in re.findall(r"[^\W_]+", question.lower()) if word not in _EMPTY}
    sentences = [found.group().strip() for found in _SENTENCE.finditer(source)]
    sentences = [text for text in sentences if len(text.split()) > 2 and not re.match(r"[\w./]+:\s*\S+$", text)]
    if not sentences:
        return None
    scores = [len(telling & {stem(word) for word in re.findall(r"[^\W_]+", text.lower())}) for text in sentences]
    best = max(scores)
    if best:
        return sentences[scores.index(best)]
    unknown = _DONT_KNOW.search(squeezed(f"{conversation.instructions[:_LONGEST_PROMPT]}\n{asked[:_LONGEST_PROMPT]}"))
    if unknown is not None:
        return (unknown.group(1) or "I don't know").rstrip(".") + "."
    return sentences[0] if source in squeezed(asked[:_LONGEST_PROMPT]) else None


def _given(conversation: Conversation, asked: str) -> tuple[str | None, str]:
    """Return the document and the question about it."""
    text = squeezed(asked[:_LONGEST_PROMPT])
    found = list(_ASKS.finditer(text))
    if found and _DOCUMENT.search(text[: found[-1].start()]):
        return _body(text[: found[-1].start()]), found[-1].group(1).strip()
    instructions = squeezed(conversation.instructions[:_LONGEST_PROMPT])
    if (
        "\n" in instructions
        and _DOCUMENT.search(instructions)
        and ("?" in asked[-200:] or len(asked) < _LONGEST_FOLLOW_UP)
    ):
        body = _body(instructions)
        return (
            (body, asked)
            if len(body.split()) > 4 and re.search(r"\bcontext\b|\bdocuments?\b", instructions, re.I)
            else (None, "")
        )
    return None, ""


def _body(text: str) -> str:
    """Return the document without the lines that introduce it."""
    marks = re.split(r"-{5,}|\"{3}|```|<context>|</context>|<documents?>|</documents?>", text)
    if len(marks) >= 3:
        return marks[1]
    named = re.search(
        r"\b(?:context|document|passage|article)(?: information)?(?: is below)?[ \t]*:[ \t\n]*(?=\S)",
        text,
        re.IGNORECASE,
    )
    if named is not None:
        return text[named.end() :]
    return text.partition("\n")[2]
