# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""The resources, imported on first use."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know this name; importing `typing` would slow down the import

if TYPE_CHECKING:
    from .audio import AsyncAudio as AsyncAudio
    from .audio import AsyncAudioSpeech as AsyncAudioSpeech
    from .audio import AsyncAudioTranscriptions as AsyncAudioTranscriptions
    from .audio import AsyncAudioTranslations as AsyncAudioTranslations
    from .audio import Audio as Audio
    from .audio import AudioSpeech as AudioSpeech
    from .audio import AudioTranscriptions as AudioTranscriptions
    from .audio import AudioTranslations as AudioTranslations
    from .batches import AsyncBatches as AsyncBatches
    from .batches import Batches as Batches
    from .budget import AsyncBudget as AsyncBudget
    from .budget import Budget as Budget
    from .cache import AsyncCache as AsyncCache
    from .cache import Cache as Cache
    from .calls import AsyncCalls as AsyncCalls
    from .calls import Calls as Calls
    from .capabilities import AsyncCapabilities as AsyncCapabilities
    from .capabilities import Capabilities as Capabilities
    from .chat import AsyncChat as AsyncChat
    from .chat import AsyncChatCompletions as AsyncChatCompletions
    from .chat import Chat as Chat
    from .chat import ChatCompletions as ChatCompletions
    from .completions import AsyncCompletions as AsyncCompletions
    from .completions import Completions as Completions
    from .credentials import AsyncCredentials as AsyncCredentials
    from .credentials import Credentials as Credentials
    from .credits import AsyncCredits as AsyncCredits
    from .credits import Credits as Credits
    from .customer import AsyncCustomer as AsyncCustomer
    from .customer import Customer as Customer
    from .embeddings import AsyncEmbeddings as AsyncEmbeddings
    from .embeddings import Embeddings as Embeddings
    from .files import AsyncFiles as AsyncFiles
    from .files import Files as Files
    from .fine_tuning import AsyncFineTuning as AsyncFineTuning
    from .fine_tuning import AsyncFineTuningJobs as AsyncFineTuningJobs
    from .fine_tuning import AsyncFineTuningJobsCheckpoints as AsyncFineTuningJobsCheckpoints
    from .fine_tuning import FineTuning as FineTuning
    from .fine_tuning import FineTuningJobs as FineTuningJobs
    from .fine_tuning import FineTuningJobsCheckpoints as FineTuningJobsCheckpoints
    from .guardrails import AsyncGuardrails as AsyncGuardrails
    from .guardrails import Guardrails as Guardrails
    from .health import AsyncHealth as AsyncHealth
    from .health import Health as Health
    from .images import AsyncImages as AsyncImages
    from .images import Images as Images
    from .key import AsyncKey as AsyncKey
    from .key import Key as Key
    from .model import AsyncModel as AsyncModel
    from .model import Model as Model
    from .model_group import AsyncModelGroup as AsyncModelGroup
    from .model_group import ModelGroup as ModelGroup
    from .models import AsyncModels as AsyncModels
    from .models import Models as Models
    from .moderations import AsyncModerations as AsyncModerations
    from .moderations import Moderations as Moderations
    from .organization import AsyncOrganization as AsyncOrganization
    from .organization import Organization as Organization
    from .provider import AsyncProvider as AsyncProvider
    from .provider import Provider as Provider
    from .spend import AsyncSpend as AsyncSpend
    from .spend import Spend as Spend
    from .team import AsyncTeam as AsyncTeam
    from .team import AsyncTeamModel as AsyncTeamModel
    from .team import Team as Team
    from .team import TeamModel as TeamModel
    from .user import AsyncUser as AsyncUser
    from .user import User as User
    from .utils import AsyncUtils as AsyncUtils
    from .utils import Utils as Utils
