# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Types of responses and requests, imported on first use."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know this name; importing `typing` would slow down the import

if TYPE_CHECKING:
    from .audio import Transcription as Transcription
    from .audio import TranscriptionCreateResponse as TranscriptionCreateResponse
    from .audio import TranscriptionLogprob as TranscriptionLogprob
    from .audio import TranscriptionSegment as TranscriptionSegment
    from .audio import TranscriptionSegmentId as TranscriptionSegmentId
    from .audio import TranscriptionStreamEvent as TranscriptionStreamEvent
    from .audio import TranscriptionTextDeltaEvent as TranscriptionTextDeltaEvent
    from .audio import TranscriptionTextDoneEvent as TranscriptionTextDoneEvent
    from .audio import TranscriptionTextSegmentEvent as TranscriptionTextSegmentEvent
    from .audio import TranscriptionUsage as TranscriptionUsage
    from .audio import TranscriptionUsageType as TranscriptionUsageType
    from .audio import TranscriptionVerbose as TranscriptionVerbose
    from .audio import TranscriptionVerboseDuration as TranscriptionVerboseDuration
    from .audio import TranscriptionWord as TranscriptionWord
    from .audio import Translation as Translation
    from .audio import TranslationCreateResponse as TranslationCreateResponse
    from .audio import TranslationVerbose as TranslationVerbose
    from .audio import TranslationVerboseDuration as TranslationVerboseDuration
    from .batches import Batch as Batch
    from .batches import BatchError as BatchError
    from .batches import BatchErrors as BatchErrors
    from .batches import BatchList as BatchList
    from .batches import BatchRequestCounts as BatchRequestCounts
    from .batches import BatchStatus as BatchStatus
    from .batches import BatchUsage as BatchUsage
    from .budget import Budget as Budget
    from .budget import BudgetDeleted as BudgetDeleted
    from .budget import BudgetInfo as BudgetInfo
    from .budget import BudgetList as BudgetList
    from .budget import BudgetSetting as BudgetSetting
    from .budget import BudgetSettings as BudgetSettings
    from .cache import CacheDeleted as CacheDeleted
    from .cache import CachePing as CachePing
    from .calls import Call as Call
    from .calls import CallList as CallList
    from .calls import CallStatus as CallStatus
    from .capabilities import ModelCapabilities as ModelCapabilities
    from .capabilities import ModelCapabilitiesList as ModelCapabilitiesList
    from .chat import ChatCompletion as ChatCompletion
    from .chat import ChatCompletionAnnotation as ChatCompletionAnnotation
    from .chat import ChatCompletionAnnotationType as ChatCompletionAnnotationType
    from .chat import ChatCompletionAudio as ChatCompletionAudio
    from .chat import ChatCompletionChoice as ChatCompletionChoice
    from .chat import ChatCompletionChunk as ChatCompletionChunk
    from .chat import ChatCompletionChunkAudio as ChatCompletionChunkAudio
    from .chat import ChatCompletionChunkChoice as ChatCompletionChunkChoice
    from .chat import ChatCompletionChunkCustomCall as ChatCompletionChunkCustomCall
    from .chat import ChatCompletionChunkDelta as ChatCompletionChunkDelta
    from .chat import ChatCompletionChunkDeltaRole as ChatCompletionChunkDeltaRole
    from .chat import ChatCompletionChunkFunctionCall as ChatCompletionChunkFunctionCall
    from .chat import ChatCompletionChunkToolCall as ChatCompletionChunkToolCall
    from .chat import ChatCompletionChunkToolCallType as ChatCompletionChunkToolCallType
    from .chat import ChatCompletionFunctionCall as ChatCompletionFunctionCall
    from .chat import ChatCompletionLogprobs as ChatCompletionLogprobs
    from .chat import ChatCompletionMessage as ChatCompletionMessage
    from .chat import ChatCompletionMessageCustomToolCall as ChatCompletionMessageCustomToolCall
    from .chat import ChatCompletionMessageFunctionToolCall as ChatCompletionMessageFunctionToolCall
    from .chat import ChatCompletionMessageToolCallUnion as ChatCompletionMessageToolCallUnion
    from .chat import ChatCompletionTokenLogprob as ChatCompletionTokenLogprob
    from .chat import CreditNotice as CreditNotice
    from .chat import CustomToolCallInput as CustomToolCallInput
    from .chat import ServiceTier as ServiceTier
    from .chat import TopLogprob as TopLogprob
    from .chat import UrlCitation as UrlCitation
    from .completions import Completion as Completion
    from .completions import CompletionChoice as CompletionChoice
    from .completions import CompletionLogprobs as CompletionLogprobs
    from .credentials import Credential as Credential
    from .credentials import CredentialDeleted as CredentialDeleted
    from .credentials import CredentialInfo as CredentialInfo
    from .credentials import CredentialList as CredentialList
    from .credits import CreditsBalance as CreditsBalance
    from .credits import CreditsBand as CreditsBand
    from .credits import CreditsEntry as CreditsEntry
    from .credits import CreditsEntryKind as CreditsEntryKind
    from .credits import CreditsEntryStatus as CreditsEntryStatus
    from .credits import CreditsHistory as CreditsHistory
    from .credits import CreditsModelUsage as CreditsModelUsage
    from .credits import CreditsStats as CreditsStats
    from .credits import CreditsStep as CreditsStep
    from .credits import CreditsTier as CreditsTier
    from .credits import CreditsTiers as CreditsTiers
    from .credits import CreditsUsage as CreditsUsage
    from .customer import Customer as Customer
    from .customer import CustomerBlockResponse as CustomerBlockResponse
    from .customer import CustomerDeleteResponse as CustomerDeleteResponse
    from .customer import CustomerList as CustomerList
    from .customer import CustomerUnblockResponse as CustomerUnblockResponse
    from .embeddings import CreateEmbeddingResponse as CreateEmbeddingResponse
    from .embeddings import Embedding as Embedding
    from .embeddings import EmbeddingEmbedding as EmbeddingEmbedding
    from .embeddings import EmbeddingUsage as EmbeddingUsage
    from .files import FileDeleted as FileDeleted
    from .files import FileList as FileList
    from .files import FileObject as FileObject
    from .files import FileObjectPurpose as FileObjectPurpose
    from .files import FileObjectStatus as FileObjectStatus
    from .fine_tuning import AutoOrInteger as AutoOrInteger
    from .fine_tuning import AutoOrNumber as AutoOrNumber
    from .fine_tuning import DpoHyperparameters as DpoHyperparameters
    from .fine_tuning import DpoMethod as DpoMethod
    from .fine_tuning import FineTuningJob as FineTuningJob
    from .fine_tuning import FineTuningJobCheckpoint as FineTuningJobCheckpoint
    from .fine_tuning import FineTuningJobCheckpointList as FineTuningJobCheckpointList
    from .fine_tuning import FineTuningJobCheckpointMetrics as FineTuningJobCheckpointMetrics
    from .fine_tuning import FineTuningJobError as FineTuningJobError
    from .fine_tuning import FineTuningJobEvent as FineTuningJobEvent
    from .fine_tuning import FineTuningJobEventLevel as FineTuningJobEventLevel
    from .fine_tuning import FineTuningJobEventList as FineTuningJobEventList
    from .fine_tuning import FineTuningJobEventType as FineTuningJobEventType
    from .fine_tuning import FineTuningJobList as FineTuningJobList
    from .fine_tuning import FineTuningJobStatus as FineTuningJobStatus
    from .fine_tuning import FineTuningJobWandbIntegration as FineTuningJobWandbIntegration
    from .fine_tuning import FineTuningJobWandbIntegrationObject as FineTuningJobWandbIntegrationObject
    from .fine_tuning import FineTuningMethod as FineTuningMethod
    from .fine_tuning import FineTuningMethodType as FineTuningMethodType
    from .fine_tuning import ReinforcementHyperparameters as ReinforcementHyperparameters
    from .fine_tuning import ReinforcementMethod as ReinforcementMethod
    from .fine_tuning import SupervisedHyperparameters as SupervisedHyperparameters
    from .fine_tuning import SupervisedMethod as SupervisedMethod
    from .guardrails import Guardrail as Guardrail
    from .guardrails import GuardrailInfo as GuardrailInfo
    from .guardrails import GuardrailList as GuardrailList
    from .guardrails import GuardrailParams as GuardrailParams
    from .guardrails import GuardrailParamsMode as GuardrailParamsMode
    from .health import HealthEndpoint as HealthEndpoint
    from .health import HealthModels as HealthModels
    from .health import HealthStatus as HealthStatus
    from .health import ReadyStatus as ReadyStatus
    from .health import ReadyStatusAuthMode as ReadyStatusAuthMode
    from .images import Image as Image
    from .images import ImageEditCompletedEvent as ImageEditCompletedEvent
    from .images import ImageEditPartialImageEvent as ImageEditPartialImageEvent
    from .images import ImageEditStreamEvent as ImageEditStreamEvent
    from .images import ImageGenCompletedEvent as ImageGenCompletedEvent
    from .images import ImageGenPartialImageEvent as ImageGenPartialImageEvent
    from .images import ImageGenStreamEvent as ImageGenStreamEvent
    from .images import ImagesResponse as ImagesResponse
    from .images import ImageTokensDetails as ImageTokensDetails
    from .images import ImageUsage as ImageUsage
    from .key import KeyDeleteResponse as KeyDeleteResponse
    from .key import KeyGenerateResponse as KeyGenerateResponse
    from .key import KeyHealth as KeyHealth
    from .key import KeyHealthKey as KeyHealthKey
    from .key import KeyInfo as KeyInfo
    from .key import KeyList as KeyList
    from .key import KeyLoggingCallbacks as KeyLoggingCallbacks
    from .model import Deployment as Deployment
    from .model import DeploymentInfo as DeploymentInfo
    from .model import DeploymentInfoMode as DeploymentInfoMode
    from .model import DeploymentInfoTier as DeploymentInfoTier
    from .model import DeploymentList as DeploymentList
    from .model import DeploymentParams as DeploymentParams
    from .model import DeploymentStatus as DeploymentStatus
    from .model import ModelDeleteResponse as ModelDeleteResponse
    from .model_group import ModelGroup as ModelGroup
    from .model_group import ModelGroupList as ModelGroupList
    from .models import Model as Model
    from .models import ModelAuth as ModelAuth
    from .models import ModelDeleted as ModelDeleted
    from .models import ModelFeatures as ModelFeatures
    from .models import ModelLimits as ModelLimits
    from .models import ModelList as ModelList
    from .models import ModelMode as ModelMode
    from .models import ModelPricing as ModelPricing
    from .moderations import Moderation as Moderation
    from .moderations import ModerationCategories as ModerationCategories
    from .moderations import ModerationCategoryAppliedInputTypes as ModerationCategoryAppliedInputTypes
    from .moderations import ModerationCategoryScores as ModerationCategoryScores
    from .moderations import ModerationCreateResponse as ModerationCreateResponse
    from .moderations import ModerationInputType as ModerationInputType
    from .organization import Organization as Organization
    from .organization import OrganizationAddMemberResponse as OrganizationAddMemberResponse
    from .organization import OrganizationDeleteResponse as OrganizationDeleteResponse
    from .organization import OrganizationList as OrganizationList
    from .organization import OrganizationMembership as OrganizationMembership
    from .organization import OrganizationRole as OrganizationRole
    from .params.audio import AudioResponseFormat as AudioResponseFormat
    from .params.audio import AudioSpeechCreateParams as AudioSpeechCreateParams
    from .params.audio import AudioTranscriptionsCreateParams as AudioTranscriptionsCreateParams
    from .params.audio import AudioTranslationsCreateParams as AudioTranslationsCreateParams
    from .params.audio import SpeechRequestResponseFormat as SpeechRequestResponseFormat
    from .params.audio import SpeechRequestStreamFormat as SpeechRequestStreamFormat
    from .params.audio import SpeechRequestVoiceParam as SpeechRequestVoiceParam
    from .params.audio import TimestampGranularity as TimestampGranularity
    from .params.audio import TranscriptionRequestChunkingStrategyParam as TranscriptionRequestChunkingStrategyParam
    from .params.audio import VadConfigParam as VadConfigParam
    from .params.batches import BatchCreateRequestEndpoint as BatchCreateRequestEndpoint
    from .params.batches import BatchesCreateParams as BatchesCreateParams
    from .params.batches import BatchesListParams as BatchesListParams
    from .params.budget import BudgetCreateParams as BudgetCreateParams
    from .params.budget import BudgetDeleteParams as BudgetDeleteParams
    from .params.budget import BudgetInfoParams as BudgetInfoParams
    from .params.budget import BudgetListParams as BudgetListParams
    from .params.budget import BudgetSettingsParams as BudgetSettingsParams
    from .params.budget import BudgetUpdateParams as BudgetUpdateParams
    from .params.cache import CacheDeleteParams as CacheDeleteParams
    from .params.calls import CallsListParams as CallsListParams
    from .params.capabilities import CapabilitiesListParams as CapabilitiesListParams
    from .params.chat import CacheControlParam as CacheControlParam
    from .params.chat import ChatCompletionAllowedToolChoiceParam as ChatCompletionAllowedToolChoiceParam
    from .params.chat import ChatCompletionAllowedToolsParam as ChatCompletionAllowedToolsParam
    from .params.chat import ChatCompletionAllowedToolsParamMode as ChatCompletionAllowedToolsParamMode
    from .params.chat import (
        ChatCompletionAssistantContentPartOtherParam as ChatCompletionAssistantContentPartOtherParam,
    )
    from .params.chat import ChatCompletionAssistantContentPartParam as ChatCompletionAssistantContentPartParam
    from .params.chat import ChatCompletionAssistantMessageParam as ChatCompletionAssistantMessageParam
    from .params.chat import (
        ChatCompletionAssistantMessageParamContentParam as ChatCompletionAssistantMessageParamContentParam,
    )
    from .params.chat import ChatCompletionAudioParam as ChatCompletionAudioParam
    from .params.chat import ChatCompletionAudioParamFormat as ChatCompletionAudioParamFormat
    from .params.chat import ChatCompletionAudioParamVoiceParam as ChatCompletionAudioParamVoiceParam
    from .params.chat import ChatCompletionAudioReferenceParam as ChatCompletionAudioReferenceParam
    from .params.chat import ChatCompletionContentParam as ChatCompletionContentParam
    from .params.chat import ChatCompletionContentPartAudioUrlParam as ChatCompletionContentPartAudioUrlParam
    from .params.chat import (
        ChatCompletionContentPartAudioUrlParamAudioUrlParam as ChatCompletionContentPartAudioUrlParamAudioUrlParam,
    )
    from .params.chat import ChatCompletionContentPartDocumentUrlParam as ChatCompletionContentPartDocumentUrlParam
    from .params.chat import (
        ChatCompletionContentPartDocumentUrlParamDocumentUrlParam as ChatCompletionContentPartDocumentUrlParamDocumentUrlParam,
    )
    from .params.chat import ChatCompletionContentPartFileParam as ChatCompletionContentPartFileParam
    from .params.chat import ChatCompletionContentPartImageParam as ChatCompletionContentPartImageParam
    from .params.chat import (
        ChatCompletionContentPartImageParamImageUrlParam as ChatCompletionContentPartImageParamImageUrlParam,
    )
    from .params.chat import ChatCompletionContentPartImageSourceParam as ChatCompletionContentPartImageSourceParam
    from .params.chat import ChatCompletionContentPartInputAudioParam as ChatCompletionContentPartInputAudioParam
    from .params.chat import ChatCompletionContentPartOtherParam as ChatCompletionContentPartOtherParam
    from .params.chat import ChatCompletionContentPartParam as ChatCompletionContentPartParam
    from .params.chat import ChatCompletionContentPartRefusalParam as ChatCompletionContentPartRefusalParam
    from .params.chat import ChatCompletionContentPartTextParam as ChatCompletionContentPartTextParam
    from .params.chat import ChatCompletionContentPartThinkingParam as ChatCompletionContentPartThinkingParam
    from .params.chat import (
        ChatCompletionContentPartThinkingParamThinkingParam as ChatCompletionContentPartThinkingParamThinkingParam,
    )
    from .params.chat import ChatCompletionContentPartVideoParam as ChatCompletionContentPartVideoParam
    from .params.chat import (
        ChatCompletionContentPartVideoParamVideoUrlParam as ChatCompletionContentPartVideoParamVideoUrlParam,
    )
    from .params.chat import ChatCompletionCustomToolParam as ChatCompletionCustomToolParam
    from .params.chat import ChatCompletionDeveloperMessageParam as ChatCompletionDeveloperMessageParam
    from .params.chat import ChatCompletionFunctionCallParam as ChatCompletionFunctionCallParam
    from .params.chat import ChatCompletionFunctionMessageParam as ChatCompletionFunctionMessageParam
    from .params.chat import ChatCompletionFunctionToolParam as ChatCompletionFunctionToolParam
    from .params.chat import ChatCompletionMessageCustomToolCallParam as ChatCompletionMessageCustomToolCallParam
    from .params.chat import ChatCompletionMessageFunctionToolCallParam as ChatCompletionMessageFunctionToolCallParam
    from .params.chat import ChatCompletionMessageParam as ChatCompletionMessageParam
    from .params.chat import ChatCompletionMessageToolCallUnionParam as ChatCompletionMessageToolCallUnionParam
    from .params.chat import ChatCompletionModality as ChatCompletionModality
    from .params.chat import ChatCompletionModerationParam as ChatCompletionModerationParam
    from .params.chat import ChatCompletionNamedToolChoiceCustomParam as ChatCompletionNamedToolChoiceCustomParam
    from .params.chat import ChatCompletionNamedToolChoiceParam as ChatCompletionNamedToolChoiceParam
    from .params.chat import ChatCompletionNamedToolChoiceUnionParam as ChatCompletionNamedToolChoiceUnionParam
    from .params.chat import ChatCompletionOtherFunctionCallParam as ChatCompletionOtherFunctionCallParam
    from .params.chat import (
        ChatCompletionOtherFunctionCallParamArgumentsParam as ChatCompletionOtherFunctionCallParamArgumentsParam,
    )
    from .params.chat import ChatCompletionOtherToolCallParam as ChatCompletionOtherToolCallParam
    from .params.chat import ChatCompletionOtherToolChoiceParam as ChatCompletionOtherToolChoiceParam
    from .params.chat import ChatCompletionOtherToolParam as ChatCompletionOtherToolParam
    from .params.chat import ChatCompletionPredictionContentParam as ChatCompletionPredictionContentParam
    from .params.chat import ChatCompletionRequestFunctionCallChoice as ChatCompletionRequestFunctionCallChoice
    from .params.chat import ChatCompletionRequestFunctionCallParam as ChatCompletionRequestFunctionCallParam
    from .params.chat import ChatCompletionRequestThinkingParam as ChatCompletionRequestThinkingParam
    from .params.chat import ChatCompletionRequestVerbosity as ChatCompletionRequestVerbosity
    from .params.chat import ChatCompletionsCreateBaseParams as ChatCompletionsCreateBaseParams
    from .params.chat import ChatCompletionsCreateParams as ChatCompletionsCreateParams
    from .params.chat import ChatCompletionSystemMessageParam as ChatCompletionSystemMessageParam
    from .params.chat import ChatCompletionTextContentParam as ChatCompletionTextContentParam
    from .params.chat import ChatCompletionToolChoiceOptionParam as ChatCompletionToolChoiceOptionParam
    from .params.chat import ChatCompletionToolChoiceOptionParamChoice as ChatCompletionToolChoiceOptionParamChoice
    from .params.chat import ChatCompletionToolMessageParam as ChatCompletionToolMessageParam
    from .params.chat import ChatCompletionToolUnionParam as ChatCompletionToolUnionParam
    from .params.chat import ChatCompletionUserMessageParam as ChatCompletionUserMessageParam
    from .params.chat import CustomToolCallInputParam as CustomToolCallInputParam
    from .params.chat import CustomToolDefinitionParam as CustomToolDefinitionParam
    from .params.chat import CustomToolGrammarFormatParam as CustomToolGrammarFormatParam
    from .params.chat import CustomToolGrammarParam as CustomToolGrammarParam
    from .params.chat import CustomToolGrammarSyntax as CustomToolGrammarSyntax
    from .params.chat import CustomToolInputFormatParam as CustomToolInputFormatParam
    from .params.chat import CustomToolTextFormatParam as CustomToolTextFormatParam
    from .params.chat import FileContentParam as FileContentParam
    from .params.chat import FunctionDefinitionParam as FunctionDefinitionParam
    from .params.chat import FunctionParametersParam as FunctionParametersParam
    from .params.chat import ImageSourceParam as ImageSourceParam
    from .params.chat import ImageSourceParamType as ImageSourceParamType
    from .params.chat import InputAudioParam as InputAudioParam
    from .params.chat import InputAudioParamFormat as InputAudioParamFormat
    from .params.chat import JSONSchemaFormatParam as JSONSchemaFormatParam
    from .params.chat import MediaUrlParam as MediaUrlParam
    from .params.chat import PromptCacheOptionsParam as PromptCacheOptionsParam
    from .params.chat import ReasoningEffort as ReasoningEffort
    from .params.chat import ResponseFormatJSONObjectParam as ResponseFormatJSONObjectParam
    from .params.chat import ResponseFormatJSONSchemaParam as ResponseFormatJSONSchemaParam
    from .params.chat import ResponseFormatOtherParam as ResponseFormatOtherParam
    from .params.chat import ResponseFormatParam as ResponseFormatParam
    from .params.chat import ResponseFormatTextParam as ResponseFormatTextParam
    from .params.chat import ToolNameParam as ToolNameParam
    from .params.chat import WebSearchLocationParam as WebSearchLocationParam
    from .params.chat import WebSearchOptionsParam as WebSearchOptionsParam
    from .params.chat import WebSearchOptionsParamSearchContextSize as WebSearchOptionsParamSearchContextSize
    from .params.chat import WebSearchUserLocationParam as WebSearchUserLocationParam
    from .params.completions import CompletionPromptListParam as CompletionPromptListParam
    from .params.completions import CompletionPromptParam as CompletionPromptParam
    from .params.completions import CompletionsCreateParams as CompletionsCreateParams
    from .params.credentials import CredentialInfoParam as CredentialInfoParam
    from .params.credentials import CredentialsCreateParams as CredentialsCreateParams
    from .params.credentials import CredentialsUpdateParams as CredentialsUpdateParams
    from .params.credits import CreditsBalanceParams as CreditsBalanceParams
    from .params.credits import CreditsHistoryParams as CreditsHistoryParams
    from .params.credits import CreditsStatsGroupBy as CreditsStatsGroupBy
    from .params.credits import CreditsStatsParams as CreditsStatsParams
    from .params.credits import CreditsStatsPeriod as CreditsStatsPeriod
    from .params.customer import CustomerBlockParams as CustomerBlockParams
    from .params.customer import CustomerCreateParams as CustomerCreateParams
    from .params.customer import CustomerDeleteParams as CustomerDeleteParams
    from .params.customer import CustomerInfoParams as CustomerInfoParams
    from .params.customer import CustomerListParams as CustomerListParams
    from .params.customer import CustomerUnblockParams as CustomerUnblockParams
    from .params.customer import CustomerUpdateParams as CustomerUpdateParams
    from .params.embeddings import EmbeddingInputListParam as EmbeddingInputListParam
    from .params.embeddings import EmbeddingInputParam as EmbeddingInputParam
    from .params.embeddings import EmbeddingRequestEncodingFormat as EmbeddingRequestEncodingFormat
    from .params.embeddings import EmbeddingRequestInputType as EmbeddingRequestInputType
    from .params.embeddings import EmbeddingsCreateParams as EmbeddingsCreateParams
    from .params.files import FileCreateRequestPurpose as FileCreateRequestPurpose
    from .params.files import FilesContentParams as FilesContentParams
    from .params.files import FilesCreateParams as FilesCreateParams
    from .params.files import FilesListOrder as FilesListOrder
    from .params.files import FilesListParams as FilesListParams
    from .params.fine_tuning import DpoHyperparametersParam as DpoHyperparametersParam
    from .params.fine_tuning import DpoMethodParam as DpoMethodParam
    from .params.fine_tuning import FineTuningJobsCheckpointsListParams as FineTuningJobsCheckpointsListParams
    from .params.fine_tuning import FineTuningJobsCreateParams as FineTuningJobsCreateParams
    from .params.fine_tuning import FineTuningJobsListEventsParams as FineTuningJobsListEventsParams
    from .params.fine_tuning import FineTuningJobsListParams as FineTuningJobsListParams
    from .params.fine_tuning import FineTuningJobWandbIntegrationObjectParam as FineTuningJobWandbIntegrationObjectParam
    from .params.fine_tuning import FineTuningJobWandbIntegrationParam as FineTuningJobWandbIntegrationParam
    from .params.fine_tuning import FineTuningMethodParam as FineTuningMethodParam
    from .params.fine_tuning import ReinforcementHyperparametersParam as ReinforcementHyperparametersParam
    from .params.fine_tuning import ReinforcementMethodParam as ReinforcementMethodParam
    from .params.fine_tuning import SupervisedHyperparametersParam as SupervisedHyperparametersParam
    from .params.fine_tuning import SupervisedMethodParam as SupervisedMethodParam
    from .params.health import HealthModelsParams as HealthModelsParams
    from .params.images import ImageEditRequestBackground as ImageEditRequestBackground
    from .params.images import ImageEditRequestImageParam as ImageEditRequestImageParam
    from .params.images import ImageEditRequestInputFidelity as ImageEditRequestInputFidelity
    from .params.images import ImageEditRequestModeration as ImageEditRequestModeration
    from .params.images import ImageEditRequestOutputFormat as ImageEditRequestOutputFormat
    from .params.images import ImageEditRequestQuality as ImageEditRequestQuality
    from .params.images import ImageEditRequestResponseFormat as ImageEditRequestResponseFormat
    from .params.images import ImageEditRequestSize as ImageEditRequestSize
    from .params.images import ImageGenerateRequestBackground as ImageGenerateRequestBackground
    from .params.images import ImageGenerateRequestModeration as ImageGenerateRequestModeration
    from .params.images import ImageGenerateRequestOutputFormat as ImageGenerateRequestOutputFormat
    from .params.images import ImageGenerateRequestQuality as ImageGenerateRequestQuality
    from .params.images import ImageGenerateRequestResponseFormat as ImageGenerateRequestResponseFormat
    from .params.images import ImageGenerateRequestSize as ImageGenerateRequestSize
    from .params.images import ImageGenerateRequestStyle as ImageGenerateRequestStyle
    from .params.images import ImagesCreateVariationParams as ImagesCreateVariationParams
    from .params.images import ImagesEditParams as ImagesEditParams
    from .params.images import ImagesGenerateParams as ImagesGenerateParams
    from .params.images import ImageVariationRequestResponseFormat as ImageVariationRequestResponseFormat
    from .params.images import ImageVariationRequestSize as ImageVariationRequestSize
    from .params.key import KeyBlockParams as KeyBlockParams
    from .params.key import KeyDeleteParams as KeyDeleteParams
    from .params.key import KeyGenerateParams as KeyGenerateParams
    from .params.key import KeyInfoParams as KeyInfoParams
    from .params.key import KeyListParams as KeyListParams
    from .params.key import KeyRegenerateParams as KeyRegenerateParams
    from .params.key import KeyUnblockParams as KeyUnblockParams
    from .params.key import KeyUpdateParams as KeyUpdateParams
    from .params.model import DeploymentInfoParam as DeploymentInfoParam
    from .params.model import DeploymentParamsChangeParam as DeploymentParamsChangeParam
    from .params.model import DeploymentParamsInput as DeploymentParamsInput
    from .params.model import ModelCreateParams as ModelCreateParams
    from .params.model import ModelDeleteParams as ModelDeleteParams
    from .params.model import ModelInfoParams as ModelInfoParams
    from .params.model import ModelUpdateParams as ModelUpdateParams
    from .params.model_group import ModelGroupInfoParams as ModelGroupInfoParams
    from .params.models import ModelsListParams as ModelsListParams
    from .params.moderations import ModerationImageURLInputParam as ModerationImageURLInputParam
    from .params.moderations import ModerationInputListParam as ModerationInputListParam
    from .params.moderations import ModerationInputParam as ModerationInputParam
    from .params.moderations import ModerationMultiModalInputParam as ModerationMultiModalInputParam
    from .params.moderations import ModerationsCreateParams as ModerationsCreateParams
    from .params.moderations import ModerationTextInputParam as ModerationTextInputParam
    from .params.organization import OrganizationAddMemberParams as OrganizationAddMemberParams
    from .params.organization import OrganizationAddMemberRequestMemberParam as OrganizationAddMemberRequestMemberParam
    from .params.organization import OrganizationCreateParams as OrganizationCreateParams
    from .params.organization import OrganizationDeleteMemberParams as OrganizationDeleteMemberParams
    from .params.organization import OrganizationDeleteParams as OrganizationDeleteParams
    from .params.organization import OrganizationInfoParams as OrganizationInfoParams
    from .params.organization import OrganizationListParams as OrganizationListParams
    from .params.organization import OrganizationMemberParam as OrganizationMemberParam
    from .params.organization import OrganizationUpdateMemberParams as OrganizationUpdateMemberParams
    from .params.organization import OrganizationUpdateParams as OrganizationUpdateParams
    from .params.shared import CustomVoiceParam as CustomVoiceParam
    from .params.shared import DurationParam as DurationParam
    from .params.shared import ExpiresAfterParam as ExpiresAfterParam
    from .params.shared import ImageDetail as ImageDetail
    from .params.shared import ImageUrlParam as ImageUrlParam
    from .params.shared import KeyModelBudgetParam as KeyModelBudgetParam
    from .params.shared import MetadataParam as MetadataParam
    from .params.shared import ModelMaxBudgetParam as ModelMaxBudgetParam
    from .params.shared import ResponseCacheParam as ResponseCacheParam
    from .params.shared import StopSequencesParam as StopSequencesParam
    from .params.shared import StreamOptionsParam as StreamOptionsParam
    from .params.shared import TeamMemberParam as TeamMemberParam
    from .params.shared import Voice as Voice
    from .params.spend import SpendCalculateParams as SpendCalculateParams
    from .params.spend import SpendListParams as SpendListParams
    from .params.spend import SpendReportGroupBy as SpendReportGroupBy
    from .params.spend import SpendReportInterval as SpendReportInterval
    from .params.spend import SpendReportParams as SpendReportParams
    from .params.spend import SpendResetParams as SpendResetParams
    from .params.spend import SpendTagsParams as SpendTagsParams
    from .params.team import TeamAddMemberParams as TeamAddMemberParams
    from .params.team import TeamAddMemberRequestMemberParam as TeamAddMemberRequestMemberParam
    from .params.team import TeamBlockParams as TeamBlockParams
    from .params.team import TeamCreateParams as TeamCreateParams
    from .params.team import TeamDeleteMemberParams as TeamDeleteMemberParams
    from .params.team import TeamDeleteParams as TeamDeleteParams
    from .params.team import TeamInfoParams as TeamInfoParams
    from .params.team import TeamListParams as TeamListParams
    from .params.team import TeamModelAddParams as TeamModelAddParams
    from .params.team import TeamModelDeleteParams as TeamModelDeleteParams
    from .params.team import TeamUnblockParams as TeamUnblockParams
    from .params.team import TeamUpdateMemberParams as TeamUpdateMemberParams
    from .params.team import TeamUpdateParams as TeamUpdateParams
    from .params.user import UserCreateParams as UserCreateParams
    from .params.user import UserDeleteParams as UserDeleteParams
    from .params.user import UserInfoParams as UserInfoParams
    from .params.user import UserListParams as UserListParams
    from .params.user import UserUpdateParams as UserUpdateParams
    from .params.utils import TransformRequestCallType as TransformRequestCallType
    from .params.utils import UtilsSupportedOpenaiParamsParams as UtilsSupportedOpenaiParamsParams
    from .params.utils import UtilsTokenCounterParams as UtilsTokenCounterParams
    from .params.utils import UtilsTransformRequestParams as UtilsTransformRequestParams
    from .provider import ProviderBudget as ProviderBudget
    from .provider import ProviderBudgets as ProviderBudgets
    from .shared import BudgetDurationParam as BudgetDurationParam
    from .shared import CompatibilityIssue as CompatibilityIssue
    from .shared import CompletionTokensDetails as CompletionTokensDetails
    from .shared import CompletionUsage as CompletionUsage
    from .shared import ErrorObject as ErrorObject
    from .shared import ErrorResponse as ErrorResponse
    from .shared import ErrorType as ErrorType
    from .shared import FinishReason as FinishReason
    from .shared import KeyModelBudget as KeyModelBudget
    from .shared import KeyRecord as KeyRecord
    from .shared import Metadata as Metadata
    from .shared import ModelMaxBudget as ModelMaxBudget
    from .shared import PromptTokensDetails as PromptTokensDetails
    from .shared import Team as Team
    from .shared import TeamMember as TeamMember
    from .shared import TeamRole as TeamRole
    from .shared import User as User
    from .shared import UserRole as UserRole
    from .spend import ModelSpend as ModelSpend
    from .spend import SpendCalculation as SpendCalculation
    from .spend import SpendLog as SpendLog
    from .spend import SpendLogList as SpendLogList
    from .spend import SpendLogStatus as SpendLogStatus
    from .spend import SpendReport as SpendReport
    from .spend import SpendReportRow as SpendReportRow
    from .spend import SpendReset as SpendReset
    from .spend import SpendTotals as SpendTotals
    from .spend import TagSpend as TagSpend
    from .spend import TagSpendList as TagSpendList
    from .team import TeamAddMemberResponse as TeamAddMemberResponse
    from .team import TeamDeleteResponse as TeamDeleteResponse
    from .team import TeamInfo as TeamInfo
    from .team import TeamList as TeamList
    from .team import TeamMembership as TeamMembership
    from .user import UserCreateResponse as UserCreateResponse
    from .user import UserDeleteResponse as UserDeleteResponse
    from .user import UserInfo as UserInfo
    from .user import UserList as UserList
    from .utils import SupportedParams as SupportedParams
    from .utils import TokenCount as TokenCount
    from .utils import TransformedRequest as TransformedRequest
