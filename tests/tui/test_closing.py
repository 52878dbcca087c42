"""It ends when its terminal is closed and when a signal ends it, on real pseudo-terminals and each time.

`python -m benchmarks.closing` does the same a hundred times for each way to end it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals", allow_module_level=True)

import pty

ROOT = Path(__file__).parent.parent.parent
TRIES = 20
BLOCKED = """
import queue, sys
sys.path.insert(0, {path!r})
from gkedoctor.tui.terminal_watch import TerminalWatch
with TerminalWatch(lambda code: None):
    print("ready", flush=True)
    full = queue.Queue(1)
    full.put(1)
    full.put(2)  # for ever, as in Textual's WriterThread.stop
"""


def test_twenty_closed_terminals_leave_no_process() -> None:
    code = (
        "import json\n"
        "from benchmarks import closing\n"
        "closing.load()\n"
        f"print(json.dumps(closing.run('close', {TRIES}, within=0.5)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    ends = json.loads(done.stdout)
    assert len(ends) == TRIES
    assert [end for end in ends if end[1] is None] == []
    assert {end[2] for end in ends} <= {129, -signal.SIGHUP}


def blocked() -> tuple[subprocess.Popen[bytes], int]:
    """A process whose first thread is blocked for ever, on a terminal of its own."""
    master, slave = pty.openpty()
    code = BLOCKED.format(path=str(ROOT / "src"))
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    assert b"ready" in os.read(master, 100)
    return process, master


def test_a_blocked_screen_ends_within_two_seconds() -> None:
    (closed, first), (killed, second), (impatient, third) = blocked(), blocked(), blocked()
    began = time.monotonic()
    os.close(first)
    killed.send_signal(signal.SIGTERM)
    impatient.send_signal(signal.SIGHUP)
    impatient.send_signal(signal.SIGTERM)
    codes = [one.wait(2) for one in (closed, impatient, killed)]
    assert codes in ([129, 129, 143], [129, 143, 143]), "either of two signals at once"
    assert time.monotonic() - began < 2
    assert b"\x1b[?1049l" in os.read(second, 1000)  # the terminal that is still there is as before
    for master in (second, third):
        os.close(master)
