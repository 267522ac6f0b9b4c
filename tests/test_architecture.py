"""The rooms of docs/architecture.md and the order in which they may import each other."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "musivum"

# Lowest first; a room imports from rows above its own (here: earlier) and from itself.
ROWS = (
    ("errors",),
    ("", "geometry", "color", "progress", "atomic", "threads"),
    ("raster",),
    ("plan",),
    ("library",),
    ("features",),
    ("search",),
    ("engines",),
    ("engines.grid", "engines.fractal", "engines.arrange"),
    ("render",),
    ("export",),
    ("jobs",),
    ("api",),
    ("cli", "studio"),
    ("__main__",),
)
LEVEL = {room: level for level, row in enumerate(ROWS) for room in row}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core", "tools"}

FILES = sorted(SOURCE.rglob("*.py"))
PACKAGES = sorted(file.parent for file in FILES if file.name == "__init__.py" and file.parent != SOURCE)
PUBLIC = [package for package in PACKAGES if not package.name.startswith("_")]


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The longest room that `module` (without the leading musivum) lies in."""
    parts = module.split(".") if module else []
    while parts and ".".join(parts) not in LEVEL:
        parts.pop()
    return ".".join(parts)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """The imports and calls of a file, wherever they stand."""
    return tuple(node for node in ast.walk(tree(file)) if isinstance(node, ast.Import | ast.ImportFrom | ast.Call))


@cache
def musivum_imports(file: Path) -> tuple[tuple[str, str], ...]:
    """Pairs of module and name that a file takes from musivum; the module has lost its leading musivum."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[tuple[str, str]]:
    for node in nodes(file):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "musivum":
                    yield alias.name.removeprefix("musivum").lstrip("."), ""
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write imports in full"
            if (node.module or "").split(".")[0] == "musivum":
                module = (node.module or "").removeprefix("musivum").lstrip(".")
                for alias in node.names:
                    inner = f"{module}.{alias.name}".lstrip(".")
                    path = SOURCE / inner.replace(".", "/")
                    yield (inner, "") if path.is_dir() or path.with_suffix(".py").is_file() else (module, alias.name)


def test_every_file_lies_in_a_room() -> None:
    for file in FILES:
        module = module_name(file)
        assert not module or room_of(module), f"{module} lies in no room of the architecture"


def test_files_import_only_from_rows_above() -> None:
    for file in FILES:
        own = room_of(module_name(file))
        for module, _ in musivum_imports(file):
            room = room_of(module)
            assert room == own or LEVEL[room] < LEVEL[own], f"{file}: {own} may not import {module}"


def test_drawing_and_planning_do_not_know_each_other() -> None:
    for file in FILES:
        if room_of(module_name(file)) == "render":
            assert not [module for module, _ in musivum_imports(file) if module.startswith("engines")], file


def test_private_modules_stay_in_their_package() -> None:
    for file in FILES:
        package = ".".join(file.relative_to(SOURCE).parent.parts)
        for module, name in musivum_imports(file):
            parts = module.split(".")
            private = next((i for i, part in enumerate(parts) if part.startswith("_") and part != "__main__"), None)
            if private is not None:
                owner = ".".join(parts[:private])
                assert f"{package}.".startswith(f"{owner}."), f"{file}: {module} is private to {owner}"
            assert not name.startswith("_") or name == "__version__", f"{file}: {name} is private to {module}"


def test_files_are_named_for_an_idea() -> None:
    for file in FILES:
        assert file.stem.lstrip("_") not in EMPTY_NAMES, f"{file}: the name says nothing"
        if file.parent != SOURCE:
            assert file.stem.startswith("_"), f"{file}: modules of a package are private, the package hands names on"


def test_files_say_what_they_are() -> None:
    for file in FILES:
        assert ast.get_docstring(tree(file)), f"{file}: a module needs a docstring"


@pytest.mark.parametrize("package", PUBLIC, ids=[str(package.relative_to(SOURCE)) for package in PUBLIC])
def test_a_package_only_hands_names_on(package: Path) -> None:
    body = tree(package / "__init__.py").body
    statements = (ast.Expr, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.If, ast.FunctionDef)
    assert all(isinstance(statement, statements) for statement in body)
    assert all(node.name in ("__getattr__", "__dir__") for node in body if isinstance(node, ast.FunctionDef))
    if package.name == "engines":
        return
    name = ".".join(("musivum", *package.relative_to(SOURCE).parts))
    module = importlib.import_module(name)
    assert module.__all__, f"{name} has no public names"
    assert len(set(module.__all__)) == len(module.__all__)
    for public in module.__all__:
        assert not public.startswith("_")
        assert getattr(module, public) is not None


def test_only_the_command_line_prints() -> None:
    for file in FILES:
        if room_of(module_name(file)) in ("cli", "studio"):
            continue
        for node in nodes(file):
            function = node.func if isinstance(node, ast.Call) else None
            if isinstance(function, ast.Name | ast.Attribute):
                called = ast.unparse(function)
                assert called not in ("print", "logging.basicConfig", "np.random.seed", "random.seed"), (
                    f"{file}: {called}"
                )
