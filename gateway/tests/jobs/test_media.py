"""Pictures, sound and moderation through the official client."""

from __future__ import annotations

import base64
import io
import struct
import urllib.request
import wave
from typing import Any

import httpx2
import openai
import pytest


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def picture(client: openai.OpenAI, prompt: str = "a red sun over the sea", size: Any = "64x48") -> bytes:
    data = client.images.generate(model="dall-e-3", prompt=prompt, size=size, response_format="b64_json").data
    assert data is not None
    assert data[0].b64_json is not None
    return base64.b64decode(data[0].b64_json)


def test_pictures_are_made(client: openai.OpenAI) -> None:
    assert size_of(picture(client)) == (64, 48)
    assert picture(client) == picture(client)
    assert picture(client) != picture(client, "a blue moon")
    answer = client.images.generate(model="dall-e-2", prompt="foxes", n=3, size="256x256")
    assert answer.data is not None
    urls = [item.url for item in answer.data]
    pictures = {urllib.request.urlopen(url).read() for url in urls if url is not None}
    assert len(pictures) == 3
    assert {size_of(data) for data in pictures} == {(256, 256)}


def test_newer_names_give_bytes_and_usage(client: openai.OpenAI) -> None:
    answer = client.images.generate(model="gpt-image-1", prompt="foxes")
    assert answer.data is not None
    assert answer.data[0].b64_json
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert answer.size == "1024x1024"


def test_pictures_are_streamed(client: openai.OpenAI) -> None:
    events = list(
        client.images.generate(model="gpt-image-1", prompt="foxes", size="256x256", stream=True, partial_images=2)
    )  # type: ignore[call-overload]  # any size
    assert [event.type for event in events] == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]


def test_pictures_are_edited_and_varied(client: openai.OpenAI) -> None:
    before = picture(client)
    edited = client.images.edit(model="gpt-image-1", image=("a.png", before, "image/png"), prompt="a golden fish").data
    assert edited is not None
    assert edited[0].b64_json is not None
    assert base64.b64decode(edited[0].b64_json) != before
    with pytest.warns(DeprecationWarning, match="deprecated"):
        varied = client.images.create_variation(
            image=("a.png", before, "image/png"), n=2, response_format="b64_json"
        ).data
    assert varied is not None
    assert len({item.b64_json for item in varied}) == 2
    with pytest.raises(openai.BadRequestError, match="image"):
        client.images.edit(model="gpt-image-1", image=("a.png", b"no picture", "image/png"), prompt="x")


@pytest.mark.parametrize(
    "change", [{"size": "9999x9999"}, {"output_format": "webp"}, {"n": 11}, {"model": "onceward/embed"}]
)
def test_invalid_image_parameters_are_refused(gateway: str, change: dict[str, Any]) -> None:
    answer = httpx2.post(gateway + "/v1/images/generations", json={"prompt": "x", **change})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] in change


def test_no_other_file_is_served(gateway: str) -> None:
    for name in ("img-00000000000000000000000000000000.png", "..%2Fgateway.db", "..%2F..%2Fetc%2Fpasswd"):
        assert httpx2.get(f"{gateway}/v1/images/content/{name}").status_code == 404


def test_speech_is_transcribed(client: openai.OpenAI) -> None:
    text = "Hello world. Grüße an alle!"
    sound = client.audio.speech.create(model="tts-1", voice="alloy", input=text, response_format="wav").read()
    with wave.open(io.BytesIO(sound)) as read:
        seconds = read.getnframes() / read.getframerate()
    assert client.audio.transcriptions.create(model="whisper-1", file=("a.wav", sound)).text == text
    words = client.audio.transcriptions.create(
        model="whisper-1", file=("a.wav", sound), response_format="verbose_json", timestamp_granularities=["word"]
    )
    assert abs(float(words.duration) - seconds) < 0.01
    assert [word.word for word in words.words or []] == text.split()
    assert (
        client.audio.transcriptions.create(model="whisper-1", file=("a.wav", sound), response_format="text").strip()
        == text
    )
    assert "-->" in client.audio.transcriptions.create(model="whisper-1", file=("a.wav", sound), response_format="srt")
    events = list(client.audio.transcriptions.create(model="gpt-4o-transcribe", file=("a.wav", sound), stream=True))
    assert "".join(event.delta for event in events if event.type == "transcript.text.delta") == text
    with pytest.warns(DeprecationWarning, match="deprecated"):
        assert client.audio.translations.create(model="whisper-1", file=("a.wav", sound)).text == text


