"""Reading mixtures."""

import pytest

from musivum.errors import OptionError
from musivum.features import mixture_name, parse_mixture


def test_weights_and_names_are_read():
    parts = parse_mixture("grid8*1 + gradient*0.3+grid2")
    assert [(part.extractor.name, part.weight) for part in parts] == [("grid8", 1), ("gradient8", 0.3), ("grid2", 1)]


@pytest.mark.parametrize("text", ["grid", "grid*2", " grid8 * 0.5 +gradient8*3", "grid2+grid4"])
def test_a_name_reads_back_as_the_same_mixture(text):
    name = mixture_name(parse_mixture(text))
    assert mixture_name(parse_mixture(name)) == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("grid8*0", "weight"),
        ("grid8*-1", "weight"),
        ("grid8*x", "weight"),
        ("grid8*", "weight"),
        ("grid8*inf", "weight"),
        ("grid8*nan", "weight"),
        ("grid8 + gabor*1e30", "weight"),
        ("grid8 + gabor*1e-30", "weight"),
        ("grid8 + grid*2", "twice"),
        ("grid8 +", "no features called"),
        ("", "no features called"),
        ("grid8 gradient8", "no features called"),
    ],
)
def test_what_is_no_mixture_is_refused_in_one_line(text, told):
    with pytest.raises(OptionError, match=told) as fault:
        parse_mixture(text)
    assert "\n" not in str(fault.value)
