"""Speech and its transcription: what is said is heard, in every format and at every speed."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onceward_gateway.offline.speech import (
    FORMATS,
    VOICES,
    listen,
    speak,
    transcript,
)
from onceward_gateway.offline.speech.speak import unsupported


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(VOICES),
    st.sampled_from(FORMATS),
    st.floats(0.25, 4),
)
def test_synthesized_speech_is_transcribed(text: str, voice: str, form: str, speed: float) -> None:
    assert listen(speak(text, voice, form, speed)).text == text


def test_it_is_a_real_wav() -> None:
    with wave.open(io.BytesIO(speak("Hello world", speed=1.0))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
        assert 0.6 < sound.getnframes() / 24_000 < 1.0


def test_the_words_are_in_the_sound_itself() -> None:
    with wave.open(io.BytesIO(speak("Hello world"))) as sound:
        frames = sound.readframes(sound.getnframes())
    stereo = io.BytesIO()
    with wave.open(stereo, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(24_000)
        out.writeframes(bytes(4 * 5000) + b"".join(frames[at : at + 2] * 2 for at in range(0, len(frames), 2)))
    assert listen(stereo.getvalue()).text == "Hello world"


def test_words_have_their_times() -> None:
    heard = listen(speak("one two three"))
    assert [word.text for word in heard.words] == ["one", "two", "three"]
    assert all(a.end <= b.start for a, b in zip(heard.words, heard.words[1:], strict=False))
    assert heard.words[-1].end <= heard.seconds


@pytest.mark.parametrize("data", [b"", b"ID3\x03 not speech", b"RIFF", speak("x")[:60], bytes(4000)])
def test_audio_without_speech_is_described(data: bytes) -> None:
    heard = listen(data)
    assert not heard.clear
    assert heard.text.startswith("[")


def test_the_forms_of_a_transcript() -> None:
    heard = listen(speak("Hello there. How are you?"))
    assert transcript(heard, "text", "transcribe", None) == "Hello there. How are you?\n"
    srt, vtt = transcript(heard, "srt", "transcribe", None), transcript(heard, "vtt", "transcribe", None)
    assert isinstance(srt, str)
    assert isinstance(vtt, str)
    assert srt.startswith("1\n00:00:00,")
    assert "\n2\n" in srt
    assert vtt.startswith("WEBVTT\n\n00:00:00.")
    verbose = transcript(heard, "verbose_json", "transcribe", "english", ["word", "segment"])
    assert isinstance(verbose, dict)
    assert [part["text"] for part in verbose["segments"]] == ["Hello there.", "How are you?"]
    assert [word["word"] for word in verbose["words"]] == ["Hello", "there.", "How", "are", "you?"]


def test_a_format_without_its_encoder_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(unsupported.__globals__, "find_spec", lambda name: None)
    assert "pip install 'onceward-gateway[mp3]'" in str(unsupported("mp3"))
    assert "cannot be made offline" in str(unsupported("opus"))
    assert unsupported("wav") is None


def test_mp3_is_the_same_every_time() -> None:
    pytest.importorskip("lameenc")
    assert speak("Hello", format="mp3") == speak("Hello", format="mp3")


@pytest.mark.skipif(shutil.which("flac") is None, reason="the `flac` program is not installed")
def test_flac_is_read_by_others(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(speak("Hello", format="flac"))
    subprocess.run(["flac", "--test", str(tmp_path / "a.flac")], check=True, capture_output=True)
