"""Every kind of mistake in a playbook is said with file, line, column and what was probably meant."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from gkedoctor.errors import PlaybookError, UsageError
from gkedoctor.playbook.check import problems
from gkedoctor.playbook.loader import Source, load_playbook, load_playbooks
from tests.conftest import PLAYBOOKS, shipped_playbooks

GOOD = (Path(__file__).parent / "good.yaml").read_text()
WHEN, REF = "when: key.kind == 'Secret'", "root: ref('Secret', namespace, object.name)"
RUN = "      run:\n        - "
LINK = "https://kubernetes.io/docs/concepts/configuration/secret/"


def error_of(text: str) -> PlaybookError:
    with pytest.raises(PlaybookError) as caught:
        load_playbook(Source("mine.yaml", text))
    return caught.value


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


MISTAKES = [
    (
        "a misspelt key of a cause",
        "    certain_if: reference",
        "    certain_fi: reference",
        "unknown key `certain_fi`",
        "certain_if",
    ),
    (
        "a misspelt key at the top",
        "explained_by: [nodes, made]",
        "explaned_by: [nodes]",
        "unknown key `explaned_by`",
        "explained_by",
    ),
    ("a misspelt key of the symptom", '  say: "container', '  sya: "container', "unknown key `sya`", "say"),
    ("an unknown severity", "severity: medium", "severity: medum", "invalid enum value 'medum'", "`medium`"),
    ("a severity of another tool", "severity: medium", "severity: 3x", "invalid enum value '3x'", "critical, high"),
    (
        "an unknown confidence",
        "    certain_if:",
        "    confidence: liekly\n    certain_if:",
        "invalid enum value 'liekly'",
        "`likely`",
    ),
    ("a number where a text belongs", "title: A container waits", "title: 5 #", "expected `str`, got `int`", None),
    ("a list where a text belongs", "about: >\n", "about: []\nx: >\n", None, None),
    (
        "an unknown cause",
        "cause: missing-secret\n",
        "cause: mising-secret\n",
        "unknown cause `mising-secret`",
        "missing-secret",
    ),
    ("an unknown subject", "subject: Pod", "subject: Pdo", "unknown kind `Pdo`", "Pod"),
    ("an unknown kind in a list", "subject: Pod", "subject: [Pod, Gatway]", "unknown kind `Gatway`", "Gateway"),
    ("a list without a kind", "subject: Pod", "subject: []", "no kind is given", "Ingress"),
    ("a kind that is named twice", "subject: Pod", "subject: [Pod, Pod]", "Pod is named twice", None),
    ("an unknown edge", "edge: containers", "edge: contaners", "unknown edge `contaners`", "containers"),
    ("an edge that does not start here", "edge: node}", "edge: endpoints}", "a Pod has no edge `endpoints`", None),
    ("an unknown name", "when: key.kind == 'Secret'", "when: kye.kind == 'Secret'", "unknown name `kye`", "key"),
    (
        "an unknown function",
        'say: "container {{ c.name }}',
        'say: "container {{ nmae(c) }}',
        "unknown function `nmae`",
        "name",
    ),
    (
        "too few arguments",
        "ref('Secret', namespace, object.name)",
        "ref('Secret')",
        "ref() takes 3 arguments, not 1",
        None,
    ),
    (
        "an expression that does not end",
        "when: key.kind == 'Secret'",
        "when: key.kind == 'Secret",
        "not an expression",
        None,
    ),
    ("a negated chain", "when: key.kind == 'Secret'", 'when: "!key.kind"', "`!a.b` means `(!a).b`", "!(a.b)"),
    ("an id without an area", "id: GKE-CFG-001", "id: CFG-1", "`CFG-1` is no id", None),
    (
        "a verify command that writes",
        "kubectl -n {{ namespace }} get pods",
        "kubectl -n {{ namespace }} delete pods",
        "must only read",
        None,
    ),
    (
        "a placeholder in a command",
        "get secret {{ object.name }}",
        "get secret <your-secret>",
        "no <placeholder>",
        None,
    ),
    (
        "a command that nobody can judge",
        RUN + "kubectl -n {{ namespace }} edit secret {{ key.name }}",
        RUN + "helm get {{ key.name }}",
        "does not show how safe",
        "safety: reads",
    ),
    (
        "a placeholder that is not in the command",
        RUN + "kubectl -n {{ namespace }} edit secret {{ key.name }}",
        RUN + "{run: kubectl get secret NAME, placeholders: {NMAE: Its name.}}",
        "`NMAE` is not in the command",
        None,
    ),
    (
        "a placeholder without a sentence",
        RUN + "kubectl -n {{ namespace }} edit secret {{ key.name }}",
        RUN + "kubectl -n {{ namespace }} edit secret NAME",
        "`NAME` is not explained under `placeholders`",
        "placeholders: {NAME: …}",
    ),
    (
        "a placeholder in a verify command",
        "kubectl -n {{ namespace }} get pods",
        "kubectl -n NAMESPACE get pods",
        "`NAMESPACE` is a placeholder",
        "{{ … }}",
    ),
    (
        "a placeholder in small letters",
        RUN + "kubectl -n {{ namespace }} edit secret {{ key.name }}",
        RUN + "{run: kubectl get secret name, placeholders: {name: Its name.}}",
        "`name` is no name of a placeholder",
        "CAPITALS",
    ),
    (
        "an unknown safety",
        RUN + "kubectl -n {{ namespace }} edit secret {{ key.name }}",
        RUN + "{run: kubectl get secret NAME, safety: read}",
        "invalid enum value 'read'",
        None,
    ),
    (
        "a misspelt key of a command",
        RUN + "kubectl -n {{ namespace }} edit secret {{ key.name }}",
        RUN + "{run: kubectl get secret NAME, safty: reads}",
        "unknown key `safty`",
        "safety",
    ),
    (
        "an unknown maturity",
        "severity: medium",
        "severity: medium\nmaturity: beta",
        "invalid enum value 'beta'",
        "experimental, stable",
    ),
    (
        "a misspelt field of a record",
        "certain_if: keyed.keyFound == `false`",
        "certain_if: keyed.keyFuond == `false`",
        "has no field `keyFuond`",
        "did you mean `keyFound`?",
    ),
    (
        "a misspelt field of an object",
        "subject.metadata.namespace",
        "subject.metadata.namspace",
        "`namspace`",
        "`namespace`",
    ),
    (
        "a misspelt part of an object",
        "subject.metadata.namespace",
        "subject.metdata.namespace",
        "`metdata`",
        "`metadata`",
    ),
    ("a field of a list", WHEN, "when: references.name", "`.name` of a list is null", "`[0].name`"),
    ("one equals sign", WHEN, "when: key.kind = 'Secret'", "not an expression", "write `==`"),
    ("three equals signs", WHEN, "when: key.kind === 'Secret'", "not an expression", "write `==`"),
    ("and", WHEN, "when: key.kind == 'Secret' and key", "not an expression", "`&&`"),
    ("or", WHEN, "when: key.kind == 'Secret' or key", "not an expression", "`||`"),
    ("not", WHEN, "when: not key", "not an expression", "`!`"),
    ("a bare number", WHEN, "when: length(references) > 3", "not an expression", "backquotes"),
    ("a bare null", WHEN, "when: key.kind == null", "`null` names a field", "`` `null` ``"),
    ("a bare true in a filter", WHEN, "when: references[?optional == true]", "`true` names a field", "`` `true` ``"),
    ("a text in double quotes", WHEN, "when: 'key.kind == \"Secret\"'", "names a field", "'Secret'"),
    ("a double-quoted argument", WHEN, "when: 'starts_with(message, \"x\")'", "names a field", "'x'"),
    ("a namespace of a Node", REF, "root: ref('Node', namespace, object.name)", "a Node has no namespace", "`null`"),
    (
        "a Node by its name alone",
        REF,
        "root: ref('Node', object.name)",
        "a Node has no namespace",
        "ref('Node', `null`",
    ),
    ("a Secret of no namespace", REF, "root: ref('Secret', `null`, object.name)", "a Secret has a namespace", None),
    (
        "a misspelt kind of a ref",
        REF,
        "root: ref('Secert', namespace, object.name)",
        "unknown kind `Secert`",
        "`Secret`",
    ),
    (
        "an expression that is not closed",
        "Secret {{ object.name }}",
        "Secret {{ object.name",
        "`{{` is not closed",
        None,
    ),
    ("an expression that is closed twice", "{{ affected }}", "affected }}", "`}}` closes nothing", None),
    (
        "a bare key with dots and a slash, used by another expression",
        "  namespace: subject.metadata.namespace",
        "  namespace: subject.metadata.labels.app.kubernetes.io/name",
        "not an expression",
        '"app.kubernetes.io/name"',
    ),
    (
        "an invalid pattern",
        WHEN,
        "when: matches(key.kind, '[0-9')",
        "`[0-9` is not a regular expression: unterminated character set",
        r"`\[`",
    ),
    ("a repeat beyond the limit of a pattern", WHEN, "when: matches(key.kind, 'a{99999999999}')", "too large", None),
    ("a bare !", WHEN, "when: !key", "tag !key", 'put it in double quotes: "!key"'),
    ("a bare ! with a bracket", WHEN, "when: !(key.kind)", "tag", 'put it in double quotes: "!(key.kind)"'),
    ("a bare ! and more", WHEN, "when: !key && node", "not valid YAML", 'put it in double quotes: "!key && node"'),
    ("a link that is none", f"- {LINK}", "- kubernetes.io", "no https:// link", None),
    ("a key that stands twice", "severity: medium", "severity: medium\nseverity: high", "stands twice", None),
    ("a colon in a plain text", "title: A container waits", "title: A: container: waits", "not valid YAML", None),
    ("a tab", "  - {bind: containers", "\t- {bind: containers", "not valid YAML", None),
    ("yes for true", "playbook: 1", "playbook: yes", "expected `int`, got `str`", None),
    ("a newer format", "playbook: 1", "playbook: 2", "invalid enum value 2", None),
    ("a required key left out", f"    docs:\n      - {LINK}\n", "", "missing required field `docs`", None),
]


@pytest.mark.parametrize(("name", "old", "new", "message", "hint"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_said_with_its_place(name: str, old: str, new: str, message: str | None, hint: str | None) -> None:
    error = error_of(changed(old, new))
    assert error.path == "mine.yaml"
    assert error.line is not None
    assert error.column is not None
    if message is not None:
        assert message in error.message
        line = (error.source_line or "").strip()
        assert line
    if hint is not None:
        assert hint in (error.hint or "")


def test_the_line_is_the_one_of_the_mistake() -> None:
    text = changed("when: key.kind == 'Secret'", "when: kye.kind == 'Secret'")
    error = error_of(text)
    assert error.line is not None
    assert "kye.kind" in text.splitlines()[error.line - 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "5",
        "'text'",
        "\x00",
        "a: &a [*a]",
        "---\n---\n",
        "playbook: 1",
        "!!python/object:os.system {}",
    ],
)
def test_what_is_no_playbook_at_all_is_an_error(text: str) -> None:
    error_of(text)


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "GKE-CFG-900.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlaybookError, match="UTF-8"):
        load_playbooks([tmp_path])


def test_two_playbooks_of_one_id_are_an_error(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD)
    with pytest.raises(PlaybookError, match=r"also in .*a\.yaml"):
        load_playbooks([tmp_path])


def test_the_shipped_playbooks_are_without_mistakes() -> None:
    """All other tests read them as the program does: unchecked, which takes a third of the time."""
    assert [playbook.id for playbook in load_playbooks([PLAYBOOKS])] == [
        playbook.id for playbook in shipped_playbooks()
    ]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        load_playbooks([tmp_path / "nowhere"])


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_playbook_is_an_error_or_a_playbook_and_nothing_else(seed: int) -> None:
    random = Random(seed)
    text = GOOD
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(text))
        match random.randrange(4):
            case 0:
                text = text[:at] + text[at + random.randrange(30) :]
            case 1:
                text = text[:at] + random.choice("{}[]:&*!|>'\"%@`\t\n#-, \0é") + text[at:]
            case 2:
                words = re.findall(r"\w+", text)
                text = text.replace(random.choice(words), random.choice(words), 1)
            case _:
                lines = text.splitlines(keepends=True)
                random.shuffle(lines[: random.randrange(len(lines))])
                text = "".join(lines)
    try:
        load_playbook(Source("mine.yaml", text))
    except PlaybookError as error:
        assert error.message


def test_shipped_playbooks_have_nothing_wrong_with_them() -> None:
    causes = shipped_playbooks().causes
    found = [(p.id, list(problems(p, causes))) for p in shipped_playbooks()]
    assert [one for one in found if one[1]] == []


def test_a_list_of_kinds_is_looked_at_as_one_kind_is() -> None:
    one = load_playbook(Source("mine.yaml", GOOD))
    several = load_playbook(Source("mine.yaml", changed("subject: Pod", "subject: [Pod]")))
    assert one.kinds == several.kinds == ("Pod",)
