"""What the pages promise exists, and what exists is on a page."""

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from musivum.cli import app
from musivum.errors import OptionError
from musivum.features import EXTRACTORS, extractor

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def commands(group: App = app, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    for name in group:
        if not name.startswith("-"):
            command = group[name]
            yield (*path, name), command
            yield from commands(command, (*path, name))


def options(command: App) -> set[str]:
    """Names of a command's options as `--help` shows them, without the negative ones."""
    if command.default_command is None:
        return set()
    return {
        name
        for argument in command.assemble_argument_collection()
        if argument.parse and argument.show
        for name in argument.names
        if name.startswith("-")
    } - {name for argument in command.assemble_argument_collection() for name in argument.negatives}


COMMANDS = dict(commands())


def text_of_docs() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_documented(path: tuple[str, ...]) -> None:
    text = text_of_docs()
    assert f"musivum {' '.join(path)}" in text
    missing = [name for name in sorted(options(COMMANDS[path])) if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)]
    assert not missing, f"docs/ does not mention {', '.join(missing)} of musivum {' '.join(path)}"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_shows_examples_of_itself(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    if command.default_command is not None:
        _, examples = str(command.help_epilogue).split("Examples:")
        assert f"musivum {' '.join(path)}" in examples
        for line in examples.strip().splitlines():
            check_command_line(line)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_code_blocks_name_real_commands(page: Path) -> None:
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                check_command_line(line[2:])


def test_the_command_lines_of_the_first_help_are_real() -> None:
    for line in str(app.help_epilogue).splitlines():
        if line.startswith("  musivum"):
            check_command_line(line)


def check_command_line(line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(words[1:]) <= set(targets), line
    if words[0] != "musivum":
        return
    path = tuple(words[1:3]) if tuple(words[1:3]) in COMMANDS else tuple(words[1:2])
    assert path in COMMANDS or path[0].startswith("-"), f"there is no {line}"
    if path in COMMANDS:
        known = {
            name
            for argument in COMMANDS[path].assemble_argument_collection()
            for name in (*argument.names, *argument.negatives)
        }
        for word in words[1:]:
            if word.startswith("-") and word != "--help":
                assert word in known, f"{line}: {word} is no option of musivum {' '.join(path)}"


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = page if not path else (page.parent / path).resolve()
        assert linked.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(linked), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip()) for title in titles}


def test_every_engine_and_exporter_is_documented() -> None:
    text = text_of_docs()
    for folder in sorted((ROOT / "src/musivum/engines").iterdir()):
        if not (folder / "__init__.py").is_file():
            continue
        public = importlib.import_module(f"musivum.engines.{folder.name}").__all__
        if f"plan_{folder.name}" in public:
            assert (DOCS / f"{folder.name}.md").is_file(), f"the engine {folder.name} has no page"
            continue
        for name in public:
            assert name in text, f"docs/ does not mention {name} of {folder.name}"
    try:
        from musivum.export import EXPORTERS
    except ImportError:
        return
    for suffix in EXPORTERS:
        assert suffix in text, f"docs/ does not mention {suffix}"


@pytest.mark.parametrize("family", EXTRACTORS)
def test_every_family_of_features_has_a_section_with_its_size(family: str) -> None:
    page = (DOCS / "features.md").read_text(encoding="utf-8")
    sections = {text.partition("\n")[0]: text for text in re.split(r"^## ", page, flags=re.MULTILINE)}
    assert family in sections, f"docs/features.md has no section about {family}"
    try:
        found = extractor(family)
    except OptionError:  # it wants a name, or packages that are not installed
        return
    for number in (found.side, found.dimensions):
        assert re.search(rf"(?<![\d,]){number:,}(?![\d,])", sections[family]), f"{family} does not tell {number:,}"


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert f'"{page.name}"' in navigation


def test_pictures_are_small() -> None:
    for picture in sorted((DOCS / "pictures").glob("*")):
        assert picture.suffix == ".jpg"
        assert picture.stat().st_size < 150_000, f"{picture.name} is larger than 150 kB"
