"""The handlers of the API, built from the services."""

from __future__ import annotations

from collections.abc import Callable

from ..api import Handlers
from ..api.audio import AudioHandlers
from ..api.batches import BatchHandlers
from ..api.budgets import BudgetHandlers
from ..api.cache import CacheHandlers
from ..api.calls import CallHandlers
from ..api.credentials import CredentialHandlers
from ..api.credits import CreditHandlers
from ..api.customers import CustomerHandlers
from ..api.deployment_writes import DeploymentWriteChecks
from ..api.deployments import DeploymentHandlers
from ..api.files import FileHandlers
from ..api.fine_tuning import FineTuningHandlers
from ..api.guardrails import GuardrailHandlers
from ..api.health import HealthHandlers
from ..api.health_check import DeploymentChecks
from ..api.images import ImageHandlers
from ..api.key_writer import KeyWriter
from ..api.keys import KeyHandlers
from ..api.members import MemberHandlers
from ..api.memberships import Memberships
from ..api.metrics import MetricsHandlers
from ..api.models import ModelHandlers
from ..api.moderations import ModerationHandlers
from ..api.organizations import OrganizationHandlers
from ..api.ownership import Ownership
from ..api.page import PageHandlers
from ..api.record_service import RecordContext
from ..api.serializers import RecordSerializer
from ..api.spend import SpendHandlers
from ..api.spend_reports import SpendReports
from ..api.team_access import TeamAccess
from ..api.teams import TeamHandlers
from ..api.users import UserHandlers
from ..api.utils import UtilityHandlers
from ..api.writes import RecordWriter, SecretResponder
from ..billing.credit_journal import CreditJournal
from ..core.principal import Principal
from ..core.restrictions import RouteCatalog
from ..offline.handler import Embeddings
from ..routing.price_location import PriceLocator
from .services import Services

__all__ = ["build_handlers"]


def build_handlers(
    gateway: Services, catalog: RouteCatalog, *, require_route: Callable[[Principal, str], None]
) -> Handlers:
    """Return the handlers of every family of operations, each with its collaborators.

    `require_route` raises an error where a caller may not send a POST to a path.
    """
    clock, new_id, records, directory = gateway.clock, gateway.new_id, gateway.records, gateway.directory
    ownership = Ownership(records)
    writer = RecordWriter(directory, catalog, clock, new_id)
    serializer = RecordSerializer(records, gateway.ledger.rollups, gateway.ledger.last_used, clock)
    context = RecordContext(records, writer, ownership, serializer, clock, new_id)
    secrets = SecretResponder(gateway.writes, gateway.secrets)
    keys = KeyWriter(context, catalog)
    teams = TeamAccess(context, keys)
    memberships = Memberships(context, directory)
    tiers = gateway.settings.ledger.credits.tiers
    checks = DeploymentChecks(
        gateway.targets, gateway.breakers, lambda: gateway.providers, gateway.clock, gateway.new_id
    )
    reports = SpendReports(gateway.db)
    return Handlers(
        budgets=BudgetHandlers(context),
        cache=CacheHandlers(gateway.cache, clock),
        calls=CallHandlers(gateway.calls),
        credentials=CredentialHandlers(directory, gateway.catalog, gateway.catalog_updates, clock),
        credits=CreditHandlers(
            CreditJournal(gateway.db),
            records,
            reports,
            gateway.ledger,
            auth_mode=gateway.settings.auth_mode,
            clock=clock,
        ),
        deployments=DeploymentHandlers(
            directory,
            gateway.catalog,
            gateway.catalog_updates,
            gateway.breakers,
            DeploymentWriteChecks(records, gateway.selector, gateway.prices),
            gateway.ledger.credits,
            clock=clock,
            new_id=new_id,
        ),
        page=PageHandlers(gateway.settings),
        spend=SpendHandlers(
            records,
            directory,
            reports,
            gateway.ledger,
            gateway.prices,
            _price_locator(gateway),
            clock=clock,
        ),
        customers=CustomerHandlers(context),
        guardrails=GuardrailHandlers(gateway.guardrails),
        keys=KeyHandlers(context, keys, secrets, gateway.ledger.rollups),
        members=MemberHandlers(context, directory, teams, memberships, keys),
        organizations=OrganizationHandlers(context, teams, keys, tiers),
        teams=TeamHandlers(context, teams, memberships),
        users=UserHandlers(context, memberships, keys, secrets),
        audio=AudioHandlers(gateway.clock),
        batches=BatchHandlers(
            gateway.batches,
            gateway.files,
            gateway.clock,
            gateway.new_id,
            require_route=require_route,
            wake=gateway.batch_queue.wake,
        ),
        embeddings=Embeddings(gateway.clock),
        files=FileHandlers(gateway.files),
        fine_tuning=FineTuningHandlers(
            gateway.fine_tuning_jobs,
            gateway.files,
            gateway.fine_tuned,
            gateway.clock,
            gateway.new_id,
            any_model=gateway.settings.offline or "*" in gateway.settings.models,
            wake=gateway.fine_tuning_queue.wake,
        ),
        images=ImageHandlers(gateway.images, gateway.clock, gateway.settings),
        moderations=ModerationHandlers(gateway.clock),
        health=HealthHandlers(
            gateway.settings,
            gateway,
            gateway.db,
            gateway.readiness,
            gateway.nodes,
            gateway.bus,
            redis=gateway.redis,
            catalog=gateway.catalog,
        ),
        metrics=_metrics(gateway),
        models=ModelHandlers(gateway.settings, gateway.offline, gateway.catalog, gateway.selector, gateway.prices),
        utils=UtilityHandlers(
            gateway.contract, gateway.selector, gateway.catalog, checks, offline=gateway.settings.offline
        ),
    )


def _metrics(gateway: Services) -> MetricsHandlers | None:
    """Return the handlers of the metrics, unless these are off or have a port of their own."""
    settings = gateway.settings.observability.metrics
    if gateway.metrics is None or settings.listen is not None:
        return None
    return MetricsHandlers(settings, gateway.metrics.read)


def _price_locator(gateway: Services) -> PriceLocator:
    offline = gateway.settings.offline
    return PriceLocator(gateway.selector, gateway.targets, gateway.offline, gateway.prices, offline=offline)
