"""The answers of the echo in words: a list of rules over the conversation; the first that has an answer gives it.

The rules know enough for a demonstration to look alive (say, repeat, count, sums, what was said before, texts of a
length) and end in the one the model is named for: it repeats what was said, and what had been said before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from ..calculate import find_sum, shown
from ..draw import Draw
from ..facts import (
    answer_from_facts,
    place_named,
    yes_or_no,
)
from ..labels import (
    chosen,
    labels_in,
    lettered_in,
)
from ..lexicon import squeezed, with_digits
from .context import (
    by_example,
    document_answer,
    examples_in,
    meant,
)
from .conversation import Conversation, ToolResult
from .prose import (
    counted_words,
    hello_world,
    items,
    piece,
    topic_of,
)
from .texts import (
    changed,
    extracted,
    listed,
    reckoned,
    summarized,
    written_list,
)

__all__ = ["answer", "answer_for", "answer_to_order", "styled", "think"]

# Rules that search everywhere in a text are not tried on a long one.
_LONGEST_SEARCH = 1000
_LONGEST_COUNT = 2000
_MOST_WORDS = 5000
_LONGEST_ANSWER = 100_000
_ENDING = 60
_MOST_TRIES = 8
_QUOTE_LENGTH = 200
_POLITE = re.compile(r"^(?:(?:please|kindly|now|ok|okay|can you|could you|would you)[,\s]+)+", re.IGNORECASE)
_SAY = re.compile(
    r"^(?:say|reply|respond|answer|output|print|return)\b(?:\s+back)?(?:\s+(?:with|using))?(?:\s+"
    r"(?:exactly|only|just))*"
    r"(?:\s+(?:the|this|these|one|a|single|following|exact))*(?:\s+(?:words?|texts?|sentence|phrase"
    r"|string|line))?\s*:\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_SAY_PLAIN = re.compile(
    r"^(?:say|(?:reply|respond|answer)(?: (?:only|just))? with|output|print)\s+(?:(?:exactly|only"
    r"|just)\s+)*(?:the (?:words?|text|phrase)\s+)?(.+)$",
    re.IGNORECASE | re.DOTALL,
)
# `Answer with one word: what colour ...?` asks a question.
_FORMED_QUESTION = re.compile(r"^(?:answer|reply|respond)\b[^:\n]*:", re.IGNORECASE)
_QUESTION_WORD = re.compile(r"(?:what|who|which|where|when|why|how|is|are|does|do|can)\b[^\n]*\?", re.IGNORECASE)
# `Answer with yes or no`, `respond with one word: ...?` ask for a form and not for these words.
_FORM_ONLY = re.compile(
    r"(?:either\b|yes or no\b|yes/no\b|true or false\b|(?:a |an |one |two |\d+ )(?:single |short |brief "
    r"|json )?(?:words?|sentences?|letter|number|json|list)\b"
    r"|(?:valid )?json\b|the (?:letter|number|label|name|answer)(?:\s+(?:only|of|for)\b|[\s.!]*$))",
    re.IGNORECASE,
)
_REPEAT = re.compile(
    r"^(?:repeat|echo)\b(?:\s+after me|\s+back|\s+exactly|\s+the following|\s+the (?:words?|text|phrase"
    r"|sentence)|\s+this)*\s*[:,]?\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_TIMES = re.compile(r"[,\s]+(\d{1,4})\s*(?:times|x)\.?$", re.IGNORECASE)
_NOTHING_ELSE = re.compile(
    r"[,.]?\s*(?:and\s+)?(?:nothing (?:else|more)|no other (?:words|text)|only)\.?$|,?\s+please\.?$", re.IGNORECASE
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
    r"\b(?:say|said|ask|asked|first|before|earlier|just|previous|question|message|t(?:ell|old))",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"^(upper-?case|lower-?case|capitali[sz]e|reverse|spell)\s*(?:the (?:word|text))?[:\s]+(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_HOW_MANY = re.compile(r"\bhow many (letters|characters|words|tokens)\b.*?[\"'“`]([^\"'”`]+)[\"'”`]", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|good (?:morning|evening|afternoon)|greetings|hola|bonjour|hallo|ciao"
    r"|ol\u00e1|\u4f60\u597d|\u3053\u3093\u306b\u3061\u306f)(?!\w)"
    r"[\s,!.]*(?:there|onceward|world|again|friend|assistant|bot|ai|claude|gpt|chatgpt|gemini|llama"
    r"|model|everyone|how are you[^?]{0,20}\?)?[\s!.?]*$",
    re.IGNORECASE,
)
_PERSONA = re.compile(
    r"\byou are ((?:an? |the )?[^.\n,;]{2,60}?)(?=\s+(?:that|who|which|designed|for|to|with|and)\b|[.\n,;]|$)",
    re.IGNORECASE,
)
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
_TAGGED = re.compile(
    r"\b(?:in|inside|within|use|using|between|with)\s+(?:the |an? )?<([A-Za-z][\w-]{0,30})>", re.IGNORECASE
)
_ENDED = re.compile(
    r"\b[Ee]nd\b[^\n.]{0,60}?\bwith\s+(?:the word )?([A-Z]{3,20})\b|\b(?:[Rr]eply|[Ss]ay|[Aa]dd"
    r"|[Oo]utput|[Rr]espond with)\s+[\"'`]([A-Z]{3,20})[\"'`]\s+(?:in|at) the end"
)
_THANKS = re.compile(r"^(?:thanks|thank you|thx|cheers|great|perfect|ok|okay|cool)\b[^?]{0,30}$", re.IGNORECASE)
_HOW_ARE_YOU = re.compile(r"\bhow are you\b|\bhow(?:'s| is) it going\b|\bhow do you do\b", re.IGNORECASE)
_THERE = re.compile(
    r"^(?:(?:this is (?:a|just a) )?test(?:ing)?|are you (?:there|working|ok|online|up)|does (?:this|it)"
    r" work|is (?:this|it) working|(?:can you )?hear me|are you alive)[\s.!?]*$",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|^(?:what|who|whom|whose|which|where|when|why|how|is|are|was|were|do|does|did|can|could|should"
    r"|will|would|has|have)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:write|explain|describe|tell|give|make|create|generate|list|name|show|find|solve|help|fix"
    r"|rewrite|rephrase|paraphrase|improve|suggest|"
    r"recommend|compare|plan|draft|design|build|implement|convert|translate|summari[sz]e|classify"
    r"|extract|identify|calculate|compute|"
    r"analy[sz]e|complete|continue|fill|return|provide|define|outline|act|imagine|pretend|play|sing|draw"
    r"|teach|review|correct|check|"
    r"search|look|book|send|schedule|order|think|let's|let us|i need|i want|i would like|i'd like|answer"
    r"|choose|pick|guess|roll|flip|"
    r"sort|rank|count|evaluate|think)\b",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(
    r"\b(?:in|with|only|exactly|just)\s+(?:one|a single|1) word\b|\bone[- ]word answer\b", re.IGNORECASE
)
_PING = re.compile(r"^ping[.!?]?$", re.IGNORECASE)

Rule = Callable[[Conversation, str, Draw], "str | None"]


def answer(conversation: Conversation, draw: Draw) -> str:
    """The answer in words. `draw` varies the wording where the request asks for variety (`seed`, further choices)."""
    said = _POLITE.sub("", conversation.asked.strip())
    asked = meant(conversation, said)
    text = _by_rules(conversation, asked, draw)
    if asked != said and asked in conversation.earlier:  # `Another one` is another.
        told = {turn.text for turn in conversation.turns}
        others = (_by_rules(conversation, asked, draw.child("again", at)) for at in range(_MOST_TRIES))
        text = next((other for other in others if other not in told), text)
    return styled(text, conversation.instructions)


def _by_rules(conversation: Conversation, asked: str, draw: Draw) -> str:
    rules = _RULES if len(asked) <= _LONGEST_SEARCH else _RULES_FOR_LONG
    return next(said for rule in rules if (said := rule(conversation, asked, draw)) is not None)


def answer_to_order(conversation: Conversation, draw: Draw) -> str | None:
    """Return the answer to a plain order to say or repeat something, which goes before whatever its words contain."""
    asked = _POLITE.sub("", conversation.asked.strip())
    if conversation.results:
        return None
    order = _SAY.match(asked)
    if order is not None and _FORMED_QUESTION.match(asked) and _QUESTION_WORD.match(order.group(1)):
        return None
    ordered = order is not None and not _AS_JSON.search(asked[:_LONGEST_SEARCH])
    return answer(conversation, draw) if ordered or _REPEAT.match(asked) else None


_ANSWERING = frozenset(["answer", "response", "reply", "result"])
# Properties that hold the answer where the question asks to make it: `summary` of `Summarize: ...`.
_MADE = frozenset(["summary", "translation", "joke", "poem", "haiku", "story"])
_STEM = 6


def answer_for(name: str, kind: str, question: Conversation, draw: Draw) -> Any:
    """Return the value of a property that is named for the answer, or for the list that is asked for; else None."""
    asked = _POLITE.sub("", question.asked)
    words = set(re.findall(r"[a-z]+", name.lower()))
    if kind == "array":
        found = listed(asked)
        return (
            found
            if found and words & ({"items", "list", "values"} | set(re.findall(r"[a-z]+", asked.lower())))
            else None
        )
    if kind == "boolean":
        return yes_or_no(asked)
    if kind == "string" and words & {"capital", "city"}:
        place = place_named(answer_from_facts(asked, terse=True) or "")
        return place.name if place is not None and place.kind == "city" else None
    made = any(word[:_STEM] in asked.lower() for word in words & _MADE)
    if not asked or not (made or words & _ANSWERING):
        return None
    if kind == "string":
        return answer(question, draw)
    found_sum = find_sum(asked) or find_sum(with_digits(asked))
    if found_sum is None:
        return None
    value = found_sum[1]
    return int(value) if value.denominator == 1 else float(value)


def think(conversation: Conversation, steps: int) -> str:
    """Return the thoughts before an answer, in up to `steps` sentences about this conversation."""
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
    sentences.append("My answer must follow from the conversation alone.")
    sentences.append("I write the answer down word by word.")
    return " ".join(sentences[: max(1, steps)])


def styled(text: str, instructions: str) -> str:
    """The answer in the form that instructions demand of every answer: case, marks around it, a word at its end."""
    instructions = squeezed(instructions[:_LONGEST_SEARCH])
    low = instructions.lower()
    if re.search(r"\b(?:upper ?case|all caps|capital letters)\b", low):
        text = text.upper()
    elif re.search(r"\blower ?case\b", low):
        text = text.lower()
    if re.search(r"\b(?:in|as|use|using|with) (?:markdown )?bullet(?:ed)?\b", low) and not text.startswith("- "):
        text = "\n".join(f"- {line}" for line in text.splitlines() if line)
    tag = _TAGGED.search(instructions)
    if tag is not None and not text.startswith(f"<{tag.group(1)}>"):
        text = f"<{tag.group(1)}>{text}</{tag.group(1)}>"
    for place, said in re.findall(
        r"\b(start|begin|end)\b[^\n.]*?\bwith\b[^\n\"'“`]*[\"'“`]([^\"'”`]+)", instructions, re.IGNORECASE
    ):
        text = f"{text} {said}" if place.lower() == "end" else f"{said} {text}"
    ending = _ENDED.search(instructions)
    if ending is not None and not text.endswith(word := next(filter(None, ending.groups()))):
        text = f"{text}\n{word}"
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


_SUBJECT = re.compile(
    r"(?:Text|Review|Tweet|Message|Input|Sentence|Email|Comment|Ticket|Question"
    r"|Headline)\s*:\s*[\"'\u201c]?(.+?)[\"'\u201d]?\s*(?:\n|[A-Z][a-z]+:\s*$|$)"
    r"|[\"\u201c]([^\"\u201d\n]{3,})[\"\u201d]|(?:positive|negative|neutral|categories|labels?"
    r"|[?)\]])\s*:\s*(\S[^\n]*)$",
)


def _says(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    match = _SAY.match(asked) or _SAY_PLAIN.match(asked)
    if match is None or (match.re is _SAY_PLAIN and _FORM_ONLY.match(match.group(1))):
        return None
    said = _without_ending(match.group(1).strip())
    if _FORMED_QUESTION.match(asked) and _QUESTION_WORD.match(said):
        return None
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
    asked = with_digits(asked)
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
    found = find_sum(asked) or find_sum(with_digits(asked))
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
        return f"You have not said what your {wanted} is."
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
    code = hello_world(asked)
    if code is not None:
        return code
    topic = topic_of(asked)
    words = _WORDS.search(with_digits(asked))
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
    many = _LIST.search(with_digits(asked))
    if many:
        lines = items(max(1, int(many.group(1))), topic, draw)
        return re.sub(r"^\d+\. ", "- ", lines, flags=re.MULTILINE) if "bullet" in asked.lower() else lines
    return None


def _chooses(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    """One of the answers that the message or the instructions allow."""
    options = lettered_in(asked)
    if options:
        question = asked[: asked.index(options[0][1])]
        texts = [text.rstrip(".") for _, text in options]
        letter, text = options[texts.index(chosen(texts, question))]
        alone = re.search(r"\bletter\b|Answer:\s*$", f"{conversation.instructions[:_LONGEST_SEARCH]}\n{asked}")
        return letter if alone else f"{letter}) {text}"
    return _chosen(labels_in(asked), asked)


def _chooses_as_told(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    """One of the answers that the instructions allow."""
    return _chosen(labels_in("", conversation.instructions), asked)


def _chosen(labels: Sequence[str], asked: str) -> str | None:
    if not labels:
        return None
    given = _SUBJECT.search(asked)
    subject = next(filter(None, given.groups()), asked) if given else asked
    return chosen(labels, subject)


def _by_example(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    examples = examples_in(conversation, asked)
    return None if examples is None else by_example(examples)


def _reads(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    return document_answer(conversation, asked)


def _lists(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    found = listed(asked)
    return written_list(found, asked, conversation.instructions) if found else None


def _reckons(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    found = reckoned(asked)
    return None if found is None else found[1 if _terse(conversation, asked) else 0]


def _works_on_text(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    return next((said for rule in (changed, summarized, extracted) if (said := rule(asked)) is not None), None)


def _greets(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    if _PING.match(asked):
        return "pong"
    if _THANKS.match(asked):
        return "You are welcome."
    if _THERE.match(asked):
        return "Yes, I am here and it works: I am the offline model of Onceward."
    if _HOW_ARE_YOU.search(asked) and len(asked) < _ENDING:
        return "I am well, thank you. I am the offline model of Onceward. What can I do for you?"
    if not _GREETING.match(asked):
        return None
    persona = _PERSONA.search(conversation.instructions[:_LONGEST_SEARCH])
    who = f"I am {persona.group(1).strip()}" if persona else "I am the offline model of Onceward"
    greeting = draw.choice(("Hello!", "Hi!", "Good day!")) if conversation.earlier else "Hello!"
    return f"{greeting} {who}. What can I do for you?"


def _sees(conversation: Conversation, asked: str, draw: Draw) -> str | None:
    notes: list[str] = []
    for picture in conversation.pictures:
        if picture.address is not None:
            notes.append(f"a picture at {picture.address} (offline, so I did not open it)")
        elif picture.width is None:
            notes.append(f"{picture.bytes} bytes that are not a picture I know")
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
    if _ONE_WORD.search(f"{conversation.instructions[:_LONGEST_SEARCH]}\n{asked[:_LONGEST_SEARCH]}"):
        return "Unknown"
    if _QUESTION.search(asked[:_LONGEST_SEARCH]) or _ORDER.match(asked):
        opening = draw.choice(("I cannot answer", "I do not know the answer to", "I have no answer to"))
        said = _quoted(asked, _LONGEST_SEARCH)
        return f"I am an offline model of rules, not a language model. {opening} this: {said}" + _around(conversation)
    opening = draw.choice(("I heard", "You said", "You wrote", "Your words were"))
    return f"{opening}: {asked}" + _around(conversation)


def _around(conversation: Conversation) -> str:
    """Return a summary of the earlier messages and of the instructions."""
    text = ""
    if conversation.earlier:
        before = conversation.earlier[-3:]
        text = "\n\nBefore that you said " + ", then ".join(_quoted(said, 80) for said in before) + "."
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


_RULES_FOR_LONG: tuple[Rule, ...] = (_after_tools, _says, _repeats, _reads, _by_example, _works_on_text, _sees, _echoes)
_RULES: tuple[Rule, ...] = (
    _after_tools,
    _says,
    _repeats,
    _counts,
    _remembers,
    _reads,
    _by_example,
    _chooses,
    _lists,
    _knows,
    _works_on_text,
    _changes,
    _reckons,
    _adds_up,
    _chooses_as_told,
    _writes,
    _greets,
    _sees,
    _echoes,
)
