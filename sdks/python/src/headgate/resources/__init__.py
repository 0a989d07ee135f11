# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.
"""The resources, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from .health import AsyncHealth as AsyncHealth
    from .health import Health as Health
    from .images import AsyncImages as AsyncImages
    from .images import Images as Images
    from .key import AsyncKey as AsyncKey
    from .key import Key as Key
    from .models import AsyncModels as AsyncModels
    from .models import Models as Models
    from .moderations import AsyncModerations as AsyncModerations
    from .moderations import Moderations as Moderations
    from .organization import AsyncOrganization as AsyncOrganization
    from .organization import Organization as Organization
    from .spend import AsyncSpend as AsyncSpend
    from .spend import Spend as Spend
    from .team import AsyncTeam as AsyncTeam
    from .team import AsyncTeamModel as AsyncTeamModel
    from .team import Team as Team
    from .team import TeamModel as TeamModel
    from .user import AsyncUser as AsyncUser
    from .user import User as User
else:
    _TABLE = {
        "AsyncAudio": (".audio", "AsyncAudio"),
        "AsyncAudioSpeech": (".audio", "AsyncAudioSpeech"),
        "AsyncAudioTranscriptions": (".audio", "AsyncAudioTranscriptions"),
        "AsyncAudioTranslations": (".audio", "AsyncAudioTranslations"),
        "AsyncBatches": (".batches", "AsyncBatches"),
        "AsyncBudget": (".budget", "AsyncBudget"),
        "AsyncCalls": (".calls", "AsyncCalls"),
        "AsyncCapabilities": (".capabilities", "AsyncCapabilities"),
        "AsyncChat": (".chat", "AsyncChat"),
        "AsyncChatCompletions": (".chat", "AsyncChatCompletions"),
        "AsyncCompletions": (".completions", "AsyncCompletions"),
        "AsyncCredits": (".credits", "AsyncCredits"),
        "AsyncCustomer": (".customer", "AsyncCustomer"),
        "AsyncEmbeddings": (".embeddings", "AsyncEmbeddings"),
        "AsyncFiles": (".files", "AsyncFiles"),
        "AsyncFineTuning": (".fine_tuning", "AsyncFineTuning"),
        "AsyncFineTuningJobs": (".fine_tuning", "AsyncFineTuningJobs"),
        "AsyncFineTuningJobsCheckpoints": (".fine_tuning", "AsyncFineTuningJobsCheckpoints"),
        "AsyncHealth": (".health", "AsyncHealth"),
        "AsyncImages": (".images", "AsyncImages"),
        "AsyncKey": (".key", "AsyncKey"),
        "AsyncModels": (".models", "AsyncModels"),
        "AsyncModerations": (".moderations", "AsyncModerations"),
        "AsyncOrganization": (".organization", "AsyncOrganization"),
        "AsyncSpend": (".spend", "AsyncSpend"),
        "AsyncTeam": (".team", "AsyncTeam"),
        "AsyncTeamModel": (".team", "AsyncTeamModel"),
        "AsyncUser": (".user", "AsyncUser"),
        "Audio": (".audio", "Audio"),
        "AudioSpeech": (".audio", "AudioSpeech"),
        "AudioTranscriptions": (".audio", "AudioTranscriptions"),
        "AudioTranslations": (".audio", "AudioTranslations"),
        "Batches": (".batches", "Batches"),
        "Budget": (".budget", "Budget"),
        "Calls": (".calls", "Calls"),
        "Capabilities": (".capabilities", "Capabilities"),
        "Chat": (".chat", "Chat"),
        "ChatCompletions": (".chat", "ChatCompletions"),
        "Completions": (".completions", "Completions"),
        "Credits": (".credits", "Credits"),
        "Customer": (".customer", "Customer"),
        "Embeddings": (".embeddings", "Embeddings"),
        "Files": (".files", "Files"),
        "FineTuning": (".fine_tuning", "FineTuning"),
        "FineTuningJobs": (".fine_tuning", "FineTuningJobs"),
        "FineTuningJobsCheckpoints": (".fine_tuning", "FineTuningJobsCheckpoints"),
        "Health": (".health", "Health"),
        "Images": (".images", "Images"),
        "Key": (".key", "Key"),
        "Models": (".models", "Models"),
        "Moderations": (".moderations", "Moderations"),
        "Organization": (".organization", "Organization"),
        "Spend": (".spend", "Spend"),
        "Team": (".team", "Team"),
        "TeamModel": (".team", "TeamModel"),
        "User": (".user", "User"),
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
    "AsyncCalls",
    "AsyncCapabilities",
    "AsyncChat",
    "AsyncChatCompletions",
    "AsyncCompletions",
    "AsyncCredits",
    "AsyncCustomer",
    "AsyncEmbeddings",
    "AsyncFiles",
    "AsyncFineTuning",
    "AsyncFineTuningJobs",
    "AsyncFineTuningJobsCheckpoints",
    "AsyncHealth",
    "AsyncImages",
    "AsyncKey",
    "AsyncModels",
    "AsyncModerations",
    "AsyncOrganization",
    "AsyncSpend",
    "AsyncTeam",
    "AsyncTeamModel",
    "AsyncUser",
    "Audio",
    "AudioSpeech",
    "AudioTranscriptions",
    "AudioTranslations",
    "Batches",
    "Budget",
    "Calls",
    "Capabilities",
    "Chat",
    "ChatCompletions",
    "Completions",
    "Credits",
    "Customer",
    "Embeddings",
    "Files",
    "FineTuning",
    "FineTuningJobs",
    "FineTuningJobsCheckpoints",
    "Health",
    "Images",
    "Key",
    "Models",
    "Moderations",
    "Organization",
    "Spend",
    "Team",
    "TeamModel",
    "User",
]
