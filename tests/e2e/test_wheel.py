"""A wheel built by way of the sdist installs without a compiler, and works."""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(900)

SCRIPT = """\
set -eu
signal() {
    exec 3<>"/dev/tcp/$SKOPE_HOST/$SKOPE_PORT"
    printf 'GET /%s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' "$1" >&3
    cat <&3
    exec 3>&-
}
signal start
sleep 0.2
signal stop
"""
UNREACHABLE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|Connection refused|ProxyError"
    r"|Failed to establish a new connection|Temporary failure in name resolution"
)


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=600,
        check=False,
        **options,
    )
    if done.returncode != 0 and UNREACHABLE.search(done.stdout) and not os.environ.get("CI"):
        pytest.skip("the package registry cannot be reached")
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def tree(project, tmp_path_factory):
    """A copy of the project, so that building leaves nothing in it."""
    tree = tmp_path_factory.mktemp("sources") / "skope"
    unwanted = shutil.ignore_patterns(
        ".git",
        ".venv*",
        ".skope",
        ".*_cache",
        ".hypothesis",
        "*.egg-info",
        "__pycache__",
        "node_modules",
        "build",
        "dist",
    )
    shutil.copytree(project, tree, ignore=unwanted)
    return tree


@pytest.fixture(scope="module")
def dist(tree, tmp_path_factory):
    """The folder with an sdist, and the wheel made from it."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", out, tree)
    return out


@pytest.fixture(scope="module")
def sdist_names(dist):
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.fixture(scope="module")
def wheel(dist):
    (path,) = dist.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel_names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The bin folder of an environment with the wheel, and surroundings without a compiler."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=True)
    tools = folder / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "sleep"):
        (tools / name).symlink_to(shutil.which(name))
    home = folder / "home"
    home.mkdir()
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "SSL_", "LANG", "http", "HTTP", "no_proxy", "NO_PROXY"))
    }
    surroundings |= {"PATH": f"{folder / 'venv' / 'bin'}:{tools}", "HOME": str(home)}
    binaries = folder / "venv" / "bin"
    run(binaries / "python", "-m", "pip", "install", "--only-binary=:all:", wheel, env=surroundings)
    return binaries, surroundings


def test_the_sdist_holds_what_it_takes_to_build(sdist_names, tree):
    kernels = {f"skope/_fast/{p.name}" for p in (tree / "skope" / "_fast").glob("*.p[yx][xdi]*")}
    assert kernels
    assert kernels <= sdist_names
    assert {"setup.py", "pyproject.toml", "LICENSE", "README.md", "Makefile"} <= sdist_names
    assert {"tests/conftest.py", "scripts/check", ".ci/run", "examples/demo"} <= sdist_names


def test_the_sdist_holds_nothing_built(sdist_names):
    assert [name for name in sdist_names if name.endswith((".so", ".pyc"))] == []
    assert fnmatch.filter(sdist_names, "skope/*.c") == []


def test_the_wheel_holds_kernels_types_and_the_licences(wheel_names, tree):
    sources = sorted((tree / "skope" / "_fast").glob("*.pyx"))
    for source in sources:
        assert any(
            n.startswith(f"skope/_fast/{source.stem}.") and n.endswith(".so") for n in wheel_names
        )
        assert f"skope/_fast/{source.stem}.pyi" in wheel_names
    assert "skope/py.typed" in wheel_names
    licences = {name.partition(".dist-info/licenses/")[2] for name in wheel_names}
    assert {"LICENSE", "skope/web/vendor/LICENSE"} <= licences


def test_the_wheel_holds_every_module(wheel_names, tree):
    modules = {str(p.relative_to(tree)) for p in (tree / "skope").rglob("*.py")}
    assert modules <= wheel_names


def test_the_wheel_and_the_sdist_hold_every_file_of_the_web_interface(
    wheel_names, sdist_names, tree
):
    files = {str(p.relative_to(tree)) for p in (tree / "skope" / "web").rglob("*") if p.is_file()}
    files = {name for name in files if "__pycache__" not in name}
    assert {"skope/web/index.html", "skope/web/vendor/LICENSE", "skope/web/vendor/SOURCE"} <= files
    assert files <= wheel_names
    assert files <= sdist_names


def test_the_wheel_holds_neither_sources_of_kernels_nor_tests(wheel_names):
    assert [name for name in wheel_names if name.endswith((".c", ".pyx", ".pxd", ".pyc"))] == []
    assert {name.partition("/")[0].partition("-")[0] for name in wheel_names} == {"skope"}


def test_there_is_no_compiler_where_it_is_tried(installed):
    _, surroundings = installed
    for name in ("cc", "gcc", "clang", "make"):
        assert shutil.which(name, path=surroundings["PATH"]) is None


def test_the_installed_wheel_tells_its_version(installed, wheel):
    binaries, surroundings = installed
    version = wheel.name.split("-")[1]
    assert run(binaries / "skope", "--version", env=surroundings).strip() == f"skope {version}"


def test_the_installed_wheel_captures_and_compares(installed, tmp_path):
    binaries, surroundings = installed
    (tmp_path / "bench.sh").write_text(SCRIPT)
    for tag in ("one", "two"):
        command = ("runner", "--port", "0", "--script", "bench.sh", "--tag", tag)
        run(binaries / "skope", *command, cwd=tmp_path, env=surroundings)
    shown = run(
        binaries / "skope", "diff", "--base", "one", "--head", "two", cwd=tmp_path, env=surroundings
    )
    assert "exec_time" in shown
    assert (Path(tmp_path) / ".skope" / "one-two.json").exists()
    words = ("diff", "--base", "one", "--head", "two", "--html", "out.html")
    run(binaries / "skope", *words, cwd=tmp_path, env=surroundings)
    assert "uPlot" in (tmp_path / "out.html").read_text()
