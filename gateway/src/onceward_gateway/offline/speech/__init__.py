"""`onceward/speech` and `onceward/transcribe`: text as sound, and back.

Every byte of the UTF-8 text is one short chord of two tones, one of 16 low and one of 16 high, after an opening tone
that lasts as long as one chord. The words are in the sound itself: it can be cut out of its file, stored as bare
samples or written into another WAV, and is still understood.

    tones.py    the alphabet: frequencies, rate, lengths
    speak.py    text to samples and files
    listen.py   samples to text, with the time of every word
    flac.py     samples in a lossless container
    written.py  a transcript as text, SRT, WebVTT or JSON with words and segments
"""

from __future__ import annotations

from .listen import (
    Heard,
    Word,
    listen,
)
from .speak import (
    FORMATS,
    VOICES,
    speak,
)
from .written import transcript

__all__ = ["FORMATS", "Heard", "VOICES", "Word", "listen", "speak", "transcript"]
