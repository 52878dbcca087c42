"""As whom: impersonation, the Pod's own account, client certificates, and tokens that end on the way."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kubernetes.config import incluster_config

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.collect.collector import CollectRequest, collect
from gkedoctor.collect.deadline import Deadline, RequestFailed
from gkedoctor.collect.google_cloud import collect_google
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.results import Listing
from gkedoctor.errors import SourceError
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import Status
from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi, status
from tests.collect.loopback import Asked as Sent
from tests.collect.loopback import Loopback, Reply

POD = {"metadata": {"name": "p", "namespace": "n"}}


def headers(sent: Sent, name: str) -> list[str]:
    return [value for key, value in sent.pairs if key.lower() == name]


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi({"pods": [POD]}) as server:
        yield server


def test_a_user_and_groups_are_impersonated_in_every_request(api: KubeApi, tmp_path: Path) -> None:
    login = Login(api.kubeconfig(tmp_path), as_user="jane@example.com", as_groups=("devs", "a,b"))
    collect(CollectRequest(login, [KINDS["Pod"], KINDS["Deployment"]]), lambda _said: None)
    assert len(api.asked) > 3
    assert all(headers(sent, "impersonate-user") == ["jane@example.com"] for sent in api.asked)
    assert all(headers(sent, "impersonate-group") == ["devs", "a,b"] for sent in api.asked)
    assert all(headers(sent, "authorization") == ["Bearer t0ken"] for sent in api.asked)


def with_entry(path: str, **entry: Any) -> str:
    """The kubeconfig with more in its user's entry."""
    made = json.loads(Path(path).read_text())
    made["users"][0]["user"] |= entry
    Path(path).write_text(json.dumps(made))
    return path