else:
    _TABLE = {
        "AsyncAudio": (".audio", "AsyncAudio"),
        "AsyncAudioSpeech": (".audio", "AsyncAudioSpeech"),
        "AsyncAudioTranscriptions": (".audio", "AsyncAudioTranscriptions"),
        "AsyncAudioTranslations": (".audio", "AsyncAudioTranslations"),
        "AsyncBatches": (".batches", "AsyncBatches"),
        "AsyncBudget": (".budget", "AsyncBudget"),
        "AsyncCache": (".cache", "AsyncCache"),
        "AsyncCalls": (".calls", "AsyncCalls"),
        "AsyncCapabilities": (".capabilities", "AsyncCapabilities"),
        "AsyncChat": (".chat", "AsyncChat"),
        "AsyncChatCompletions": (".chat", "AsyncChatCompletions"),
        "AsyncCompletions": (".completions", "AsyncCompletions"),
        "AsyncCredentials": (".credentials", "AsyncCredentials"),
        "AsyncCredits": (".credits", "AsyncCredits"),
        "AsyncCustomer": (".customer", "AsyncCustomer"),
        "AsyncEmbeddings": (".embeddings", "AsyncEmbeddings"),
        "AsyncFiles": (".files", "AsyncFiles"),
        "AsyncFineTuning": (".fine_tuning", "AsyncFineTuning"),
        "AsyncFineTuningJobs": (".fine_tuning", "AsyncFineTuningJobs"),
        "AsyncFineTuningJobsCheckpoints": (".fine_tuning", "AsyncFineTuningJobsCheckpoints"),
        "AsyncGuardrails": (".guardrails", "AsyncGuardrails"),
        "AsyncHealth": (".health", "AsyncHealth"),
        "AsyncImages": (".images", "AsyncImages"),
        "AsyncKey": (".key", "AsyncKey"),
        "AsyncModel": (".model", "AsyncModel"),
        "AsyncModelGroup": (".model_group", "AsyncModelGroup"),
        "AsyncModels": (".models", "AsyncModels"),
        "AsyncModerations": (".moderations", "AsyncModerations"),
        "AsyncOrganization": (".organization", "AsyncOrganization"),
        "AsyncProvider": (".provider", "AsyncProvider"),
        "AsyncSpend": (".spend", "AsyncSpend"),
        "AsyncTeam": (".team", "AsyncTeam"),
        "AsyncTeamModel": (".team", "AsyncTeamModel"),
        "AsyncUser": (".user", "AsyncUser"),
        "AsyncUtils": (".utils", "AsyncUtils"),
        "Audio": (".audio", "Audio"),
        "AudioSpeech": (".audio", "AudioSpeech"),
        "AudioTranscriptions": (".audio", "AudioTranscriptions"),
        "AudioTranslations": (".audio", "AudioTranslations"),
        "Batches": (".batches", "Batches"),
        "Budget": (".budget", "Budget"),
        "Cache": (".cache", "Cache"),
        "Calls": (".calls", "Calls"),
        "Capabilities": (".capabilities", "Capabilities"),
        "Chat": (".chat", "Chat"),
        "ChatCompletions": (".chat", "ChatCompletions"),
        "Completions": (".completions", "Completions"),
        "Credentials": (".credentials", "Credentials"),
        "Credits": (".credits", "Credits"),
        "Customer": (".customer", "Customer"),
        "Embeddings": (".embeddings", "Embeddings"),
        "Files": (".files", "Files"),
        "FineTuning": (".fine_tuning", "FineTuning"),
        "FineTuningJobs": (".fine_tuning", "FineTuningJobs"),
        "FineTuningJobsCheckpoints": (".fine_tuning", "FineTuningJobsCheckpoints"),
        "Guardrails": (".guardrails", "Guardrails"),
        "Health": (".health", "Health"),
        "Images": (".images", "Images"),
        "Key": (".key", "Key"),
        "Model": (".model", "Model"),
        "ModelGroup": (".model_group", "ModelGroup"),
        "Models": (".models", "Models"),
        "Moderations": (".moderations", "Moderations"),
        "Organization": (".organization", "Organization"),
        "Provider": (".provider", "Provider"),
        "Spend": (".spend", "Spend"),
        "Team": (".team", "Team"),
        "TeamModel": (".team", "TeamModel"),
        "User": (".user", "User"),
        "Utils": (".utils", "Utils"),
    }

    def __getattr__(name):
        found = _TABLE.get(name)
        if found is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(found[0], __name__)
        value = globals()[name] = getattr(module, found[1]) if found[1] else module
        return value

    def __dir__():
        return sorted(__all__)


__all__ = [
    "AsyncAudio",
    "AsyncAudioSpeech",
    "AsyncAudioTranscriptions",
    "AsyncAudioTranslations",
    "AsyncBatches",
    "AsyncBudget",
    "AsyncCache",
    "AsyncCalls",
    "AsyncCapabilities",
    "AsyncChat",
    "AsyncChatCompletions",
    "AsyncCompletions",
    "AsyncCredentials",
    "AsyncCredits",
    "AsyncCustomer",
    "AsyncEmbeddings",
    "AsyncFiles",
    "AsyncFineTuning",
    "AsyncFineTuningJobs",
    "AsyncFineTuningJobsCheckpoints",
    "AsyncGuardrails",
    "AsyncHealth",
    "AsyncImages",
    "AsyncKey",
    "AsyncModel",
    "AsyncModelGroup",
    "AsyncModels",
    "AsyncModerations",
    "AsyncOrganization",
    "AsyncProvider",
    "AsyncSpend",
    "AsyncTeam",
    "AsyncTeamModel",
    "AsyncUser",
    "AsyncUtils",
    "Audio",
    "AudioSpeech",
    "AudioTranscriptions",
    "AudioTranslations",
    "Batches",
    "Budget",
    "Cache",
    "Calls",
    "Capabilities",
    "Chat",
    "ChatCompletions",
    "Completions",
    "Credentials",
    "Credits",
    "Customer",
    "Embeddings",
    "Files",
    "FineTuning",
    "FineTuningJobs",
    "FineTuningJobsCheckpoints",
    "Guardrails",
    "Health",
    "Images",
    "Key",
    "Model",
    "ModelGroup",
    "Models",
    "Moderations",
    "Organization",
    "Provider",
    "Spend",
    "Team",
    "TeamModel",
    "User",
    "Utils",
]
