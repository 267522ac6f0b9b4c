"""The package as others see it: its metadata, its requirements, its files."""

import re
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import musivum

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_installed_version_is_the_package_version() -> None:
    assert version("musivum") == musivum.__version__


def test_the_program_is_the_command_line() -> None:
    (script,) = entry_points(group="console_scripts", name="musivum")
    assert script.value == "musivum.cli:main"


def test_types_are_marked() -> None:
    assert (Path(musivum.__file__).parent / "py.typed").is_file()


def test_requirements_are_ranges() -> None:
    for requirement in PROJECT["dependencies"]:
        assert re.search(r">=\d", requirement), f"{requirement} has no lower bound"
        assert "==" not in requirement.split(";")[0], f"{requirement} admits one version only"


def test_locked_requirements_have_hashes_and_no_addresses() -> None:
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*--(?!hash)|file:|@ ", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    locked = {re.split("==", entry)[0] for entry in entries}
    wanted = {re.match(r"[a-z0-9-]+", requirement)[0] for requirement in PROJECT["dependencies"]}  # type: ignore[index]
    assert wanted <= locked, "run make lock"
