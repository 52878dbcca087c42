"""Texts out of a cluster are inert in every format: names, messages and annotations are written by anybody."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import (
    Consequence,
    NotChecked,
    Outcome,
    ResolvedEvidence,
    ResolvedFix,
    RuledOutCause,
    UnconfirmedCause,
    Unexplained,
)
from gkedoctor.graph.core.ref import Ref
from gkedoctor.graph.request_path.hop import Hop, State
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import names

from .outcomes import with_diagnosis
from .parsers import check

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--></style></script></svg><svg onload=alert(1)>",
    "</title></details></summary>",
    "javascript:alert(1)",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "https://evil.example www.evil.example evil.example mail@evil.example @everyone #1 SHOP-12 GH-1",
    "# heading\n## heading\n---\n***\n===\n> quote\n- item\n1. item\n1) item\n| a | b |\n|---|---|",
    "**bold** _it_ ~~gone~~ `code` ``` ```` \\` &lt;b&gt; &#64; [x]: https://evil.example",
    "````\n```\n</details>\n<details open>",
    "\x1b[31mred\x1b]0;title\x07 \x9b31m \x00 \x08 \x7f",
    "\u202eevil\u2066\u200f\u2028\u2029\ufeff\u00ad",
    "]]><failure>&xxe;<!ENTITY",
    "\ud800 \udfff \uffff \U0010ffff",
    "=cmd|' /C calc'!A0 +1 -1 @SUM(A1) \"quoted\", x",
    'a"} 1\n# TYPE evil counter\nevil 1\n',
    "x: y\n- z\n--- !!python/object:os.system\n...\n",
    "{0} {{1}} [a](1) \\[b](2)",
    "../../../etc/passwd",
    "a\r\nb\tc",
    "",
    " ",
    "1.",
    "注文が多い料理店　é ñ 🦊",
]
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(), max_size=60),
    st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=10), max_size=4).map(" ".join),
    st.text("`*_[]()<>#|~@:/\\&\n -.1aw{}\"'", max_size=40),
)


def hostile(text: str) -> Answer:
    """The text in every place that a cluster or a stranger's playbook can fill."""
    ref = Ref("Secret", text, text)
    cloud = Ref("Address", text, None, text, text)
    inner = Hop(cloud, State.UNKNOWN, text, (Hop(ref, State.OK, text),), text)
    outcome: Outcome = with_diagnosis(
        root=ref,
        title=text,
        since=text,
        explains=(Consequence(ref, text), Consequence(cloud, text)),
        evidence=(
            ResolvedEvidence(ref, text, text, text),
            ResolvedEvidence(cloud, text, {text: [text]}),
            *[ResolvedEvidence(ref, text, text)] * 3,
        ),
        ruled_out=(RuledOutCause("missing-secret-key", text),),
        not_known=(UnconfirmedCause("crash-loop", text),),
        fix=ResolvedFix(text, (text, text)),
        verify=(text,),
        docs=(text, f"https://kubernetes.io/{text}"),
        path=(Hop(ref, State.FAIL, text, (inner, Hop(ref, State.OK, text)), text),),
    )
    outcome = msgspec.structs.replace(
        outcome,
        source=text,
        cluster=text,
        project=text,
        location=text,
        unexplained=(Unexplained(ref, text, (UnconfirmedCause("crash-loop", text),)),),
        not_checked=(NotChecked(text or "pods", "denied", text, text), NotChecked("events", "not_asked", text, text)),
    )
    rule = SuppressionRule(place=text, reason=text)
    return Answer(
        outcome,
        left_out=1,
        notes=(text,),
        playbooks={"GKE-CFG-001": text},
        suppressed=tuple(Suppressed(finding, rule) for finding in (*outcome.diagnoses, *outcome.unexplained)),
        show_suppressed=True,
        known=frozenset(),
    )


@pytest.mark.parametrize("form", names())
@pytest.mark.parametrize("text", HOSTILE, ids=[f"{i:02}" for i in range(len(HOSTILE))])
def test_known_tricks_are_inert(text: str, form: str) -> None:
    check(form, hostile(text))


@pytest.mark.parametrize("form", names())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts)
def test_any_text_is_inert(form: str, text: str) -> None:
    check(form, hostile(text))
