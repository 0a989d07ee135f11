# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""The clients of Onceward."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ._brand import BRAND
from ._drivers.aio import AsyncClient
from ._drivers.sync import SyncClient
from ._gateway.client import GatewayClient

if TYPE_CHECKING:
    from .resources.audio import AsyncAudio, Audio
    from .resources.batches import AsyncBatches, Batches
    from .resources.budget import AsyncBudget, Budget
    from .resources.cache import AsyncCache, Cache
    from .resources.calls import AsyncCalls, Calls
    from .resources.capabilities import AsyncCapabilities, Capabilities
    from .resources.chat import AsyncChat, Chat
    from .resources.completions import AsyncCompletions, Completions
    from .resources.credentials import AsyncCredentials, Credentials
    from .resources.credits import AsyncCredits, Credits
    from .resources.customer import AsyncCustomer, Customer
    from .resources.embeddings import AsyncEmbeddings, Embeddings
    from .resources.files import AsyncFiles, Files
    from .resources.fine_tuning import AsyncFineTuning, FineTuning
    from .resources.guardrails import AsyncGuardrails, Guardrails
    from .resources.health import AsyncHealth, Health
    from .resources.images import AsyncImages, Images
    from .resources.key import AsyncKey, Key
    from .resources.model import AsyncModel, Model
    from .resources.model_group import AsyncModelGroup, ModelGroup
    from .resources.models import AsyncModels, Models
    from .resources.moderations import AsyncModerations, Moderations
    from .resources.organization import AsyncOrganization, Organization
    from .resources.provider import AsyncProvider, Provider
    from .resources.spend import AsyncSpend, Spend
    from .resources.team import AsyncTeam, Team
    from .resources.user import AsyncUser, User
    from .resources.utils import AsyncUtils, Utils

__all__ = ["AsyncOnceward", "Onceward"]


