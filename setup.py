"""The extension list and the build switches; everything else is in pyproject.toml.

``SKOPE_BUILD`` chooses the build: ``release`` (the default), ``debug`` (bounds checked,
C assertions on) or ``sanitize`` (debug plus AddressSanitizer and UBSan).
"""

import os
import sys

from setuptools import Extension, setup

KERNELS = ("archive", "book", "control", "edge", "fold", "layout", "procparse", "ring", "slots", "slow")

BUILDS = {
    "release": (["-O3", "-g0"], [], {"boundscheck": False}),
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


def extension(name: str) -> Extension:
    """Translated by Cython when it is built, and only then."""
    compile_args, link_args, directives = BUILDS[os.environ.get("SKOPE_BUILD", "release")]
    made = Extension(
        f"skope._fast.{name}",
        [f"skope/_fast/{name}.pyx"],
        extra_compile_args=["-std=c11", "-Wno-unused-function", *compile_args],
        extra_link_args=link_args,
        define_macros=[("_GNU_SOURCE", "1")],
    )
    made.cython_directives = DIRECTIVES | directives
    return made


# Nothing is compiled outside Linux: reading and comparing reports needs no kernels.
setup(
    ext_modules=[extension(name) for name in KERNELS] if sys.platform == "linux" else [],
)
