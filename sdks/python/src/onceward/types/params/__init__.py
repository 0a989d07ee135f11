# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Types of requests, imported on first use."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know this name; importing `typing` would slow down the import

if TYPE_CHECKING:
    from .audio import AudioResponseFormat as AudioResponseFormat
    from .audio import AudioSpeechCreateParams as AudioSpeechCreateParams
    from .audio import AudioTranscriptionsCreateParams as AudioTranscriptionsCreateParams
    from .audio import AudioTranslationsCreateParams as AudioTranslationsCreateParams
    from .audio import SpeechRequestResponseFormat as SpeechRequestResponseFormat
    from .audio import SpeechRequestStreamFormat as SpeechRequestStreamFormat
    from .audio import SpeechRequestVoiceParam as SpeechRequestVoiceParam
    from .audio import TimestampGranularity as TimestampGranularity
    from .audio import TranscriptionRequestChunkingStrategyParam as TranscriptionRequestChunkingStrategyParam
    from .audio import VadConfigParam as VadConfigParam
    from .batches import BatchCreateRequestEndpoint as BatchCreateRequestEndpoint
    from .batches import BatchesCreateParams as BatchesCreateParams
    from .batches import BatchesListParams as BatchesListParams
    from .budget import BudgetCreateParams as BudgetCreateParams
    from .budget import BudgetDeleteParams as BudgetDeleteParams
    from .budget import BudgetInfoParams as BudgetInfoParams
    from .budget import BudgetListParams as BudgetListParams
    from .budget import BudgetSettingsParams as BudgetSettingsParams
    from .budget import BudgetUpdateParams as BudgetUpdateParams
    from .cache import CacheDeleteParams as CacheDeleteParams
    from .calls import CallsListParams as CallsListParams
    from .capabilities import CapabilitiesListParams as CapabilitiesListParams
    from .chat import CacheControlParam as CacheControlParam
    from .chat import ChatCompletionAllowedToolChoiceParam as ChatCompletionAllowedToolChoiceParam
    from .chat import ChatCompletionAllowedToolsParam as ChatCompletionAllowedToolsParam
    from .chat import ChatCompletionAllowedToolsParamMode as ChatCompletionAllowedToolsParamMode
    from .chat import ChatCompletionAssistantContentPartOtherParam as ChatCompletionAssistantContentPartOtherParam
    from .chat import ChatCompletionAssistantContentPartParam as ChatCompletionAssistantContentPartParam
    from .chat import ChatCompletionAssistantMessageParam as ChatCompletionAssistantMessageParam
    from .chat import ChatCompletionAssistantMessageParamContentParam as ChatCompletionAssistantMessageParamContentParam
    from .chat import ChatCompletionAudioParam as ChatCompletionAudioParam
    from .chat import ChatCompletionAudioParamFormat as ChatCompletionAudioParamFormat
    from .chat import ChatCompletionAudioParamVoiceParam as ChatCompletionAudioParamVoiceParam
    from .chat import ChatCompletionAudioReferenceParam as ChatCompletionAudioReferenceParam
    from .chat import ChatCompletionContentParam as ChatCompletionContentParam
    from .chat import ChatCompletionContentPartAudioUrlParam as ChatCompletionContentPartAudioUrlParam
    from .chat import (
        ChatCompletionContentPartAudioUrlParamAudioUrlParam as ChatCompletionContentPartAudioUrlParamAudioUrlParam,
    )
    from .chat import ChatCompletionContentPartDocumentUrlParam as ChatCompletionContentPartDocumentUrlParam
    from .chat import (
        ChatCompletionContentPartDocumentUrlParamDocumentUrlParam as ChatCompletionContentPartDocumentUrlParamDocumentUrlParam,
    )
    from .chat import ChatCompletionContentPartFileParam as ChatCompletionContentPartFileParam
    from .chat import ChatCompletionContentPartImageParam as ChatCompletionContentPartImageParam
    from .chat import (
        ChatCompletionContentPartImageParamImageUrlParam as ChatCompletionContentPartImageParamImageUrlParam,
    )
    from .chat import ChatCompletionContentPartImageSourceParam as ChatCompletionContentPartImageSourceParam
    from .chat import ChatCompletionContentPartInputAudioParam as ChatCompletionContentPartInputAudioParam
    from .chat import ChatCompletionContentPartOtherParam as ChatCompletionContentPartOtherParam
    from .chat import ChatCompletionContentPartParam as ChatCompletionContentPartParam
    from .chat import ChatCompletionContentPartRefusalParam as ChatCompletionContentPartRefusalParam
    from .chat import ChatCompletionContentPartTextParam as ChatCompletionContentPartTextParam
    from .chat import ChatCompletionContentPartThinkingParam as ChatCompletionContentPartThinkingParam
    from .chat import (
        ChatCompletionContentPartThinkingParamThinkingParam as ChatCompletionContentPartThinkingParamThinkingParam,
    )
    from .chat import ChatCompletionContentPartVideoParam as ChatCompletionContentPartVideoParam
    from .chat import (
        ChatCompletionContentPartVideoParamVideoUrlParam as ChatCompletionContentPartVideoParamVideoUrlParam,
    )
    from .chat import ChatCompletionCustomToolParam as ChatCompletionCustomToolParam
    from .chat import ChatCompletionDeveloperMessageParam as ChatCompletionDeveloperMessageParam
    from .chat import ChatCompletionFunctionCallParam as ChatCompletionFunctionCallParam
    from .chat import ChatCompletionFunctionMessageParam as ChatCompletionFunctionMessageParam
    from .chat import ChatCompletionFunctionToolParam as ChatCompletionFunctionToolParam
    from .chat import ChatCompletionMessageCustomToolCallParam as ChatCompletionMessageCustomToolCallParam
    from .chat import ChatCompletionMessageFunctionToolCallParam as ChatCompletionMessageFunctionToolCallParam
    from .chat import ChatCompletionMessageParam as ChatCompletionMessageParam
    from .chat import ChatCompletionMessageToolCallUnionParam as ChatCompletionMessageToolCallUnionParam
    from .chat import ChatCompletionModality as ChatCompletionModality
    from .chat import ChatCompletionModerationParam as ChatCompletionModerationParam
    from .chat import ChatCompletionNamedToolChoiceCustomParam as ChatCompletionNamedToolChoiceCustomParam
    from .chat import ChatCompletionNamedToolChoiceParam as ChatCompletionNamedToolChoiceParam
    from .chat import ChatCompletionNamedToolChoiceUnionParam as ChatCompletionNamedToolChoiceUnionParam
    from .chat import ChatCompletionOtherFunctionCallParam as ChatCompletionOtherFunctionCallParam
    from .chat import (
        ChatCompletionOtherFunctionCallParamArgumentsParam as ChatCompletionOtherFunctionCallParamArgumentsParam,
    )
    from .chat import ChatCompletionOtherToolCallParam as ChatCompletionOtherToolCallParam
    from .chat import ChatCompletionOtherToolChoiceParam as ChatCompletionOtherToolChoiceParam
    from .chat import ChatCompletionOtherToolParam as ChatCompletionOtherToolParam
    from .chat import ChatCompletionPredictionContentParam as ChatCompletionPredictionContentParam
    from .chat import ChatCompletionRequestFunctionCallChoice as ChatCompletionRequestFunctionCallChoice
    from .chat import ChatCompletionRequestFunctionCallParam as ChatCompletionRequestFunctionCallParam
    from .chat import ChatCompletionRequestThinkingParam as ChatCompletionRequestThinkingParam
    from .chat import ChatCompletionRequestVerbosity as ChatCompletionRequestVerbosity
    from .chat import ChatCompletionsCreateBaseParams as ChatCompletionsCreateBaseParams
    from .chat import ChatCompletionsCreateParams as ChatCompletionsCreateParams
    from .chat import ChatCompletionSystemMessageParam as ChatCompletionSystemMessageParam
    from .chat import ChatCompletionTextContentParam as ChatCompletionTextContentParam
    from .chat import ChatCompletionToolChoiceOptionParam as ChatCompletionToolChoiceOptionParam
    from .chat import ChatCompletionToolChoiceOptionParamChoice as ChatCompletionToolChoiceOptionParamChoice
    from .chat import ChatCompletionToolMessageParam as ChatCompletionToolMessageParam
    from .chat import ChatCompletionToolUnionParam as ChatCompletionToolUnionParam
    from .chat import ChatCompletionUserMessageParam as ChatCompletionUserMessageParam
    from .chat import CustomToolCallInputParam as CustomToolCallInputParam
    from .chat import CustomToolDefinitionParam as CustomToolDefinitionParam
    from .chat import CustomToolGrammarFormatParam as CustomToolGrammarFormatParam
    from .chat import CustomToolGrammarParam as CustomToolGrammarParam
    from .chat import CustomToolGrammarSyntax as CustomToolGrammarSyntax
    from .chat import CustomToolInputFormatParam as CustomToolInputFormatParam
    from .chat import CustomToolTextFormatParam as CustomToolTextFormatParam
    from .chat import FileContentParam as FileContentParam
    from .chat import FunctionDefinitionParam as FunctionDefinitionParam
    from .chat import FunctionParametersParam as FunctionParametersParam
    from .chat import ImageSourceParam as ImageSourceParam
    from .chat import ImageSourceParamType as ImageSourceParamType
    from .chat import InputAudioParam as InputAudioParam
    from .chat import InputAudioParamFormat as InputAudioParamFormat
    from .chat import JSONSchemaFormatParam as JSONSchemaFormatParam
    from .chat import MediaUrlParam as MediaUrlParam
    from .chat import PromptCacheOptionsParam as PromptCacheOptionsParam
    from .chat import ReasoningEffort as ReasoningEffort
    from .chat import ResponseFormatJSONObjectParam as ResponseFormatJSONObjectParam
    from .chat import ResponseFormatJSONSchemaParam as ResponseFormatJSONSchemaParam
    from .chat import ResponseFormatOtherParam as ResponseFormatOtherParam
    from .chat import ResponseFormatParam as ResponseFormatParam
    from .chat import ResponseFormatTextParam as ResponseFormatTextParam
    from .chat import ToolNameParam as ToolNameParam
    from .chat import WebSearchLocationParam as WebSearchLocationParam
    from .chat import WebSearchOptionsParam as WebSearchOptionsParam
    from .chat import WebSearchOptionsParamSearchContextSize as WebSearchOptionsParamSearchContextSize
    from .chat import WebSearchUserLocationParam as WebSearchUserLocationParam
    from .completions import CompletionPromptListParam as CompletionPromptListParam
    from .completions import CompletionPromptParam as CompletionPromptParam
    from .completions import CompletionsCreateParams as CompletionsCreateParams
    from .credentials import CredentialInfoParam as CredentialInfoParam
    from .credentials import CredentialsCreateParams as CredentialsCreateParams
    from .credentials import CredentialsUpdateParams as CredentialsUpdateParams
    from .credits import CreditsBalanceParams as CreditsBalanceParams
    from .credits import CreditsHistoryParams as CreditsHistoryParams
    from .credits import CreditsStatsGroupBy as CreditsStatsGroupBy
    from .credits import CreditsStatsParams as CreditsStatsParams
    from .credits import CreditsStatsPeriod as CreditsStatsPeriod
    from .customer import CustomerBlockParams as CustomerBlockParams
    from .customer import CustomerCreateParams as CustomerCreateParams
    from .customer import CustomerDeleteParams as CustomerDeleteParams
    from .customer import CustomerInfoParams as CustomerInfoParams
    from .customer import CustomerListParams as CustomerListParams
    from .customer import CustomerUnblockParams as CustomerUnblockParams
    from .customer import CustomerUpdateParams as CustomerUpdateParams
    from .embeddings import EmbeddingInputListParam as EmbeddingInputListParam
    from .embeddings import EmbeddingInputParam as EmbeddingInputParam
    from .embeddings import EmbeddingRequestEncodingFormat as EmbeddingRequestEncodingFormat
    from .embeddings import EmbeddingRequestInputType as EmbeddingRequestInputType
    from .embeddings import EmbeddingsCreateParams as EmbeddingsCreateParams
    from .files import FileCreateRequestPurpose as FileCreateRequestPurpose
    from .files import FilesContentParams as FilesContentParams
    from .files import FilesCreateParams as FilesCreateParams
    from .files import FilesListOrder as FilesListOrder
    from .files import FilesListParams as FilesListParams
    from .fine_tuning import DpoHyperparametersParam as DpoHyperparametersParam
    from .fine_tuning import DpoMethodParam as DpoMethodParam
    from .fine_tuning import FineTuningJobsCheckpointsListParams as FineTuningJobsCheckpointsListParams
    from .fine_tuning import FineTuningJobsCreateParams as FineTuningJobsCreateParams
    from .fine_tuning import FineTuningJobsListEventsParams as FineTuningJobsListEventsParams
    from .fine_tuning import FineTuningJobsListParams as FineTuningJobsListParams
    from .fine_tuning import FineTuningJobWandbIntegrationObjectParam as FineTuningJobWandbIntegrationObjectParam
    from .fine_tuning import FineTuningJobWandbIntegrationParam as FineTuningJobWandbIntegrationParam
    from .fine_tuning import FineTuningMethodParam as FineTuningMethodParam
    from .fine_tuning import ReinforcementHyperparametersParam as ReinforcementHyperparametersParam
    from .fine_tuning import ReinforcementMethodParam as ReinforcementMethodParam
    from .fine_tuning import SupervisedHyperparametersParam as SupervisedHyperparametersParam
    from .fine_tuning import SupervisedMethodParam as SupervisedMethodParam
    from .health import HealthModelsParams as HealthModelsParams
    from .images import ImageEditRequestBackground as ImageEditRequestBackground
    from .images import ImageEditRequestImageParam as ImageEditRequestImageParam
    from .images import ImageEditRequestInputFidelity as ImageEditRequestInputFidelity
    from .images import ImageEditRequestModeration as ImageEditRequestModeration
    from .images import ImageEditRequestOutputFormat as ImageEditRequestOutputFormat
    from .images import ImageEditRequestQuality as ImageEditRequestQuality
    from .images import ImageEditRequestResponseFormat as ImageEditRequestResponseFormat
    from .images import ImageEditRequestSize as ImageEditRequestSize
    from .images import ImageGenerateRequestBackground as ImageGenerateRequestBackground
    from .images import ImageGenerateRequestModeration as ImageGenerateRequestModeration
    from .images import ImageGenerateRequestOutputFormat as ImageGenerateRequestOutputFormat
    from .images import ImageGenerateRequestQuality as ImageGenerateRequestQuality
    from .images import ImageGenerateRequestResponseFormat as ImageGenerateRequestResponseFormat
    from .images import ImageGenerateRequestSize as ImageGenerateRequestSize
    from .images import ImageGenerateRequestStyle as ImageGenerateRequestStyle
    from .images import ImagesCreateVariationParams as ImagesCreateVariationParams
    from .images import ImagesEditParams as ImagesEditParams
    from .images import ImagesGenerateParams as ImagesGenerateParams
    from .images import ImageVariationRequestResponseFormat as ImageVariationRequestResponseFormat
    from .images import ImageVariationRequestSize as ImageVariationRequestSize
    from .key import KeyBlockParams as KeyBlockParams
    from .key import KeyDeleteParams as KeyDeleteParams
    from .key import KeyGenerateParams as KeyGenerateParams
    from .key import KeyInfoParams as KeyInfoParams
    from .key import KeyListParams as KeyListParams
    from .key import KeyRegenerateParams as KeyRegenerateParams
    from .key import KeyUnblockParams as KeyUnblockParams
    from .key import KeyUpdateParams as KeyUpdateParams
    from .model import DeploymentInfoParam as DeploymentInfoParam
    from .model import DeploymentParamsChangeParam as DeploymentParamsChangeParam
    from .model import DeploymentParamsInput as DeploymentParamsInput
    from .model import ModelCreateParams as ModelCreateParams
    from .model import ModelDeleteParams as ModelDeleteParams
    from .model import ModelInfoParams as ModelInfoParams
    from .model import ModelUpdateParams as ModelUpdateParams
    from .model_group import ModelGroupInfoParams as ModelGroupInfoParams
    from .models import ModelsListParams as ModelsListParams
    from .moderations import ModerationImageURLInputParam as ModerationImageURLInputParam
    from .moderations import ModerationInputListParam as ModerationInputListParam
    from .moderations import ModerationInputParam as ModerationInputParam
    from .moderations import ModerationMultiModalInputParam as ModerationMultiModalInputParam
    from .moderations import ModerationsCreateParams as ModerationsCreateParams
    from .moderations import ModerationTextInputParam as ModerationTextInputParam
    from .organization import OrganizationAddMemberParams as OrganizationAddMemberParams
    from .organization import OrganizationAddMemberRequestMemberParam as OrganizationAddMemberRequestMemberParam
    from .organization import OrganizationCreateParams as OrganizationCreateParams
    from .organization import OrganizationDeleteMemberParams as OrganizationDeleteMemberParams
    from .organization import OrganizationDeleteParams as OrganizationDeleteParams
    from .organization import OrganizationInfoParams as OrganizationInfoParams
    from .organization import OrganizationListParams as OrganizationListParams
    from .organization import OrganizationMemberParam as OrganizationMemberParam
    from .organization import OrganizationUpdateMemberParams as OrganizationUpdateMemberParams
    from .organization import OrganizationUpdateParams as OrganizationUpdateParams
    from .shared import CustomVoiceParam as CustomVoiceParam
    from .shared import DurationParam as DurationParam
    from .shared import ExpiresAfterParam as ExpiresAfterParam
    from .shared import ImageDetail as ImageDetail
    from .shared import ImageUrlParam as ImageUrlParam
    from .shared import KeyModelBudgetParam as KeyModelBudgetParam
    from .shared import MetadataParam as MetadataParam
    from .shared import ModelMaxBudgetParam as ModelMaxBudgetParam
    from .shared import ResponseCacheParam as ResponseCacheParam
    from .shared import StopSequencesParam as StopSequencesParam
    from .shared import StreamOptionsParam as StreamOptionsParam
    from .shared import TeamMemberParam as TeamMemberParam
    from .shared import Voice as Voice
    from .spend import SpendCalculateParams as SpendCalculateParams
    from .spend import SpendListParams as SpendListParams
    from .spend import SpendReportGroupBy as SpendReportGroupBy
    from .spend import SpendReportInterval as SpendReportInterval
    from .spend import SpendReportParams as SpendReportParams
    from .spend import SpendResetParams as SpendResetParams
    from .spend import SpendTagsParams as SpendTagsParams
    from .team import TeamAddMemberParams as TeamAddMemberParams
    from .team import TeamAddMemberRequestMemberParam as TeamAddMemberRequestMemberParam
    from .team import TeamBlockParams as TeamBlockParams
    from .team import TeamCreateParams as TeamCreateParams
    from .team import TeamDeleteMemberParams as TeamDeleteMemberParams
    from .team import TeamDeleteParams as TeamDeleteParams
    from .team import TeamInfoParams as TeamInfoParams
    from .team import TeamListParams as TeamListParams
    from .team import TeamModelAddParams as TeamModelAddParams
    from .team import TeamModelDeleteParams as TeamModelDeleteParams
    from .team import TeamUnblockParams as TeamUnblockParams
    from .team import TeamUpdateMemberParams as TeamUpdateMemberParams
    from .team import TeamUpdateParams as TeamUpdateParams
    from .user import UserCreateParams as UserCreateParams
    from .user import UserDeleteParams as UserDeleteParams
    from .user import UserInfoParams as UserInfoParams
    from .user import UserListParams as UserListParams
    from .user import UserUpdateParams as UserUpdateParams
    from .utils import TransformRequestCallType as TransformRequestCallType
    from .utils import UtilsSupportedOpenaiParamsParams as UtilsSupportedOpenaiParamsParams
    from .utils import UtilsTokenCounterParams as UtilsTokenCounterParams
    from .utils import UtilsTransformRequestParams as UtilsTransformRequestParams
