"""Small tables of words: members of kinds, opposites, words that judge, words that belong to a subject."""

from __future__ import annotations

import re
from functools import lru_cache

from .facts_table import CITIES, COUNTRIES

__all__ = ["NUMBERS", "members_of", "opposite_of", "sentiment_of", "squeezed", "stem", "subject_words", "with_digits"]

_KINDS = """
fruit|apple, banana, orange, pear, cherry, grape, mango, peach, plum, lemon
vegetable|carrot, potato, tomato, onion, cabbage, spinach, broccoli, pea, leek, pepper
colour|red, blue, green, yellow, orange, purple, black, white, brown, pink
primary colour|red, yellow, blue
animal|dog, cat, horse, elephant, lion, rabbit, bear, fox, dolphin, owl
mammal|dog, cat, horse, elephant, lion, rabbit, bear, fox, dolphin, whale
bird|sparrow, robin, owl, eagle, swan, pigeon, crow, duck, stork, penguin
planet|Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune
continent|Africa, Antarctica, Asia, Europe, North America, Oceania, South America
ocean|Pacific, Atlantic, Indian, Southern, Arctic
season|spring, summer, autumn, winter
month|January, February, March, April, May, June, July, August, September, October, November, December
day of the week|Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
day|Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
weekday|Monday, Tuesday, Wednesday, Thursday, Friday
programming language|Python, JavaScript, Java, C, C++, Go, Rust, Ruby, Swift, Kotlin
language|English, Spanish, French, German, Italian, Portuguese, Chinese, Japanese, Arabic, Hindi
sport|football, tennis, basketball, swimming, cycling, running, rowing, hockey, golf, chess
ice cream flavour|vanilla, chocolate, strawberry, lemon, pistachio, hazelnut, mango, coffee, coconut, mint
flower|rose, tulip, daisy, lily, sunflower, violet, orchid, poppy, iris, lavender
tree|oak, beech, birch, pine, maple, ash, willow, fir, lime, elm
shape|circle, square, triangle, rectangle, hexagon, oval
vowel|a, e, i, o, u
prime number|2, 3, 5, 7, 11, 13, 17, 19, 23, 29
even number|2, 4, 6, 8, 10, 12, 14, 16, 18, 20
odd number|1, 3, 5, 7, 9, 11, 13, 15, 17, 19
number|1, 2, 3, 4, 5, 6, 7, 8, 9, 10
letter|a, b, c, d, e, f, g, h, i, j
name|Ada, Ben, Clara, David, Emma, Felix, Grace, Hugo, Iris, Jonas
"""
_OPPOSITES = """
hot cold|tall short|happy sad|big small|large small|good bad|fast slow|up down|left right|open closed|day night
light dark|old young|rich poor|hard soft|high low|early late|full empty|strong weak|wet dry|clean dirty|yes no
in out|love hate|begin end|start stop|win lose|easy difficult|near far|loud quiet|new old|long short|warm cool
"""
_GOOD = frozenset(
    [
        "love",
        "loved",
        "like",
        "liked",
        "good",
        "great",
        "excellent",
        "amazing",
        "wonderful",
        "fantastic",
        "awesome",
        "best",
        "happy",
        "perfect",
        "nice",
        "enjoy",
        "enjoyed",
        "fun",
        "delicious",
        "helpful",
        "friendly",
        "fast",
        "beautiful",
        "brilliant",
        "pleased",
        "satisfied",
        "recommend",
        "superb",
        "thanks",
        "glad",
        "positive",
        "delightful",
        "works",
    ]
)
_BAD = frozenset(
    [
        "hate",
        "hated",
        "bad",
        "terrible",
        "awful",
        "horrible",
        "worst",
        "sad",
        "poor",
        "broke",
        "broken",
        "slow",
        "disappointed",
        "disappointing",
        "disappointment",
        "useless",
        "rude",
        "angry",
        "boring",
        "dirty",
        "waste",
        "annoying",
        "never",
        "late",
        "wrong",
        "fail",
        "failed",
        "failure",
        "crash",
        "crashes",
        "problem",
        "dislike",
        "disliked",
        "negative",
        "refund",
        "ugly",
        "unhappy",
        "lost",
        "waiting",
    ]
)
_SUBJECTS = """
billing|invoice charge charged refund payment pay paid bill price card subscription money cost overcharged
finance|invoice payment stock bank money budget market shares
shipping|delivery deliver delivered package parcel arrive arrived order tracking ship shipped courier
support|crash crashes error broken login password bug help works working install problem fails
technical|crash crashes error broken login password bug works working install fails server code
technology|phone computer software chip ai google robot code internet
account|password login email profile username locked
sales|buy purchase price quote demo plan upgrade discount
sport|match team goal win won player football league game cup
sports|match team goal win won player football league game cup
politics|election president minister vote parliament government law
business|company market shares profit merger stock revenue
science|study research researchers planet cell physics
spam|winner prize free click offer lottery cash win urgent
urgent|asap immediately down emergency outage now critical
bug|crash crashes error broken fails wrong exception
feature|add please wish would could support request
question|how what when where why who
complaint|terrible broken late angry refund worst disappointed
weather|rain sunny temperature forecast wind snow
travel|flight hotel trip ticket
fruit|apple banana orange pear cherry grape mango peach plum lemon
vegetable|carrot potato onion cabbage spinach broccoli pea leek
animal|dog cat horse elephant lion rabbit bear fox dolphin owl
"""
NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
_NUMBER = re.compile(rf"(?<![\w-])({'|'.join(NUMBERS)})(?!\w)", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\n]{3,}")
_LINES = re.compile(r"\n{3,}")
_ENDINGS = ("ies", "ing", "ed", "es", "s", "e", "y")


