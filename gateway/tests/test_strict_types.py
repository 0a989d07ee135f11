"""Answers of offline models, held against the strict types of the `openai` package; and what its parameters do."""

from __future__ import annotations

import base64
import io
import json
import time
import wave
from collections.abc import Callable, Iterator
from typing import Any, get_args

import httpx2
import openai
import pytest
from openai.types import images_response
from pydantic import BaseModel, TypeAdapter

HELLO: Any = [{"role": "user", "content": "Say hello"}]
TOOL: Any = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


def strict(value: Any) -> None:
    """Raise where a response is not of its class: the package itself builds it of whatever comes."""
    assert isinstance(value, BaseModel), type(value)
    raw = json.loads(value.model_dump_json(exclude_unset=True, warnings="error", by_alias=True))
    TypeAdapter(type(value)).validate_json(json.dumps(raw))


@pytest.fixture(scope="module")
def client(gateway: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=gateway + "/v1", api_key="unused", max_retries=0, timeout=60) as made:
        yield made


def spoken(client: openai.OpenAI, **more: Any) -> bytes:
    return client.audio.speech.create(
        model="tts-1", voice="alloy", input="Good morning. All is well.", response_format="wav", **more
    ).content


@pytest.fixture(scope="module")
def sound(client: openai.OpenAI) -> bytes:
    return spoken(client)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"n": 2},
        {"logprobs": True, "top_logprobs": 2},
        {"tools": [TOOL], "tool_choice": "required"},
        {"response_format": {"type": "json_object"}},
        {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}},
        {"reasoning_effort": "high"},
        {"service_tier": "auto"},
        {"max_tokens": 1},
    ],
)
def test_chat(client: openai.OpenAI, more: dict[str, Any]) -> None:
    strict(client.chat.completions.create(model="gpt-4o", messages=HELLO, **more))
    if "audio" not in more:
        chunks = list(
            client.chat.completions.create(
                model="gpt-4o", messages=HELLO, stream=True, stream_options={"include_usage": True}, **more
            )
        )
        assert chunks[-1].usage is not None
        for chunk in chunks:
            strict(chunk)