else:
    _TABLE = {
        "AudioResponseFormat": (".audio", "AudioResponseFormat"),
        "AudioSpeechCreateParams": (".audio", "AudioSpeechCreateParams"),
        "AudioTranscriptionsCreateParams": (".audio", "AudioTranscriptionsCreateParams"),
        "AudioTranslationsCreateParams": (".audio", "AudioTranslationsCreateParams"),
        "BatchCreateRequestEndpoint": (".batches", "BatchCreateRequestEndpoint"),
        "BatchesCreateParams": (".batches", "BatchesCreateParams"),
        "BatchesListParams": (".batches", "BatchesListParams"),
        "BudgetCreateParams": (".budget", "BudgetCreateParams"),
        "BudgetDeleteParams": (".budget", "BudgetDeleteParams"),
        "BudgetInfoParams": (".budget", "BudgetInfoParams"),
        "BudgetListParams": (".budget", "BudgetListParams"),
        "BudgetSettingsParams": (".budget", "BudgetSettingsParams"),
        "BudgetUpdateParams": (".budget", "BudgetUpdateParams"),
        "CacheControlParam": (".chat", "CacheControlParam"),
        "CacheDeleteParams": (".cache", "CacheDeleteParams"),
        "CallsListParams": (".calls", "CallsListParams"),
        "CapabilitiesListParams": (".capabilities", "CapabilitiesListParams"),
        "ChatCompletionAllowedToolChoiceParam": (".chat", "ChatCompletionAllowedToolChoiceParam"),
        "ChatCompletionAllowedToolsParam": (".chat", "ChatCompletionAllowedToolsParam"),
        "ChatCompletionAllowedToolsParamMode": (".chat", "ChatCompletionAllowedToolsParamMode"),
        "ChatCompletionAssistantContentPartOtherParam": (".chat", "ChatCompletionAssistantContentPartOtherParam"),
        "ChatCompletionAssistantContentPartParam": (".chat", "ChatCompletionAssistantContentPartParam"),
        "ChatCompletionAssistantMessageParam": (".chat", "ChatCompletionAssistantMessageParam"),
        "ChatCompletionAssistantMessageParamContentParam": (".chat", "ChatCompletionAssistantMessageParamContentParam"),
        "ChatCompletionAudioParam": (".chat", "ChatCompletionAudioParam"),
        "ChatCompletionAudioParamFormat": (".chat", "ChatCompletionAudioParamFormat"),
        "ChatCompletionAudioParamVoiceParam": (".chat", "ChatCompletionAudioParamVoiceParam"),
        "ChatCompletionAudioReferenceParam": (".chat", "ChatCompletionAudioReferenceParam"),
        "ChatCompletionContentParam": (".chat", "ChatCompletionContentParam"),
        "ChatCompletionContentPartAudioUrlParam": (".chat", "ChatCompletionContentPartAudioUrlParam"),
        "ChatCompletionContentPartAudioUrlParamAudioUrlParam": (
            ".chat",
            "ChatCompletionContentPartAudioUrlParamAudioUrlParam",
        ),
        "ChatCompletionContentPartDocumentUrlParam": (".chat", "ChatCompletionContentPartDocumentUrlParam"),
        "ChatCompletionContentPartDocumentUrlParamDocumentUrlParam": (
            ".chat",
            "ChatCompletionContentPartDocumentUrlParamDocumentUrlParam",
        ),
        "ChatCompletionContentPartFileParam": (".chat", "ChatCompletionContentPartFileParam"),
        "ChatCompletionContentPartImageParam": (".chat", "ChatCompletionContentPartImageParam"),
        "ChatCompletionContentPartImageParamImageUrlParam": (
            ".chat",
            "ChatCompletionContentPartImageParamImageUrlParam",
        ),
        "ChatCompletionContentPartImageSourceParam": (".chat", "ChatCompletionContentPartImageSourceParam"),
        "ChatCompletionContentPartInputAudioParam": (".chat", "ChatCompletionContentPartInputAudioParam"),
        "ChatCompletionContentPartOtherParam": (".chat", "ChatCompletionContentPartOtherParam"),
        "ChatCompletionContentPartParam": (".chat", "ChatCompletionContentPartParam"),
        "ChatCompletionContentPartRefusalParam": (".chat", "ChatCompletionContentPartRefusalParam"),
        "ChatCompletionContentPartTextParam": (".chat", "ChatCompletionContentPartTextParam"),
        "ChatCompletionContentPartThinkingParam": (".chat", "ChatCompletionContentPartThinkingParam"),
        "ChatCompletionContentPartThinkingParamThinkingParam": (
            ".chat",
            "ChatCompletionContentPartThinkingParamThinkingParam",
        ),
        "ChatCompletionContentPartVideoParam": (".chat", "ChatCompletionContentPartVideoParam"),
        "ChatCompletionContentPartVideoParamVideoUrlParam": (
            ".chat",
            "ChatCompletionContentPartVideoParamVideoUrlParam",
        ),
        "ChatCompletionCustomToolParam": (".chat", "ChatCompletionCustomToolParam"),
        "ChatCompletionDeveloperMessageParam": (".chat", "ChatCompletionDeveloperMessageParam"),
        "ChatCompletionFunctionCallParam": (".chat", "ChatCompletionFunctionCallParam"),
        "ChatCompletionFunctionMessageParam": (".chat", "ChatCompletionFunctionMessageParam"),
        "ChatCompletionFunctionToolParam": (".chat", "ChatCompletionFunctionToolParam"),
        "ChatCompletionMessageCustomToolCallParam": (".chat", "ChatCompletionMessageCustomToolCallParam"),
        "ChatCompletionMessageFunctionToolCallParam": (".chat", "ChatCompletionMessageFunctionToolCallParam"),
        "ChatCompletionMessageParam": (".chat", "ChatCompletionMessageParam"),
        "ChatCompletionMessageToolCallUnionParam": (".chat", "ChatCompletionMessageToolCallUnionParam"),
        "ChatCompletionModality": (".chat", "ChatCompletionModality"),
        "ChatCompletionModerationParam": (".chat", "ChatCompletionModerationParam"),
        "ChatCompletionNamedToolChoiceCustomParam": (".chat", "ChatCompletionNamedToolChoiceCustomParam"),
        "ChatCompletionNamedToolChoiceParam": (".chat", "ChatCompletionNamedToolChoiceParam"),
        "ChatCompletionNamedToolChoiceUnionParam": (".chat", "ChatCompletionNamedToolChoiceUnionParam"),
        "ChatCompletionOtherFunctionCallParam": (".chat", "ChatCompletionOtherFunctionCallParam"),
        "ChatCompletionOtherFunctionCallParamArgumentsParam": (
            ".chat",
            "ChatCompletionOtherFunctionCallParamArgumentsParam",
        ),
        "ChatCompletionOtherToolCallParam": (".chat", "ChatCompletionOtherToolCallParam"),
        "ChatCompletionOtherToolChoiceParam": (".chat", "ChatCompletionOtherToolChoiceParam"),
        "ChatCompletionOtherToolParam": (".chat", "ChatCompletionOtherToolParam"),
        "ChatCompletionPredictionContentParam": (".chat", "ChatCompletionPredictionContentParam"),
        "ChatCompletionRequestFunctionCallChoice": (".chat", "ChatCompletionRequestFunctionCallChoice"),
        "ChatCompletionRequestFunctionCallParam": (".chat", "ChatCompletionRequestFunctionCallParam"),
        "ChatCompletionRequestThinkingParam": (".chat", "ChatCompletionRequestThinkingParam"),
        "ChatCompletionRequestVerbosity": (".chat", "ChatCompletionRequestVerbosity"),
        "ChatCompletionSystemMessageParam": (".chat", "ChatCompletionSystemMessageParam"),
        "ChatCompletionTextContentParam": (".chat", "ChatCompletionTextContentParam"),
        "ChatCompletionToolChoiceOptionParam": (".chat", "ChatCompletionToolChoiceOptionParam"),
        "ChatCompletionToolChoiceOptionParamChoice": (".chat", "ChatCompletionToolChoiceOptionParamChoice"),
        "ChatCompletionToolMessageParam": (".chat", "ChatCompletionToolMessageParam"),
        "ChatCompletionToolUnionParam": (".chat", "ChatCompletionToolUnionParam"),
        "ChatCompletionUserMessageParam": (".chat", "ChatCompletionUserMessageParam"),
        "ChatCompletionsCreateBaseParams": (".chat", "ChatCompletionsCreateBaseParams"),
        "ChatCompletionsCreateParams": (".chat", "ChatCompletionsCreateParams"),
        "CompletionPromptListParam": (".completions", "CompletionPromptListParam"),
        "CompletionPromptParam": (".completions", "CompletionPromptParam"),
        "CompletionsCreateParams": (".completions", "CompletionsCreateParams"),
        "CredentialInfoParam": (".credentials", "CredentialInfoParam"),
        "CredentialsCreateParams": (".credentials", "CredentialsCreateParams"),
        "CredentialsUpdateParams": (".credentials", "CredentialsUpdateParams"),
        "CreditsBalanceParams": (".credits", "CreditsBalanceParams"),
        "CreditsHistoryParams": (".credits", "CreditsHistoryParams"),
        "CreditsStatsGroupBy": (".credits", "CreditsStatsGroupBy"),
        "CreditsStatsParams": (".credits", "CreditsStatsParams"),
        "CreditsStatsPeriod": (".credits", "CreditsStatsPeriod"),
        "CustomToolCallInputParam": (".chat", "CustomToolCallInputParam"),
        "CustomToolDefinitionParam": (".chat", "CustomToolDefinitionParam"),
        "CustomToolGrammarFormatParam": (".chat", "CustomToolGrammarFormatParam"),
        "CustomToolGrammarParam": (".chat", "CustomToolGrammarParam"),
        "CustomToolGrammarSyntax": (".chat", "CustomToolGrammarSyntax"),
        "CustomToolInputFormatParam": (".chat", "CustomToolInputFormatParam"),
        "CustomToolTextFormatParam": (".chat", "CustomToolTextFormatParam"),
        "CustomVoiceParam": (".shared", "CustomVoiceParam"),
        "CustomerBlockParams": (".customer", "CustomerBlockParams"),
        "CustomerCreateParams": (".customer", "CustomerCreateParams"),
        "CustomerDeleteParams": (".customer", "CustomerDeleteParams"),
        "CustomerInfoParams": (".customer", "CustomerInfoParams"),
        "CustomerListParams": (".customer", "CustomerListParams"),
        "CustomerUnblockParams": (".customer", "CustomerUnblockParams"),
        "CustomerUpdateParams": (".customer", "CustomerUpdateParams"),
        "DeploymentInfoParam": (".model", "DeploymentInfoParam"),
        "DeploymentParamsChangeParam": (".model", "DeploymentParamsChangeParam"),
        "DeploymentParamsInput": (".model", "DeploymentParamsInput"),
        "DpoHyperparametersParam": (".fine_tuning", "DpoHyperparametersParam"),
        "DpoMethodParam": (".fine_tuning", "DpoMethodParam"),
        "DurationParam": (".shared", "DurationParam"),
        "EmbeddingInputListParam": (".embeddings", "EmbeddingInputListParam"),
        "EmbeddingInputParam": (".embeddings", "EmbeddingInputParam"),
        "EmbeddingRequestEncodingFormat": (".embeddings", "EmbeddingRequestEncodingFormat"),
        "EmbeddingRequestInputType": (".embeddings", "EmbeddingRequestInputType"),
        "EmbeddingsCreateParams": (".embeddings", "EmbeddingsCreateParams"),
        "ExpiresAfterParam": (".shared", "ExpiresAfterParam"),
        "FileContentParam": (".chat", "FileContentParam"),
        "FileCreateRequestPurpose": (".files", "FileCreateRequestPurpose"),
        "FilesContentParams": (".files", "FilesContentParams"),
        "FilesCreateParams": (".files", "FilesCreateParams"),
        "FilesListOrder": (".files", "FilesListOrder"),
        "FilesListParams": (".files", "FilesListParams"),
        "FineTuningJobWandbIntegrationObjectParam": (".fine_tuning", "FineTuningJobWandbIntegrationObjectParam"),
        "FineTuningJobWandbIntegrationParam": (".fine_tuning", "FineTuningJobWandbIntegrationParam"),
        "FineTuningJobsCheckpointsListParams": (".fine_tuning", "FineTuningJobsCheckpointsListParams"),
        "FineTuningJobsCreateParams": (".fine_tuning", "FineTuningJobsCreateParams"),
        "FineTuningJobsListEventsParams": (".fine_tuning", "FineTuningJobsListEventsParams"),
        "FineTuningJobsListParams": (".fine_tuning", "FineTuningJobsListParams"),
        "FineTuningMethodParam": (".fine_tuning", "FineTuningMethodParam"),
        "FunctionDefinitionParam": (".chat", "FunctionDefinitionParam"),
        "FunctionParametersParam": (".chat", "FunctionParametersParam"),
        "HealthModelsParams": (".health", "HealthModelsParams"),
        "ImageDetail": (".shared", "ImageDetail"),
        "ImageEditRequestBackground": (".images", "ImageEditRequestBackground"),
        "ImageEditRequestImageParam": (".images", "ImageEditRequestImageParam"),
        "ImageEditRequestInputFidelity": (".images", "ImageEditRequestInputFidelity"),
        "ImageEditRequestModeration": (".images", "ImageEditRequestModeration"),
        "ImageEditRequestOutputFormat": (".images", "ImageEditRequestOutputFormat"),
        "ImageEditRequestQuality": (".images", "ImageEditRequestQuality"),
        "ImageEditRequestResponseFormat": (".images", "ImageEditRequestResponseFormat"),
        "ImageEditRequestSize": (".images", "ImageEditRequestSize"),
        "ImageGenerateRequestBackground": (".images", "ImageGenerateRequestBackground"),
        "ImageGenerateRequestModeration": (".images", "ImageGenerateRequestModeration"),
        "ImageGenerateRequestOutputFormat": (".images", "ImageGenerateRequestOutputFormat"),
        "ImageGenerateRequestQuality": (".images", "ImageGenerateRequestQuality"),
        "ImageGenerateRequestResponseFormat": (".images", "ImageGenerateRequestResponseFormat"),
        "ImageGenerateRequestSize": (".images", "ImageGenerateRequestSize"),
        "ImageGenerateRequestStyle": (".images", "ImageGenerateRequestStyle"),
        "ImageSourceParam": (".chat", "ImageSourceParam"),
        "ImageSourceParamType": (".chat", "ImageSourceParamType"),
        "ImageUrlParam": (".shared", "ImageUrlParam"),
        "ImageVariationRequestResponseFormat": (".images", "ImageVariationRequestResponseFormat"),
        "ImageVariationRequestSize": (".images", "ImageVariationRequestSize"),
        "ImagesCreateVariationParams": (".images", "ImagesCreateVariationParams"),
        "ImagesEditParams": (".images", "ImagesEditParams"),
        "ImagesGenerateParams": (".images", "ImagesGenerateParams"),
        "InputAudioParam": (".chat", "InputAudioParam"),
        "InputAudioParamFormat": (".chat", "InputAudioParamFormat"),
        "JSONSchemaFormatParam": (".chat", "JSONSchemaFormatParam"),
        "KeyBlockParams": (".key", "KeyBlockParams"),
        "KeyDeleteParams": (".key", "KeyDeleteParams"),
        "KeyGenerateParams": (".key", "KeyGenerateParams"),
        "KeyInfoParams": (".key", "KeyInfoParams"),
        "KeyListParams": (".key", "KeyListParams"),
        "KeyModelBudgetParam": (".shared", "KeyModelBudgetParam"),
        "KeyRegenerateParams": (".key", "KeyRegenerateParams"),
        "KeyUnblockParams": (".key", "KeyUnblockParams"),
        "KeyUpdateParams": (".key", "KeyUpdateParams"),
        "MediaUrlParam": (".chat", "MediaUrlParam"),
        "MetadataParam": (".shared", "MetadataParam"),
        "ModelCreateParams": (".model", "ModelCreateParams"),
        "ModelDeleteParams": (".model", "ModelDeleteParams"),
        "ModelGroupInfoParams": (".model_group", "ModelGroupInfoParams"),
        "ModelInfoParams": (".model", "ModelInfoParams"),
        "ModelMaxBudgetParam": (".shared", "ModelMaxBudgetParam"),
        "ModelUpdateParams": (".model", "ModelUpdateParams"),
        "ModelsListParams": (".models", "ModelsListParams"),
        "ModerationImageURLInputParam": (".moderations", "ModerationImageURLInputParam"),
        "ModerationInputListParam": (".moderations", "ModerationInputListParam"),
        "ModerationInputParam": (".moderations", "ModerationInputParam"),
        "ModerationMultiModalInputParam": (".moderations", "ModerationMultiModalInputParam"),
        "ModerationTextInputParam": (".moderations", "ModerationTextInputParam"),
        "ModerationsCreateParams": (".moderations", "ModerationsCreateParams"),
        "OrganizationAddMemberParams": (".organization", "OrganizationAddMemberParams"),
        "OrganizationAddMemberRequestMemberParam": (".organization", "OrganizationAddMemberRequestMemberParam"),
        "OrganizationCreateParams": (".organization", "OrganizationCreateParams"),
        "OrganizationDeleteMemberParams": (".organization", "OrganizationDeleteMemberParams"),
        "OrganizationDeleteParams": (".organization", "OrganizationDeleteParams"),
        "OrganizationInfoParams": (".organization", "OrganizationInfoParams"),
        "OrganizationListParams": (".organization", "OrganizationListParams"),
        "OrganizationMemberParam": (".organization", "OrganizationMemberParam"),
        "OrganizationUpdateMemberParams": (".organization", "OrganizationUpdateMemberParams"),
        "OrganizationUpdateParams": (".organization", "OrganizationUpdateParams"),
        "PromptCacheOptionsParam": (".chat", "PromptCacheOptionsParam"),
        "ReasoningEffort": (".chat", "ReasoningEffort"),
        "ReinforcementHyperparametersParam": (".fine_tuning", "ReinforcementHyperparametersParam"),
        "ReinforcementMethodParam": (".fine_tuning", "ReinforcementMethodParam"),
        "ResponseCacheParam": (".shared", "ResponseCacheParam"),
        "ResponseFormatJSONObjectParam": (".chat", "ResponseFormatJSONObjectParam"),
        "ResponseFormatJSONSchemaParam": (".chat", "ResponseFormatJSONSchemaParam"),
        "ResponseFormatOtherParam": (".chat", "ResponseFormatOtherParam"),
        "ResponseFormatParam": (".chat", "ResponseFormatParam"),
        "ResponseFormatTextParam": (".chat", "ResponseFormatTextParam"),
        "SpeechRequestResponseFormat": (".audio", "SpeechRequestResponseFormat"),
        "SpeechRequestStreamFormat": (".audio", "SpeechRequestStreamFormat"),
        "SpeechRequestVoiceParam": (".audio", "SpeechRequestVoiceParam"),
        "SpendCalculateParams": (".spend", "SpendCalculateParams"),
        "SpendListParams": (".spend", "SpendListParams"),
        "SpendReportGroupBy": (".spend", "SpendReportGroupBy"),
        "SpendReportInterval": (".spend", "SpendReportInterval"),
        "SpendReportParams": (".spend", "SpendReportParams"),
        "SpendResetParams": (".spend", "SpendResetParams"),
        "SpendTagsParams": (".spend", "SpendTagsParams"),
        "StopSequencesParam": (".shared", "StopSequencesParam"),
        "StreamOptionsParam": (".shared", "StreamOptionsParam"),
        "SupervisedHyperparametersParam": (".fine_tuning", "SupervisedHyperparametersParam"),
        "SupervisedMethodParam": (".fine_tuning", "SupervisedMethodParam"),
        "TeamAddMemberParams": (".team", "TeamAddMemberParams"),
        "TeamAddMemberRequestMemberParam": (".team", "TeamAddMemberRequestMemberParam"),
        "TeamBlockParams": (".team", "TeamBlockParams"),
        "TeamCreateParams": (".team", "TeamCreateParams"),
        "TeamDeleteMemberParams": (".team", "TeamDeleteMemberParams"),
        "TeamDeleteParams": (".team", "TeamDeleteParams"),
        "TeamInfoParams": (".team", "TeamInfoParams"),
        "TeamListParams": (".team", "TeamListParams"),
        "TeamMemberParam": (".shared", "TeamMemberParam"),
        "TeamModelAddParams": (".team", "TeamModelAddParams"),
        "TeamModelDeleteParams": (".team", "TeamModelDeleteParams"),
        "TeamUnblockParams": (".team", "TeamUnblockParams"),
        "TeamUpdateMemberParams": (".team", "TeamUpdateMemberParams"),
        "TeamUpdateParams": (".team", "TeamUpdateParams"),
        "TimestampGranularity": (".audio", "TimestampGranularity"),
        "ToolNameParam": (".chat", "ToolNameParam"),
        "TranscriptionRequestChunkingStrategyParam": (".audio", "TranscriptionRequestChunkingStrategyParam"),
        "TransformRequestCallType": (".utils", "TransformRequestCallType"),
        "UserCreateParams": (".user", "UserCreateParams"),
        "UserDeleteParams": (".user", "UserDeleteParams"),
        "UserInfoParams": (".user", "UserInfoParams"),
        "UserListParams": (".user", "UserListParams"),
        "UserUpdateParams": (".user", "UserUpdateParams"),
        "UtilsSupportedOpenaiParamsParams": (".utils", "UtilsSupportedOpenaiParamsParams"),
        "UtilsTokenCounterParams": (".utils", "UtilsTokenCounterParams"),
        "UtilsTransformRequestParams": (".utils", "UtilsTransformRequestParams"),
        "VadConfigParam": (".audio", "VadConfigParam"),
        "Voice": (".shared", "Voice"),
        "WebSearchLocationParam": (".chat", "WebSearchLocationParam"),
        "WebSearchOptionsParam": (".chat", "WebSearchOptionsParam"),
        "WebSearchOptionsParamSearchContextSize": (".chat", "WebSearchOptionsParamSearchContextSize"),
        "WebSearchUserLocationParam": (".chat", "WebSearchUserLocationParam"),
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
    "AudioResponseFormat",
    "AudioSpeechCreateParams",
    "AudioTranscriptionsCreateParams",
    "AudioTranslationsCreateParams",
    "BatchCreateRequestEndpoint",
    "BatchesCreateParams",
    "BatchesListParams",
    "BudgetCreateParams",
    "BudgetDeleteParams",
    "BudgetInfoParams",
    "BudgetListParams",
    "BudgetSettingsParams",
    "BudgetUpdateParams",
    "CacheControlParam",
    "CacheDeleteParams",
    "CallsListParams",
    "CapabilitiesListParams",
    "ChatCompletionAllowedToolChoiceParam",
    "ChatCompletionAllowedToolsParam",
    "ChatCompletionAllowedToolsParamMode",
    "ChatCompletionAssistantContentPartOtherParam",
    "ChatCompletionAssistantContentPartParam",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAssistantMessageParamContentParam",
    "ChatCompletionAudioParam",
    "ChatCompletionAudioParamFormat",
    "ChatCompletionAudioParamVoiceParam",
    "ChatCompletionAudioReferenceParam",
    "ChatCompletionContentParam",
    "ChatCompletionContentPartAudioUrlParam",
    "ChatCompletionContentPartAudioUrlParamAudioUrlParam",
    "ChatCompletionContentPartDocumentUrlParam",
    "ChatCompletionContentPartDocumentUrlParamDocumentUrlParam",
    "ChatCompletionContentPartFileParam",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartImageParamImageUrlParam",
    "ChatCompletionContentPartImageSourceParam",
    "ChatCompletionContentPartInputAudioParam",
    "ChatCompletionContentPartOtherParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartRefusalParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionContentPartThinkingParam",
    "ChatCompletionContentPartThinkingParamThinkingParam",
    "ChatCompletionContentPartVideoParam",
    "ChatCompletionContentPartVideoParamVideoUrlParam",
    "ChatCompletionCustomToolParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionCallParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionMessageCustomToolCallParam",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCallUnionParam",
    "ChatCompletionModality",
    "ChatCompletionModerationParam",
    "ChatCompletionNamedToolChoiceCustomParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionNamedToolChoiceUnionParam",
    "ChatCompletionOtherFunctionCallParam",
    "ChatCompletionOtherFunctionCallParamArgumentsParam",
    "ChatCompletionOtherToolCallParam",
    "ChatCompletionOtherToolChoiceParam",
    "ChatCompletionOtherToolParam",
    "ChatCompletionPredictionContentParam",
    "ChatCompletionRequestFunctionCallChoice",
    "ChatCompletionRequestFunctionCallParam",
    "ChatCompletionRequestThinkingParam",
    "ChatCompletionRequestVerbosity",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionTextContentParam",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolChoiceOptionParamChoice",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolUnionParam",
    "ChatCompletionUserMessageParam",
    "ChatCompletionsCreateBaseParams",
    "ChatCompletionsCreateParams",
    "CompletionPromptListParam",
    "CompletionPromptParam",
    "CompletionsCreateParams",
    "CredentialInfoParam",
    "CredentialsCreateParams",
    "CredentialsUpdateParams",
    "CreditsBalanceParams",
    "CreditsHistoryParams",
    "CreditsStatsGroupBy",
    "CreditsStatsParams",
    "CreditsStatsPeriod",
    "CustomToolCallInputParam",
    "CustomToolDefinitionParam",
    "CustomToolGrammarFormatParam",
    "CustomToolGrammarParam",
    "CustomToolGrammarSyntax",
    "CustomToolInputFormatParam",
    "CustomToolTextFormatParam",
    "CustomVoiceParam",
    "CustomerBlockParams",
    "CustomerCreateParams",
    "CustomerDeleteParams",
    "CustomerInfoParams",
    "CustomerListParams",
    "CustomerUnblockParams",
    "CustomerUpdateParams",
    "DeploymentInfoParam",
    "DeploymentParamsChangeParam",
    "DeploymentParamsInput",
    "DpoHyperparametersParam",
    "DpoMethodParam",
    "DurationParam",
    "EmbeddingInputListParam",
    "EmbeddingInputParam",
    "EmbeddingRequestEncodingFormat",
    "EmbeddingRequestInputType",
    "EmbeddingsCreateParams",
    "ExpiresAfterParam",
    "FileContentParam",
    "FileCreateRequestPurpose",
    "FilesContentParams",
    "FilesCreateParams",
    "FilesListOrder",
    "FilesListParams",
    "FineTuningJobWandbIntegrationObjectParam",
    "FineTuningJobWandbIntegrationParam",
    "FineTuningJobsCheckpointsListParams",
    "FineTuningJobsCreateParams",
    "FineTuningJobsListEventsParams",
    "FineTuningJobsListParams",
    "FineTuningMethodParam",
    "FunctionDefinitionParam",
    "FunctionParametersParam",
    "HealthModelsParams",
    "ImageDetail",
    "ImageEditRequestBackground",
    "ImageEditRequestImageParam",
    "ImageEditRequestInputFidelity",
    "ImageEditRequestModeration",
    "ImageEditRequestOutputFormat",
    "ImageEditRequestQuality",
    "ImageEditRequestResponseFormat",
    "ImageEditRequestSize",
    "ImageGenerateRequestBackground",
    "ImageGenerateRequestModeration",
    "ImageGenerateRequestOutputFormat",
    "ImageGenerateRequestQuality",
    "ImageGenerateRequestResponseFormat",
    "ImageGenerateRequestSize",
    "ImageGenerateRequestStyle",
    "ImageSourceParam",
    "ImageSourceParamType",
    "ImageUrlParam",
    "ImageVariationRequestResponseFormat",
    "ImageVariationRequestSize",
    "ImagesCreateVariationParams",
    "ImagesEditParams",
    "ImagesGenerateParams",
    "InputAudioParam",
    "InputAudioParamFormat",
    "JSONSchemaFormatParam",
    "KeyBlockParams",
    "KeyDeleteParams",
    "KeyGenerateParams",
    "KeyInfoParams",
    "KeyListParams",
    "KeyModelBudgetParam",
    "KeyRegenerateParams",
    "KeyUnblockParams",
    "KeyUpdateParams",
    "MediaUrlParam",
    "MetadataParam",
    "ModelCreateParams",
    "ModelDeleteParams",
    "ModelGroupInfoParams",
    "ModelInfoParams",
    "ModelMaxBudgetParam",
    "ModelUpdateParams",
    "ModelsListParams",
    "ModerationImageURLInputParam",
    "ModerationInputListParam",
    "ModerationInputParam",
    "ModerationMultiModalInputParam",
    "ModerationTextInputParam",
    "ModerationsCreateParams",
    "OrganizationAddMemberParams",
    "OrganizationAddMemberRequestMemberParam",
    "OrganizationCreateParams",
    "OrganizationDeleteMemberParams",
    "OrganizationDeleteParams",
    "OrganizationInfoParams",
    "OrganizationListParams",
    "OrganizationMemberParam",
    "OrganizationUpdateMemberParams",
    "OrganizationUpdateParams",
    "PromptCacheOptionsParam",
    "ReasoningEffort",
    "ReinforcementHyperparametersParam",
    "ReinforcementMethodParam",
    "ResponseCacheParam",
    "ResponseFormatJSONObjectParam",
    "ResponseFormatJSONSchemaParam",
    "ResponseFormatOtherParam",
    "ResponseFormatParam",
    "ResponseFormatTextParam",
    "SpeechRequestResponseFormat",
    "SpeechRequestStreamFormat",
    "SpeechRequestVoiceParam",
    "SpendCalculateParams",
    "SpendListParams",
    "SpendReportGroupBy",
    "SpendReportInterval",
    "SpendReportParams",
    "SpendResetParams",
    "SpendTagsParams",
    "StopSequencesParam",
    "StreamOptionsParam",
    "SupervisedHyperparametersParam",
    "SupervisedMethodParam",
    "TeamAddMemberParams",
    "TeamAddMemberRequestMemberParam",
    "TeamBlockParams",
    "TeamCreateParams",
    "TeamDeleteMemberParams",
    "TeamDeleteParams",
    "TeamInfoParams",
    "TeamListParams",
    "TeamMemberParam",
    "TeamModelAddParams",
    "TeamModelDeleteParams",
    "TeamUnblockParams",
    "TeamUpdateMemberParams",
    "TeamUpdateParams",
    "TimestampGranularity",
    "ToolNameParam",
    "TranscriptionRequestChunkingStrategyParam",
    "TransformRequestCallType",
    "UserCreateParams",
    "UserDeleteParams",
    "UserInfoParams",
    "UserListParams",
    "UserUpdateParams",
    "UtilsSupportedOpenaiParamsParams",
    "UtilsTokenCounterParams",
    "UtilsTransformRequestParams",
    "VadConfigParam",
    "Voice",
    "WebSearchLocationParam",
    "WebSearchOptionsParam",
    "WebSearchOptionsParamSearchContextSize",
    "WebSearchUserLocationParam",
]
