"""One idea a file: none is long, none is named after nothing."""

import ast
import re

import pytest

LONGEST = 400
FORBIDDEN = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
SOURCES = {".bash", ".css", ".html", ".js", ".pxd", ".py", ".pyi", ".pyx", ".sh"}
FOLDERS = ("skope", "tests", "bench", "examples", "scripts", ".ci")


def sources(project):
    for folder in FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(project / folder).parts)
            if path.is_file() and not hidden and (path.suffix in SOURCES or not path.suffix):
                yield path


def too_long(path):
    return len(path.read_text(encoding="utf-8").splitlines()) > LONGEST


def is_nameless(path):
    return not FORBIDDEN.isdisjoint(re.split(r"[_-]", path.stem.lower()))


def test_no_file_is_long(project):
    found = [str(path.relative_to(project)) for path in sources(project) if too_long(path)]
    assert found == []


def test_a_long_file_would_be_found(tmp_path):
    path = tmp_path / "long.py"
    path.write_text("pass\n" * (LONGEST + 1))
    assert too_long(path)


def test_every_module_is_named_by_its_idea(project):
    folders = {path.parent for path in sources(project)}
    found = [str(path) for path in [*sources(project), *folders] if is_nameless(path)]
    assert found == []


@pytest.mark.parametrize("name", ["utils.py", "test_helpers.py", "common/", "base.pyx"])
def test_a_nameless_module_would_be_found(tmp_path, name):
    assert is_nameless(tmp_path / name)


def test_the_sources_are_looked_at(project):
    names = {path.name for path in sources(project)}
    assert {"errors.py", "layout.pyx", "check", "run", "test_files.py"} <= names


def test_every_kernel_says_its_types(project):
    kernels = sorted((project / "skope" / "_fast").glob("*.pyx"))
    assert kernels
    assert [path.name for path in kernels if not path.with_suffix(".pyi").exists()] == []


def test_every_kernel_is_built(project):
    """setup.py names each kernel once, and no kernel that is not there."""
    tree = ast.parse((project / "setup.py").read_text(encoding="utf-8"))
    named = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "KERNELS"
    )
    assert sorted(named) == sorted(p.stem for p in (project / "skope" / "_fast").glob("*.pyx"))


def test_unit_tests_mirror_the_package(project):
    packages = {path.parent.name for path in (project / "skope").rglob("__init__.py")}
    folders = {path.name for path in (project / "tests" / "unit").iterdir() if path.is_dir()}
    assert {name for name in folders if not name.startswith("__")} <= packages
