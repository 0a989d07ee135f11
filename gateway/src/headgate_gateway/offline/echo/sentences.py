"""What the echo answers in words: a list of rules over the conversation; the first that has an answer gives it.

The rules know enough for a demonstration to look alive (say, repeat, count, sums, what was said before, texts of a
length) and end in the one the model is named for: it tells back what was said, and what had been said before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from ..calculate import find_sum, shown
from ..draw import Draw
from ..facts import answer_from_facts
from .conversation import Conversation, ToolResult
from .prose import counted_words, items, piece, topic_of

__all__ = ["answer", "answer_to_order", "think"]

# Rules that search everywhere in a text are not tried on a long one.
_LONGEST_SEARCH = 1000
_LONGEST_COUNT = 2000
_MOST_WORDS = 5000
_LONGEST_ANSWER = 100_000
_ENDING = 60
_QUOTE_LENGTH = 200
_POLITE = re.compile(r"^(?:(?:please|kindly|now|ok|okay|can you|could you|would you)[,\s]+)+", re.IGNORECASE)
_SAY = re.compile(
    r"^(?:say|reply|respond|answer|output|print|return)\b(?:\s+back)?(?:\s+(?:with|using))?(?:\s+(?:exactly|only|just))*"
    r"(?:\s+(?:the|this|these|one|a|single|following|exact))*(?:\s+(?:words?|texts?|sentence|phrase|string|line))?\s*:\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_SAY_PLAIN = re.compile(
    r"^(?:say|reply with|respond with|answer with|output|print)\s+(?:(?:exactly|only|just)\s+)*(?:the words?\s+)?(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_REPEAT = re.compile(
    r"^(?:repeat|echo)\b(?:\s+after me|\s+back|\s+exactly|\s+the following|\s+this)*\s*[:,]?\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_TIMES = re.compile(r"[,\s]+(\d{1,4})\s*(?:times|x)\.?$", re.IGNORECASE)
_NOTHING_ELSE = re.compile(
    r"[,.]?\s*(?:and\s+)?(?:nothing (?:else|more)|no other (?:words|text))\.?$|,?\s+please\.?$", re.IGNORECASE
)
_COUNT = re.compile(r"\bcount\b.*?\b(?:from\s+(\d+)\s+)?(?:up\s+)?to\s+(\d+)", re.IGNORECASE | re.DOTALL)
_COUNT_DOWN = re.compile(r"\bcount\s+(?:down|backwards)\s+from\s+(\d+)", re.IGNORECASE)
_WORDS = re.compile(r"\b(\d{1,5})[- ](?:(?:more|random|short)\s+)?(words?|sentences?)\b", re.IGNORECASE)
_LIST = re.compile(r"\b(?:list|name|give(?: me)?|write|suggest|show(?: me)?|tell me)\s+(\d{1,3})\s+", re.IGNORECASE)
_PIECE = re.compile(
    r"\b(?:write|tell|compose|make|give)\b.*?\b(story|poem|haiku|joke|letter|email|paragraph|essay|article)\b",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"\b(?:my|our)\s+([\w -]{2,40}?)\s+(?:is|are|was|=)\s+([^\n.,;!?]+?)(?=\s+and\s+(?:my|our|i)\b|[\n.,;!?]|$)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b(?:I am|I'm|call me|this is)\s+([A-Z][\w-]*)")
_ASKED_FACT = re.compile(
    r"\b(?:what|who|where|which|when)(?:'s| is| are| was)?\s+(?:my|our)\s+([\w -]+?)\s*(?:\?|$|\.)", re.IGNORECASE
)
_ASKED_EARLIER = re.compile(
    r"\bwhat (?:did|have|was|were)\b.*\b(?:I|we|my)\b.*"
    r"\b(?:say|said|ask|asked|first|before|earlier|just|previous|question|message|told)",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"^(upper-?case|lower-?case|capitali[sz]e|reverse|spell)\s*(?:the (?:word|text))?[:\s]+(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_HOW_MANY = re.compile(r"\bhow many (letters|characters|words|tokens)\b.*?[\"'“`]([^\"'”`]+)[\"'”`]", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|evening|afternoon)|greetings)\b[\s,!.]*(?:there|headgate|world)?[\s!.]*$",
    re.IGNORECASE,
)
_PERSONA = re.compile(r"\byou are (?:an? |the )?([^.\n,;]{2,60})", re.IGNORECASE)
_WHO = re.compile(r"^who are you\b|^what is your (?:name|role|job)\b", re.IGNORECASE)
_TERSE = re.compile(
    r"\b(?:one|a single|1) word\b"
    r"|\b(?:only|just)\b(?: with)?(?: the| a)? (?:\w+ )?(?:number|name|answer|city|country|result|word|value)\b"
    r"|\bnothing else\b",
    re.IGNORECASE,
)
_AS_JSON = re.compile(
    r"\b(?:as|in|with|only|valid)\b[^.:\n]{0,30}\bJSON\b|\bJSON\b[^.:\n]{0,30}\b(?:schema|object|keys|format)\b",
    re.IGNORECASE,
)
_PING = re.compile(r"^ping[.!?]?$", re.IGNORECASE)

Rule = Callable[[Conversation, str, Draw], "str | None"]


def answer(conversation: Conversation, draw: Draw) -> str:
    """The answer in words. `draw` varies the wording where the request asks for variety (`seed`, further choices)."""
    asked = _POLITE.sub("", conversation.asked.strip())
    rules = _RULES if len(asked) <= _LONGEST_SEARCH else _RULES_FOR_LONG
    text = next(said for rule in rules if (said := rule(conversation, asked, draw)) is not None)
    return _styled(text, conversation.instructions)


def answer_to_order(conversation: Conversation, draw: Draw) -> str | None:
    """The answer to a plain order to say or repeat something, which goes before whatever its words contain."""
    asked = _POLITE.sub("", conversation.asked.strip())
    if conversation.results:
        return None
    ordered = _SAY.match(asked) is not None and not _AS_JSON.search(asked[:_LONGEST_SEARCH])
    return answer(conversation, draw) if ordered or _REPEAT.match(asked) else None


def think(conversation: Conversation, steps: int) -> str:
    """The thoughts before an answer, in up to `steps` sentences about this conversation."""
    asked = _quoted(conversation.asked) if conversation.asked else "nothing"
    sentences = [f"The user says {asked}."]
    if conversation.instructions:
        sentences.append(f"My instructions are {_quoted(conversation.instructions)}.")
    sentences += [f"The tool {result.name or 'result'} gave {_quoted(result.text)}." for result in conversation.results]
    found = find_sum(conversation.asked)
    if found:
        sentences.append(f"There is a sum in it: {found[0]} makes {shown(found[1])}.")
    if conversation.earlier:
        number, last = len(conversation.earlier), _quoted(conversation.earlier[-1])
        sentences.append(f"There were {number} messages before it, the last was {last}.")
    sentences.append("I look for a plain instruction in it first, then for what it asks about.")
    sentences.append("What I answer must follow from the conversation alone.")
    sentences.append("I write the answer down word by word.")
    return " ".join(sentences[: max(1, steps)])


def _styled(text: str, instructions: str) -> str:
    instructions = instructions[:_LONGEST_SEARCH]
    low = instructions.lower()
    if re.search(r"\b(?:upper ?case|all caps|capital letters)\b", low):
        text = text.upper()
    elif re.search(r"\blower ?case\b", low):
        text = text.lower()
    for place, said in re.findall(
        r"\b(start|begin|end)\b[^\n.]*?\bwith\b[^\n\"'“`]*[\"'“`]([^\"'”`]+)", instructions, re.IGNORECASE
    ):
        text = f"{text} {said}" if place.lower() == "end" else f"{said} {text}"
    return text


def _after_tools(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    if not conversation.results:
        return None
    return "\n".join(_told(result) for result in conversation.results)


def _told(result: ToolResult) -> str:
    name = result.name or "The tool"
    where = ""
    try:
        arguments = json.loads(result.arguments)
    except ValueError:
        arguments = None
    if isinstance(arguments, dict) and arguments:
        where = " for " + ", ".join(_plain(value) for value in arguments.values())
    try:
        value = json.loads(result.text)
    except ValueError:
        value = result.text.strip()
    return f"{name}{where} says: {_spoken(value)}."


def _spoken(value: object) -> str:
    if isinstance(value, dict) and value:
        return ", ".join(f"{str(key).replace('_', ' ')} is {_plain(item)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "; ".join(_spoken(item) for item in value)
    return _plain(value).rstrip(".") or "nothing"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _says(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    match = _SAY.match(asked) or _SAY_PLAIN.match(asked)
    if match is None:
        return None
    said = _without_ending(match.group(1).strip())
    return _unquoted(said) or None


def _repeats(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    match = _REPEAT.match(asked)
    if match is None:
        return None
    said = _without_ending(match.group(1).strip())
    times = _TIMES.search(said[-_ENDING:])
    if times is None:
        return _unquoted(said)
    once = _unquoted(said.removesuffix(times.group()).strip())
    return " ".join([once] * min(int(times.group(1)), _LONGEST_COUNT, _LONGEST_ANSWER // max(1, len(once))))


def _without_ending(text: str) -> str:
    """`text` without `and nothing else` or `please` behind it."""
    return text[:-_ENDING] + _NOTHING_ELSE.sub("", text[-_ENDING:])


def _counts(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    down = _COUNT_DOWN.search(asked)
    if down:
        return ", ".join(str(number) for number in range(min(int(down.group(1)), _LONGEST_COUNT), 0, -1))
    match = _COUNT.search(asked)
    if match is None:
        return None
    first, last = int(match.group(1) or 1), int(match.group(2))
    step = 1 if first <= last else -1
    return ", ".join(str(number) for number in range(first, last + step, step)[:_LONGEST_COUNT])


def _adds_up(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    found = find_sum(asked)
    if found is None:
        return None
    return shown(found[1]) if _terse(conversation, asked) else f"{found[0]} = {shown(found[1])}"


def _knows(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    persona = _PERSONA.search(conversation.instructions[:_LONGEST_SEARCH])
    if persona and _WHO.match(asked):
        return f"I am {persona.group(1).strip()}."
    return answer_from_facts(asked, terse=_terse(conversation, asked))


def _terse(conversation: Conversation, asked: str) -> bool:
    """Return whether the bare answer is asked for, by the user or by the instructions."""
    return _TERSE.search(asked) is not None or _TERSE.search(conversation.instructions[:_LONGEST_SEARCH]) is not None


def _remembers(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    match = _ASKED_FACT.search(asked)
    if match is not None:
        wanted = match.group(1).strip().lower()
        for text in reversed(conversation.earlier):
            for thing, value in _FACT.findall(text[:_LONGEST_SEARCH]):
                if thing.strip().lower() == wanted:
                    return f"Your {wanted} is {value.strip()}."
            if wanted == "name" and (called := _CALLED.search(text[:_LONGEST_SEARCH])):
                return f"Your name is {called.group(1)}."
        return f"You have not told me what your {wanted} is."
    if _ASKED_EARLIER.search(asked):
        if not conversation.earlier:
            return "This is the first thing you said to me."
        which = conversation.earlier[0] if "first" in asked.lower() else conversation.earlier[-1]
        return f"You said {_quoted(which)}."
    return None


def _changes(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    many = _HOW_MANY.search(asked)
    if many:
        kind, text = many.group(1).lower(), many.group(2)
        number = (
            len(text.split()) if kind == "words" else sum(map(str.isalpha, text)) if kind == "letters" else len(text)
        )
        return f"{text!r} has {number} {kind}."
    match = _CHANGE.match(asked)
    if match is None:
        return None
    verb, text = match.group(1).lower().replace("-", ""), _unquoted(match.group(2).strip())
    changed = {
        "uppercase": text.upper(),
        "lowercase": text.lower(),
        "reverse": text[::-1],
        "spell": "-".join(text.upper()),
    }
    return changed.get(verb, text.title())


def _writes(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    topic = topic_of(asked)
    words = _WORDS.search(asked)
    if words:
        number, unit = min(int(words.group(1)), _MOST_WORDS), words.group(2).lower()
        if unit.startswith("word"):
            return counted_words(topic, max(1, number), draw)
        return " ".join(
            piece("sentence", topic, draw).split(". ")[0].rstrip(".") + "." for _ in range(min(number, 200))
        )
    match = _PIECE.search(asked)
    if match:
        return piece(match.group(1).lower(), topic, draw)
    listed = _LIST.search(asked)
    if listed:
        return items(max(1, int(listed.group(1))), topic, draw)
    return None


def _greets(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    if _PING.match(asked):
        return "pong"
    if not _GREETING.match(asked):
        return None
    persona = _PERSONA.search(conversation.instructions[:_LONGEST_SEARCH])
    who = f"I am {persona.group(1).strip()}" if persona else "I am the offline model of Headgate"
    greeting = draw.choice(("Hello!", "Hi!", "Good day!")) if conversation.earlier else "Hello!"
    return f"{greeting} {who}. What can I do for you?"


def _sees(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    notes: list[str] = []
    for picture in conversation.pictures:
        if picture.address is not None:
            notes.append(f"a picture at {picture.address} (offline, so I did not open it)")
        elif picture.width is None:
            notes.append(f"{picture.bytes} bytes that are no picture I know")
        else:
            notes.append(
                f"a {picture.format} picture of {picture.width} x {picture.height} pixels ({picture.bytes} bytes)"
            )
    notes += conversation.attachments
    if not notes:
        return None
    said = f" You said: {_quoted(asked)}." if asked else ""
    return f"I see {' and '.join(notes)}.{said}"


def _echoes(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    if not asked:
        return "You said nothing."
    opening = draw.choice(("I heard", "You said", "You wrote", "Your words were"))
    text = f"{opening}: {asked}"
    if conversation.earlier:
        before = conversation.earlier[-3:]
        text += "\n\nBefore that you said " + ", then ".join(_quoted(said, 80) for said in before) + "."
        if len(conversation.earlier) > len(before):
            text += f" And {len(conversation.earlier) - len(before)} things earlier still."
    if conversation.instructions:
        text += f"\n\nMy instructions: {_quoted(conversation.instructions)}."
    return text


def _quoted(text: str, length: int = _QUOTE_LENGTH) -> str:
    text = " ".join(text.split())
    return f'"{text[:length].rstrip()}…"' if len(text) > length else f'"{text}"'


def _unquoted(text: str) -> str:
    for opening, closing in (('"', '"'), ("'", "'"), ("“", "”"), ("`", "`")):
        if len(text) > 2 and text.startswith(opening) and text.rstrip(".!").endswith(closing):
            return text.rstrip(".!")[1:-1]
    return text


_RULES_FOR_LONG: tuple[Rule, ...] = (_after_tools, _says, _repeats, _sees, _echoes)
_RULES: tuple[Rule, ...] = (
    _after_tools,
    _says,
    _repeats,
    _counts,
    _remembers,
    _knows,
    _changes,
    _adds_up,
    _writes,
    _greets,
    _sees,
    _echoes,
)
