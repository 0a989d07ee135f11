"""Checks are made on the first call that needs them, by however many threads at once."""

from __future__ import annotations

import sys
import threading

from onceward._core import checks

NAME = "chat:ChatCompletionMessageParam"
MESSAGE = {"role": "user", "content": [{"type": "text", "text": "Hi"}]}


def test_threads_that_check_first_at_once_see_whole_types() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            checks._NAMED.clear()
            found: list[bool | BaseException] = []
            together = threading.Barrier(8)

            def check(found: list[bool | BaseException] = found, together: threading.Barrier = together) -> None:
                together.wait()
                try:
                    found.append(checks.compiled(NAME).ok(MESSAGE))
                except RecursionError as error:
                    found.append(error)

            threads = [threading.Thread(target=check) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert found == [True] * 8
    finally:
        sys.setswitchinterval(before)
