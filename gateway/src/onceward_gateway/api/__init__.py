"""The API: the handlers of every operation, and the table of all routes."""

from __future__ import annotations

from dataclasses import dataclass

from ..http.request import Access, BodyKind, Endpoint, Route, deployment_path, model_route
from ..offline.handler import Embeddings
from .audio import AudioHandlers
from .batches import BatchHandlers
from .budgets import BudgetHandlers
from .cache import CacheHandlers
from .calls import CallHandlers
from .credentials import CredentialHandlers
from .credits import CreditHandlers
from .customers import CustomerHandlers
from .deployments import DeploymentHandlers
from .files import FileHandlers
from .fine_tuning import FineTuningHandlers
from .guardrails import GuardrailHandlers
from .health import HealthHandlers
from .images import CONTENT_PATH, ImageHandlers
from .keys import KeyHandlers
from .members import MemberHandlers
from .metrics import MetricsHandlers
from .models import ModelHandlers
from .moderations import ModerationHandlers
from .organizations import OrganizationHandlers
from .page import PageHandlers
from .spend import SpendHandlers
from .teams import TeamHandlers
from .users import UserHandlers
from .utils import UtilityHandlers

__all__ = ["Handlers", "routes"]

_JSON, _JSON_OR_NONE, _FORM = BodyKind.JSON, BodyKind.JSON_OR_NONE, BodyKind.FORM
_PLATFORM = Access.PLATFORM


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers of every family of operations."""

    audio: AudioHandlers
    batches: BatchHandlers
    budgets: BudgetHandlers
    cache: CacheHandlers
    calls: CallHandlers
    credentials: CredentialHandlers
    credits: CreditHandlers
    customers: CustomerHandlers
    deployments: DeploymentHandlers
    embeddings: Embeddings
    files: FileHandlers
    fine_tuning: FineTuningHandlers
    guardrails: GuardrailHandlers
    images: ImageHandlers
    keys: KeyHandlers
    members: MemberHandlers
    moderations: ModerationHandlers
    organizations: OrganizationHandlers
    page: PageHandlers
    spend: SpendHandlers
    teams: TeamHandlers
    users: UserHandlers
    health: HealthHandlers
    # None where the metrics are off, or on a port of their own.
    metrics: MetricsHandlers | None
    models: ModelHandlers
    utils: UtilityHandlers


def _azure(tail: str) -> tuple[str, ...]:
    return (deployment_path(tail), f"/engines/{{model}}/{tail}")


_MODEL_ROUTES: tuple[Route, ...] = (
    model_route(
        path="/v1/chat/completions",
        operation="chat.completions.create",
        kind="chat",
        body=BodyKind.JSON,
        aliases=_azure("chat/completions"),
    ),
    model_route(
        path="/v1/completions",
        operation="completions.create",
        kind="completions",
        body=BodyKind.JSON,
        aliases=_azure("completions"),
    ),
)


def routes(handlers: Handlers) -> tuple[Route, ...]:
    """Return every route of the gateway, family by family."""
    return (
        *_MODEL_ROUTES,
        *_embeddings(handlers.embeddings),
        *_images(handlers.images),
        *_audio(handlers.audio),
        *_moderations(handlers.moderations),
        *_files(handlers.files),
        *_batches(handlers.batches),
        *_fine_tuning(handlers.fine_tuning),
        *_calls(handlers.calls),
        *_keys(handlers.keys),
        *_users(handlers.users),
        *_teams(handlers.teams),
        *_organizations(handlers.organizations),
        *_members(handlers.members),
        *_customers(handlers.customers),
        *_budgets(handlers.budgets),
        *_spend(handlers.spend),
        *_credits(handlers.credits),
        *_deployments(handlers.deployments),
        *_credentials(handlers.credentials),
        *_guardrails(handlers.guardrails),
        *_cache(handlers.cache),
        *_health(handlers.health),
        *(() if handlers.metrics is None else _metrics(handlers.metrics)),
        *_models(handlers.models),
        *_utils(handlers.utils),
        *_page(handlers.page),
    )


def _embeddings(embeddings: Embeddings) -> tuple[Route, ...]:
    return (
        model_route(
            path="/v1/embeddings",
            operation="embeddings.create",
            kind="embeddings",
            body=_JSON,
            local=embeddings.create,
            aliases=_azure("embeddings"),
        ),
    )


def _images(images: ImageHandlers) -> tuple[Route, ...]:
    return (
        model_route(
            path="/v1/images/generations",
            operation="images.generate",
            kind="images",
            body=_JSON,
            local=images.generate,
            aliases=(deployment_path("images/generations"),),
        ),
        model_route(
            path="/v1/images/edits",
            operation="images.edit",
            kind="images",
            body=_FORM,
            local=images.edit,
            aliases=(deployment_path("images/edits"),),
        ),
        model_route(
            path="/v1/images/variations",
            operation="images.create_variation",
            kind="images",
            body=_FORM,
            local=images.create_variation,
            aliases=(deployment_path("images/variations"),),
        ),
        Route("GET", CONTENT_PATH + "{name}", "images.content", images.content, access=Access.PUBLIC),
    )


def _audio(audio: AudioHandlers) -> tuple[Route, ...]:
    return (
        model_route(
            path="/v1/audio/speech",
            operation="audio.speech.create",
            kind="speech",
            body=_JSON,
            local=audio.create_speech,
            aliases=(deployment_path("audio/speech"),),
        ),
        model_route(
            path="/v1/audio/transcriptions",
            operation="audio.transcriptions.create",
            kind="transcription",
            body=_FORM,
            local=audio.create_transcription,
            aliases=(deployment_path("audio/transcriptions"),),
        ),
        model_route(
            path="/v1/audio/translations",
            operation="audio.translations.create",
            kind="translation",
            body=_FORM,
            local=audio.create_translation,
            aliases=(deployment_path("audio/translations"),),
        ),
    )


def _moderations(moderations: ModerationHandlers) -> tuple[Route, ...]:
    return (
        model_route(
            path="/v1/moderations",
            operation="moderations.create",
            kind="moderation",
            body=_JSON,
            local=moderations.create,
            aliases=(deployment_path("moderations"),),
        ),
    )


def _files(files: FileHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/v1/files", "files.create", files.create, _FORM, idempotent=True),
        Route("GET", "/v1/files", "files.list", files.list_files),
        Route("GET", "/v1/files/{file_id}", "files.retrieve", files.retrieve),
        Route("GET", "/v1/files/{file_id}/content", "files.content", files.content),
        Route("DELETE", "/v1/files/{file_id}", "files.delete", files.delete, idempotent=True),
    )


def _batches(batches: BatchHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/v1/batches", "batches.create", batches.create, _JSON, idempotent=True),
        Route("GET", "/v1/batches", "batches.list", batches.list_batches),
        Route("GET", "/v1/batches/{batch_id}", "batches.retrieve", batches.retrieve),
        Route("POST", "/v1/batches/{batch_id}/cancel", "batches.cancel", batches.cancel, idempotent=True),
    )


def _fine_tuning(jobs: FineTuningHandlers) -> tuple[Route, ...]:
    path = "/v1/fine_tuning/jobs/{fine_tuning_job_id}"
    return (
        Route("POST", "/v1/fine_tuning/jobs", "fine_tuning.jobs.create", jobs.create, _JSON, idempotent=True),
        Route("GET", "/v1/fine_tuning/jobs", "fine_tuning.jobs.list", jobs.list_jobs),
        Route("GET", path, "fine_tuning.jobs.retrieve", jobs.retrieve),
        Route("POST", path + "/cancel", "fine_tuning.jobs.cancel", jobs.cancel, idempotent=True),
        Route("GET", path + "/events", "fine_tuning.jobs.list_events", jobs.list_events),
        Route("GET", path + "/checkpoints", "fine_tuning.jobs.checkpoints.list", jobs.list_checkpoints),
    )


def _calls(calls: CallHandlers) -> tuple[Route, ...]:
    return (
        Route("GET", "/v1/calls", "calls.list", calls.list_calls),
        Route("GET", "/v1/calls/{call_id}", "calls.retrieve", calls.retrieve),
        Route("POST", "/v1/calls/{call_id}/cancel", "calls.cancel", calls.cancel),
    )


def _keys(keys: KeyHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/key/generate", "key.generate", keys.generate, _JSON_OR_NONE, _PLATFORM),
        Route("POST", "/key/update", "key.update", keys.update, _JSON, _PLATFORM, idempotent=True),
        Route("POST", "/key/delete", "key.delete", keys.delete, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/key/list", "key.list", keys.list_keys, access=_PLATFORM),
        Route("GET", "/key/info", "key.info", keys.info, access=_PLATFORM),
        Route("POST", "/key/block", "key.block", keys.block, _JSON, _PLATFORM, idempotent=True),
        Route("POST", "/key/unblock", "key.unblock", keys.unblock, _JSON, _PLATFORM, idempotent=True),
        Route("POST", "/key/{key}/regenerate", "key.regenerate", keys.regenerate, _JSON_OR_NONE, _PLATFORM),
        Route("POST", "/key/health", "key.health", keys.health, access=_PLATFORM),
    )


def _users(users: UserHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/user/new", "user.create", users.create, _JSON_OR_NONE, _PLATFORM),
        Route("POST", "/user/update", "user.update", users.update, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/user/get_users", "user.list", users.list_users, access=_PLATFORM),
        Route("GET", "/user/info", "user.info", users.info, access=_PLATFORM),
        Route("POST", "/user/delete", "user.delete", users.delete, _JSON, _PLATFORM, idempotent=True),
    )


def _teams(teams: TeamHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/team/new", "team.create", teams.create, _JSON_OR_NONE, _PLATFORM, idempotent=True),
        Route("POST", "/team/update", "team.update", teams.update, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/team/list", "team.list", teams.list_teams, access=_PLATFORM),
        Route("GET", "/team/info", "team.info", teams.info, access=_PLATFORM),
        Route("POST", "/team/delete", "team.delete", teams.delete, _JSON, _PLATFORM, idempotent=True),
        Route("POST", "/team/block", "team.block", teams.block, _JSON, _PLATFORM, idempotent=True),
        Route("POST", "/team/unblock", "team.unblock", teams.unblock, _JSON, _PLATFORM, idempotent=True),
        Route("POST", "/team/model/add", "team.model_add", teams.add_models, _JSON, _PLATFORM, idempotent=True),
        Route(
            "POST", "/team/model/delete", "team.model_delete", teams.delete_models, _JSON, _PLATFORM, idempotent=True
        ),
    )


def _organizations(organizations: OrganizationHandlers) -> tuple[Route, ...]:
    update, delete = organizations.update, organizations.delete
    return (
        Route(
            "POST", "/organization/new", "organization.create", organizations.create, _JSON, _PLATFORM, idempotent=True
        ),
        Route("PATCH", "/organization/update", "organization.update", update, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/organization/list", "organization.list", organizations.list_organizations, access=_PLATFORM),
        Route("GET", "/organization/info", "organization.info", organizations.info, access=_PLATFORM),
        Route("POST", "/organization/delete", "organization.delete", delete, _JSON, _PLATFORM, idempotent=True),
        Route(
            "DELETE", "/organization/delete", "organization.delete_by_delete", delete, _JSON, _PLATFORM, idempotent=True
        ),
    )


def _members(members: MemberHandlers) -> tuple[Route, ...]:
    def write(method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(method, path, operation, endpoint, _JSON, _PLATFORM, idempotent=True)

    remove = members.delete_from_organization
    return (
        write("POST", "/team/member_add", "team.add_member", members.add_to_team),
        write("POST", "/team/member_delete", "team.delete_member", members.delete_from_team),
        write("POST", "/team/member_update", "team.update_member", members.update_in_team),
        write("POST", "/organization/member_add", "organization.add_member", members.add_to_organization),
        write("POST", "/organization/member_delete", "organization.delete_member", remove),
        write("DELETE", "/organization/member_delete", "organization.delete_member_by_delete", remove),
        write("PATCH", "/organization/member_update", "organization.update_member", members.update_in_organization),
    )


def _customers(customers: CustomerHandlers) -> tuple[Route, ...]:
    def write(name: str, endpoint: Endpoint) -> Route:
        aliases = (f"/end_user/{name}",)
        path, operation = f"/customer/{name}", f"customer.{name}"
        return Route("POST", path, operation, endpoint, _JSON, _PLATFORM, idempotent=True, aliases=aliases)

    def read(name: str, endpoint: Endpoint) -> Route:
        aliases = (f"/end_user/{name}",)
        return Route("GET", f"/customer/{name}", f"customer.{name}", endpoint, access=_PLATFORM, aliases=aliases)

    return (
        write("new", customers.create),
        write("update", customers.update),
        read("list", customers.list_customers),
        read("info", customers.info),
        write("delete", customers.delete),
        write("block", customers.block),
        write("unblock", customers.unblock),
    )


def _budgets(budgets: BudgetHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/budget/new", "budget.create", budgets.create, _JSON_OR_NONE, _PLATFORM, idempotent=True),
        Route("POST", "/budget/update", "budget.update", budgets.update, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/budget/list", "budget.list", budgets.list_budgets, access=_PLATFORM),
        Route("POST", "/budget/info", "budget.info", budgets.info, _JSON, _PLATFORM),
        Route("POST", "/budget/delete", "budget.delete", budgets.delete, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/budget/settings", "budget.settings", budgets.settings, access=_PLATFORM),
    )


def _spend(spend: SpendHandlers) -> tuple[Route, ...]:
    return (
        Route("GET", "/spend/logs", "spend.list", spend.list_logs, access=_PLATFORM),
        Route("POST", "/spend/calculate", "spend.calculate", spend.calculate, _JSON, _PLATFORM),
        Route("GET", "/spend/tags", "spend.tags", spend.by_tags, access=_PLATFORM),
        Route("GET", "/global/spend/report", "spend.report", spend.report, access=_PLATFORM),
        Route("POST", "/global/spend/reset", "spend.reset", spend.reset, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/provider/budgets", "provider.list_budgets", spend.provider_budgets, access=_PLATFORM),
    )


def _credits(credits: CreditHandlers) -> tuple[Route, ...]:
    return (
        Route("GET", "/v1/credits/balance", "credits.balance", credits.balance),
        Route("GET", "/v1/credits/history", "credits.history", credits.history),
        Route("GET", "/v1/credits/stats", "credits.stats", credits.stats),
        Route("GET", "/v1/credits/tiers", "credits.tiers", credits.tiers),
    )


def _deployments(deployments: DeploymentHandlers) -> tuple[Route, ...]:
    return (
        Route(
            "POST",
            "/model/new",
            "model.create",
            deployments.create,
            _JSON,
            _PLATFORM,
            idempotent=True,
            in_transaction=False,
        ),
        Route(
            "POST",
            "/model/update",
            "model.update",
            deployments.update,
            _JSON,
            _PLATFORM,
            idempotent=True,
            in_transaction=False,
        ),
        Route("POST", "/model/delete", "model.delete", deployments.delete, _JSON, _PLATFORM, idempotent=True),
        Route("GET", "/model/info", "model.info", deployments.info, access=_PLATFORM),
        Route("GET", "/model_group/info", "model_group.info", deployments.group_info, access=_PLATFORM),
    )


def _credentials(credentials: CredentialHandlers) -> tuple[Route, ...]:
    one, aliases = "/credentials/{credential_name}", ("/credentials/by_name/{credential_name}",)
    create, update, delete = credentials.create, credentials.update, credentials.delete
    return (
        Route(
            "POST",
            "/credentials",
            "credentials.create",
            create,
            _JSON,
            _PLATFORM,
            idempotent=True,
            in_transaction=False,
        ),
        Route("GET", "/credentials", "credentials.list", credentials.list_credentials, access=_PLATFORM),
        Route("GET", one, "credentials.retrieve", credentials.retrieve, access=_PLATFORM, aliases=aliases),
        Route("PATCH", one, "credentials.update", update, _JSON, _PLATFORM, idempotent=True, in_transaction=False),
        Route("DELETE", one, "credentials.delete", delete, access=_PLATFORM, idempotent=True),
    )


def _page(page: PageHandlers) -> tuple[Route, ...]:
    return (
        Route("GET", "/", "root.retrieve", page.root, access=Access.PUBLIC),
        Route("GET", "/openapi.json", "contract.retrieve", page.contract, access=Access.PUBLIC),
        Route("GET", "/openapi.yaml", "contract.retrieve_yaml", page.contract_yaml, access=Access.PUBLIC),
    )


def _cache(cache: CacheHandlers) -> tuple[Route, ...]:
    return (
        Route("GET", "/cache/ping", "cache.ping", cache.ping, access=_PLATFORM),
        Route(
            "POST",
            "/cache/delete",
            "cache.delete",
            cache.delete,
            _JSON,
            _PLATFORM,
            idempotent=True,
            in_transaction=False,
        ),
        Route(
            "POST",
            "/cache/flushall",
            "cache.flush_all",
            cache.delete_all,
            access=_PLATFORM,
            idempotent=True,
            in_transaction=False,
        ),
    )


def _guardrails(guardrails: GuardrailHandlers) -> tuple[Route, ...]:
    return (Route("GET", "/guardrails/list", "guardrails.list", guardrails.list_guardrails, access=_PLATFORM),)


def _health(health: HealthHandlers) -> tuple[Route, ...]:
    live = ("/health", "/health/liveness", "/health/liveliness")
    return (
        Route("GET", "/healthz", "health.live", health.live, access=Access.PUBLIC, aliases=live),
        Route("GET", "/readyz", "health.ready", health.ready, access=Access.PUBLIC, aliases=("/health/readiness",)),
    )


def _metrics(metrics: MetricsHandlers) -> tuple[Route, ...]:
    return (Route("GET", "/metrics", "metrics.read", metrics.read, access=metrics.access),)


def _models(models: ModelHandlers) -> tuple[Route, ...]:
    alias = ("/v1/models/{model...}",)
    return (
        Route("GET", "/v1/models", "models.list", models.list_models),
        Route("GET", "/v1/models/{model}", "models.retrieve", models.retrieve, aliases=alias),
        Route("DELETE", "/v1/models/{model}", "models.delete", models.delete, idempotent=True, aliases=alias),
        Route("GET", "/v1/capabilities", "capabilities.list", models.list_capabilities),
    )


def _utils(utils: UtilityHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/utils/token_counter", "utils.token_counter", utils.count_tokens, _JSON),
        Route("GET", "/utils/supported_openai_params", "utils.supported_openai_params", utils.list_supported_params),
        Route("POST", "/utils/transform_request", "utils.transform_request", utils.preview_request, _JSON, _PLATFORM),
        Route("GET", "/health/models", "health.models", utils.check_models, access=_PLATFORM),
    )
