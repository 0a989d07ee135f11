"""The rules by themselves: what a child may be, which models a name allows, how long a duration is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onceward_gateway.core import durations
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.model_names import matches
from onceward_gateway.core.records import Limits
from onceward_gateway.identity.authorization import (
    Ceiling,
    Visibility,
    attenuate,
)

AMOUNTS = st.none() | st.integers(0, 50)
NAMES = st.lists(st.text("ab*/", min_size=1, max_size=5), max_size=4)


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@given(AMOUNTS, AMOUNTS)
def test_a_strict_child_is_never_more(child: int | None, parent: int | None) -> None:
    ceiling = Ceiling("key", limits=Limits(max_budget=parent, rpm_limit=parent, tpm_limit=parent))
    more = parent is not None and (child is None or child > parent)
    for name in ("max_budget", "rpm_limit", "tpm_limit"):
        if not more:
            attenuate({name: child}, ceiling, strict=True)
            continue
        with pytest.raises(ApiError) as caught:
            attenuate({name: child}, ceiling, strict=True)
        assert (caught.value.status, caught.value.param) == (403, name)


@given(NAMES, NAMES, st.text("ab/", min_size=1, max_size=6))
def test_models_of_a_child_are_models_of_its_parent(child: list[str], parent: list[str], model: str) -> None:
    try:
        attenuate({"models": child}, Ceiling("key", models=tuple(parent)), strict=True)
    except ApiError:
        return
    if any(matches(pattern, model) for pattern in child):
        assert not parent or any(matches(pattern, model) for pattern in parent)


@given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_patterns(pattern: str, model: str) -> None:
    import re

    expected = re.fullmatch(".*".join(re.escape(piece) for piece in pattern.split("*")), model) is not None
    assert matches(pattern, model) == expected


def test_all_models_are_not_hidden_in_a_name() -> None:
    for name in ("all-proxy-models", "*"):
        with pytest.raises(ApiError):
            attenuate({"models": [name]}, Ceiling("team", models=("all-*", "gpt-4")), strict=False)
    attenuate({"models": ["all-team-models"]}, Ceiling("team", models=("gpt-4",)), strict=False)


@pytest.mark.parametrize("text", ["", "30", "d", "0d", "-1d", "1.5h", "30D", "1M", "3 0d", "1mo ", "٣d", "9999999999s"])
def test_invalid_durations_are_refused(text: str) -> None:
    assert durations.read(text) is None
    with pytest.raises(ApiError):
        durations.parse(text, "duration")


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("15m", 900), ("12h", 43200), ("30d", 2592000), ("2w", 1209600)]
)
def test_durations(text: str, seconds: int) -> None:
    assert durations.parse(text, "duration").after(1000.0) == 1000.0 + seconds


def test_months_are_those_of_the_calendar() -> None:
    month = durations.parse("1mo", "duration")
    assert month.after(moment("2028-01-31T10:00:00")) == moment("2028-02-29T10:00:00")
    anchor = moment("2026-01-31T10:00:00")
    assert durations.window("1mo", anchor, moment("2026-02-28T09:59:59")) == (anchor, moment("2026-02-28T10:00:00"))
    found = durations.window("1mo", anchor, moment("2026-03-01T00:00:00"))
    assert found == (moment("2026-02-28T10:00:00"), moment("2026-03-31T10:00:00"))
    assert durations.parse("1y", "duration").after(moment("2028-02-29T00:00:00")) == moment("2029-02-28T00:00:00")


@given(
    st.sampled_from(["30s", "15m", "12h", "30d", "1w", "1mo", "3mo", "1y"]),
    st.integers(0, 4_000_000_000),
    st.integers(0, 400_000_000),
)
def test_each_moment_is_in_one_window(text: str, anchor: int, later: int) -> None:
    now = anchor + later
    start, end = durations.window(text, anchor, now)
    assert end is not None
    assert start <= now < end
    assert durations.window(text, anchor, end)[0] == end
    assert durations.window(text, anchor, start) == (start, end)


def test_visibility_within_a_team_and_organization() -> None:
    visibility = Visibility(False, frozenset(), frozenset(), "ada", "key_1", "team_1", "org_1")
    assert visibility.sees(user_id="ada", team_id="team_1", organization_id="org_1")
    assert not visibility.sees(user_id="ada", team_id="team_2", organization_id="org_1")
    assert not visibility.sees(user_id="ada", organization_id="org_1")
    assert not visibility.sees()
    assert visibility.sees(key_id="key_1")
