"""In a real terminal: tmux types the keys and reads the screen. Whatever ends it, the terminal is as before."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import RECORDINGS

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: apt-get install tmux")
INGRESS = RECORDINGS / "ing-missing-secret"


class Terminal:
    """A shell in a tmux of its own."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "tmux")
        self.folder = folder
        inherited = {k: v for k, v in os.environ.items() if k not in ("TMUX", "NO_COLOR", "SSH_CONNECTION")}
        environment = {**inherited, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        size = ("-x", "100", "-y", "30")
        self.tmux("-f", "/dev/null", "new-session", "-d", *size, "-s", "t", "bash --norc --noprofile", env=environment)
        self.seen("bash")

    def tmux(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        return done.stdout

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "t", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "t", "-l", text)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "t")

    def seen(self, words: str, seconds: float = 30.0) -> str:
        """The screen once it has these words."""
        end = time.monotonic() + seconds
        while words not in (screen := self.screen()):
            ended = "ended=" in screen.replace("echo ended=", "") and time.monotonic() > end - seconds + 2
            assert not ended and time.monotonic() < end, f"{words!r} did not come:\n{screen}"
            time.sleep(0.05)
        return screen

    def run(self, command: str) -> None:
        self.type(command)
        self.keys("Enter")

    def settings(self) -> str:
        """What the terminal is set to."""
        file = self.folder / "stty"
        file.unlink(missing_ok=True)
        self.run(f"stty -a > {file}; echo noted")
        self.seen("noted")
        self.run("clear")
        time.sleep(0.2)
        return file.read_text()

    def modes(self) -> str:
        """Whether the alternate screen, the mouse or a hidden cursor is left on."""
        wanted = "#{alternate_on} #{mouse_any_flag} #{mouse_standard_flag} #{cursor_flag}"
        return self.tmux("display-message", "-p", "-t", "t", wanted).strip()

    def close(self) -> None:
        self.tmux("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    one = Terminal(tmp_path)
    yield one
    one.close()


def diagnose(source: Path = INGRESS) -> str:
    return f"{sys.executable} -m gkedoctor diagnose --from {source}; echo ended=$?"


def children(terminal: Terminal) -> list[int]:
    """The processes that the shell started."""
    shell = terminal.tmux("display-message", "-p", "-t", "t", "#{pane_pid}").strip()
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", shell], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def test_from_the_ingress_to_the_missing_secret_and_out_again(terminal: Terminal) -> None:
    before, modes = terminal.settings(), terminal.modes()
    terminal.run(diagnose())
    terminal.seen("Secret shop-db does not exist")
    terminal.type("/")
    terminal.type("kind:ingress")
    terminal.seen("Findings 1 of 2")
    terminal.keys("Enter")
    terminal.keys("Right")  # unfold: the Ingress suffers
    terminal.seen("` Ingress shop")
    terminal.type("j")
    terminal.keys("Enter")  # to the Ingress
    terminal.seen("Ingress/ing-missing-secret/shop")
    screen = terminal.seen("root: Secret/ing-missing-secret/shop-db")
    assert "REFERS TO" in screen
    terminal.keys("Enter")  # on to the root
    terminal.seen("state  does not exist")
    terminal.type("cf")
    terminal.seen("copied the fix")
    terminal.keys("C-s")
    terminal.seen("Save the report")
    terminal.keys("Enter")
    terminal.seen("saved the report as")
    terminal.type("q")
    terminal.seen("ended=0")
    assert terminal.tmux("show-buffer") == (
        "kubectl -n ing-missing-secret create secret generic shop-db --from-literal=url=VALUE"
        " --dry-run=client -o yaml | kubectl apply -f -\n"
    )
    saved = list(terminal.folder.glob("gkedoctor-*.md"))
    assert len(saved) == 1 and "shop-db" in saved[0].read_text()
    assert (terminal.settings(), terminal.modes()) == (before, modes)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
def test_the_terminal_is_clean_after_a_kill(terminal: Terminal, number: signal.Signals) -> None:
    before, modes = terminal.settings(), terminal.modes()
    terminal.run(diagnose())
    terminal.seen("Secret shop-db does not exist")
    (process,) = children(terminal)
    os.kill(process, number)
    terminal.seen(f"ended={128 + number}")
    assert (terminal.settings(), terminal.modes()) == (before, modes)


def test_the_terminal_is_clean_after_an_exception(terminal: Terminal) -> None:
    before, modes = terminal.settings(), terminal.modes()
    broken = terminal.folder / "broken.py"
    broken.write_text(
        "import sys\n"
        "from gkedoctor.tui.screens.overview import Overview\n"
        "def fail(self): raise RuntimeError('a planted fault')\n"
        "Overview.action_mark = fail\n"
        "from gkedoctor.cli.app import run\n"
        f"sys.exit(run(['diagnose', '--from', {str(INGRESS)!r}]))\n"
    )
    terminal.run(f"{sys.executable} {broken}; echo ended=$?")
    terminal.seen("Secret shop-db does not exist")
    terminal.keys("Space")
    screen = terminal.seen("ended=5")
    assert "internal error of gkedoctor: RuntimeError: a planted fault" in screen
    assert "Traceback" not in screen
    assert (terminal.settings(), terminal.modes()) == (before, modes)


def test_a_source_that_cannot_be_read_is_told_in_one_line(terminal: Terminal) -> None:
    file = terminal.folder / "nothing.json"
    file.write_text("{")
    terminal.run(diagnose(file))
    screen = terminal.seen("ended=3")
    assert "gkedoctor: error:" in screen


def test_quitting_does_not_wait_for_what_is_being_read(terminal: Terminal) -> None:
    slow = terminal.folder / "slow.py"
    slow.write_text(
        "import sys, time\n"
        "import gkedoctor.snapshot.sources as sources\n"
        "sources.load = lambda path, **_: time.sleep(60)\n"
        "from gkedoctor.cli.app import run\n"
        f"sys.exit(run(['diagnose', '--from', {str(INGRESS)!r}]))\n"
    )
    terminal.run(f"{sys.executable} {slow}; echo ended=$?")
    terminal.seen("reading ing-missing-secret")
    began = time.monotonic()
    terminal.type("q")
    terminal.seen("ended=0")
    assert time.monotonic() - began < 5


def test_off_a_terminal_it_is_the_plain_report() -> None:
    command = [sys.executable, "-m", "gkedoctor", "diagnose", "--from", str(INGRESS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    report = subprocess.run([*command[:3], "report", *command[4:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout == report.stdout
    assert "\x1b" not in done.stdout


def test_on_a_dumb_terminal_it_is_the_plain_report(terminal: Terminal) -> None:
    terminal.run(f"TERM=dumb {diagnose()}")
    screen = terminal.seen("ended=0")
    assert "critical[GKE-CFG-001]" in terminal.tmux("capture-pane", "-p", "-S", "-200", "-t", "t")
    assert "Findings" not in screen
