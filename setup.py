"""The extension list and the build switches; everything else is in pyproject.toml.

``SKOPE_BUILD`` chooses the build: ``release`` (the default), ``debug`` (bounds checked,
C assertions on) or ``sanitize`` (debug plus AddressSanitizer and UBSan).
"""

import os
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

KERNELS = (
    "archive",
    "book",
    "control",
    "edge",
    "fold",
    "layout",
    "parent",
    "plain",
    "procparse",
    "records",
    "ring",
    "slots",
    "slow",
    "stripes",
    "tally",
    "tally_bytes",
    "tick",
)

BUILDS = {
    "release": (["-O2", "-g0"], [], {"boundscheck": False}),
    "debug": (["-O0", "-g", "-UNDEBUG"], [], {"boundscheck": True}),
    "sanitize": (
        ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"],
        ["-fsanitize=address,undefined"],
        {"boundscheck": True},
    ),
}


DIRECTIVES = {
    "language_level": "3",
    "binding": False,
    "embedsignature": True,
    "wraparound": False,
    "initializedcheck": False,
    "cdivision": True,
}

BUILD = os.environ.get("SKOPE_BUILD", "release")
PROCESSORS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


class BuildKernels(build_ext):
    """Translates the kernels side by side, then compiles them side by side."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or PROCESSORS

    def run(self) -> None:
        from Cython.Build import cythonize  # noqa: PLC0415 - needed to build, not to read this file

        cythonize(
            [extension(name) for name in KERNELS],
            nthreads=PROCESSORS,
            quiet=True,
            compiler_directives=DIRECTIVES | BUILDS[BUILD][2],
        )
        super().run()


def extension(name: str) -> Extension:
    """One kernel, one module."""
    compile_args, link_args, directives = BUILDS[BUILD]
    made = Extension(
        f"skope._fast.{name}",
        [f"skope/_fast/{name}.pyx"],
        extra_compile_args=["-std=c11", "-Wno-unused-function", "-Wno-sign-compare", *compile_args],
        extra_link_args=link_args,
        define_macros=[("_GNU_SOURCE", "1")],
    )
    made.cython_directives = DIRECTIVES | directives
    return made


# Nothing is compiled outside Linux: reading and comparing reports needs no kernels.
setup(
    ext_modules=[extension(name) for name in KERNELS] if sys.platform == "linux" else [],
    cmdclass={"build_ext": BuildKernels},
)
