"""The default redactors of troubleshoot.sh on the same texts, for comparison; needs Go and its module proxy."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from benchmarks.leaks.outputs import Output, read

VERSION = "v0.133.0"
"""github.com/replicatedhq/troubleshoot; pkg/redact holds the redactors that every support bundle goes through."""

_PROGRAM = """package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/replicatedhq/troubleshoot/pkg/redact"
)

// Redacts each file of a folder into another, with the redactors that need no configuration.
func main() {
	from, to := os.Args[1], os.Args[2]
	err := filepath.Walk(from, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		in, err := os.Open(path)
		if err != nil {
			return err
		}
		defer in.Close()
		out, err := redact.Redact(in, name, nil)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(out)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
	if err != nil {
		panic(err)
	}
}
"""


def go() -> str | None:
    """The Go command, where there is one."""
    return shutil.which("go", path=f"{os.environ['PATH']}{os.pathsep}/usr/local/go/bin")


def redacted(recording: Path, folder: Path) -> Output:
    """The recording as troubleshoot's redactors leave it. SystemExit without Go, or if it does not build."""
    command = go()
    if command is None:
        raise SystemExit("--troubleshoot needs Go: https://go.dev/dl/")
    program = folder / "redactors"
    program.mkdir()
    (program / "main.go").write_text(_PROGRAM, encoding="utf-8")
    to = folder / "troubleshoot"
    for arguments in (
        ("mod", "init", "redactors"),
        ("get", f"github.com/replicatedhq/troubleshoot/pkg/redact@{VERSION}"),
        ("build", "-o", "redactors", "."),
    ):
        _run([command, *arguments], program)
    _run([str(program / "redactors"), str(recording), str(to)], program)
    return Output(f"troubleshoot {VERSION}, the recording", read(to), whole=True)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} exited {done.returncode}: {done.stderr[-600:]}")
