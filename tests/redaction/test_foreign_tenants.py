"""What one namespace writes changes no diagnosis of another, and a snapshot is diagnosed as the cluster it was made of.

A tenant who may only write logs, variables and annotations of an own namespace could otherwise blind a diagnosis: by
letting the words that playbooks look for pass for a credential, so that masking takes them out of everybody's texts.

A sample of the recordings, the same each time; with GKEDOCTOR_FUZZ (`make fuzz`) all of
them, a quarter of them live, and more examples.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.snapshot import store
from gkedoctor.snapshot.model import Collection, Snapshot
from gkedoctor.snapshot.redaction import redactor
from gkedoctor.snapshot.sources import load
from tests.collect.kube_api import KubeApi
from tests.conftest import RECORDINGS, recorded
from tests.diagnose.merging import merged
from tests.redaction.tenants import (
    COMMON,
    LOG_FORMS,
    QUIET,
    VARIABLES,
    Json,
    Said,
    beside,
    diagnosed,
    differences,
    foreign_logs,
    foreign_objects,
    loud,
    of_others,
    pattern_words,
    verdicts,
    words_of,
)

FUZZ = int(os.environ.get("GKEDOCTOR_FUZZ", "0"))
NAMES = sorted(path.parent.name for path in RECORDINGS.glob("*/manifest.json"))
SAMPLE = NAMES if FUZZ else NAMES[2::6]
LIVE = [name for name in NAMES if recorded(name).collection("pods").objects][::4] if FUZZ else [
    "teratail-missing-secret", "db-host", "probe-scheme",
]  # fmt: skip
EXAMPLES = 100 if FUZZ else 12


@pytest.fixture(autouse=True, scope="module")
def each_text_is_searched_once() -> Iterator[None]:
    """What of a text is a credential depends on the text alone, and all tenants say the same thousands of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redactor, "_spans", cache(redactor._spans))
        patch.setattr(redactor, "may_spread", cache(redactor.may_spread))
        yield


def every_word(snapshot: Snapshot) -> Said:
    """All that could be taken for a credential and is a word of a recording, a playbook or of Kubernetes."""
    return loud([*COMMON, *pattern_words(), *words_of(snapshot)])


def without_secret(said: Said) -> Said:
    return said._replace(secret={})


@cache
def alone(name: str) -> Json:
    """The report of a recording without a tenant."""
    return diagnosed(beside(recorded(name), None))


@cache
def beside_every_word(name: str) -> tuple[Snapshot, Json]:
    """A recording with the loudest tenant, and its report."""
    snapshot = beside(recorded(name), every_word(recorded(name)))
    return snapshot, diagnosed(snapshot)


def stored(snapshot: Snapshot, folder: Path) -> Snapshot:
    """The snapshot as it comes back from its file."""
    file = folder / "stored.gkesnap"
    file.unlink(missing_ok=True)
    store.write(snapshot, file)
    return load(file)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_namespace_beside_it_changes_no_diagnosis(name: str) -> None:
    """The measure for all that follows: where nothing is said that could pass for a credential."""
    together = diagnosed(beside(recorded(name), QUIET))
    assert differences(of_others(alone(name)), of_others(together)) == []


@pytest.mark.parametrize("name", SAMPLE)
def test_logs_variables_and_annotations_of_others_change_no_byte(name: str) -> None:
    snapshot = recorded(name)
    together = diagnosed(beside(snapshot, without_secret(every_word(snapshot))))
    assert differences(of_others(alone(name)), of_others(together)) == []


@pytest.mark.parametrize("name", SAMPLE)
def test_a_secret_of_others_changes_no_verdict(name: str) -> None:
    """Its values may be masked wherever they stand, but what is found, and where, stays."""
    _, together = beside_every_word(name)
    assert differences(verdicts(alone(name)), verdicts(together)) == []


@pytest.mark.parametrize("name", SAMPLE)
def test_a_file_is_diagnosed_as_what_it_was_made_of(name: str, tmp_path: Path) -> None:
    made_of = [(beside(recorded(name), None), alone(name)), beside_every_word(name)]
    for snapshot, direct in made_of:
        read_back = diagnosed(stored(snapshot, tmp_path))
        assert differences(of_others(direct), of_others(read_back)) == []


def served(snapshot: Snapshot, said: Said | None) -> KubeApi:
    """The API of the recording, with the foreign namespace in it."""
    api = KubeApi.of(snapshot)
    if said is not None:
        objects = dict(api.objects)
        for name, items in foreign_objects(said).items():
            objects[name] = [*objects.get(name, ()), *items]
        api.objects, api.logs = objects, {**api.logs, **foreign_logs(said)}
    return api


