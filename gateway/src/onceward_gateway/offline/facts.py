"""Facts that the offline models know: places, a few words of other languages, the calendar.

They know little on purpose. It is enough that a first question gets a true answer and that a schema about a place is
filled with what is true of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from .facts_table import (
    CITIES,
    COUNTRIES,
    GENERAL,
    PHRASES,
)

__all__ = [
    "Place",
    "answer_from_facts",
    "describe",
    "fact_about",
    "place_in",
    "place_named",
    "places_in",
    "translation",
    "yes_or_no",
]

_LONGEST_SEARCH = 2000
_LONGEST_NAME = 4
_LONGEST_PLACE = 40
_LONGEST_GENERAL = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A city or a country."""

    name: str
    kind: str
    population: int
    country: str
    capital: str
    currency: str
    language: str
    continent: str
    code: str


@lru_cache(maxsize=1)
def _places() -> dict[str, Place]:
    """Every place by its plain name;."""
    out: dict[str, Place] = {}
    countries: dict[str, Place] = {}
    for line in COUNTRIES.strip().splitlines():
        name, capital, population, currency, language, continent, code = line.split("|")
        countries[name] = Place(name, "country", int(population), name, capital, currency, language, continent, code)
    for line in CITIES.strip().splitlines():
        name, country, population = line.split("|")
        home = countries[country]
        out[_plain(name)] = Place(
            name,
            "city",
            int(population),
            country,
            home.capital,
            home.currency,
            home.language,
            home.continent,
            home.code,
        )
    out |= {_plain(name): place for name, place in countries.items() if _plain(name) not in out}
    aliases = {
        "usa": "united states",
        "us": "united states",
        "united states of america": "united states",
        "america": "united states",
        "uk": "united kingdom",
        "great britain": "united kingdom",
        "england": "united kingdom",
        "britain": "united kingdom",
        "holland": "netherlands",
        "czechia": "czech republic",
        "korea": "south korea",
        "uae": "united arab emirates",
        "new york city": "new york",
        "nyc": "new york",
        "washington dc": "washington d c",
        "kiev": "kyiv",
        "turkiye": "turkey",
        "espana": "spain",
        "espagne": "spain",
        "spanien": "spain",
        "deutschland": "germany",
        "allemagne": "germany",
        "alemania": "germany",
        "frankreich": "france",
        "francia": "france",
        "italie": "italy",
        "italia": "italy",
        "italien": "italy",
    }
    return out | {alias: out[name] for alias, name in aliases.items()}


