"""Names of methods: the path gives the resource, the operation id the verb, and the harmless method the short name."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts import methods_of

from onceward_generator import build_api

HEAD = "openapi: 3.1.0\ninfo: {title: Names, version: '1'}\nservers: [{url: 'https://names.example'}]\npaths:\n"
OK = "responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}"


def named(folder: Path, *operations: tuple[str, str, str]) -> dict[str, str]:
    """Return the method of each operation, given as HTTP method, path and operation id."""
    text = HEAD
    for path in dict.fromkeys(path for _, path, _ in operations):
        text += f"  {path!r}:\n"
        for http, other, own in operations:
            if other == path:
                text += f"    {http.lower()}: {{{f'operationId: {own!r}, ' if own else ''}{_path_params(path)}{OK}}}\n"
    contract = folder / "names.yaml"
    contract.write_text(text)
    api, _ = build_api(contract)
    return {f"{method.http} {method.path}": method.id for method in methods_of(api)}


def _path_params(path: str) -> str:
    names = [piece.partition("}")[0] for piece in path.split("{")[1:]]
    declared = ", ".join(f"{{name: {name}, in: path, required: true, schema: {{type: string}}}}" for name in names)
    return f"parameters: [{declared}], " if names else ""


LABELS = (
    ("GET", "/issues/{number}/labels", "issues/list-labels-on-issue"),
    ("POST", "/issues/{number}/labels", "issues/add-labels"),
    ("PUT", "/issues/{number}/labels", "issues/set-labels"),
    ("DELETE", "/issues/{number}/labels", "issues/remove-all-labels"),
    ("DELETE", "/issues/{number}/labels/{name}", "issues/remove-label"),
)


def test_removing_one_has_the_short_name_and_removing_all_the_long_one(tmp_path: Path) -> None:
    assert list(named(tmp_path, *LABELS).values()) == [
        f"issues.labels.{method}" for method in ("list", "add", "set", "remove_all", "remove")
    ]


@pytest.mark.parametrize("own", [("", ""), ("delete_labels", "delete_label"), ("clearOut", "dropOne")])
def test_emptying_a_collection_never_has_the_short_name(tmp_path: Path, own: tuple[str, str]) -> None:
    names = named(tmp_path, ("DELETE", "/labels", own[0]), ("DELETE", "/labels/{name}", own[1]))
    assert names["DELETE /labels/{name}"] == "labels.delete"
    assert names["DELETE /labels"] != "labels.delete"
    assert "delete_all" in names["DELETE /labels"] or "clear" in names["DELETE /labels"]


def test_a_new_method_for_one_member_does_not_rename_the_method_for_all(tmp_path: Path) -> None:
    before = named(tmp_path, ("GET", "/labels/{name}", ""), ("DELETE", "/labels", ""))
    after = named(tmp_path, ("GET", "/labels/{name}", ""), ("DELETE", "/labels", ""), ("DELETE", "/labels/{name}", ""))
    assert before["DELETE /labels"] == after["DELETE /labels"] == "labels.delete_all"
    assert after["DELETE /labels/{name}"] == "labels.delete"


def test_changing_many_has_the_long_name(tmp_path: Path) -> None:
    names = named(
        tmp_path,
        ("PATCH", "/roles", "bulk_update_roles"), ("PATCH", "/roles/{id}", "update_role"),
        ("DELETE", "/roles/{id}/marks", "delete_all_marks"),
        ("DELETE", "/roles/{id}/marks/{color}", "delete_all_marks_by_color"),
    )  # fmt: skip
    assert list(names.values()) == [
        "roles.bulk_update", "roles.update", "roles.marks.delete_all", "roles.marks.delete_all_by_color",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("http", "path", "own", "expected"),
    [
        ("PUT", "/user/starred/{repo}", "activity/star-repo", "user.starred.star"),
        ("PUT", "/secrets/{name}", "actions/create-or-update-secret", "secrets.create_or_update"),
        ("PUT", "/notifications", "activity/mark-notifications-as-read", "notifications.mark_as_read"),
        ("POST", "/statuses/{sha}", "repos/create-commit-status", "statuses.create"),
        ("POST", "/things/{id}", "Things_update", "things.update"),
        ("POST", "/things/{id}", "", "things.update"),
        ("GET", "/jobs/{id}/logs", "actions/download-job-logs-for-run", "jobs.logs.download"),
        ("GET", "/runs/{id}/jobs", "actions/list-jobs-for-workflow-run", "runs.jobs.list"),
        ("GET", "/guilds/{id}/new-member-welcome", "get_new_member_welcome", "guilds.new_member_welcome.retrieve"),
        ("POST", "/uploads", "upload", "uploads.create"),
        ("POST", "/files/{name}:copy", "copyFile", "files.copy"),
        ("GET", "/files:batchGet", "batchGet", "files.batch_get"),
        ("POST", "/chat.postMessage", "chat_postMessage", "chat.post_message"),
        ("GET", "/chat.info", "chat_info", "chat.retrieve"),
        ("GET", "/2010-04-01/Accounts/{Sid}.json", "FetchAccount", "accounts.retrieve"),
        ("POST", "/2010-04-01/Accounts.json", "CreateAccount", "accounts.create"),
        ("GET", "/2.0/users/{id}", "get_users_id", "users.retrieve"),
        ("POST", "/v1/files", "files_api_routes_upload_file", "files.upload"),
        ("POST", "/v1/conversations", "agents_api_v1_conversations_start", "conversations.start"),
        (
            "DELETE",
            "/fine_tuning/models/{id}/archive",
            "api_fine_tuning_unarchive_model",
            "fine_tuning.models.unarchive",
        ),
        ("PUT", "/libraries/{id}/share", "libraries_share_create_v1", "libraries.share"),
        (
            "PUT",
            "/agents/{id}/aliases",
            "agents_api_v1_agents_create_or_update_alias",
            "agents.aliases.create_or_update",
        ),
        ("PATCH", "/guilds/{id}/requests/{request}", "action_guild_join_request", "guilds.requests.update"),
    ],
)
def test_the_operation_id_says_it_better(tmp_path: Path, http: str, path: str, own: str, expected: str) -> None:
    assert list(named(tmp_path, (http, path, own)).values()) == [expected]


def test_undoing_an_action_is_not_called_like_the_action(tmp_path: Path) -> None:
    names = named(tmp_path, ("POST", "/models/{id}/archive", "archive"), ("DELETE", "/models/{id}/archive", ""))
    assert names == {
        "POST /models/{id}/archive": "models.archive",
        "DELETE /models/{id}/archive": "models.delete_archive",
    }


def test_extensions_of_fern_and_speakeasy_name_methods(tmp_path: Path) -> None:
    contract = tmp_path / "extensions.yaml"
    operations = {
        "/a": "get: {operationId: a, x-fern-sdk-group-name: [mail, boxes], x-fern-sdk-method-name: fetchAll, ",
        "/b": "get: {operationId: b, x-speakeasy-group: mail.letters, x-speakeasy-name-override: readOne, ",
        "/c/{id}": "delete: {operationId: c, x-fern-sdk-group-name: mail, " + _path_params("/{id}"),
        "/d": "post: {operationId: d, x-speakeasy-name-override: shout, ",
        "/e": "get: {operationId: e, x-speakeasy-ignore: true, ",
        "/f": "get: {operationId: f, x-fern-ignore: true, ",
    }
    contract.write_text(HEAD + "".join(f"  {path!r}: {{{text}{OK}}}}}\n" for path, text in operations.items()))
    sdk = tmp_path / "sdk.yaml"
    sdk.write_text("methods: {GET /b: own.name}")
    api, diagnostics = build_api(contract)
    assert {method.id for method in methods_of(api) if method.visible} == {
        "mail.boxes.fetch_all", "mail.letters.read_one", "mail.delete", "d.shout",
    }  # fmt: skip
    assert [found.code for found in diagnostics] == ["N902", "N902"]
    assert "own.name" in {method.id for method in methods_of(build_api(contract, sdk)[0])}


def test_a_segment_with_a_word_and_a_parameter_is_the_resource_and_its_member(tmp_path: Path) -> None:
    found = named(
        tmp_path,
        ("GET", "/items", "itemsList"),
        ("GET", "/items('{key}')", "itemsGet"),
        ("GET", "/items('{key}')/$value", "itemsGetValue"),
        ("GET", "/orders(a={a},b={b})/lines", ""),
        ("POST", "/orders()/close", ""),
        ("GET", "/report.{format}", ""),
        ("GET", "/v{version}/pets", ""),
        ("GET", "/{base}...{head}/pets", ""),
    )
    assert found["GET /items('{key}')"] == "items.retrieve"
    assert found["GET /items('{key}')/$value"] == "items.value.retrieve"
    assert found["GET /orders(a={a},b={b})/lines"].startswith("orders.lines.")
    assert found["POST /orders()/close"] == "orders.close"
    assert found["GET /report.{format}"] == "report.retrieve"
    assert found["GET /v{version}/pets"].startswith("pets.")
    assert found["GET /{base}...{head}/pets"].startswith("pets.")