def test_speech_in_its_formats(client: openai.OpenAI) -> None:
    for form, kind in (("wav", "audio/wav"), ("pcm", "audio/pcm"), ("flac", "audio/flac")):
        answer = client.audio.speech.with_raw_response.create(
            model="tts-1", voice="nova", input="x", response_format=form
        )  # type: ignore[arg-type]  # one of the formats
        assert answer.headers["content-type"] == kind
    assert client.audio.speech.create(model="tts-1", voice="nova", input="x").read().startswith(b"RIFF")
    slow = client.audio.speech.create(model="tts-1", voice="nova", input="x", speed=0.5).read()
    assert len(slow) > len(client.audio.speech.create(model="tts-1", voice="nova", input="x", speed=2).read())
    for form in ("opus", "aac"):
        with pytest.raises(openai.BadRequestError, match=f"'{form}' cannot be made offline") as caught:
            client.audio.speech.create(model="tts-1", voice="nova", input="x", response_format=form)  # type: ignore[arg-type]
        assert caught.value.code == "unsupported_format"


def test_speech_as_mp3(client: openai.OpenAI) -> None:
    pytest.importorskip("lameenc")
    answer = client.audio.speech.with_raw_response.create(
        model="tts-1", voice="nova", input="Hello there", response_format="mp3"
    )
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.content[0] == 0xFF
    assert answer.content[1] & 0xE0 == 0xE0  # the sync word of an MPEG frame
    spoken = client.chat.completions.create(
        model="gpt-4o-audio-preview",
        modalities=["text", "audio"],
        audio={"voice": "nova", "format": "mp3"},
        messages=[{"role": "user", "content": "Say exactly: Hello there"}],
    )
    assert spoken.choices[0].message.audio is not None
    assert base64.b64decode(spoken.choices[0].message.audio.data) == answer.content


def test_audio_without_speech_is_described(client: openai.OpenAI) -> None:
    assert "offline speech" in client.audio.transcriptions.create(model="whisper-1", file=("a.raw", bytes(48_000))).text


def test_moderation(client: openai.OpenAI) -> None:
    answer = client.moderations.create(input=["have a nice day", "I will kill you"])
    assert [result.flagged for result in answer.results] == [False, True]
    assert answer.results[1].categories.violence
    assert answer.results[1].category_scores.violence > 0.5
    assert client.moderations.create(model="omni-moderation-latest", input="x").model == "omni-moderation-latest"


@pytest.mark.parametrize("path", ["images/generations", "moderations"])
def test_whole_answers_fail_on_demand(gateway: str, path: str) -> None:
    body = {"prompt": "x", "size": "16x16"} if path.startswith("images") else {"input": "x"}
    answer = httpx2.post(f"{gateway}/v1/{path}", json={"model": "onceward/fault-rate-limit:7", **body})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    with pytest.raises(httpx2.TransportError):
        httpx2.post(f"{gateway}/v1/{path}", json={"model": "onceward/fault-cut", **body})


def test_a_prompt_longer_than_a_description_is_refused(gateway: str) -> None:
    url = gateway + "/v1/images/generations"
    refused = httpx2.post(url, json={"prompt": "x" * 32_001, "size": "16x16"})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["param"]) == (400, "too_long", "prompt")
    assert httpx2.post(url, json={"prompt": "x" * 32_000, "size": "16x16"}).status_code == 200
