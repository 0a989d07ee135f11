"""Metadata of calls: bounded, kept, and what spending is grouped and filtered by."""

from __future__ import annotations

from typing import Any

import httpx2

from ..conftest import Launch

HELLO = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}


def test_spending_is_grouped_and_filtered_by_metadata(launch: Launch) -> None:
    url = launch().url
    given: list[Any] = [
        {"app": "demo", "paid": True},
        {"app": "demo", "paid": False},
        {"app": "Büro", "version": 2},
        {"nested": {"app": "demo"}},
        {"app": "nul\u0001"},
        None,
    ]
    for metadata in given:
        answer = httpx2.post(url + "/v1/chat/completions", json={**HELLO, "metadata": metadata})
        assert answer.status_code == 200, answer.text

    def report(**query: str) -> dict[Any, int]:
        told = httpx2.get(url + "/global/spend/report", params=query)
        assert told.status_code == 200, told.text
        return {row["group"]: row["requests"] for row in told.json()["results"]}

    groups = report(group_by="metadata.app")
    assert (groups["demo"], groups["Büro"]) == (2, 1)
    assert sum(groups.values()) == len(given)
    paid = report(group_by="metadata.paid")
    assert (paid["true"], paid["false"]) == (1, 1)
    assert report(group_by="metadata.version")["2"] == 1
    assert report(group_by="model", metadata="app=demo") == {"onceward/echo": 2}
    rows = httpx2.get(url + "/spend/logs", params={"metadata": "app=Büro"}).json()["data"]
    assert [row["metadata"] for row in rows] == [{"app": "Büro", "version": 2}]
    for query in ({"group_by": "metadata."}, {"group_by": 'metadata.a"b'}, {"group_by": "app"}, {"metadata": "app"}):
        refused = httpx2.get(url + "/global/spend/report", params=query)
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, next(iter(query)))


TOO_LONG: list[tuple[Any, dict[str, str], str]] = [
    ({"user": "u" * 257}, {}, "user"),
    ({"tags": ["t"] * 33}, {}, "tags"),
    ({"tags": ["t" * 129]}, {}, "tags"),
    ({"metadata": {"tags": ["t" * 129]}}, {}, "metadata.tags"),
    ({"metadata": {"text": "x" * 16_400}}, {}, "metadata"),
    ({"metadata": {str(n): 1 for n in range(65)}}, {}, "metadata"),
    ({}, {"X-Onceward-Tags": ",".join(["t"] * 33)}, "X-Onceward-Tags"),
    ({"model": "m" * 513}, {}, "model"),
    ({}, {"X-Hanzo-Tags": "t" * 129}, "X-Onceward-Tags"),
]


def test_values_too_long_for_a_record_are_refused(launch: Launch) -> None:
    url = launch().url + "/v1/chat/completions"
    for body, headers, param in TOO_LONG:
        answer = httpx2.post(url, json={**HELLO, **body}, headers=headers)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (400, "too_long", param)
        assert f"`{param}`" in error["message"]
    most = {"user": "u" * 256, "tags": ["t" * 128] * 32, "metadata": {"text": "x" * 16_300}}
    assert httpx2.post(url, json={**HELLO, **most}).status_code == 200


def test_tags_of_the_header_are_recorded_with_the_call(launch: Launch) -> None:
    url = launch().url
    for body, header in (({}, "red, blue"), ({"tags": ["green"]}, "red"), ({"metadata": {"tags": ["green"]}}, "blue")):
        answer = httpx2.post(url + "/v1/chat/completions", json={**HELLO, **body}, headers={"X-Onceward-Tags": header})
        assert answer.status_code == 200, answer.text
    rows = httpx2.get(url + "/spend/logs").json()["data"]
    assert sorted(sorted(row["request_tags"]) for row in rows) == [["blue", "green"], ["blue", "red"], ["green", "red"]]
