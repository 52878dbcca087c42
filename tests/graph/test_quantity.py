"""`quantity` against a slow, obvious reading of the format."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph.core.quantities import quantity

POWERS = {"": (10, 0), "n": (10, -9), "u": (10, -6), "m": (10, -3), "k": (10, 3), "M": (10, 6), "G": (10, 9)}
POWERS |= {"T": (10, 12), "P": (10, 15), "E": (10, 18)}
POWERS |= {f"{s}i": (2, 10 * i) for i, s in enumerate("KMGTPE", 1)}

NUMBERS = st.from_regex(r"[+-]?([0-9]{1,12}(\.[0-9]{0,6})?|\.[0-9]{1,6})", fullmatch=True)


def plainly(number: str, suffix: str) -> float:
    base, power = POWERS[suffix]
    digits = number.lstrip("+-")
    whole, _, part = digits.partition(".")
    value = Fraction(int(whole or "0")) + (Fraction(int(part), 10 ** len(part)) if part else 0)
    value *= Fraction(base) ** power
    return float(-value if number.startswith("-") else value)


def capped(value: float) -> float:
    """Kubernetes caps quantities at what 64 bits hold."""
    return float(max(-(2**63 - 1), min(2**63 - 1, value)))


@given(NUMBERS, st.sampled_from(sorted(POWERS)))
def test_number_and_suffix(number: str, suffix: str) -> None:
    assert quantity(number + suffix) == pytest.approx(capped(plainly(number, suffix)), rel=1e-12)


@given(NUMBERS, st.sampled_from("eE"), st.integers(-20, 20))
def test_exponent(number: str, sign: str, power: int) -> None:
    wanted = float(Fraction(plainly(number, "")) * Fraction(10) ** power)
    assert quantity(f"{number}{sign}{power}") == pytest.approx(capped(wanted), rel=1e-12)


@given(
    st.one_of(
        st.text(max_size=80), st.none(), st.booleans(), st.lists(st.integers()), st.dictionaries(st.text(), st.text())
    )
)
def test_anything_gives_a_number_or_none(value: object) -> None:
    found = quantity(value)
    assert found is None or isinstance(found, float)


@given(st.one_of(st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False)))
def test_bare_numbers_stand_for_themselves(value: float) -> None:
    assert quantity(value) == capped(float(value))


@pytest.mark.parametrize("value", [float("inf"), 10**400, "9e999", "99999999E", "9e30"])
def test_what_is_beyond_64_bits_is_capped_or_unknown(value: object) -> None:
    assert quantity(value) in (float(2**63 - 1), None)


@pytest.mark.parametrize("text", ["", "m", "1 Gi", "1gi", "0x10", "1e", "١", "--1", "1Gi ", "NaN", "1e9999", "1,5"])
def test_what_is_no_quantity(text: str) -> None:
    assert quantity(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100m", 0.1),
        ("64", 64.0),
        ("24581684Ki", 24581684 * 1024.0),
        ("1e3", 1000.0),
        ("0.5", 0.5),
        ("128974848", 128974848.0),
    ],
)
def test_as_written_in_manifests(text: str, number: float) -> None:
    assert quantity(text) == pytest.approx(number)