class Onceward(GatewayClient, SyncClient):
    """The synchronous client of Onceward. Its options are those of `GatewayClient`."""

    _brand = BRAND

    @cached_property
    def chat(self) -> Chat:
        """Chat completions."""
        from .resources.chat import Chat

        return Chat(self)

    @cached_property
    def completions(self) -> Completions:
        """Completions."""
        from .resources.completions import Completions

        return Completions(self)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Embeddings."""
        from .resources.embeddings import Embeddings

        return Embeddings(self)

    @cached_property
    def images(self) -> Images:
        """Image generation and editing."""
        from .resources.images import Images

        return Images(self)

    @cached_property
    def audio(self) -> Audio:
        """Speech to text and text to speech."""
        from .resources.audio import Audio

        return Audio(self)

    @cached_property
    def moderations(self) -> Moderations:
        """Moderations."""
        from .resources.moderations import Moderations

        return Moderations(self)

    @cached_property
    def files(self) -> Files:
        """Files."""
        from .resources.files import Files

        return Files(self)

    @cached_property
    def batches(self) -> Batches:
        """Batches of requests."""
        from .resources.batches import Batches

        return Batches(self)

    @cached_property
    def fine_tuning(self) -> FineTuning:
        """Fine-tuning."""
        from .resources.fine_tuning import FineTuning

        return FineTuning(self)

    @cached_property
    def models(self) -> Models:
        """Models with their prices, limits and capabilities."""
        from .resources.models import Models

        return Models(self)

    @cached_property
    def capabilities(self) -> Capabilities:
        """Model capabilities."""
        from .resources.capabilities import Capabilities

        return Capabilities(self)

    @cached_property
    def calls(self) -> Calls:
        """Records of model calls."""
        from .resources.calls import Calls

        return Calls(self)

    @cached_property
    def key(self) -> Key:
        """API keys."""
        from .resources.key import Key

        return Key(self)

    @property
    def keys(self) -> Key:
        """Another name of `key`."""
        return self.key

    @cached_property
    def team(self) -> Team:
        """Teams and their members."""
        from .resources.team import Team

        return Team(self)

    @property
    def teams(self) -> Team:
        """Another name of `team`."""
        return self.team

    @cached_property
    def user(self) -> User:
        """Users."""
        from .resources.user import User

        return User(self)

    @property
    def users(self) -> User:
        """Another name of `user`."""
        return self.user

    @cached_property
    def organization(self) -> Organization:
        """Organizations and their members."""
        from .resources.organization import Organization

        return Organization(self)

    @property
    def organizations(self) -> Organization:
        """Another name of `organization`."""
        return self.organization

    @cached_property
    def customer(self) -> Customer:
        """End customers of your application."""
        from .resources.customer import Customer

        return Customer(self)

    @property
    def customers(self) -> Customer:
        """Another name of `customer`."""
        return self.customer

    @cached_property
    def budget(self) -> Budget:
        """Shared budgets."""
        from .resources.budget import Budget

        return Budget(self)

    @property
    def budgets(self) -> Budget:
        """Another name of `budget`."""
        return self.budget

    @cached_property
    def spend(self) -> Spend:
        """Spend logs and reports."""
        from .resources.spend import Spend

        return Spend(self)

    @cached_property
    def credits(self) -> Credits:
        """Credits, tiers and bands."""
        from .resources.credits import Credits

        return Credits(self)

    @cached_property
    def model(self) -> Model:
        """Model deployments."""
        from .resources.model import Model

        return Model(self)

    @cached_property
    def model_group(self) -> ModelGroup:
        """Model groups."""
        from .resources.model_group import ModelGroup

        return ModelGroup(self)

    @property
    def model_groups(self) -> ModelGroup:
        """Another name of `model_group`."""
        return self.model_group

    @cached_property
    def credentials(self) -> Credentials:
        """Provider credentials, stored encrypted."""
        from .resources.credentials import Credentials

        return Credentials(self)

    @cached_property
    def provider(self) -> Provider:
        """Provider budgets."""
        from .resources.provider import Provider

        return Provider(self)

    @property
    def providers(self) -> Provider:
        """Another name of `provider`."""
        return self.provider

    @cached_property
    def guardrails(self) -> Guardrails:
        """Guardrails."""
        from .resources.guardrails import Guardrails

        return Guardrails(self)

    @cached_property
    def cache(self) -> Cache:
        """The response cache."""
        from .resources.cache import Cache

        return Cache(self)

    @cached_property
    def utils(self) -> Utils:
        """Utilities that call no model."""
        from .resources.utils import Utils

        return Utils(self)

    @cached_property
    def health(self) -> Health:
        """Health checks."""
        from .resources.health import Health

        return Health(self)


class AsyncOnceward(GatewayClient, AsyncClient):
    """The asynchronous client of Onceward. Its options are those of `GatewayClient`."""

    _brand = BRAND

    @cached_property
    def chat(self) -> AsyncChat:
        """Chat completions."""
        from .resources.chat import AsyncChat

        return AsyncChat(self)

    @cached_property
    def completions(self) -> AsyncCompletions:
        """Completions."""
        from .resources.completions import AsyncCompletions

        return AsyncCompletions(self)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Embeddings."""
        from .resources.embeddings import AsyncEmbeddings

        return AsyncEmbeddings(self)

    @cached_property
    def images(self) -> AsyncImages:
        """Image generation and editing."""
        from .resources.images import AsyncImages

        return AsyncImages(self)

    @cached_property
    def audio(self) -> AsyncAudio:
        """Speech to text and text to speech."""
        from .resources.audio import AsyncAudio

        return AsyncAudio(self)

    @cached_property
    def moderations(self) -> AsyncModerations:
        """Moderations."""
        from .resources.moderations import AsyncModerations

        return AsyncModerations(self)

    @cached_property
    def files(self) -> AsyncFiles:
        """Files."""
        from .resources.files import AsyncFiles

        return AsyncFiles(self)

    @cached_property
    def batches(self) -> AsyncBatches:
        """Batches of requests."""
        from .resources.batches import AsyncBatches

        return AsyncBatches(self)

    @cached_property
    def fine_tuning(self) -> AsyncFineTuning:
        """Fine-tuning."""
        from .resources.fine_tuning import AsyncFineTuning

        return AsyncFineTuning(self)

    @cached_property
    def models(self) -> AsyncModels:
        """Models with their prices, limits and capabilities."""
        from .resources.models import AsyncModels

        return AsyncModels(self)

    @cached_property
    def capabilities(self) -> AsyncCapabilities:
        """Model capabilities."""
        from .resources.capabilities import AsyncCapabilities

        return AsyncCapabilities(self)

    @cached_property
    def calls(self) -> AsyncCalls:
        """Records of model calls."""
        from .resources.calls import AsyncCalls

        return AsyncCalls(self)

    @cached_property
    def key(self) -> AsyncKey:
        """API keys."""
        from .resources.key import AsyncKey

        return AsyncKey(self)

    @property
    def keys(self) -> AsyncKey:
        """Another name of `key`."""
        return self.key

    @cached_property
    def team(self) -> AsyncTeam:
        """Teams and their members."""
        from .resources.team import AsyncTeam

        return AsyncTeam(self)

    @property
    def teams(self) -> AsyncTeam:
        """Another name of `team`."""
        return self.team

    @cached_property
    def user(self) -> AsyncUser:
        """Users."""
        from .resources.user import AsyncUser

        return AsyncUser(self)

    @property
    def users(self) -> AsyncUser:
        """Another name of `user`."""
        return self.user

    @cached_property
    def organization(self) -> AsyncOrganization:
        """Organizations and their members."""
        from .resources.organization import AsyncOrganization

        return AsyncOrganization(self)

    @property
    def organizations(self) -> AsyncOrganization:
        """Another name of `organization`."""
        return self.organization

    @cached_property
    def customer(self) -> AsyncCustomer:
        """End customers of your application."""
        from .resources.customer import AsyncCustomer

        return AsyncCustomer(self)

    @property
    def customers(self) -> AsyncCustomer:
        """Another name of `customer`."""
        return self.customer

    @cached_property
    def budget(self) -> AsyncBudget:
        """Shared budgets."""
        from .resources.budget import AsyncBudget

        return AsyncBudget(self)

    @property
    def budgets(self) -> AsyncBudget:
        """Another name of `budget`."""
        return self.budget

    @cached_property
    def spend(self) -> AsyncSpend:
        """Spend logs and reports."""
        from .resources.spend import AsyncSpend

        return AsyncSpend(self)

    @cached_property
    def credits(self) -> AsyncCredits:
        """Credits, tiers and bands."""
        from .resources.credits import AsyncCredits

        return AsyncCredits(self)

    @cached_property
    def model(self) -> AsyncModel:
        """Model deployments."""
        from .resources.model import AsyncModel

        return AsyncModel(self)

    @cached_property
    def model_group(self) -> AsyncModelGroup:
        """Model groups."""
        from .resources.model_group import AsyncModelGroup

        return AsyncModelGroup(self)

    @property
    def model_groups(self) -> AsyncModelGroup:
        """Another name of `model_group`."""
        return self.model_group

    @cached_property
    def credentials(self) -> AsyncCredentials:
        """Provider credentials, stored encrypted."""
        from .resources.credentials import AsyncCredentials

        return AsyncCredentials(self)

    @cached_property
    def provider(self) -> AsyncProvider:
        """Provider budgets."""
        from .resources.provider import AsyncProvider

        return AsyncProvider(self)

    @property
    def providers(self) -> AsyncProvider:
        """Another name of `provider`."""
        return self.provider

    @cached_property
    def guardrails(self) -> AsyncGuardrails:
        """Guardrails."""
        from .resources.guardrails import AsyncGuardrails

        return AsyncGuardrails(self)

    @cached_property
    def cache(self) -> AsyncCache:
        """The response cache."""
        from .resources.cache import AsyncCache

        return AsyncCache(self)

    @cached_property
    def utils(self) -> AsyncUtils:
        """Utilities that call no model."""
        from .resources.utils import AsyncUtils

        return AsyncUtils(self)

    @cached_property
    def health(self) -> AsyncHealth:
        """Health checks."""
        from .resources.health import AsyncHealth

        return AsyncHealth(self)