def test_whom_the_kubeconfig_says_to_act_as_is_acted_as(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As kubectl does: `as`, `as-groups`, `as-uid` and `as-user-extra` of the user's entry."""
    extra = {"acme.com/project": ["a", "b"], "scopes": ["x"]}
    entry = {"as": "jane", "as-groups": ["devs", "a,b"], "as-uid": "u1", "as-user-extra": extra}
    config = with_entry(api.kubeconfig(tmp_path), **entry)
    collect(CollectRequest(Login(config), [KINDS["Pod"]]), lambda _said: None)
    assert len(api.asked) > 2
    for sent in api.asked:
        assert headers(sent, "impersonate-user") == ["jane"] and headers(sent, "impersonate-uid") == ["u1"]
        assert headers(sent, "impersonate-group") == ["devs", "a,b"]
        assert headers(sent, "impersonate-extra-acme.com%2fproject") == ["a", "b"]
        assert headers(sent, "impersonate-extra-scopes") == ["x"]
    gkedoctor(["access", "--no-gcp", "--kubeconfig", config])
    assert ", as jane (devs, a,b): " in capsys.readouterr().out


def test_flags_stand_above_what_the_kubeconfig_says(api: KubeApi, tmp_path: Path) -> None:
    config = with_entry(api.kubeconfig(tmp_path), **{"as": "jane", "as-groups": ["devs"]})
    KubernetesClient(Login(config, as_user="joe"), Deadline()).get("/version")
    KubernetesClient(Login(config, as_groups=("ops",)), Deadline()).get("/version")
    said = [(headers(sent, "impersonate-user"), headers(sent, "impersonate-group")) for sent in api.asked]
    assert said == [(["joe"], ["devs"]), (["jane"], ["ops"])]


def test_nobody_is_impersonated_without_being_asked(api: KubeApi, tmp_path: Path) -> None:
    collect(CollectRequest(Login(api.kubeconfig(tmp_path)), [KINDS["Pod"]]), lambda _said: None)
    assert not any(key.lower().startswith("impersonate") for sent in api.asked for key, _ in sent.pairs)


def test_who_may_not_impersonate_reads_so_in_one_line(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = 'users "jane" is forbidden: User "ci" cannot impersonate resource "users" in API group ""'
    api.fault = lambda _sent: status(403, message, "Forbidden")
    code = gkedoctor(["report", "--json", "--no-gcp", "--as", "jane", "--kubeconfig", api.kubeconfig(tmp_path)])
    shown = capsys.readouterr()
    assert code == 4 and message in shown.err and "Traceback" not in shown.err
    holes = {hole["collection"]: hole for hole in json.loads(shown.out)["not_checked"]}
    assert holes["pods"]["detail"] == message and holes["pods"]["needs"] == "list pods"


def test_access_says_for_whom_it_asks(api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reviews are asked as the user: what is answered holds for that user."""
    arguments = ["access", "--no-gcp", "--as", "jane", "--as-group", "devs", "--kubeconfig", api.kubeconfig(tmp_path)]
    assert gkedoctor(arguments) == 0
    reviews = [sent for sent in api.asked if sent.method == "POST"]
    assert reviews and all(headers(sent, "impersonate-user") == ["jane"] for sent in reviews)
    assert all(headers(sent, "impersonate-group") == ["devs"] for sent in reviews)
    assert ", as jane (devs): " in capsys.readouterr().out


class Papers(NamedTuple):
    """A certificate with its key, in files."""

    certificate: Path
    key: Path


def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    return signed("test authority", key, None), key


def signed(name: str, key: ec.EllipticCurvePrivateKey, by: Any) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if by is not None:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(by[1].public_key())
        place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        made = made.add_extension(issuer, critical=False).add_extension(place, critical=False)
    else:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        made = made.add_extension(usage, critical=True)
    return made.sign(by[1] if by else key, hashes.SHA256())


def papers(folder: Path, name: str, by: Any) -> Papers:
    key = ec.generate_private_key(ec.SECP256R1())
    made = Papers(folder / f"{name}.crt", folder / f"{name}.key")
    made.certificate.write_bytes(signed(name, key, by).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made.key.write_bytes(key.private_bytes(*form))
    return made


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The authority's certificate as a file, and what it signs with."""
    by = authority()
    file = tmp_path_factory.mktemp("ca") / "ca.crt"
    file.write_bytes(by[0].public_bytes(serialization.Encoding.PEM))
    return file, by


@pytest.fixture
def secure(trust: tuple[Path, Any], tmp_path: Path) -> Iterator[KubeApi]:
    """An API server behind TLS that asks for, and does not insist on, a client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*papers(tmp_path, "server", trust[1]))
    context.load_verify_locations(trust[0])
    context.verify_mode = ssl.CERT_OPTIONAL
    with KubeApi({"pods": [POD]}) as server:
        server.secure(context)
        yield server


class House(NamedTuple):
    """What a Pod finds of its service account."""

    token: Path
    authority: Path


@pytest.fixture
def house(secure: KubeApi, trust: tuple[Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path / "token", trust[0])
    made.token.write_text("first")
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(made.token))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(made.authority))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", secure.url.rpartition(":")[2])
    return made


def test_in_a_pod_its_own_account_is_used(secure: KubeApi, house: House) -> None:
    found = collect(CollectRequest(Login(), [KINDS["Pod"]]), lambda _said: None).gathered
    assert found.states["pods"].status is Status.COMPLETE and len(found.objects["pods"]) == 1
    assert {headers(sent, "authorization")[0].lower() for sent in secure.asked} == {"bearer first"}


def test_a_token_that_rotates_is_read_again(secure: KubeApi, house: House) -> None:
    """The kubelet writes a new one in its place; the server ends the old one in the middle of the work."""

    def fault(sent: Sent) -> Reply | None:
        if sent.path == "/api/v1/pods" and house.token.read_text() == "first":
            house.token.write_text("second")
        valid = f"bearer {house.token.read_text()}"
        return None if headers(sent, "authorization")[0].lower() == valid else status(401, "Unauthorized")

    secure.fault = fault
    found = collect(CollectRequest(Login(), [KINDS["Pod"], KINDS["Service"]]), lambda _said: None).gathered
    assert {state.status for state in found.states.values()} == {Status.COMPLETE}


def test_a_token_that_is_gone_is_one_clear_line(secure: KubeApi, house: House) -> None:
    house.token.unlink()
    with pytest.raises(SourceError, match="the Pod's own credentials cannot be used: Service token file does not"):
        KubernetesClient(Login(), Deadline())


def test_a_token_that_is_empty_in_between_fails_the_request_alone(secure: KubeApi, house: House) -> None:
    client = KubernetesClient(Login(), Deadline(sleep=lambda _s: None))
    house.token.write_text("")
    loader = client._api.configuration.refresh_api_key_hook.__closure__[0].cell_contents
    loader.token_expires_at = dt.datetime.min
    with pytest.raises(RequestFailed, match="Token file exists but empty"):
        client.get("/version")


def test_a_server_of_another_authority_is_not_talked_to(
    secure: KubeApi, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, _ = authority()
    house.token.with_name("other.crt").write_bytes(other.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(house.token.with_name("other.crt")))
    with pytest.raises(SourceError, match=r"cannot reach the cluster.*certificate verify failed"):
        collect(CollectRequest(Login(), [], Deadline(sleep=lambda _s: None)), lambda _said: None)
    assert secure.asked == []


def test_a_client_certificate_is_shown(secure: KubeApi, trust: tuple[Path, Any], tmp_path: Path) -> None:
    mine = papers(tmp_path, "jane", trust[1])
    config = Path(secure.kubeconfig(tmp_path))
    made = json.loads(config.read_text())
    encoded = {
        "client-certificate-data": base64.b64encode(mine.certificate.read_bytes()).decode(),
        "client-key-data": base64.b64encode(mine.key.read_bytes()).decode(),
    }
    made["users"][0]["user"] = encoded
    made["clusters"][0]["cluster"]["certificate-authority"] = str(trust[0])
    config.write_text(json.dumps(made))
    found = collect(CollectRequest(Login(str(config)), [KINDS["Pod"]]), lambda _said: None).gathered
    assert found.states["pods"].status is Status.COMPLETE
    assert {sent.peer for sent in secure.asked} == {"jane"}
    assert not any(headers(sent, "authorization") for sent in secure.asked)


ACCOUNT = "reader@p.iam.gserviceaccount.com"


class IamApi(Loopback):
    """The token endpoint of OAuth, and generateAccessToken of the IAM Credentials API."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    def _answer(self, sent: Sent) -> Reply:
        if sent.path == "/token":
            return Reply(body={"access_token": "of-the-user", "expires_in": 3600, "token_type": "Bearer"})
        if sent.path == f"/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken":
            ends = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
            return Reply(body={"accessToken": "of-the-account", "expireTime": ends})
        return Reply(404, {"error": {"code": 404, "message": f"no {sent.path}"}})


@pytest.fixture
def iam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IamApi]:
    """Application Default Credentials of a user, whose tokens come from loopback."""
    from google.auth import iam as endpoints
    from google.oauth2 import credentials as oauth

    with IamApi() as server:
        file = tmp_path / "adc.json"
        user = {"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}
        file.write_text(json.dumps(user))
        monkeypatch.setattr(oauth, "_GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{server.url}/token")
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        monkeypatch.setattr(
            endpoints, "_IAM_ENDPOINT", f"{server.url}/v1/projects/-/serviceAccounts/{{}}:generateAccessToken"
        )
        yield server


CLOUD = [COLLECTIONS[name] for name in ("compute.addresses", "container.clusters")]


def addresses(compute: ComputeApi) -> Listing:
    """The addresses, with credentials: for loopback alone none would be asked for."""
    found: list[Listing] = []
    deadline = Deadline(request=10, overall=40, sleep=lambda _s: None)
    wish = GoogleOptions(
        compute_endpoint=compute.url, container_endpoint="https://container.invalid", file_endpoint=compute.url
    )
    collect_google(wish, GoogleLocation("p"), CLOUD[:1], deadline, found.append, lambda _said: None)
    return found[0]


def read_cloud(compute: ComputeApi, wish: GoogleOptions) -> dict[str, Listing]:
    found: dict[str, Listing] = {}
    deadline = Deadline(request=10, overall=40, sleep=lambda _s: None)
    endpoints = wish._replace(compute_endpoint=compute.url, container_endpoint=compute.url, file_endpoint=compute.url)
    collect_google(
        endpoints,
        GoogleLocation("p"),
        CLOUD,
        deadline,
        lambda f: found.__setitem__(f.collection, f),
        lambda _said: None,
    )
    return found


def test_a_service_account_is_impersonated_by_gclouds_flag(iam: IamApi) -> None:
    """Two requests for a token, and only the account's token goes to the APIs."""
    with ComputeApi({"compute.addresses": [{"name": "a"}], "container.clusters": []}) as compute:
        found = read_cloud(compute, GoogleOptions(impersonate=ACCOUNT))
        assert {f.state.status for f in found.values()} == {Status.COMPLETE}, found
        assert {headers(sent, "authorization")[0] for sent in compute.asked} == {"Bearer of-the-account"}
    (asked,) = [sent for sent in iam.asked if sent.path.endswith(":generateAccessToken")]
    assert headers(asked, "authorization") == ["Bearer of-the-user"]
    assert json.loads(asked.body)["scope"] == ["https://www.googleapis.com/auth/cloud-platform.read-only"]


def test_a_google_token_that_ends_on_the_way_is_asked_for_again(iam: IamApi) -> None:
    """Between two pages the token is over: a new one is fetched, and no page is lost."""
    tokens = iter(["first", "second", "third"])
    valid = {"Bearer first"}
    body = {"expires_in": 3600, "token_type": "Bearer"}
    iam.fault = lambda _sent: Reply(body=body | {"access_token": next(tokens)})

    def fault(sent: Sent) -> Reply | None:
        if sent.query.get("pageToken") == "2" and "Bearer second" not in valid:
            valid.clear()
            valid.update({"Bearer second", "Bearer third"})
        fine = headers(sent, "authorization")[0] in valid
        return None if fine else Reply(401, {"error": {"code": 401, "message": "Invalid Credentials"}})

    with ComputeApi({"compute.addresses": [{"name": f"a{i}"} for i in range(5)]}, page=2) as compute:
        compute.fault = fault
        found = addresses(compute)
    assert found.state.status is Status.COMPLETE and len(found.items) == 5
    assert len(iam.asked) == 2


def test_a_google_token_that_stays_ended_leaves_a_part(iam: IamApi) -> None:
    refused = Reply(401, {"error": {"code": 401, "message": "Invalid Credentials"}})
    with ComputeApi({"compute.addresses": [{"name": f"a{i}"} for i in range(5)]}, page=2) as compute:
        compute.fault = lambda sent: refused if sent.query.get("pageToken") else None
        found = addresses(compute)
    assert found.state.status is Status.PARTIAL and "Invalid Credentials" in found.state.reason
    assert len(found.items) == 2


def test_an_account_that_may_not_be_impersonated_is_the_state_of_each_collection(iam: IamApi) -> None:
    message = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
    iam.fault = lambda sent: (
        Reply(403, {"error": {"code": 403, "message": message, "status": "PERMISSION_DENIED"}})
        if "generateAccessToken" in sent.path
        else None
    )
    with ComputeApi({}) as compute:
        found = read_cloud(compute, GoogleOptions(impersonate=ACCOUNT))
        assert compute.asked == []
    assert {f.state.status for f in found.values()} == {Status.FAILED}
    assert all("iam.serviceAccounts.getAccessToken" in f.state.reason for f in found.values()), found


def test_a_user_whose_name_is_not_ascii_is_sent_as_kubectl_sends_it(tmp_path: Path) -> None:
    with KubeApi({}) as api:
        client = KubernetesClient(Login(api.kubeconfig(tmp_path), as_user="テラ"), Deadline())
        client.get("/version")
        assert headers(api.asked[-1], "impersonate-user")[0].encode("latin-1").decode() == "テラ"
