"""What `gkedoctor diagnose --watch` costs on a busy cluster, and how late its screen is; beside it, `kubectl get -w`.

    python -m benchmarks.watch [--pods 20000] [--rate 50] [--seconds 300]

A server process changes so many Pods a second. The lag of a change is the time from the server's until the screen
has it. A key press takes as long as the UI's loop is held up, as in `benchmarks/tui.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks import kubectl
from benchmarks.clusters import cluster
from benchmarks.tui import Pulse
from benchmarks.watch_server import STAMP
from gkedoctor.cli.screen_sources import ScreenQuery, cluster_source
from gkedoctor.live.options import LiveOptions
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.run import make_keys_prompt

_MEMORY_SECONDS = 30.0


class Lag:
    """How late each change is on the screen."""

    def __init__(self) -> None:
        self.seen = 0.0
        self.lags: list[float] = []

    def look(self, app: GkedoctorApp) -> None:
        """Notes the changes that are new in the scene that is shown."""
        if app.scene is None:
            return
        now, newest = time.time(), self.seen
        for pod in app.scene.snapshot.collection("pods").objects:
            stamp = float((pod["metadata"].get("annotations") or {}).get(STAMP, 0.0))
            if stamp > self.seen:
                self.lags.append(now - stamp)
                newest = max(newest, stamp)
        self.seen = newest


def memory() -> float:
    """MiB that the process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def requests_at(url: str) -> dict[str, int]:
    found: dict[str, int] = json.loads(urllib.request.urlopen(f"{url}/requests").read())
    return found


async def followed(config: str, url: str, seconds: float, begin: Any) -> None:
    """Opens the screen, waits until all is shown, and measures while the cluster changes."""
    app = GkedoctorApp(cluster_source(LiveOptions(config, gcp=False), ScreenQuery(), 30.0))
    pulse, lag = Pulse(), Lag()
    began = time.perf_counter()
    async with app.run_test(size=(120, 40)):
        while app.scene is None or not app.scene.diagnosed or app.doing or app.freshness.newest is None:
            await asyncio.sleep(0.1)
        print(f"shown after {time.perf_counter() - began:.1f} s, {time.process_time():.1f} CPU s")
        await asyncio.sleep(3)
        beat = asyncio.create_task(pulse.beat())
        first, sizes, used, scenes = requests_at(url), [memory()], time.process_time(), 0
        begin()
        now, shown = time.monotonic(), app.scene
        end, next_size = now + seconds, now + _MEMORY_SECONDS
        while (now := time.monotonic()) < end:
            await asyncio.sleep(0.05)
            if now >= next_size:
                sizes.append(memory())
                next_size += _MEMORY_SECONDS
            if app.scene is not shown:
                shown, scenes = app.scene, scenes + 1
                await asyncio.to_thread(lag.look, app)
        sent = {name: count - first[name] for name, count in requests_at(url).items()}
        busy = (time.process_time() - used) / seconds
        print(f"CPU {100 * busy:.0f} % of a core, {scenes} pictures in {seconds:.0f} s")
        print(f"memory every {_MEMORY_SECONDS:g} s: {', '.join(f'{size:.0f}' for size in (*sizes, memory()))} MiB")
        print(pulse.told())
        if lag.lags:
            print(f"lag: median {statistics.median(lag.lags):.2f} s, worst {max(lag.lags):.2f} s of {len(lag.lags)}")
        print(f"requests meanwhile: {sent['list']} lists, {sent['watch']} watches, {sent['other']} others")
        beat.cancel()
        app.source.leave()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=50.0, help="changes a second; 0: an idle cluster")
    parser.add_argument("--seconds", type=float, default=300.0)
    arguments = parser.parse_args()
    make_keys_prompt()
    path, _ = cluster(arguments.pods)
    serve = "from benchmarks.watch_server import main; main()"
    command = [sys.executable, "-c", serve, str(path), str(arguments.rate)]
    print(f"{arguments.pods:,} Pods, {arguments.rate:g} changes a second; load {os.getloadavg()[0]:.1f}")
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None and server.stdin is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        config, program = kubectl.config_of(url, Path(name)), kubectl.program()
        other = [str(program), f"--kubeconfig={config}", f"--cache-dir={name}/cache", "get", "pods", "-A", "-w"]
        watching = subprocess.Popen(other, stdout=subprocess.DEVNULL) if program else None
        pipe = server.stdin

        def begin() -> None:
            pipe.write("begin\n")
            pipe.flush()

        asyncio.run(followed(config, url, arguments.seconds, begin))
        if watching is not None:
            watching.terminate()
            _, _, used = os.wait4(watching.pid, 0)
            print(f"kubectl get pods -A -w: {used.ru_utime + used.ru_stime:.1f} CPU s, {used.ru_maxrss >> 10} MiB")
        server.terminate()


if __name__ == "__main__":
    main()
