"""The command line in a terminal of its own: a conversation, Ctrl-C, and a reader that goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

pty = pytest.importorskip("pty")

# A program in a terminal of its own is begun by a fork, about which newer Pythons warn where threads run.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

PROGRAM = [sys.executable, "-m", "onceward.cli"]


class Terminal:
    """A program in a pseudo-terminal; `until` reads what it writes until something is there."""

    def __init__(self, gateway: str, *words: str, **variables: str) -> None:
        self.code: int | None = None
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            environment = {**os.environ, "ONCEWARD_BASE_URL": gateway, "TERM": "xterm", "COLUMNS": "120"}
            environment |= variables
            os.execve(PROGRAM[0], [*PROGRAM, *words], environment)
        self.seen = ""

    def until(self, text: str, seconds: float = 20.0) -> str:
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < end, f"no {text!r} in {self.seen!r}"
            self.seen += os.read(self._file, 4096).decode("utf-8", "replace")
        before, _, self.seen = self.seen.partition(text)
        return before

    def type(self, text: str) -> None:
        os.write(self._file, text.encode())

    def rest(self) -> str:
        """All that the program writes until it ends."""
        self.code = self.status()
        return self.seen

    def status(self) -> int:
        while True:
            try:
                told = os.read(self._file, 4096)
                if not told:
                    break
                self.seen += told.decode("utf-8", "replace")
            except OSError:
                break
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self._file)
        return code


def test_a_conversation(gateway: str) -> None:
    terminal = Terminal(gateway, "chat", "-m", "onceward/echo")
    terminal.until("> ")
    terminal.type("My name is Ada\n")
    terminal.until("tokens in")
    terminal.until("> ")
    terminal.type("/usage\n")
    terminal.until("in 2 messages")
    terminal.type("/model onceward/fault-error:status=400\n")
    terminal.until("done")
    terminal.type("Hello\n")
    terminal.until("400")
    terminal.type("/nonsense\n")
    terminal.until("/save FILE")
    terminal.type("/exit\n")
    assert terminal.status() == 0


def test_ctrl_c_stops_the_answer_and_not_the_conversation(gateway: str) -> None:
    terminal = Terminal(gateway, "chat", "-m", "onceward/fault-drip:0.3")
    terminal.until("> ")
    terminal.type("Tell me a long story about many things that never ends, please\n")
    time.sleep(1.5)  # the answer is on its way; there is no telling by which words
    terminal.type("\x03")
    terminal.until("stopped")
    terminal.until("> ")
    terminal.type("\x04")
    assert terminal.status() == 0


def test_ctrl_c_ends_a_command_quietly(gateway: str) -> None:
    words = [*PROGRAM, "chat", "-m", "onceward/fault-drip:0.5", "Tell me a long story about many things"]
    environment = {**os.environ, "ONCEWARD_BASE_URL": gateway}
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_a_reader_that_goes_away_is_no_error(gateway: str) -> None:
    command = f"{' '.join(PROGRAM)} models --json | head -n 1"
    environment = {**os.environ, "ONCEWARD_BASE_URL": gateway}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, timeout=30, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