def live(snapshot: Snapshot, said: Said | None, folder: Path) -> tuple[Json, Json]:
    """The report of the live cluster, and that of the snapshot which the same run saved."""
    reports = [folder / "live.json", folder / "saved.json"]
    saved = folder / "saved.gkesnap"
    with served(snapshot, said) as api:
        flags = ["--kubeconfig", api.kubeconfig(folder), "--no-gcp", "--save", str(saved), "-o", f"json={reports[0]}"]
        assert gkedoctor(["report", "--no-config", "--fail-on", "never", *flags]) in (0, 4)
    wanted = ["--from", str(saved), "-o", f"json={reports[1]}"]
    assert gkedoctor(["report", "--no-config", "--fail-on", "never", *wanted]) in (0, 4)
    direct, read_back = (dict(json.loads(file.read_text())) for file in reports)
    return direct, read_back


@pytest.mark.parametrize("name", LIVE)
def test_a_live_report_is_the_same_beside_a_hostile_namespace(name: str, tmp_path: Path) -> None:
    snapshot = recorded(name)
    quiet, _ = live(snapshot, QUIET, tmp_path)
    direct, _ = live(snapshot, without_secret(loud([*COMMON, *words_of(snapshot)])), tmp_path)
    assert differences(of_others(quiet), of_others(direct)) == []


@pytest.mark.parametrize("name", LIVE)
def test_a_live_snapshot_is_diagnosed_as_the_cluster(name: str, tmp_path: Path) -> None:
    snapshot = recorded(name)
    direct, read_back = live(snapshot, loud([*COMMON, *words_of(snapshot)]), tmp_path)
    assert differences(of_others(direct), of_others(read_back)) == []
    assert differences(verdicts(direct), verdicts(read_back)) == []


def test_three_lines_of_a_log_change_nothing(tmp_path: Path) -> None:
    """The attack that was shown: words of the kubelet and of programs under a credential's name."""
    lines = (
        'level=warn msg="cache miss" token="not found"',
        "level=warn token=denied",
        'level=warn secret=expired secret="connection refused" password=Insufficient',
    )
    snapshot = recorded("teratail-missing-secret")
    quiet, _ = live(snapshot, QUIET, tmp_path)
    direct, read_back = live(snapshot, QUIET._replace(logs=lines), tmp_path)
    assert of_others(quiet)
    assert differences(of_others(quiet), of_others(direct)) == []
    assert differences(of_others(quiet), of_others(read_back)) == []


def named_https(snapshot: Snapshot) -> Snapshot:
    """The recording with `https` as the name of each port."""
    changed = [
        Collection(c.name, c.state, [_with_https(item) for item in c.objects])
        if c.name in ("services", "deployments", "replicasets", "pods")
        else c
        for c in snapshot.collections.values()
    ]
    return Snapshot(snapshot.manifest, changed)


def _with_https(item: Json) -> Json:
    changed: Json = json.loads(json.dumps(item))
    spec = changed["spec"]
    for port in spec.get("ports", ()):
        port["name"] = port["targetPort"] = "https"
    for container in (spec.get("template") or {}).get("spec", spec).get("containers", ()):
        for port in container.get("ports", ()):
            port["name"] = "https"
    return changed


def test_a_variable_with_the_name_of_a_port_as_its_value_breaks_no_port(tmp_path: Path) -> None:
    snapshot = named_https(recorded("teratail-healthy"))
    said = QUIET._replace(env=(("TOKEN_PROTOCOL", "https"),))
    quiet, _ = live(snapshot, QUIET, tmp_path)
    direct, read_back = live(snapshot, said, tmp_path)
    assert differences(of_others(quiet), of_others(direct)) == []
    assert differences(of_others(quiet), of_others(read_back)) == []


words = st.sampled_from([*COMMON, *pattern_words()])
texts = st.one_of(words, st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))


@st.composite
def tenants(draw: st.DrawFn, own: list[str]) -> Said:
    """Some words, those of the recordings themselves among them, wherever a tenant may write."""
    some = st.lists(st.one_of(st.sampled_from(own), texts) if own else texts, max_size=8)
    lines = tuple(draw(st.sampled_from(LOG_FORMS)).format(word) for word in draw(some))
    env = tuple((f"{draw(st.sampled_from(VARIABLES))}_{i}", word) for i, word in enumerate(draw(some)))
    annotations = {f"example.com/secret-{i}": word for i, word in enumerate(draw(some))}
    return Said(lines, env, annotations, {f"k{i}": word for i, word in enumerate(draw(some))})


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_several_recordings_and_a_hostile_namespace(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Mixtures: any three recordings in one cluster, and any tenant beside them."""
    names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    mixture = merged(recorded(name) for name in names)
    said = data.draw(tenants([word for name in names for word in words_of(recorded(name))]))
    without, snapshot = diagnosed(beside(mixture, None)), beside(mixture, said)
    together = diagnosed(snapshot)
    assert differences(verdicts(without), verdicts(together)) == []
    if not said.secret:
        assert differences(of_others(without), of_others(together)) == []
    read_back = diagnosed(stored(snapshot, tmp_path_factory.mktemp("mixture")))
    assert differences(of_others(together), of_others(read_back)) == []
