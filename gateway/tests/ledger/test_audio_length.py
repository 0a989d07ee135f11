"""The duration of uploaded audio: from a WAV header, otherwise never too low."""

from __future__ import annotations

import io
import struct
import wave

import pytest

from onceward_gateway.billing.audio_length import seconds_of_sound
from onceward_gateway.http.request import Upload


def upload(data: bytes) -> Upload:
    return Upload("file", "a", "audio/wav", io.BytesIO(data), len(data))


def wav(rate: int, channels: int, width: int, seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(bytes(rate * channels * width * seconds))
    return file.getvalue()


@pytest.mark.parametrize(("rate", "channels", "width"), [(8000, 1, 1), (16_000, 1, 2), (44_100, 2, 2), (48_000, 2, 4)])
def test_a_wav_file_is_as_long_as_its_header_says(rate: int, channels: int, width: int) -> None:
    assert seconds_of_sound([upload(wav(rate, channels, width, 30))]) == 30
    # Sizes in the header are not believed, and other chunks may stand before the one that is read.
    data = wav(rate, channels, width, 30)
    odd = data[:12] + b"LIST" + (3).to_bytes(4, "little") + b"abc\0" + data[12:]
    assert seconds_of_sound([upload(odd.replace(struct.pack("<I", len(data) - 44), b"\0\0\0\0", 1))]) == 30


@pytest.mark.parametrize(
    "head",
    [
        *(b"", b"RIFF", b"ID3", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"),
        # No PCM, no rate, no channel, a chunk without an end.
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 0x55, 1, 16_000, 1 << 31, 1, 16),
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 1, 0, 1 << 31, 1, 16),
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 0, 16_000, 1 << 31, 1, 16),
        # Sound that is to look short.
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 1, 1 << 31, 1 << 31, 1, 16),
        b"RIFF\0\0\0\0WAVEfmt \xff\xff\0\0" + struct.pack("<HHIIHH", 1, 1, 16_000, 1 << 31, 1, 16),
        b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\xff",
    ],
)
def test_unreadable_audio_counts_as_compressed(head: bytes) -> None:
    file = upload(head + bytes(40_000 - len(head)))
    assert seconds_of_sound([file, file]) == 20
    assert file.file.tell() == 0
