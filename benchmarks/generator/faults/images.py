"""Images that do not come."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.fares import Said, image_pull, never_valid_image
from benchmarks.generator.faults.fault import Faults

IMAGES = Faults()


def _failed(image: str, why: str) -> str:
    return f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": {why}'


def _manifests(image: str) -> str:
    host, _, rest = image.partition("/")
    name, _, tag = rest.partition(":")
    return f"https://{host}/v2/{name}/manifests/{tag}"


@IMAGES.plants("image-not-found")
def unknown_tag(app: Application) -> str:
    image = app.container["image"] = app.container["image"].partition(":")[0] + ":v999"
    app.fare = image_pull(image, f"rpc error: code = NotFound desc = {_failed(image, f'{image}: not found')}")
    return app.ref


@IMAGES.plants("image-not-found", "deployment", "served")
def unknown_tag_in_rollout(app: Application) -> str:
    app.serving = True
    return unknown_tag(app)


@IMAGES.plants("image-pull-forbidden")
def forbidden(app: Application) -> str:
    image = app.container["image"]
    why = f"unexpected status from HEAD request to {_manifests(image)}: 403 Forbidden"
    app.fare = image_pull(image, _failed(image, why))
    return app.ref


@IMAGES.plants("image-pull-network")
def unresolved_registry(app: Application) -> str:
    image = app.container["image"] = f"registry.internal.example/{app.name}:v1"
    why = (
        f'failed to do request: Head "{_manifests(image)}": '
        "dial tcp: lookup registry.internal.example on 169.254.169.254:53: no such host"
    )
    app.fare = image_pull(image, _failed(image, why))
    return app.ref


@IMAGES.plants("image-pull-rate-limit")
def rate_limit(app: Application) -> str:
    image = app.container["image"] = f"docker.io/library/{app.name}:1.2"
    why = (
        f"unexpected status from HEAD request to https://registry-1.docker.io/v2/library/{app.name}/manifests/1.2: "
        "429 Too Many Requests - You have reached your unauthenticated pull rate limit."
    )
    app.fare = image_pull(image, _failed(image, why))
    return app.ref


@IMAGES.plants("invalid-image-name")
def unreadable_name(app: Application) -> str:
    image = app.container["image"] = f"europe-west1-docker.pkg.dev/Acme-Prod/{app.name}:latest"
    app.fare = never_valid_image(image)
    return app.ref


@IMAGES.plants("missing-image-pull-secret")
def pull_secret(app: Application) -> str:
    name = f"{app.name}-pull"
    image = app.container["image"] = f"registry.gitlab.com/acme/{app.name}:v1"
    app.spec["imagePullSecrets"] = [{"name": name}]
    said = Said(
        "Warning",
        "FailedToRetrieveImagePullSecret",
        f"Unable to retrieve some image pull secrets ({name}); attempting to pull the image may not succeed.",
        40,
        20,
        900,
    )
    why = "pulling from host registry.gitlab.com failed with status code [manifests v1]: 401 Unauthorized"
    app.fare = image_pull(image, _failed(image, why), said)
    return f"Secret/{app.namespace}/{name}"
