"""Choice among given answers: labels of a classification, options of a question, yes or no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .calculate import find_sum, shown
from .facts import answer_from_facts, yes_or_no
from .lexicon import (
    sentiment_of,
    squeezed,
    stem,
    subject_words,
)

__all__ = ["chosen", "labels_in", "lettered_in", "telling"]

_LONGEST_SEARCH = 2000
_MOST_LABELS = 32
_LABEL = r"[\"'`*]{0,2}[\w][\w /&-]{0,30}?[\"'`*]{0,2}"
_WORD = r"[\"'`*]{0,2}[\w-]{1,30}[\"'`*]{0,2}"
_NAMED = re.compile(
    r"\b(?:(?:exactly |only )?one of(?: the following| these)?(?: \w+)?|choose(?: one| from| between)?"
    r"|pick one|labels?|categories|classes|"
    rf"departments|options|choices)(?: (?:are|from|is))?\s*:?\s*[\[(]?\s*({_LABEL}(?:\s*[,|/]\s*(?:or "
    rf"|and )?{_LABEL})+"
    rf"(?:,?\s+(?:or|and)\s+{_LABEL})?|{_LABEL}\s+or\s+{_LABEL})\s*(?=[.\])\n;:]|$)",
    re.IGNORECASE,
)
_EITHER = re.compile(
    rf"(?:\b(?:as|into|either|is|between|this|it|be|with|sentiment)\s+(?:either\s+)?)({_WORD}"
    rf"(?:\s*,\s*{_WORD})*\s*,?\s+(?:or|and)\s+{_WORD})"
    rf"|({_WORD}(?:\s*,\s*{_WORD})*\s*,?\s+or\s+{_WORD})\s*[?:]",
    re.IGNORECASE,
)
_CLASSIFYING = re.compile(
    r"\b(?:classif\w*|categori[sz]\w*|sentiment|label\w*|route (?:\w+ ){0,4}to|tone|is (?:this|it|that|the (?:following"
    r"|text|sentiment|review|tweet|sentence)))\b"
    r"|\b(?:reply|respond|answer)\w*(?: only)? with (?:either|one of|only)\b",
    re.IGNORECASE,
)
_ASSIGNING = re.compile(r"\bclassif|\bcategori|\bsentiment\b", re.IGNORECASE)
_STATED = re.compile(r"^(?:.{0,60}:\s*)?(.{1,60}?) is (.{1,100})$")
_YES_NO = re.compile(r"\b(yes)\s*(?:or|/)\s*(no)\b|\b(true)\s*(?:or|/)\s*(false)\b", re.IGNORECASE)
_OPTION = re.compile(r"^[ \t]*\(?([A-Ea-e])[).:][ \t]+(\S[^\n]{0,200})$", re.MULTILINE)
_GOOD = frozenset(["positive", "good", "happy", "pos", "favourable", "favorable", "satisfied"])
_BAD = frozenset(["negative", "bad", "sad", "unhappy", "neg", "angry", "dissatisfied", "unfavourable"])
_EVEN = frozenset(["neutral", "mixed", "neither", "okay"])
_REST = frozenset(["other", "others", "unknown", "general", "none", "misc", "miscellaneous"])


def labels_in(asked: str, instructions: str = "") -> list[str]:
    """Return the labels among which a text asks to choose; none where it asks for no choice."""
    for text in (squeezed(asked[:_LONGEST_SEARCH]), squeezed(instructions[:_LONGEST_SEARCH])):
        found = _NAMED.search(text)
        if found is None and _CLASSIFYING.search(text):
            found = _EITHER.search(text)
            if found is not None and not (" or " in found.group() or _ASSIGNING.search(text)):
                found = None  # `fast and cheap` does not ask for a choice.
        if found is not None:
            listed = next(group for group in found.groups() if group)
            parts = re.split(r"\s*[,|/]\s*(?:or |and )?|\s+or\s+|\s+and\s+", listed)
            labels = [part.strip(" \"'`*") for part in parts]
            return list(dict.fromkeys(label for label in labels if label))[:_MOST_LABELS]
        either = _YES_NO.search(text)
        if either is not None:
            return [group for group in either.groups() if group]
    return []


def lettered_in(asked: str) -> list[tuple[str, str]]:
    """Return the letter and text of each option on a line of its own: `A) Berlin`."""
    found = [(letter, text.strip()) for letter, text in _OPTION.findall(squeezed(asked[:_LONGEST_SEARCH]))]
    return found if len(found) > 1 else []


def telling(labels: Sequence[str], subject: str) -> str | None:
    """Return the label that a text gives a sign of; None without a sign."""
    low = [label.lower() for label in labels]
    judged = _judged(low, subject)
    if judged is not None:
        return labels[judged] if sentiment_of(subject) or low[judged] in _EVEN else None
    for known in _known(subject):
        if known in low:
            return labels[low.index(known)]
    said = {stem(word) for word in re.findall(r"[a-z]+", subject.lower())}
    scores = [
        len(subject_words(label) & said) + 3 * (re.search(rf"\b{re.escape(label)}\b", subject.lower()) is not None)
        for label in low
    ]
    return labels[scores.index(max(scores))] if scores and max(scores) > 0 else None


def chosen(labels: Sequence[str], subject: str) -> str:
    """Return the label that says most of the subject; without a sign the one for the rest, or the first."""
    low = [label.lower() for label in labels]
    if {"yes", "no"} <= set(low) or {"true", "false"} <= set(low):
        told = yes_or_no(subject)
        if told is None:
            told = yes_or_no(_STATED.sub(r"is \1 \2", subject))
        if told is None:
            told = not (answer_from_facts(subject) or "").startswith("No")
        return labels[next(at for at, label in enumerate(low) if (label in ("yes", "true")) is (told is not False))]
    sign = telling(labels, subject)
    if sign is not None:
        return sign
    rest = (at for at, label in enumerate(low) if (_REST | _EVEN).intersection(re.findall(r"\w+", label)))
    return labels[next(rest, 0)]


def _judged(labels: Sequence[str], subject: str) -> int | None:
    """Return the index of the label for what a text feels; None where the labels are not about that."""
    good = next((at for at, label in enumerate(labels) if label in _GOOD), None)
    bad = next((at for at, label in enumerate(labels) if label in _BAD), None)
    if good is None or bad is None:
        return None
    even = next((at for at, label in enumerate(labels) if label in _EVEN), good)
    score = sentiment_of(subject)
    return good if score > 0 else bad if score < 0 else even


def _known(subject: str) -> list[str]:
    found, sum_ = answer_from_facts(subject, terse=True), find_sum(subject)
    return [text.lower() for text in (found, shown(sum_[1]) if sum_ else None) if text]