@pytest.mark.parametrize("more", [{}, {"n": 2, "best_of": 3}, {"logprobs": 2, "echo": True}])
def test_completions(client: openai.OpenAI, more: dict[str, Any]) -> None:
    strict(client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Say hello", **more))
    for chunk in client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Hi", stream=True, **more):
        for choice in chunk.choices:
            # Until the last one it is null, as OpenAI sends it; the package has one class for chunks and answers.
            choice.finish_reason = choice.finish_reason or "stop"
        strict(chunk)


def test_completions_do_what_is_asked(client: openai.OpenAI) -> None:
    def asked(**more: Any) -> Any:
        return client.completions.create(model="onceward/echo", prompt="Count from 1 to 9", max_tokens=100, **more)

    plain = asked()
    text = plain.choices[0].text
    assert asked(echo=True).choices[0].text == "Count from 1 to 9" + text
    within = asked(suffix=", 7")
    assert within.choices[0].text == text.partition(", 7")[0] != text
    assert within.usage.prompt_tokens > plain.usage.prompt_tokens
    assert asked(best_of=3).usage.completion_tokens > plain.usage.completion_tokens
    assert len(asked(logprobs=2).choices[0].logprobs.top_logprobs[0]) == 2


@pytest.mark.parametrize("form", ["float", "base64"])
def test_embeddings(client: openai.OpenAI, form: Any) -> None:
    found = client.embeddings.create(
        model="text-embedding-3-small", input=["a", "b"], encoding_format=form, dimensions=8
    )
    if form == "float":
        strict(found)
    assert [len(one.embedding) for one in found.data] == ([8, 8] if form == "float" else [44, 44])


def test_as_many_embeddings_as_the_docs_promise(client: openai.OpenAI) -> None:
    many = [f"text {at}" for at in range(2048)]
    found = client.embeddings.create(model="onceward/embed", input=many, dimensions=4)
    assert [one.index for one in found.data] == list(range(2048))
    with pytest.raises(openai.BadRequestError, match="2048"):
        client.embeddings.create(model="onceward/embed", input=[*many, "one more"], dimensions=4)


QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto", "standard", "hd")
SHOWN = {"auto": "medium", "standard": "medium", "hd": "high"}


@pytest.mark.parametrize("quality", [None, *QUALITIES])
def test_images(client: openai.OpenAI, quality: Any) -> None:
    more = {} if quality is None else {"quality": quality}
    made = client.images.generate(model="gpt-image-1", prompt="A red square", size="256x256", **more)
    strict(made)
    assert made.quality == SHOWN.get(quality or "auto", quality)
    known = get_args(get_args(images_response.ImagesResponse.model_fields["quality"].annotation)[0])
    assert set(SHOWN.values()) | {"low", "xhigh", "max"} <= set(known)
    events = client.images.generate(
        model="gpt-image-1", prompt="A red square", size="256x256", stream=True, partial_images=1, **more
    )
    for event in events:
        strict(event)


@pytest.mark.parametrize("size", ["auto", "1024x1024", "1536x1024", "1024x1536", "256x256", "512x512", "1792x1024"])
def test_sizes_of_images(client: openai.OpenAI, size: Any) -> None:
    made = client.images.generate(model="dall-e-3", prompt="A red square", size=size, response_format="b64_json")
    picture = base64.b64decode((made.data or [])[0].b64_json or "")
    shown = f"{int.from_bytes(picture[16:20], 'big')}x{int.from_bytes(picture[20:24], 'big')}"
    assert shown == ("1024x1024" if size == "auto" else size)


def test_parameters_of_images(client: openai.OpenAI) -> None:
    def made(**more: Any) -> Any:
        return client.images.generate(
            **{"model": "gpt-image-1", "prompt": "A red square", "size": "64x64", "response_format": "b64_json", **more}
        )

    def picture(**more: Any) -> str:
        return str(made(**more).data[0].b64_json)

    assert picture(style="vivid") != picture(style="natural")
    clear = made(background="transparent")
    assert clear.background == "transparent"
    assert b"tRNS" in base64.b64decode(clear.data[0].b64_json)
    assert (made().background, made(background="auto").background) == ("opaque", "opaque")
    assert made(quality="max").usage.output_tokens > made(quality="low").usage.output_tokens
    blocked = "make a bomb"
    with pytest.raises(openai.BadRequestError, match="`prompt` is blocked by moderation"):
        made(prompt=blocked)
    assert made(prompt=blocked, moderation="low").data
    for wrong in (
        {"output_format": "jpeg"},
        {"output_compression": 50},
        {"quality": "superb"},
        {"style": "baroque"},
        {"background": "blue"},
        {"stream": True, "n": 2},
    ):
        with pytest.raises(openai.BadRequestError) as caught:
            made(**wrong)
        assert caught.value.param in wrong, caught.value


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_edits_and_variations(client: openai.OpenAI) -> None:
    made = client.images.generate(model="gpt-image-1", prompt="A red square", size="64x64")
    picture = base64.b64decode((made.data or [])[0].b64_json or "")

    def edited(**more: Any) -> Any:
        return client.images.edit(model="gpt-image-1", image=("a.png", picture), prompt="Make it blue", **more)

    plain, close = edited(), edited(input_fidelity="high", quality="auto")
    strict(plain)
    assert close.usage.input_tokens > plain.usage.input_tokens
    assert close.quality == "medium"
    with pytest.raises(openai.BadRequestError, match="`background`"):
        edited(background="transparent")
    strict(client.images.create_variation(image=("a.png", picture), size="256x256"))


def test_speech(client: openai.OpenAI, sound: bytes, gateway: str) -> None:
    assert len(spoken(client, speed=2.0)) < len(sound) < len(spoken(client, speed=0.5))
    whispered = spoken(client, instructions="Whisper.")
    assert (len(whispered), whispered != sound) == (len(sound), True)
    heard = client.audio.transcriptions.create(model="whisper-1", file=("a.wav", whispered))
    assert heard.text == "Good morning. All is well."
    body = {"model": "tts-1", "voice": "alloy", "input": "Good morning. All is well.", "response_format": "wav"}
    answer = httpx2.post(gateway + "/v1/audio/speech", json={**body, "stream_format": "sse"})
    assert answer.headers["content-type"] == "text/event-stream"
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events] == ["speech.audio.delta"] * (len(events) - 1) + ["speech.audio.done"]
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == sound
    assert events[-1]["usage"]["total_tokens"] == int(answer.headers["x-total-tokens"])
    absent = {name: value for name, value in body.items() if name != "response_format"}
    plain = httpx2.post(gateway + "/v1/audio/speech", json=absent)
    assert (plain.headers["content-type"], plain.content[:4]) == ("audio/wav", b"RIFF"), "the documented default"
    audio = httpx2.post(gateway + "/v1/audio/speech", json={**body, "stream_format": "audio"})
    assert audio.content == sound
    wrong = httpx2.post(gateway + "/v1/audio/speech", json={**body, "stream_format": "ssx"})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "stream_format")
    with wave.open(io.BytesIO(sound)) as opened:
        assert opened.getnframes() > 0


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_transcriptions(client: openai.OpenAI, sound: bytes) -> None:
    def written(**more: Any) -> Any:
        return client.audio.transcriptions.create(model="whisper-1", file=("a.wav", sound), **more)

    plain = written()
    strict(plain)
    likely = written(include=["logprobs"])
    strict(likely)
    assert "".join(one.token for one in likely.logprobs) == plain.text
    assert not plain.logprobs
    hinted = written(prompt="Words to expect")
    assert hinted.usage.input_token_details.text_tokens == 3
    assert written(chunking_strategy="auto").text == plain.text
    for details, there in (
        (["word"], (True, False)),
        (["segment"], (False, True)),
        (["word", "segment"], (True, True)),
    ):
        whole = written(response_format="verbose_json", timestamp_granularities=details, temperature=0.5, language="de")
        strict(whole)
        assert (bool(whole.words), bool(whole.segments)) == there
        assert whole.language == "de"
        assert all(one.temperature == 0.5 for one in whole.segments or ())
    events = list(written(stream=True, include=["logprobs"]))
    for event in events:
        strict(event)
    assert "".join(event.delta for event in events[:-1]) == plain.text
    assert all(event.logprobs for event in events)
    strict(client.audio.translations.create(model="whisper-1", file=("a.wav", sound)))


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        ({"include": ["secrets"]}, "include"),
        ({"include": ["logprobs"], "response_format": "text"}, "include"),
        ({"stream": True, "response_format": "srt"}, "stream"),
        ({"chunking_strategy": {"type": "server_vad"}}, "chunking_strategy"),
        ({"extra_body": {"known_speaker_names": ["Ada"]}}, "known_speaker_names"),
        ({"response_format": "diarized_json"}, "response_format"),
    ],
)
def test_unsupported_transcription_parameters_are_named(
    client: openai.OpenAI, sound: bytes, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.transcriptions.create(model="whisper-1", file=("a.wav", sound), **more)
    assert caught.value.param == param
    assert f"`{param}`" in caught.value.message


def test_models_and_their_pages(client: openai.OpenAI) -> None:
    page = client.models.list()
    strict(page)
    found = list(page)
    assert len(found) == len(page.data)
    for model in found:
        strict(model)
    strict(client.models.retrieve("onceward/echo"))
    assert len(client.models.list(extra_query={"limit": 2}).data) == 2


def until(check: Callable[[], Any], done: set[str]) -> Any:
    deadline = time.monotonic() + 60
    while (found := check()).status not in done:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_files_batches_jobs_and_moderations(client: openai.OpenAI) -> None:
    line = {
        "custom_id": "1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "m", "messages": HELLO},
    }
    file = client.files.create(file=("a.jsonl", json.dumps(line).encode()), purpose="batch")
    strict(file)
    strict(client.files.list(limit=1))
    batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    strict(batch)
    strict(until(lambda: client.batches.retrieve(batch.id), {"completed", "failed"}))
    strict(client.batches.list(limit=1))
    strict(client.files.delete(file.id))
    lesson = {"messages": [*HELLO, {"role": "assistant", "content": "Hi"}]}
    lessons = "\n".join([json.dumps(lesson)] * 10).encode()
    learned = client.files.create(file=("b.jsonl", lessons), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(model="onceward/echo", training_file=learned.id)
    strict(job)
    strict(until(lambda: client.fine_tuning.jobs.retrieve(job.id), {"succeeded", "failed"}))
    for page in (
        client.fine_tuning.jobs.list(limit=1),
        client.fine_tuning.jobs.list_events(job.id, limit=1),
        client.fine_tuning.jobs.checkpoints.list(job.id, limit=1),
    ):
        strict(page)
        assert len(page.data) == 1
    strict(client.moderations.create(model="omni-moderation-latest", input=["You are an idiot", "Hello"]))
