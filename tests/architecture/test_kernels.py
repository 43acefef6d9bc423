"""What import-linter cannot see: the imports of compiled modules, and who imports a kernel."""

import ast
import re

import pytest

OWN = re.compile(r"^\s*(?:from\s+(skope[\w.]*)\s+c?import|c?import\s+(skope[\w.]*))", re.MULTILINE)
SLOW = re.compile(r"^\s*(?:from|import)\s+(asyncio|msgspec|psutil|sanic|textual)\b", re.MULTILINE)
BELOW = ("errors.py", "units.py", "schema", "stats")
"""What lies under the kernels or beside them imports none."""


def own_imports(text):
    return {first or second for first, second in OWN.findall(text)}


def foreign(text):
    return {name for name in own_imports(text) if not name.startswith("skope._fast")}


def kernels(project):
    folder = project / "skope" / "_fast"
    return [path for pattern in ("*.pyx", "*.pxd") for path in sorted(folder.glob(pattern))]


def test_kernels_import_only_kernels(project):
    found = {path.name: foreign(path.read_text(encoding="utf-8")) for path in kernels(project)}
    assert {name: imports for name, imports in found.items() if imports} == {}


def test_kernels_import_nothing_heavy(project):
    found = {path.name: SLOW.findall(path.read_text(encoding="utf-8")) for path in kernels(project)}
    assert {name: imports for name, imports in found.items() if imports} == {}


@pytest.mark.parametrize(
    "line",
    [
        "from skope.errors import SkopeError",
        "from skope.shm.segment cimport view",
        "    import skope.units",
        "cimport skope.schema.report",
    ],
)
def test_a_foreign_import_would_be_found(line):
    assert foreign(f"cdef int x\n{line}\n")


@pytest.mark.parametrize("line", ["from skope._fast.layout cimport sample_t", "import numpy as np"])
def test_a_kernels_own_imports_are_welcome(line):
    assert not foreign(line)


def imports_a_kernel(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(name.startswith("skope._fast") for name in names):
            return True
    return False


def test_what_lies_below_the_kernels_imports_none(project):
    roots = [project / "skope" / name for name in BELOW]
    paths = [p for root in roots for p in ([root] if root.is_file() else root.rglob("*.py"))]
    assert len(paths) > len(BELOW)
    assert [str(path) for path in paths if imports_a_kernel(path)] == []


def test_an_import_of_a_kernel_is_seen(project):
    assert imports_a_kernel(project / "skope" / "shm" / "segment.py")
