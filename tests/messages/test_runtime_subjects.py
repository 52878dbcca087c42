"""What a message of a container runtime is about: the entry of `container.yaml` that comes first in it."""

from __future__ import annotations

import pytest

from gkedoctor.messages import shipped_messages

RUNC = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
INIT = RUNC + "unable to start container process: error during container init: "
OLD = 'OCI runtime create failed: container_linux.go:349: starting container process caused "'

SUBJECTS = {
    # the command, in the words of each runtime; its name may hold the words of other subjects
    'exec: "/usr/sbin/sysctl": executable file not found in $PATH: unknown': "command-not-found",
    INIT + 'exec: "/opt/mount/run.sh": stat /opt/mount/run.sh: no such file or directory: unknown': "command-not-found",
    OLD + r"exec: \"seccomp-agent\": executable file not found in $PATH\": unknown": "command-not-found",
    INIT + 'exec: "nvidia-smi": executable file not found in $PATH: unknown': "command-not-found",
    "container create failed: executable file `rails` not found in $PATH: No such file": "command-not-found",
    "container create failed: open executable: No such file or directory": "command-not-found",
    "OCI runtime start failed: starting container: starting root container: starting sandbox: failed to create "
    "process: failed to load /app/server: no such file or directory: unknown": "command-not-found",
    "failed to generate container spec: no command specified": "command-not-found",
    "exec /usr/local/bin/docker-entrypoint.sh: no such file or directory": "command-not-found",
    'standard_init_linux.go:228: exec user process caused: no such file or directory"': "command-not-found",
    INIT + 'exec: "/app": is a directory: unknown': "not-executable",
    INIT + 'exec: "./cgroup-helper": permission denied: unknown': "not-executable",
    OLD + r"exec: \"/docker-entrypoint.sh\": permission denied\": unknown": "not-executable",
    "container create failed: open executable: Permission denied": "not-executable",
    "exec /app/server: exec format error": "wrong-architecture",
    # security
    INIT + "unable to apply apparmor profile: apparmor failed to apply profile: write "
    "/proc/thread-self/attr/apparmor/exec: no such file or directory: unknown": "apparmor-profile",
    "failed to create containerd container: failed to generate apparmor spec opts: apparmor profile not found "
    "k8s-apparmor-example": "apparmor-profile",
    'container create failed: apparmor profile "x" is not loaded': "apparmor-profile",
    "setup seccomp: unable to load local profile "
    '"/var/lib/kubelet/seccomp/operator/ns/p.json": open /var/lib/kubelet/seccomp/operator/ns/p.json: no such file or '
    "directory": "seccomp-profile",
    "failed to generate seccomp spec opts: failed to load seccomp profile: cannot load seccomp profile "
    '"/var/lib/kubelet/seccomp/fine.json": json: cannot unmarshal': "seccomp-profile",
    INIT + "unable to init seccomp: error loading seccomp filter into kernel: errno 524: unknown": "seccomp-filter",
    OLD + r'process_linux.go:449: container init caused \"write /proc/self/attr/keycreate: permission denied\""': (
        "selinux-label"
    ),
    # accelerators and hooks: the file that is missing is one of the node
    INIT + "error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\n"
    "nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown": "accelerator-driver",
    RUNC + "could not apply required modification to OCI specification: error modifying OCI spec: failed to inject CDI "
    "devices: unresolvable CDI devices management.nvidia.com/gpu=all: unknown": "accelerator-driver",
    "unable to retrieve OCI runtime error (open /run/containerd/io/log.json: no such file or directory): fork/exec "
    "/usr/bin/nvidia-container-runtime: no such file or directory: unknown": "accelerator-driver",
    "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.6, please update your driver to a newer "
    "version, or use an earlier cuda container": "accelerator-requirement",
    INIT + "error running createRuntime hook #0: fork/exec /opt/hook: permission denied: unknown": "hook",
    # devices
    'error gathering device information while adding custom device "/dev/net/tun": no such file or directory': "device",
    "failed to create containerd container: failed to generate spec: lstat /dev/kvm: no such file or directory": (
        "device"
    ),
    "container create failed: writing file `devices.allow`: Operation not permitted": "device",
    # memory
    RUNC + "unable to start container process: container init was OOM-killed (memory limit too low?): unknown": (
        "memory-limit-too-low"
    ),
    "Error response from daemon: Minimum memory limit allowed is 6MB": "memory-limit-too-low",
    "set memory limit 4194304 too low; should be at least 12582912": "memory-limit-too-low",
    # mounts
    INIT + 'error mounting "/var/lib/kubelet/pods/1/volumes/kubernetes.io~empty-dir/x" to rootfs at "/etc/x": create '
    "mountpoint for /etc/x mount: cannot create subdirectories in rootfs: not a directory: unknown": (
        "mount-not-a-directory"
    ),
    INIT + 'error mounting "/mnt/disks/ssd0" to rootfs at "/data": stat /mnt/disks/ssd0: no such file or directory: '
    "unknown": "mount",
    INIT + 'error mounting "proc" to rootfs at "/proc": mount src=proc: operation not permitted: unknown': "mount",
    "container create failed: mount `/var/lib/x` to `data`: Permission denied": "mount",
    'failed to generate spec: path "/var/lib/kubelet" is mounted on "/" but it is not a shared mount': "mount",
    'failed to generate spec: failed to mkdir "/data/db": mkdir /data: read-only file system': "host-directory",
    'failed to prepare subPath for volumeMount "conf" of container "web"': "sub-path",
    # everything else
    INIT + 'chdir to cwd ("/srv/app") set in config.json failed: no such file or directory: unknown': (
        "working-directory"
    ),
    "container create failed: chdir to `/workspace`: Permission denied": "working-directory",
    "failed to generate spec: unable to find user nonroot: no matching entries in passwd file": "user-not-found",
    INIT + "open /proc/sys/net/core/rmem_max: no such file or directory: unknown": "sysctl",
    'failed to generate spec: unknown capability "CAP_SYS_PTRACEE"': "capability",
    'failed to reserve container name "a_b_c_1": name "a_b_c_1" is reserved for "5f0d3"': "name-reserved",
    RUNC + "unable to start container process: unable to apply cgroup configuration: failed to write 41: write "
    "/sys/fs/cgroup/systemd/kubepods/x/cgroup.procs: no such file or directory: unknown": "cgroup",
    'failed to create containerd container: create snapshot: missing parent "sha256:4f" bucket: not found': (
        "root-file-system"
    ),
    "failed to create containerd container: mkdir /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/"
    "new-18: no space left on device": "no-space",
    "failed to start shim: start failed: fork/exec /usr/bin/containerd-shim-runc-v2: resource temporarily "
    "unavailable": "runtime-of-node",
    # nothing that the table can tell
    "context deadline exceeded": None,
    RUNC + "unable to start container process: EOF: unknown": None,
}


@pytest.mark.parametrize(("message", "subject"), SUBJECTS.items(), ids=lambda value: str(value)[-40:])
def test_what_a_message_of_a_runtime_is_about(message: str, subject: str | None) -> None:
    found = shipped_messages().first(message, "container")
    assert (found.message.name if found is not None else None) == subject