def _plain(text: str) -> str:
    """Lower case, without accents and punctuation."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z]+", bare.lower()))


def place_named(name: str) -> Place | None:
    """Return the place of exactly this name."""
    return _places().get(_plain(name)) if len(name) <= _LONGEST_PLACE else None


def places_in(text: str) -> list[Place]:
    """Return the places that a text names, in order; names are written with a capital, or are all that is said."""
    text = text[:_LONGEST_SEARCH]
    whole = place_named(text)
    if whole is not None:
        return [whole]
    words = [(match.group(), match.start()) for match in re.finditer(r"[^\W\d_]+", text)]
    out: list[Place] = []
    at = 0
    while at < len(words):
        found = 0
        if words[at][0][:1].isupper():
            for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
                name = _plain(" ".join(word for word, _ in words[at : at + length]))
                # Two letters are a code only where they are written as one: `US`, not `us`.
                if name in _places() and (len(name) > 3 or words[at][0].isupper()):
                    out.append(_places()[name])
                    found = length
                    break
        at += found or 1
    return out


def place_in(texts: Iterable[str]) -> Place | None:
    """Return the first place that the first telling text names."""
    return next((places[0] for text in texts if (places := places_in(text))), None)


def fact_about(place: Place, words: Iterable[str]) -> str | int | None:
    """Return the fact that a property of these words asks of a place: `country`, `population`, `country_code`, ..."""
    said = set(words)
    if said & {"population", "inhabitants", "residents"}:
        return place.population
    if said & {"currency"}:
        return place.currency
    if said & {"language", "languages"}:
        return place.language
    if said & {"continent"}:
        return place.continent
    if "country" in said:
        return place.code if said & {"code", "iso"} else place.country
    if "capital" in said:
        return place.capital
    if said & {"nation"}:
        return place.country
    if place.kind == "city" and said & {"city", "town"}:
        return place.name
    if said & {"description", "summary", "overview", "about", "fact"}:
        return describe(place)
    return None


# --- answers in words

_CAPITAL = re.compile(
    r"\b(?:capitals?(?:\s+cit(?:y|ies))?|capitale|hauptstadt)\s+(?:of|in|for|del?(?:la)?|von)\s+(.{2,60})",
    re.IGNORECASE,
)
_CAPITAL_AFTER = re.compile(r"([A-Z][\w .]{2,40})'s?\s+capital\b")
_POPULATION = re.compile(
    r"\bpopulation\b|\bhow many (?:people|inhabitants|residents)\b|\bpeople live in\b", re.IGNORECASE
)
_COUNTRY = re.compile(r"\b(?:which|what|in what|in which) country\b|\bwhere (?:is|are|lies)\b", re.IGNORECASE)
_CURRENCY = re.compile(r"\bcurrency\b|\bmoney\b.*\buse", re.IGNORECASE)
_LANGUAGE = re.compile(r"\b(?:what|which) language|\blanguages?\b.*\b(?:spoken|speak)\b", re.IGNORECASE)
_CONTINENT = re.compile(r"\bcontinent\b", re.IGNORECASE)
_ABOUT_PLACE = re.compile(r"\b(?:about|describe|know of|information on)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"\?|^(?:what|which|who|where|how|name|tell|give|describe|is|(?:the )?(?:capitals?|population"
    r"|currency|continent|language)"
    r" (?:of|in)|return|provide|list)\b",
    re.IGNORECASE,
)
_LARGER = re.compile(r"\b(?:bigger|larger|largest|biggest|more (?:people|inhabitants|populous))\b", re.IGNORECASE)
_SMALLER = re.compile(r"\b(?:smaller|smallest|fewer (?:people|inhabitants)|less populous)\b", re.IGNORECASE)
_IS_CAPITAL = re.compile(
    r"\bis\s+(.{2,40}?)\s+(?:really\s+)?the capital(?: city)? of\s+(.{2,40}?)\s*(?:[?.,]|$)", re.IGNORECASE
)
_IS_IN = re.compile(
    r"\bis\s+(.{2,40}?)\s+(?:located |a city |a country )?in\s+(.{2,40}?)\s*(?:[?.,]"
    r"|$)",
    re.IGNORECASE,
)
_IS_PRIME = re.compile(r"\bis\s+(\d{1,9})\s+(?:a |an )?(prime|even|odd)\b", re.IGNORECASE)
_COMPARED = re.compile(
    r"\bis\s+(-?[\d.]{1,12})\s+(greater|larger|bigger|more|less|smaller)\s+than\s+(-?[\d.]{1,12}\b)", re.IGNORECASE
)
_MOST_PLACES = 8


def answer_from_facts(asked: str, *, terse: bool = False) -> str | None:
    """A true sentence (with `terse` the bare fact) in answer to a question that the table can answer; else None."""
    asked = asked[:_LONGEST_SEARCH]
    for rule in (_translated, _calendar, _of_itself, _confirmed):
        said = rule(asked)
        if said is not None:
            return said
    found = _generally(asked) or _of_places(asked)
    return None if found is None else found[1 if terse else 0]


def yes_or_no(asked: str) -> bool | None:
    """Return whether what a question asks is so; None where the table cannot tell."""
    asked = asked[:_LONGEST_SEARCH]
    number = _IS_PRIME.search(asked)
    if number is not None:
        value = int(number.group(1))
        if number.group(2).lower() == "prime":
            return value > 1 and all(value % factor for factor in range(2, int(value**0.5) + 1))
        return value % 2 == (number.group(2).lower() == "odd")
    compared = _COMPARED.search(asked)
    if compared is not None:
        try:
            first, second = float(compared.group(1)), float(compared.group(3))
        except ValueError:
            return None
        return first < second if compared.group(2).lower() in ("less", "smaller") else first > second
    capital = _IS_CAPITAL.search(asked)
    if capital is not None:
        city, home = place_named(capital.group(1)), place_named(capital.group(2))
        return None if home is None else city is not None and _plain(home.capital) == _plain(city.name)
    within = _IS_IN.search(asked)
    if within is not None:
        inner, outer = place_named(within.group(1)), within.group(2)
        home = place_named(outer)
        if inner is not None and (home is not None or outer.title() in _continents()):
            return outer.title() == inner.continent or (home is not None and home.name == inner.country)
    return None


@lru_cache(maxsize=1)
def _continents() -> frozenset[str]:
    return frozenset(place.continent for place in _places().values())


def _confirmed(asked: str) -> str | None:
    told = yes_or_no(asked)
    return None if told is None else "Yes." if told else "No."


@lru_cache(maxsize=1)
def _general() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    rows = (line.rsplit("|", 2) for line in GENERAL.strip().splitlines())
    return tuple((re.compile(words, re.IGNORECASE), said, bare) for words, said, bare in rows)


def _generally(asked: str) -> tuple[str, str] | None:
    """Return the sentence and the fact of general knowledge that a short question asks for."""
    if len(asked) > _LONGEST_GENERAL:
        return None
    return next(((said, bare) for words, said, bare in _general() if words.search(asked)), None)


def _of_places(asked: str) -> tuple[str, str] | None:
    """Return the sentence, and the fact alone; of each place that is asked for."""
    if not _QUESTION.search(asked):
        return None
    capital = _CAPITAL.search(asked) or _CAPITAL_AFTER.search(asked)
    places = places_in(capital.group(1) if capital else asked)
    if not places and capital is not None:
        bare = re.sub(r"^(?:the|la)\s+", "", re.split(r"[?.!,;:\n]", capital.group(1))[0], flags=re.IGNORECASE)
        known = _places().get(_plain(bare))
        places = [known] if known is not None else []
    places = list(dict.fromkeys(places))[:_MOST_PLACES]
    if len(places) > 1 and (_LARGER.search(asked) or _SMALLER.search(asked)):
        pick = min if _SMALLER.search(asked) else max
        found = pick(places, key=lambda place: place.population)
        return f"{_the(found.name, start=True)}, with about {found.population:,} people.", found.name
    told = [fact for place in places if (fact := _of_place(asked, place, capital=capital is not None)) is not None]
    if not told:
        return None
    if _ABOUT_PLACE.search(asked) and capital is None:
        told = told[:1]
    return " ".join(said for said, _ in told), ", ".join(bare for _, bare in told)


def _of_place(asked: str, place: Place, *, capital: bool) -> tuple[str, str] | None:
    home, name = _the(place.country), _the(place.name, start=True)
    if capital:
        return f"The capital of {home} is {place.capital.rstrip('.')}.", place.capital
    if _POPULATION.search(asked):
        return f"About {place.population:,} people live in {_the(place.name)}.", str(place.population)
    if _CURRENCY.search(asked):
        return f"The currency of {home} is the {place.currency}.", place.currency
    if _LANGUAGE.search(asked):
        return f"The main language of {home} is {place.language}.", place.language
    if _CONTINENT.search(asked):
        return f"{name} is in {place.continent}.", place.continent
    if _COUNTRY.search(asked):
        where = place.country if place.kind == "city" else place.continent
        return f"{name} is in {_the(where)}.", where
    if _ABOUT_PLACE.search(asked):
        return describe(place), describe(place)
    return None


def describe(place: Place) -> str:
    """Return a sentence or two about a place."""
    if place.kind == "city":
        role = "the capital of" if place.capital == place.name else "a city in"
        return f"{place.name} is {role} {_the(place.country)}. About {place.population:,} people live there."
    return (
        f"{_the(place.name, start=True)} is a country in {place.continent} with about {place.population:,} people. "
        f"Its capital is {place.capital} and its currency the {place.currency}."
    )


def _the(name: str, *, start: bool = False) -> str:
    if name.startswith(("United", "Netherlands", "Philippines", "Czech Republic")):
        return f"{'The' if start else 'the'} {name}"
    return name


_TRANSLATE = re.compile(
    r"\btranslate\b(?:\s+(?:the\s+)?(?:following|this|english|words?|phrase|sentence|text))*\s*"
    r"(?:(?:from english )?(?:in)?to\s+(\w+)\s*[:,]\s*(.{1,80})"
    r"|[:\s]\s*(.{1,80}?)\s+(?:from\s+english\s+)?(?:in)?to\s+(\w+))",
    re.IGNORECASE,
)
_SAY_IN = re.compile(
    r"\bhow (?:do|would|can) (?:you|i|we) say\s+(.{1,80}?)\s+in\s+(\w+)|\bwhat is\s+(.{1,40}?)\s+in\s+(\w+)\b",
    re.IGNORECASE,
)
_TONGUES = ("english", "french", "spanish", "german", "italian", "portuguese")


@lru_cache(maxsize=1)
def _phrases() -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for line in PHRASES.strip().splitlines():
        texts = dict(zip(_TONGUES, line.split("|"), strict=True))
        for text in texts.values():
            out.setdefault(text.lower(), texts)
        out[texts["english"]] = texts
    return out


def translation(text: str, tongue: str) -> str | None:
    """Return a known word or phrase in another language; None for one that the table has not."""
    bare = re.sub(r"[^\w' ]+", " ", text.replace("\u2019", "'"), flags=re.UNICODE)
    known = _phrases().get(" ".join(bare.split()).strip("' ").lower())
    return None if known is None or tongue.lower() not in _TONGUES else known[tongue.lower()]


def _translated(asked: str) -> str | None:
    for found in (_TRANSLATE.search(asked), _SAY_IN.search(asked)):
        if found is None:
            continue
        groups = found.groups()
        pairs = [(groups[1], groups[0]), (groups[2], groups[3])] if found.re is _TRANSLATE else [groups[:2], groups[2:]]
        for text, tongue in pairs:
            if text is None or tongue is None or tongue.lower() not in _TONGUES:
                continue
            said = translation(text, tongue)
            if said is not None:
                upper = text.lstrip("\"'\u201c` ")[:1].isupper() and tongue.lower() != "german"
                return said[:1].upper() + said[1:] if upper else said
            if found.re is _TRANSLATE:
                known = f"I am an offline model and know only a few words of {tongue.title()}"
                return f"{known}; {text.strip()!r} is not among them."
    return None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NEXT_DAY = re.compile(
    r"\b(?:day|what)\b.{0,20}\b(after|before|follows)\s+(mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_ISO = r"(\d{4})-(\d{2})-(\d{2})"
_BETWEEN = re.compile(rf"\bdays\b.*?\b(?:between|from)\s+{_ISO}\s+(?:and|to|until)\s+{_ISO}", re.IGNORECASE)
_WEEKDAY = re.compile(rf"\b(?:what|which)\b.{{0,20}}\bday\b.{{0,30}}?{_ISO}", re.IGNORECASE)
_LATER = re.compile(rf"\b(\d{{1,5}})\s+(day|week)s?\s+(after|before|from)\s+{_ISO}", re.IGNORECASE)
_HOW_MANY = re.compile(
    r"\bhow many\s+(days|hours|minutes|seconds|months|weeks)\b.*\b(?:in|has|have|does)\b\s*(?:an?|one|the)?\s*"
    r"(leap year|year|week|day|hour|minute)\b",
    re.IGNORECASE,
)
_LENGTHS = {
    ("days", "year"): 365,
    ("days", "leap year"): 366,
    ("days", "week"): 7,
    ("weeks", "year"): 52,
    ("months", "year"): 12,
    ("hours", "day"): 24,
    ("hours", "week"): 168,
    ("minutes", "hour"): 60,
    ("minutes", "day"): 1440,
    ("seconds", "minute"): 60,
    ("seconds", "hour"): 3600,
    ("seconds", "day"): 86400,
}
_TODAY = re.compile(r"\b(?:what(?:'s| is)?|which)\b.{0,20}\b(?:today|date|time is it|day is it)\b", re.IGNORECASE)


def _calendar(asked: str) -> str | None:
    found = _NEXT_DAY.search(asked)
    if found is not None:
        at = [day.lower() for day in _DAYS].index(f"{found.group(2).lower()}day")
        return f"{_DAYS[(at + (-1 if 'before' in found.group(1).lower() else 1)) % 7]}."
    many = _HOW_MANY.search(asked)
    if many is not None:
        number = _LENGTHS.get((many.group(1).lower(), many.group(2).lower()))
        if number is not None:
            return f"There are {number:,} {many.group(1).lower()} in a {many.group(2).lower()}."
    try:
        return _dated(asked)
    except (ValueError, OverflowError):
        return None


def _dated(asked: str) -> str | None:
    between = _BETWEEN.search(asked)
    if between is not None:
        first, last = _date(*between.groups()[:3]), _date(*between.groups()[3:])
        return f"There are {abs((last - first).days):,} days between {first} and {last}."
    later = _LATER.search(asked)
    if later is not None:
        days = int(later.group(1)) * (7 if later.group(2).lower() == "week" else 1)
        start = _date(*later.groups()[3:])
        return f"{start + timedelta(days=-days if later.group(3).lower() == 'before' else days)}."
    weekday = _WEEKDAY.search(asked)
    if weekday is not None:
        day = _date(*weekday.groups())
        return f"{day} is a {_DAYS[day.weekday()]}."
    if _TODAY.search(asked) and len(asked) < 60:
        return "I have no clock: the same question always gets the same answer here."
    return None


def _date(year: str, month: str, day: str) -> date:
    return date(int(year), int(month), int(day))


_ITSELF = re.compile(
    r"\b(?:who|what)\s+are\s+you\b|\b(?:what is|what's)\s+your\s+name\b|\b(?:which|what) (?:ai |language"
    r" )?(?:model|llm|ai)\s+"
    r"(?:are you|is this|do you run|am i)|\bintroduce yourself\b|\bwhat (?:can|do) you do\b|^help[.!?]*$"
    r"|\bwho (?:made|created|built) you\b"
    r"|\bwhat(?:'s| is) your (?:model|purpose)\b",
    re.IGNORECASE,
)
_COSTS = re.compile(r"\b(?:what|how much)\b.*\bcost\b", re.IGNORECASE)


def _of_itself(asked: str) -> str | None:
    if not _ITSELF.search(asked) or len(asked) > 200:
        return None
    text = (
        "I am onceward/echo, the offline model of Onceward. I am rules and not a language model: I follow plain "
        "instructions, call tools, fill JSON schemas, and answer the same request always the same."
    )
    return (
        f"{text} I cost nothing; my prices are invented, so that costs can be tried." if _COSTS.search(asked) else text
    )
