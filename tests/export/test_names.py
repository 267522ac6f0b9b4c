"""Names of files, whatever is in them, as text that can be written."""

from hypothesis import given
from hypothesis import strategies as st

from musivum.export._names import legible, writable

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)


@given(ANYTHING)
def test_any_text_can_be_written(text):
    assert len(writable(text).encode("utf-8", "surrogateescape")) >= len(text)
    assert "\n" in legible(text) or "\n" not in text
    legible(text).encode("utf-8")


@given(st.binary(max_size=20))
def test_bytes_of_a_files_name_stay_as_they_are(name):
    text = name.decode("utf-8", "surrogateescape")
    assert writable(text) == text and writable(text).encode("utf-8", "surrogateescape") == name
    assert legible(text) == name.decode("utf-8", "replace")


def test_halves_of_characters_are_replaced():
    assert writable("\ud83d half \udfff.jpg") == legible("\ud83d half \udfff.jpg") == "\ufffd half \ufffd.jpg"
    assert writable("😀 é.jpg") == legible("😀 é.jpg") == "😀 é.jpg"