def squeezed(text: str) -> str:
    """The text with short runs of white space: expressions that allow any run take the square of a long one's time."""
    return _BLANKS.sub("  ", _LINES.sub("\n\n", text))


def with_digits(text: str) -> str:
    """Return the text with its small numbers in digits: `three fruits` is `3 fruits`."""
    return _NUMBER.sub(lambda found: str(NUMBERS.index(found.group(1).lower())), text)


def stem(word: str) -> str:
    """Return a word without its ending, in lower case."""
    word = word.lower()
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _kind(name: str) -> str:
    words = name.lower().replace("color", "colour").replace("flavor", "flavour").split()
    return " ".join(_singular(word) for word in words)


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


@lru_cache(maxsize=1)
def _members() -> dict[str, tuple[str, ...]]:
    out = {}
    for line in _KINDS.strip().splitlines():
        name, members = line.split("|")
        out[_kind(name)] = tuple(members.split(", "))
    countries = [line.split("|") for line in COUNTRIES.strip().splitlines()]
    for columns in countries:
        for area in ("", f" in {columns[5].lower()}"):
            out[f"country{area}"] = (*out.get(f"country{area}", ()), columns[0])
            out[f"capital{area}"] = (*out.get(f"capital{area}", ()), columns[1])
    for line in CITIES.strip().splitlines():
        name, country, _ = line.split("|")
        for area in ("", f" in {country.lower()}"):
            out[f"city{area}"] = (*out.get(f"city{area}", ()), name)
    out["european country"], out["european city"] = out["country in europe"], out["capital in europe"]
    return out


def members_of(kind: str) -> tuple[str, ...]:
    """Return the members of a kind that is named in the singular or plural (`fruits`, `countries in Europe`)."""
    plain = re.sub(r"\b(?:different|random|common|popular|famous|some|the|basic|of)\b", " ", kind)
    for name in (kind, plain, re.sub(r"\bin the\b.*", "", plain)):
        found = _members().get(_kind(name))
        if found is not None:
            return found
    return ()


@lru_cache(maxsize=1)
def _opposites() -> dict[str, str]:
    pairs = [pair.split() for line in _OPPOSITES.strip().splitlines() for pair in line.split("|")]
    out: dict[str, str] = {}
    for first, second in pairs:
        out.setdefault(first, second)
        out.setdefault(second, first)
    return out


def opposite_of(word: str) -> str | None:
    """Return the opposite of a common word."""
    return _opposites().get(word.strip(" .'\"").lower())


def sentiment_of(text: str) -> int:
    """Above 0 for a text that praises, below 0 for one that blames, 0 for neither."""
    score, turned = 0, 1
    for word in re.findall(r"[a-z']+", text.lower()):
        if word in ("not", "no", "isn't", "wasn't", "don't", "didn't", "doesn't", "hardly"):
            turned = -1
            continue
        weight = (word in _GOOD) - (word in _BAD)
        if weight:
            score += weight * turned
            turned = 1
    return score


@lru_cache(maxsize=1)
def _words_of_subjects() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(map(stem, words.split()))
        for name, words in (line.split("|") for line in _SUBJECTS.strip().splitlines())
    }


def subject_words(label: str) -> frozenset[str]:
    """Return the stems of words that belong to a subject: of `billing` those of invoices and payments."""
    out: frozenset[str] = frozenset()
    for word in re.findall(r"[a-z]+", label.lower()):
        out |= _words_of_subjects().get(word, frozenset()) | {stem(word)}
    return out