else:
    _TABLE = {
        "AudioResponseFormat": (".params.audio", "AudioResponseFormat"),
        "AudioSpeechCreateParams": (".params.audio", "AudioSpeechCreateParams"),
        "AudioTranscriptionsCreateParams": (".params.audio", "AudioTranscriptionsCreateParams"),
        "AudioTranslationsCreateParams": (".params.audio", "AudioTranslationsCreateParams"),
        "AutoOrInteger": (".fine_tuning", "AutoOrInteger"),
        "AutoOrNumber": (".fine_tuning", "AutoOrNumber"),
        "Batch": (".batches", "Batch"),
        "BatchCreateRequestEndpoint": (".params.batches", "BatchCreateRequestEndpoint"),
        "BatchError": (".batches", "BatchError"),
        "BatchErrors": (".batches", "BatchErrors"),
        "BatchList": (".batches", "BatchList"),
        "BatchRequestCounts": (".batches", "BatchRequestCounts"),
        "BatchStatus": (".batches", "BatchStatus"),
        "BatchUsage": (".batches", "BatchUsage"),
        "BatchesCreateParams": (".params.batches", "BatchesCreateParams"),
        "BatchesListParams": (".params.batches", "BatchesListParams"),
        "Budget": (".budget", "Budget"),
        "BudgetCreateParams": (".params.budget", "BudgetCreateParams"),
        "BudgetDeleteParams": (".params.budget", "BudgetDeleteParams"),
        "BudgetDeleted": (".budget", "BudgetDeleted"),
        "BudgetDurationParam": (".shared", "BudgetDurationParam"),
        "BudgetInfo": (".budget", "BudgetInfo"),
        "BudgetInfoParams": (".params.budget", "BudgetInfoParams"),
        "BudgetList": (".budget", "BudgetList"),
        "BudgetListParams": (".params.budget", "BudgetListParams"),
        "BudgetSetting": (".budget", "BudgetSetting"),
        "BudgetSettings": (".budget", "BudgetSettings"),
        "BudgetSettingsParams": (".params.budget", "BudgetSettingsParams"),
        "BudgetUpdateParams": (".params.budget", "BudgetUpdateParams"),
        "CacheControlParam": (".params.chat", "CacheControlParam"),
        "CacheDeleteParams": (".params.cache", "CacheDeleteParams"),
        "CacheDeleted": (".cache", "CacheDeleted"),
        "CachePing": (".cache", "CachePing"),
        "Call": (".calls", "Call"),
        "CallList": (".calls", "CallList"),
        "CallStatus": (".calls", "CallStatus"),
        "CallsListParams": (".params.calls", "CallsListParams"),
        "CapabilitiesListParams": (".params.capabilities", "CapabilitiesListParams"),
        "ChatCompletion": (".chat", "ChatCompletion"),
        "ChatCompletionAllowedToolChoiceParam": (".params.chat", "ChatCompletionAllowedToolChoiceParam"),
        "ChatCompletionAllowedToolsParam": (".params.chat", "ChatCompletionAllowedToolsParam"),
        "ChatCompletionAllowedToolsParamMode": (".params.chat", "ChatCompletionAllowedToolsParamMode"),
        "ChatCompletionAnnotation": (".chat", "ChatCompletionAnnotation"),
        "ChatCompletionAnnotationType": (".chat", "ChatCompletionAnnotationType"),
        "ChatCompletionAssistantContentPartOtherParam": (
            ".params.chat",
            "ChatCompletionAssistantContentPartOtherParam",
        ),
        "ChatCompletionAssistantContentPartParam": (".params.chat", "ChatCompletionAssistantContentPartParam"),
        "ChatCompletionAssistantMessageParam": (".params.chat", "ChatCompletionAssistantMessageParam"),
        "ChatCompletionAssistantMessageParamContentParam": (
            ".params.chat",
            "ChatCompletionAssistantMessageParamContentParam",
        ),
        "ChatCompletionAudio": (".chat", "ChatCompletionAudio"),
        "ChatCompletionAudioParam": (".params.chat", "ChatCompletionAudioParam"),
        "ChatCompletionAudioParamFormat": (".params.chat", "ChatCompletionAudioParamFormat"),
        "ChatCompletionAudioParamVoiceParam": (".params.chat", "ChatCompletionAudioParamVoiceParam"),
        "ChatCompletionAudioReferenceParam": (".params.chat", "ChatCompletionAudioReferenceParam"),
        "ChatCompletionChoice": (".chat", "ChatCompletionChoice"),
        "ChatCompletionChunk": (".chat", "ChatCompletionChunk"),
        "ChatCompletionChunkAudio": (".chat", "ChatCompletionChunkAudio"),
        "ChatCompletionChunkChoice": (".chat", "ChatCompletionChunkChoice"),
        "ChatCompletionChunkCustomCall": (".chat", "ChatCompletionChunkCustomCall"),
        "ChatCompletionChunkDelta": (".chat", "ChatCompletionChunkDelta"),
        "ChatCompletionChunkDeltaRole": (".chat", "ChatCompletionChunkDeltaRole"),
        "ChatCompletionChunkFunctionCall": (".chat", "ChatCompletionChunkFunctionCall"),
        "ChatCompletionChunkToolCall": (".chat", "ChatCompletionChunkToolCall"),
        "ChatCompletionChunkToolCallType": (".chat", "ChatCompletionChunkToolCallType"),
        "ChatCompletionContentParam": (".params.chat", "ChatCompletionContentParam"),
        "ChatCompletionContentPartAudioUrlParam": (".params.chat", "ChatCompletionContentPartAudioUrlParam"),
        "ChatCompletionContentPartAudioUrlParamAudioUrlParam": (
            ".params.chat",
            "ChatCompletionContentPartAudioUrlParamAudioUrlParam",
        ),
        "ChatCompletionContentPartDocumentUrlParam": (".params.chat", "ChatCompletionContentPartDocumentUrlParam"),
        "ChatCompletionContentPartDocumentUrlParamDocumentUrlParam": (
            ".params.chat",
            "ChatCompletionContentPartDocumentUrlParamDocumentUrlParam",
        ),
        "ChatCompletionContentPartFileParam": (".params.chat", "ChatCompletionContentPartFileParam"),
        "ChatCompletionContentPartImageParam": (".params.chat", "ChatCompletionContentPartImageParam"),
        "ChatCompletionContentPartImageParamImageUrlParam": (
            ".params.chat",
            "ChatCompletionContentPartImageParamImageUrlParam",
        ),
        "ChatCompletionContentPartImageSourceParam": (".params.chat", "ChatCompletionContentPartImageSourceParam"),
        "ChatCompletionContentPartInputAudioParam": (".params.chat", "ChatCompletionContentPartInputAudioParam"),
        "ChatCompletionContentPartOtherParam": (".params.chat", "ChatCompletionContentPartOtherParam"),
        "ChatCompletionContentPartParam": (".params.chat", "ChatCompletionContentPartParam"),
        "ChatCompletionContentPartRefusalParam": (".params.chat", "ChatCompletionContentPartRefusalParam"),
        "ChatCompletionContentPartTextParam": (".params.chat", "ChatCompletionContentPartTextParam"),
        "ChatCompletionContentPartThinkingParam": (".params.chat", "ChatCompletionContentPartThinkingParam"),
        "ChatCompletionContentPartThinkingParamThinkingParam": (
            ".params.chat",
            "ChatCompletionContentPartThinkingParamThinkingParam",
        ),
        "ChatCompletionContentPartVideoParam": (".params.chat", "ChatCompletionContentPartVideoParam"),
        "ChatCompletionContentPartVideoParamVideoUrlParam": (
            ".params.chat",
            "ChatCompletionContentPartVideoParamVideoUrlParam",
        ),
        "ChatCompletionCustomToolParam": (".params.chat", "ChatCompletionCustomToolParam"),
        "ChatCompletionDeveloperMessageParam": (".params.chat", "ChatCompletionDeveloperMessageParam"),
        "ChatCompletionFunctionCall": (".chat", "ChatCompletionFunctionCall"),
        "ChatCompletionFunctionCallParam": (".params.chat", "ChatCompletionFunctionCallParam"),
        "ChatCompletionFunctionMessageParam": (".params.chat", "ChatCompletionFunctionMessageParam"),
        "ChatCompletionFunctionToolParam": (".params.chat", "ChatCompletionFunctionToolParam"),
        "ChatCompletionLogprobs": (".chat", "ChatCompletionLogprobs"),
        "ChatCompletionMessage": (".chat", "ChatCompletionMessage"),
        "ChatCompletionMessageCustomToolCall": (".chat", "ChatCompletionMessageCustomToolCall"),
        "ChatCompletionMessageCustomToolCallParam": (".params.chat", "ChatCompletionMessageCustomToolCallParam"),
        "ChatCompletionMessageFunctionToolCall": (".chat", "ChatCompletionMessageFunctionToolCall"),
        "ChatCompletionMessageFunctionToolCallParam": (".params.chat", "ChatCompletionMessageFunctionToolCallParam"),
        "ChatCompletionMessageParam": (".params.chat", "ChatCompletionMessageParam"),
        "ChatCompletionMessageToolCallUnion": (".chat", "ChatCompletionMessageToolCallUnion"),
        "ChatCompletionMessageToolCallUnionParam": (".params.chat", "ChatCompletionMessageToolCallUnionParam"),
        "ChatCompletionModality": (".params.chat", "ChatCompletionModality"),
        "ChatCompletionModerationParam": (".params.chat", "ChatCompletionModerationParam"),
        "ChatCompletionNamedToolChoiceCustomParam": (".params.chat", "ChatCompletionNamedToolChoiceCustomParam"),
        "ChatCompletionNamedToolChoiceParam": (".params.chat", "ChatCompletionNamedToolChoiceParam"),
        "ChatCompletionNamedToolChoiceUnionParam": (".params.chat", "ChatCompletionNamedToolChoiceUnionParam"),
        "ChatCompletionOtherFunctionCallParam": (".params.chat", "ChatCompletionOtherFunctionCallParam"),
        "ChatCompletionOtherFunctionCallParamArgumentsParam": (
            ".params.chat",
            "ChatCompletionOtherFunctionCallParamArgumentsParam",
        ),
        "ChatCompletionOtherToolCallParam": (".params.chat", "ChatCompletionOtherToolCallParam"),
        "ChatCompletionOtherToolChoiceParam": (".params.chat", "ChatCompletionOtherToolChoiceParam"),
        "ChatCompletionOtherToolParam": (".params.chat", "ChatCompletionOtherToolParam"),
        "ChatCompletionPredictionContentParam": (".params.chat", "ChatCompletionPredictionContentParam"),
        "ChatCompletionRequestFunctionCallChoice": (".params.chat", "ChatCompletionRequestFunctionCallChoice"),
        "ChatCompletionRequestFunctionCallParam": (".params.chat", "ChatCompletionRequestFunctionCallParam"),
        "ChatCompletionRequestThinkingParam": (".params.chat", "ChatCompletionRequestThinkingParam"),
        "ChatCompletionRequestVerbosity": (".params.chat", "ChatCompletionRequestVerbosity"),
        "ChatCompletionSystemMessageParam": (".params.chat", "ChatCompletionSystemMessageParam"),
        "ChatCompletionTextContentParam": (".params.chat", "ChatCompletionTextContentParam"),
        "ChatCompletionTokenLogprob": (".chat", "ChatCompletionTokenLogprob"),
        "ChatCompletionToolChoiceOptionParam": (".params.chat", "ChatCompletionToolChoiceOptionParam"),
        "ChatCompletionToolChoiceOptionParamChoice": (".params.chat", "ChatCompletionToolChoiceOptionParamChoice"),
        "ChatCompletionToolMessageParam": (".params.chat", "ChatCompletionToolMessageParam"),
        "ChatCompletionToolUnionParam": (".params.chat", "ChatCompletionToolUnionParam"),
        "ChatCompletionUserMessageParam": (".params.chat", "ChatCompletionUserMessageParam"),
        "ChatCompletionsCreateBaseParams": (".params.chat", "ChatCompletionsCreateBaseParams"),
        "ChatCompletionsCreateParams": (".params.chat", "ChatCompletionsCreateParams"),
        "CompatibilityIssue": (".shared", "CompatibilityIssue"),
        "Completion": (".completions", "Completion"),
        "CompletionChoice": (".completions", "CompletionChoice"),
        "CompletionLogprobs": (".completions", "CompletionLogprobs"),
        "CompletionPromptListParam": (".params.completions", "CompletionPromptListParam"),
        "CompletionPromptParam": (".params.completions", "CompletionPromptParam"),
        "CompletionTokensDetails": (".shared", "CompletionTokensDetails"),
        "CompletionUsage": (".shared", "CompletionUsage"),
        "CompletionsCreateParams": (".params.completions", "CompletionsCreateParams"),
        "CreateEmbeddingResponse": (".embeddings", "CreateEmbeddingResponse"),
        "Credential": (".credentials", "Credential"),
        "CredentialDeleted": (".credentials", "CredentialDeleted"),
        "CredentialInfo": (".credentials", "CredentialInfo"),
        "CredentialInfoParam": (".params.credentials", "CredentialInfoParam"),
        "CredentialList": (".credentials", "CredentialList"),
        "CredentialsCreateParams": (".params.credentials", "CredentialsCreateParams"),
        "CredentialsUpdateParams": (".params.credentials", "CredentialsUpdateParams"),
        "CreditNotice": (".chat", "CreditNotice"),
        "CreditsBalance": (".credits", "CreditsBalance"),
        "CreditsBalanceParams": (".params.credits", "CreditsBalanceParams"),
        "CreditsBand": (".credits", "CreditsBand"),
        "CreditsEntry": (".credits", "CreditsEntry"),
        "CreditsEntryKind": (".credits", "CreditsEntryKind"),
        "CreditsEntryStatus": (".credits", "CreditsEntryStatus"),
        "CreditsHistory": (".credits", "CreditsHistory"),
        "CreditsHistoryParams": (".params.credits", "CreditsHistoryParams"),
        "CreditsModelUsage": (".credits", "CreditsModelUsage"),
        "CreditsStats": (".credits", "CreditsStats"),
        "CreditsStatsGroupBy": (".params.credits", "CreditsStatsGroupBy"),
        "CreditsStatsParams": (".params.credits", "CreditsStatsParams"),
        "CreditsStatsPeriod": (".params.credits", "CreditsStatsPeriod"),
        "CreditsStep": (".credits", "CreditsStep"),
        "CreditsTier": (".credits", "CreditsTier"),
        "CreditsTiers": (".credits", "CreditsTiers"),
        "CreditsUsage": (".credits", "CreditsUsage"),
        "CustomToolCallInput": (".chat", "CustomToolCallInput"),
        "CustomToolCallInputParam": (".params.chat", "CustomToolCallInputParam"),
        "CustomToolDefinitionParam": (".params.chat", "CustomToolDefinitionParam"),
        "CustomToolGrammarFormatParam": (".params.chat", "CustomToolGrammarFormatParam"),
        "CustomToolGrammarParam": (".params.chat", "CustomToolGrammarParam"),
        "CustomToolGrammarSyntax": (".params.chat", "CustomToolGrammarSyntax"),
        "CustomToolInputFormatParam": (".params.chat", "CustomToolInputFormatParam"),
        "CustomToolTextFormatParam": (".params.chat", "CustomToolTextFormatParam"),
        "CustomVoiceParam": (".params.shared", "CustomVoiceParam"),
        "Customer": (".customer", "Customer"),
        "CustomerBlockParams": (".params.customer", "CustomerBlockParams"),
        "CustomerBlockResponse": (".customer", "CustomerBlockResponse"),
        "CustomerCreateParams": (".params.customer", "CustomerCreateParams"),
        "CustomerDeleteParams": (".params.customer", "CustomerDeleteParams"),
        "CustomerDeleteResponse": (".customer", "CustomerDeleteResponse"),
        "CustomerInfoParams": (".params.customer", "CustomerInfoParams"),
        "CustomerList": (".customer", "CustomerList"),
        "CustomerListParams": (".params.customer", "CustomerListParams"),
        "CustomerUnblockParams": (".params.customer", "CustomerUnblockParams"),
        "CustomerUnblockResponse": (".customer", "CustomerUnblockResponse"),
        "CustomerUpdateParams": (".params.customer", "CustomerUpdateParams"),
        "Deployment": (".model", "Deployment"),
        "DeploymentInfo": (".model", "DeploymentInfo"),
        "DeploymentInfoMode": (".model", "DeploymentInfoMode"),
        "DeploymentInfoParam": (".params.model", "DeploymentInfoParam"),
        "DeploymentInfoTier": (".model", "DeploymentInfoTier"),
        "DeploymentList": (".model", "DeploymentList"),
        "DeploymentParams": (".model", "DeploymentParams"),
        "DeploymentParamsChangeParam": (".params.model", "DeploymentParamsChangeParam"),
        "DeploymentParamsInput": (".params.model", "DeploymentParamsInput"),
        "DeploymentStatus": (".model", "DeploymentStatus"),
        "DpoHyperparameters": (".fine_tuning", "DpoHyperparameters"),
        "DpoHyperparametersParam": (".params.fine_tuning", "DpoHyperparametersParam"),
        "DpoMethod": (".fine_tuning", "DpoMethod"),
        "DpoMethodParam": (".params.fine_tuning", "DpoMethodParam"),
        "DurationParam": (".params.shared", "DurationParam"),
        "Embedding": (".embeddings", "Embedding"),
        "EmbeddingEmbedding": (".embeddings", "EmbeddingEmbedding"),
        "EmbeddingInputListParam": (".params.embeddings", "EmbeddingInputListParam"),
        "EmbeddingInputParam": (".params.embeddings", "EmbeddingInputParam"),
        "EmbeddingRequestEncodingFormat": (".params.embeddings", "EmbeddingRequestEncodingFormat"),
        "EmbeddingRequestInputType": (".params.embeddings", "EmbeddingRequestInputType"),
        "EmbeddingUsage": (".embeddings", "EmbeddingUsage"),
        "EmbeddingsCreateParams": (".params.embeddings", "EmbeddingsCreateParams"),
        "ErrorObject": (".shared", "ErrorObject"),
        "ErrorResponse": (".shared", "ErrorResponse"),
        "ErrorType": (".shared", "ErrorType"),
        "ExpiresAfterParam": (".params.shared", "ExpiresAfterParam"),
        "FileContentParam": (".params.chat", "FileContentParam"),
        "FileCreateRequestPurpose": (".params.files", "FileCreateRequestPurpose"),
        "FileDeleted": (".files", "FileDeleted"),
        "FileList": (".files", "FileList"),
        "FileObject": (".files", "FileObject"),
        "FileObjectPurpose": (".files", "FileObjectPurpose"),
        "FileObjectStatus": (".files", "FileObjectStatus"),
        "FilesContentParams": (".params.files", "FilesContentParams"),
        "FilesCreateParams": (".params.files", "FilesCreateParams"),
        "FilesListOrder": (".params.files", "FilesListOrder"),
        "FilesListParams": (".params.files", "FilesListParams"),
        "FineTuningJob": (".fine_tuning", "FineTuningJob"),
        "FineTuningJobCheckpoint": (".fine_tuning", "FineTuningJobCheckpoint"),
        "FineTuningJobCheckpointList": (".fine_tuning", "FineTuningJobCheckpointList"),
        "FineTuningJobCheckpointMetrics": (".fine_tuning", "FineTuningJobCheckpointMetrics"),
        "FineTuningJobError": (".fine_tuning", "FineTuningJobError"),
        "FineTuningJobEvent": (".fine_tuning", "FineTuningJobEvent"),
        "FineTuningJobEventLevel": (".fine_tuning", "FineTuningJobEventLevel"),
        "FineTuningJobEventList": (".fine_tuning", "FineTuningJobEventList"),
        "FineTuningJobEventType": (".fine_tuning", "FineTuningJobEventType"),
        "FineTuningJobList": (".fine_tuning", "FineTuningJobList"),
        "FineTuningJobStatus": (".fine_tuning", "FineTuningJobStatus"),
        "FineTuningJobWandbIntegration": (".fine_tuning", "FineTuningJobWandbIntegration"),
        "FineTuningJobWandbIntegrationObject": (".fine_tuning", "FineTuningJobWandbIntegrationObject"),
        "FineTuningJobWandbIntegrationObjectParam": (".params.fine_tuning", "FineTuningJobWandbIntegrationObjectParam"),
        "FineTuningJobWandbIntegrationParam": (".params.fine_tuning", "FineTuningJobWandbIntegrationParam"),
        "FineTuningJobsCheckpointsListParams": (".params.fine_tuning", "FineTuningJobsCheckpointsListParams"),
        "FineTuningJobsCreateParams": (".params.fine_tuning", "FineTuningJobsCreateParams"),
        "FineTuningJobsListEventsParams": (".params.fine_tuning", "FineTuningJobsListEventsParams"),
        "FineTuningJobsListParams": (".params.fine_tuning", "FineTuningJobsListParams"),
        "FineTuningMethod": (".fine_tuning", "FineTuningMethod"),
        "FineTuningMethodParam": (".params.fine_tuning", "FineTuningMethodParam"),
        "FineTuningMethodType": (".fine_tuning", "FineTuningMethodType"),
        "FinishReason": (".shared", "FinishReason"),
        "FunctionDefinitionParam": (".params.chat", "FunctionDefinitionParam"),
        "FunctionParametersParam": (".params.chat", "FunctionParametersParam"),
        "Guardrail": (".guardrails", "Guardrail"),
        "GuardrailInfo": (".guardrails", "GuardrailInfo"),
        "GuardrailList": (".guardrails", "GuardrailList"),
        "GuardrailParams": (".guardrails", "GuardrailParams"),
        "GuardrailParamsMode": (".guardrails", "GuardrailParamsMode"),
        "HealthEndpoint": (".health", "HealthEndpoint"),
        "HealthModels": (".health", "HealthModels"),
        "HealthModelsParams": (".params.health", "HealthModelsParams"),
        "HealthStatus": (".health", "HealthStatus"),
        "Image": (".images", "Image"),
        "ImageDetail": (".params.shared", "ImageDetail"),
        "ImageEditCompletedEvent": (".images", "ImageEditCompletedEvent"),
        "ImageEditPartialImageEvent": (".images", "ImageEditPartialImageEvent"),
        "ImageEditRequestBackground": (".params.images", "ImageEditRequestBackground"),
        "ImageEditRequestImageParam": (".params.images", "ImageEditRequestImageParam"),
        "ImageEditRequestInputFidelity": (".params.images", "ImageEditRequestInputFidelity"),
        "ImageEditRequestModeration": (".params.images", "ImageEditRequestModeration"),
        "ImageEditRequestOutputFormat": (".params.images", "ImageEditRequestOutputFormat"),
        "ImageEditRequestQuality": (".params.images", "ImageEditRequestQuality"),
        "ImageEditRequestResponseFormat": (".params.images", "ImageEditRequestResponseFormat"),
        "ImageEditRequestSize": (".params.images", "ImageEditRequestSize"),
        "ImageEditStreamEvent": (".images", "ImageEditStreamEvent"),
        "ImageGenCompletedEvent": (".images", "ImageGenCompletedEvent"),
        "ImageGenPartialImageEvent": (".images", "ImageGenPartialImageEvent"),
        "ImageGenStreamEvent": (".images", "ImageGenStreamEvent"),
        "ImageGenerateRequestBackground": (".params.images", "ImageGenerateRequestBackground"),
        "ImageGenerateRequestModeration": (".params.images", "ImageGenerateRequestModeration"),
        "ImageGenerateRequestOutputFormat": (".params.images", "ImageGenerateRequestOutputFormat"),
        "ImageGenerateRequestQuality": (".params.images", "ImageGenerateRequestQuality"),
        "ImageGenerateRequestResponseFormat": (".params.images", "ImageGenerateRequestResponseFormat"),
        "ImageGenerateRequestSize": (".params.images", "ImageGenerateRequestSize"),
        "ImageGenerateRequestStyle": (".params.images", "ImageGenerateRequestStyle"),
        "ImageSourceParam": (".params.chat", "ImageSourceParam"),
        "ImageSourceParamType": (".params.chat", "ImageSourceParamType"),
        "ImageTokensDetails": (".images", "ImageTokensDetails"),
        "ImageUrlParam": (".params.shared", "ImageUrlParam"),
        "ImageUsage": (".images", "ImageUsage"),
        "ImageVariationRequestResponseFormat": (".params.images", "ImageVariationRequestResponseFormat"),
        "ImageVariationRequestSize": (".params.images", "ImageVariationRequestSize"),
        "ImagesCreateVariationParams": (".params.images", "ImagesCreateVariationParams"),
        "ImagesEditParams": (".params.images", "ImagesEditParams"),
        "ImagesGenerateParams": (".params.images", "ImagesGenerateParams"),
        "ImagesResponse": (".images", "ImagesResponse"),
        "InputAudioParam": (".params.chat", "InputAudioParam"),
        "InputAudioParamFormat": (".params.chat", "InputAudioParamFormat"),
        "JSONSchemaFormatParam": (".params.chat", "JSONSchemaFormatParam"),
        "KeyBlockParams": (".params.key", "KeyBlockParams"),
        "KeyDeleteParams": (".params.key", "KeyDeleteParams"),
        "KeyDeleteResponse": (".key", "KeyDeleteResponse"),
        "KeyGenerateParams": (".params.key", "KeyGenerateParams"),
        "KeyGenerateResponse": (".key", "KeyGenerateResponse"),
        "KeyHealth": (".key", "KeyHealth"),
        "KeyHealthKey": (".key", "KeyHealthKey"),
        "KeyInfo": (".key", "KeyInfo"),
        "KeyInfoParams": (".params.key", "KeyInfoParams"),
        "KeyList": (".key", "KeyList"),
        "KeyListParams": (".params.key", "KeyListParams"),
        "KeyLoggingCallbacks": (".key", "KeyLoggingCallbacks"),
        "KeyModelBudget": (".shared", "KeyModelBudget"),
        "KeyModelBudgetParam": (".params.shared", "KeyModelBudgetParam"),
        "KeyRecord": (".shared", "KeyRecord"),
        "KeyRegenerateParams": (".params.key", "KeyRegenerateParams"),
        "KeyUnblockParams": (".params.key", "KeyUnblockParams"),
        "KeyUpdateParams": (".params.key", "KeyUpdateParams"),
        "MediaUrlParam": (".params.chat", "MediaUrlParam"),
        "Metadata": (".shared", "Metadata"),
        "MetadataParam": (".params.shared", "MetadataParam"),
        "Model": (".models", "Model"),
        "ModelAuth": (".models", "ModelAuth"),
        "ModelCapabilities": (".capabilities", "ModelCapabilities"),
        "ModelCapabilitiesList": (".capabilities", "ModelCapabilitiesList"),
        "ModelCreateParams": (".params.model", "ModelCreateParams"),
        "ModelDeleteParams": (".params.model", "ModelDeleteParams"),
        "ModelDeleteResponse": (".model", "ModelDeleteResponse"),
        "ModelDeleted": (".models", "ModelDeleted"),
        "ModelFeatures": (".models", "ModelFeatures"),
        "ModelGroup": (".model_group", "ModelGroup"),
        "ModelGroupInfoParams": (".params.model_group", "ModelGroupInfoParams"),
        "ModelGroupList": (".model_group", "ModelGroupList"),
        "ModelInfoParams": (".params.model", "ModelInfoParams"),
        "ModelLimits": (".models", "ModelLimits"),
        "ModelList": (".models", "ModelList"),
        "ModelMaxBudget": (".shared", "ModelMaxBudget"),
        "ModelMaxBudgetParam": (".params.shared", "ModelMaxBudgetParam"),
        "ModelMode": (".models", "ModelMode"),
        "ModelPricing": (".models", "ModelPricing"),
        "ModelSpend": (".spend", "ModelSpend"),
        "ModelUpdateParams": (".params.model", "ModelUpdateParams"),
        "ModelsListParams": (".params.models", "ModelsListParams"),
        "Moderation": (".moderations", "Moderation"),
        "ModerationCategories": (".moderations", "ModerationCategories"),
        "ModerationCategoryAppliedInputTypes": (".moderations", "ModerationCategoryAppliedInputTypes"),
        "ModerationCategoryScores": (".moderations", "ModerationCategoryScores"),
        "ModerationCreateResponse": (".moderations", "ModerationCreateResponse"),
        "ModerationImageURLInputParam": (".params.moderations", "ModerationImageURLInputParam"),
        "ModerationInputListParam": (".params.moderations", "ModerationInputListParam"),
        "ModerationInputParam": (".params.moderations", "ModerationInputParam"),
        "ModerationInputType": (".moderations", "ModerationInputType"),
        "ModerationMultiModalInputParam": (".params.moderations", "ModerationMultiModalInputParam"),
        "ModerationTextInputParam": (".params.moderations", "ModerationTextInputParam"),
        "ModerationsCreateParams": (".params.moderations", "ModerationsCreateParams"),
        "Organization": (".organization", "Organization"),
        "OrganizationAddMemberParams": (".params.organization", "OrganizationAddMemberParams"),
        "OrganizationAddMemberRequestMemberParam": (".params.organization", "OrganizationAddMemberRequestMemberParam"),
        "OrganizationAddMemberResponse": (".organization", "OrganizationAddMemberResponse"),
        "OrganizationCreateParams": (".params.organization", "OrganizationCreateParams"),
        "OrganizationDeleteMemberParams": (".params.organization", "OrganizationDeleteMemberParams"),
        "OrganizationDeleteParams": (".params.organization", "OrganizationDeleteParams"),
        "OrganizationDeleteResponse": (".organization", "OrganizationDeleteResponse"),
        "OrganizationInfoParams": (".params.organization", "OrganizationInfoParams"),
        "OrganizationList": (".organization", "OrganizationList"),
        "OrganizationListParams": (".params.organization", "OrganizationListParams"),
        "OrganizationMemberParam": (".params.organization", "OrganizationMemberParam"),
        "OrganizationMembership": (".organization", "OrganizationMembership"),
        "OrganizationRole": (".organization", "OrganizationRole"),
        "OrganizationUpdateMemberParams": (".params.organization", "OrganizationUpdateMemberParams"),
        "OrganizationUpdateParams": (".params.organization", "OrganizationUpdateParams"),
        "PromptCacheOptionsParam": (".params.chat", "PromptCacheOptionsParam"),
        "PromptTokensDetails": (".shared", "PromptTokensDetails"),
        "ProviderBudget": (".provider", "ProviderBudget"),
        "ProviderBudgets": (".provider", "ProviderBudgets"),
        "ReadyStatus": (".health", "ReadyStatus"),
        "ReadyStatusAuthMode": (".health", "ReadyStatusAuthMode"),
        "ReasoningEffort": (".params.chat", "ReasoningEffort"),
        "ReinforcementHyperparameters": (".fine_tuning", "ReinforcementHyperparameters"),
        "ReinforcementHyperparametersParam": (".params.fine_tuning", "ReinforcementHyperparametersParam"),
        "ReinforcementMethod": (".fine_tuning", "ReinforcementMethod"),
        "ReinforcementMethodParam": (".params.fine_tuning", "ReinforcementMethodParam"),
        "ResponseCacheParam": (".params.shared", "ResponseCacheParam"),
        "ResponseFormatJSONObjectParam": (".params.chat", "ResponseFormatJSONObjectParam"),
        "ResponseFormatJSONSchemaParam": (".params.chat", "ResponseFormatJSONSchemaParam"),
        "ResponseFormatOtherParam": (".params.chat", "ResponseFormatOtherParam"),
        "ResponseFormatParam": (".params.chat", "ResponseFormatParam"),
        "ResponseFormatTextParam": (".params.chat", "ResponseFormatTextParam"),
        "ServiceTier": (".chat", "ServiceTier"),
        "SpeechRequestResponseFormat": (".params.audio", "SpeechRequestResponseFormat"),
        "SpeechRequestStreamFormat": (".params.audio", "SpeechRequestStreamFormat"),
        "SpeechRequestVoiceParam": (".params.audio", "SpeechRequestVoiceParam"),
        "SpendCalculateParams": (".params.spend", "SpendCalculateParams"),
        "SpendCalculation": (".spend", "SpendCalculation"),
        "SpendListParams": (".params.spend", "SpendListParams"),
        "SpendLog": (".spend", "SpendLog"),
        "SpendLogList": (".spend", "SpendLogList"),
        "SpendLogStatus": (".spend", "SpendLogStatus"),
        "SpendReport": (".spend", "SpendReport"),
        "SpendReportGroupBy": (".params.spend", "SpendReportGroupBy"),
        "SpendReportInterval": (".params.spend", "SpendReportInterval"),
        "SpendReportParams": (".params.spend", "SpendReportParams"),
        "SpendReportRow": (".spend", "SpendReportRow"),
        "SpendReset": (".spend", "SpendReset"),
        "SpendResetParams": (".params.spend", "SpendResetParams"),
        "SpendTagsParams": (".params.spend", "SpendTagsParams"),
        "SpendTotals": (".spend", "SpendTotals"),
        "StopSequencesParam": (".params.shared", "StopSequencesParam"),
        "StreamOptionsParam": (".params.shared", "StreamOptionsParam"),
        "SupervisedHyperparameters": (".fine_tuning", "SupervisedHyperparameters"),
        "SupervisedHyperparametersParam": (".params.fine_tuning", "SupervisedHyperparametersParam"),
        "SupervisedMethod": (".fine_tuning", "SupervisedMethod"),
        "SupervisedMethodParam": (".params.fine_tuning", "SupervisedMethodParam"),
        "SupportedParams": (".utils", "SupportedParams"),
        "TagSpend": (".spend", "TagSpend"),
        "TagSpendList": (".spend", "TagSpendList"),
        "Team": (".shared", "Team"),
        "TeamAddMemberParams": (".params.team", "TeamAddMemberParams"),
        "TeamAddMemberRequestMemberParam": (".params.team", "TeamAddMemberRequestMemberParam"),
        "TeamAddMemberResponse": (".team", "TeamAddMemberResponse"),
        "TeamBlockParams": (".params.team", "TeamBlockParams"),
        "TeamCreateParams": (".params.team", "TeamCreateParams"),
        "TeamDeleteMemberParams": (".params.team", "TeamDeleteMemberParams"),
        "TeamDeleteParams": (".params.team", "TeamDeleteParams"),
        "TeamDeleteResponse": (".team", "TeamDeleteResponse"),
        "TeamInfo": (".team", "TeamInfo"),
        "TeamInfoParams": (".params.team", "TeamInfoParams"),
        "TeamList": (".team", "TeamList"),
        "TeamListParams": (".params.team", "TeamListParams"),
        "TeamMember": (".shared", "TeamMember"),
        "TeamMemberParam": (".params.shared", "TeamMemberParam"),
        "TeamMembership": (".team", "TeamMembership"),
        "TeamModelAddParams": (".params.team", "TeamModelAddParams"),
        "TeamModelDeleteParams": (".params.team", "TeamModelDeleteParams"),
        "TeamRole": (".shared", "TeamRole"),
        "TeamUnblockParams": (".params.team", "TeamUnblockParams"),
        "TeamUpdateMemberParams": (".params.team", "TeamUpdateMemberParams"),
        "TeamUpdateParams": (".params.team", "TeamUpdateParams"),
        "TimestampGranularity": (".params.audio", "TimestampGranularity"),
        "TokenCount": (".utils", "TokenCount"),
        "ToolNameParam": (".params.chat", "ToolNameParam"),
        "TopLogprob": (".chat", "TopLogprob"),
        "Transcription": (".audio", "Transcription"),
        "TranscriptionCreateResponse": (".audio", "TranscriptionCreateResponse"),
        "TranscriptionLogprob": (".audio", "TranscriptionLogprob"),
        "TranscriptionRequestChunkingStrategyParam": (".params.audio", "TranscriptionRequestChunkingStrategyParam"),
        "TranscriptionSegment": (".audio", "TranscriptionSegment"),
        "TranscriptionSegmentId": (".audio", "TranscriptionSegmentId"),
        "TranscriptionStreamEvent": (".audio", "TranscriptionStreamEvent"),
        "TranscriptionTextDeltaEvent": (".audio", "TranscriptionTextDeltaEvent"),
        "TranscriptionTextDoneEvent": (".audio", "TranscriptionTextDoneEvent"),
        "TranscriptionTextSegmentEvent": (".audio", "TranscriptionTextSegmentEvent"),
        "TranscriptionUsage": (".audio", "TranscriptionUsage"),
        "TranscriptionUsageType": (".audio", "TranscriptionUsageType"),
        "TranscriptionVerbose": (".audio", "TranscriptionVerbose"),
        "TranscriptionVerboseDuration": (".audio", "TranscriptionVerboseDuration"),
        "TranscriptionWord": (".audio", "TranscriptionWord"),
        "TransformRequestCallType": (".params.utils", "TransformRequestCallType"),
        "TransformedRequest": (".utils", "TransformedRequest"),
        "Translation": (".audio", "Translation"),
        "TranslationCreateResponse": (".audio", "TranslationCreateResponse"),
        "TranslationVerbose": (".audio", "TranslationVerbose"),
        "TranslationVerboseDuration": (".audio", "TranslationVerboseDuration"),
        "UrlCitation": (".chat", "UrlCitation"),
        "User": (".shared", "User"),
        "UserCreateParams": (".params.user", "UserCreateParams"),
        "UserCreateResponse": (".user", "UserCreateResponse"),
        "UserDeleteParams": (".params.user", "UserDeleteParams"),
        "UserDeleteResponse": (".user", "UserDeleteResponse"),
        "UserInfo": (".user", "UserInfo"),
        "UserInfoParams": (".params.user", "UserInfoParams"),
        "UserList": (".user", "UserList"),
        "UserListParams": (".params.user", "UserListParams"),
        "UserRole": (".shared", "UserRole"),
        "UserUpdateParams": (".params.user", "UserUpdateParams"),
        "UtilsSupportedOpenaiParamsParams": (".params.utils", "UtilsSupportedOpenaiParamsParams"),
        "UtilsTokenCounterParams": (".params.utils", "UtilsTokenCounterParams"),
        "UtilsTransformRequestParams": (".params.utils", "UtilsTransformRequestParams"),
        "VadConfigParam": (".params.audio", "VadConfigParam"),
        "Voice": (".params.shared", "Voice"),
        "WebSearchLocationParam": (".params.chat", "WebSearchLocationParam"),
        "WebSearchOptionsParam": (".params.chat", "WebSearchOptionsParam"),
        "WebSearchOptionsParamSearchContextSize": (".params.chat", "WebSearchOptionsParamSearchContextSize"),
        "WebSearchUserLocationParam": (".params.chat", "WebSearchUserLocationParam"),
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
    "AutoOrInteger",
    "AutoOrNumber",
    "Batch",
    "BatchCreateRequestEndpoint",
    "BatchError",
    "BatchErrors",
    "BatchList",
    "BatchRequestCounts",
    "BatchStatus",
    "BatchUsage",
    "BatchesCreateParams",
    "BatchesListParams",
    "Budget",
    "BudgetCreateParams",
    "BudgetDeleteParams",
    "BudgetDeleted",
    "BudgetDurationParam",
    "BudgetInfo",
    "BudgetInfoParams",
    "BudgetList",
    "BudgetListParams",
    "BudgetSetting",
    "BudgetSettings",
    "BudgetSettingsParams",
    "BudgetUpdateParams",
    "CacheControlParam",
    "CacheDeleteParams",
    "CacheDeleted",
    "CachePing",
    "Call",
    "CallList",
    "CallStatus",
    "CallsListParams",
    "CapabilitiesListParams",
    "ChatCompletion",
    "ChatCompletionAllowedToolChoiceParam",
    "ChatCompletionAllowedToolsParam",
    "ChatCompletionAllowedToolsParamMode",
    "ChatCompletionAnnotation",
    "ChatCompletionAnnotationType",
    "ChatCompletionAssistantContentPartOtherParam",
    "ChatCompletionAssistantContentPartParam",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAssistantMessageParamContentParam",
    "ChatCompletionAudio",
    "ChatCompletionAudioParam",
    "ChatCompletionAudioParamFormat",
    "ChatCompletionAudioParamVoiceParam",
    "ChatCompletionAudioReferenceParam",
    "ChatCompletionChoice",
    "ChatCompletionChunk",
    "ChatCompletionChunkAudio",
    "ChatCompletionChunkChoice",
    "ChatCompletionChunkCustomCall",
    "ChatCompletionChunkDelta",
    "ChatCompletionChunkDeltaRole",
    "ChatCompletionChunkFunctionCall",
    "ChatCompletionChunkToolCall",
    "ChatCompletionChunkToolCallType",
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
    "ChatCompletionFunctionCall",
    "ChatCompletionFunctionCallParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionLogprobs",
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageCustomToolCallParam",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCallUnion",
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
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolChoiceOptionParamChoice",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolUnionParam",
    "ChatCompletionUserMessageParam",
    "ChatCompletionsCreateBaseParams",
    "ChatCompletionsCreateParams",
    "CompatibilityIssue",
    "Completion",
    "CompletionChoice",
    "CompletionLogprobs",
    "CompletionPromptListParam",
    "CompletionPromptParam",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CompletionsCreateParams",
    "CreateEmbeddingResponse",
    "Credential",
    "CredentialDeleted",
    "CredentialInfo",
    "CredentialInfoParam",
    "CredentialList",
    "CredentialsCreateParams",
    "CredentialsUpdateParams",
    "CreditNotice",
    "CreditsBalance",
    "CreditsBalanceParams",
    "CreditsBand",
    "CreditsEntry",
    "CreditsEntryKind",
    "CreditsEntryStatus",
    "CreditsHistory",
    "CreditsHistoryParams",
    "CreditsModelUsage",
    "CreditsStats",
    "CreditsStatsGroupBy",
    "CreditsStatsParams",
    "CreditsStatsPeriod",
    "CreditsStep",
    "CreditsTier",
    "CreditsTiers",
    "CreditsUsage",
    "CustomToolCallInput",
    "CustomToolCallInputParam",
    "CustomToolDefinitionParam",
    "CustomToolGrammarFormatParam",
    "CustomToolGrammarParam",
    "CustomToolGrammarSyntax",
    "CustomToolInputFormatParam",
    "CustomToolTextFormatParam",
    "CustomVoiceParam",
    "Customer",
    "CustomerBlockParams",
    "CustomerBlockResponse",
    "CustomerCreateParams",
    "CustomerDeleteParams",
    "CustomerDeleteResponse",
    "CustomerInfoParams",
    "CustomerList",
    "CustomerListParams",
    "CustomerUnblockParams",
    "CustomerUnblockResponse",
    "CustomerUpdateParams",
    "Deployment",
    "DeploymentInfo",
    "DeploymentInfoMode",
    "DeploymentInfoParam",
    "DeploymentInfoTier",
    "DeploymentList",
    "DeploymentParams",
    "DeploymentParamsChangeParam",
    "DeploymentParamsInput",
    "DeploymentStatus",
    "DpoHyperparameters",
    "DpoHyperparametersParam",
    "DpoMethod",
    "DpoMethodParam",
    "DurationParam",
    "Embedding",
    "EmbeddingEmbedding",
    "EmbeddingInputListParam",
    "EmbeddingInputParam",
    "EmbeddingRequestEncodingFormat",
    "EmbeddingRequestInputType",
    "EmbeddingUsage",
    "EmbeddingsCreateParams",
    "ErrorObject",
    "ErrorResponse",
    "ErrorType",
    "ExpiresAfterParam",
    "FileContentParam",
    "FileCreateRequestPurpose",
    "FileDeleted",
    "FileList",
    "FileObject",
    "FileObjectPurpose",
    "FileObjectStatus",
    "FilesContentParams",
    "FilesCreateParams",
    "FilesListOrder",
    "FilesListParams",
    "FineTuningJob",
    "FineTuningJobCheckpoint",
    "FineTuningJobCheckpointList",
    "FineTuningJobCheckpointMetrics",
    "FineTuningJobError",
    "FineTuningJobEvent",
    "FineTuningJobEventLevel",
    "FineTuningJobEventList",
    "FineTuningJobEventType",
    "FineTuningJobList",
    "FineTuningJobStatus",
    "FineTuningJobWandbIntegration",
    "FineTuningJobWandbIntegrationObject",
    "FineTuningJobWandbIntegrationObjectParam",
    "FineTuningJobWandbIntegrationParam",
    "FineTuningJobsCheckpointsListParams",
    "FineTuningJobsCreateParams",
    "FineTuningJobsListEventsParams",
    "FineTuningJobsListParams",
    "FineTuningMethod",
    "FineTuningMethodParam",
    "FineTuningMethodType",
    "FinishReason",
    "FunctionDefinitionParam",
    "FunctionParametersParam",
    "Guardrail",
    "GuardrailInfo",
    "GuardrailList",
    "GuardrailParams",
    "GuardrailParamsMode",
    "HealthEndpoint",
    "HealthModels",
    "HealthModelsParams",
    "HealthStatus",
    "Image",
    "ImageDetail",
    "ImageEditCompletedEvent",
    "ImageEditPartialImageEvent",
    "ImageEditRequestBackground",
    "ImageEditRequestImageParam",
    "ImageEditRequestInputFidelity",
    "ImageEditRequestModeration",
    "ImageEditRequestOutputFormat",
    "ImageEditRequestQuality",
    "ImageEditRequestResponseFormat",
    "ImageEditRequestSize",
    "ImageEditStreamEvent",
    "ImageGenCompletedEvent",
    "ImageGenPartialImageEvent",
    "ImageGenStreamEvent",
    "ImageGenerateRequestBackground",
    "ImageGenerateRequestModeration",
    "ImageGenerateRequestOutputFormat",
    "ImageGenerateRequestQuality",
    "ImageGenerateRequestResponseFormat",
    "ImageGenerateRequestSize",
    "ImageGenerateRequestStyle",
    "ImageSourceParam",
    "ImageSourceParamType",
    "ImageTokensDetails",
    "ImageUrlParam",
    "ImageUsage",
    "ImageVariationRequestResponseFormat",
    "ImageVariationRequestSize",
    "ImagesCreateVariationParams",
    "ImagesEditParams",
    "ImagesGenerateParams",
    "ImagesResponse",
    "InputAudioParam",
    "InputAudioParamFormat",
    "JSONSchemaFormatParam",
    "KeyBlockParams",
    "KeyDeleteParams",
    "KeyDeleteResponse",
    "KeyGenerateParams",
    "KeyGenerateResponse",
    "KeyHealth",
    "KeyHealthKey",
    "KeyInfo",
    "KeyInfoParams",
    "KeyList",
    "KeyListParams",
    "KeyLoggingCallbacks",
    "KeyModelBudget",
    "KeyModelBudgetParam",
    "KeyRecord",
    "KeyRegenerateParams",
    "KeyUnblockParams",
    "KeyUpdateParams",
    "MediaUrlParam",
    "Metadata",
    "MetadataParam",
    "Model",
    "ModelAuth",
    "ModelCapabilities",
    "ModelCapabilitiesList",
    "ModelCreateParams",
    "ModelDeleteParams",
    "ModelDeleteResponse",
    "ModelDeleted",
    "ModelFeatures",
    "ModelGroup",
    "ModelGroupInfoParams",
    "ModelGroupList",
    "ModelInfoParams",
    "ModelLimits",
    "ModelList",
    "ModelMaxBudget",
    "ModelMaxBudgetParam",
    "ModelMode",
    "ModelPricing",
    "ModelSpend",
    "ModelUpdateParams",
    "ModelsListParams",
    "Moderation",
    "ModerationCategories",
    "ModerationCategoryAppliedInputTypes",
    "ModerationCategoryScores",
    "ModerationCreateResponse",
    "ModerationImageURLInputParam",
    "ModerationInputListParam",
    "ModerationInputParam",
    "ModerationInputType",
    "ModerationMultiModalInputParam",
    "ModerationTextInputParam",
    "ModerationsCreateParams",
    "Organization",
    "OrganizationAddMemberParams",
    "OrganizationAddMemberRequestMemberParam",
    "OrganizationAddMemberResponse",
    "OrganizationCreateParams",
    "OrganizationDeleteMemberParams",
    "OrganizationDeleteParams",
    "OrganizationDeleteResponse",
    "OrganizationInfoParams",
    "OrganizationList",
    "OrganizationListParams",
    "OrganizationMemberParam",
    "OrganizationMembership",
    "OrganizationRole",
    "OrganizationUpdateMemberParams",
    "OrganizationUpdateParams",
    "PromptCacheOptionsParam",
    "PromptTokensDetails",
    "ProviderBudget",
    "ProviderBudgets",
    "ReadyStatus",
    "ReadyStatusAuthMode",
    "ReasoningEffort",
    "ReinforcementHyperparameters",
    "ReinforcementHyperparametersParam",
    "ReinforcementMethod",
    "ReinforcementMethodParam",
    "ResponseCacheParam",
    "ResponseFormatJSONObjectParam",
    "ResponseFormatJSONSchemaParam",
    "ResponseFormatOtherParam",
    "ResponseFormatParam",
    "ResponseFormatTextParam",
    "ServiceTier",
    "SpeechRequestResponseFormat",
    "SpeechRequestStreamFormat",
    "SpeechRequestVoiceParam",
    "SpendCalculateParams",
    "SpendCalculation",
    "SpendListParams",
    "SpendLog",
    "SpendLogList",
    "SpendLogStatus",
    "SpendReport",
    "SpendReportGroupBy",
    "SpendReportInterval",
    "SpendReportParams",
    "SpendReportRow",
    "SpendReset",
    "SpendResetParams",
    "SpendTagsParams",
    "SpendTotals",
    "StopSequencesParam",
    "StreamOptionsParam",
    "SupervisedHyperparameters",
    "SupervisedHyperparametersParam",
    "SupervisedMethod",
    "SupervisedMethodParam",
    "SupportedParams",
    "TagSpend",
    "TagSpendList",
    "Team",
    "TeamAddMemberParams",
    "TeamAddMemberRequestMemberParam",
    "TeamAddMemberResponse",
    "TeamBlockParams",
    "TeamCreateParams",
    "TeamDeleteMemberParams",
    "TeamDeleteParams",
    "TeamDeleteResponse",
    "TeamInfo",
    "TeamInfoParams",
    "TeamList",
    "TeamListParams",
    "TeamMember",
    "TeamMemberParam",
    "TeamMembership",
    "TeamModelAddParams",
    "TeamModelDeleteParams",
    "TeamRole",
    "TeamUnblockParams",
    "TeamUpdateMemberParams",
    "TeamUpdateParams",
    "TimestampGranularity",
    "TokenCount",
    "ToolNameParam",
    "TopLogprob",
    "Transcription",
    "TranscriptionCreateResponse",
    "TranscriptionLogprob",
    "TranscriptionRequestChunkingStrategyParam",
    "TranscriptionSegment",
    "TranscriptionSegmentId",
    "TranscriptionStreamEvent",
    "TranscriptionTextDeltaEvent",
    "TranscriptionTextDoneEvent",
    "TranscriptionTextSegmentEvent",
    "TranscriptionUsage",
    "TranscriptionUsageType",
    "TranscriptionVerbose",
    "TranscriptionVerboseDuration",
    "TranscriptionWord",
    "TransformRequestCallType",
    "TransformedRequest",
    "Translation",
    "TranslationCreateResponse",
    "TranslationVerbose",
    "TranslationVerboseDuration",
    "UrlCitation",
    "User",
    "UserCreateParams",
    "UserCreateResponse",
    "UserDeleteParams",
    "UserDeleteResponse",
    "UserInfo",
    "UserInfoParams",
    "UserList",
    "UserListParams",
    "UserRole",
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
