"""The extension list and the build switches; everything else is in pyproject.toml.

``SKOPE_BUILD`` chooses the build: ``release`` (the default), ``debug`` (bounds checked,
C assertions on) or ``sanitize`` (debug plus AddressSanitizer and UBSan).
"""

import os
import sys

from setuptools import Extension, setup

KERNELS = ("archive", "control", "fold", "layout", "ring", "slots", "slow")

BUILDS = {
    "release": (["-O3", "-g0"], [], {"boundscheck": False}),
    "debug": (["-O0", "-g", "-UNDEBUG"], [], {"boundscheck": True}),
    "sanitize": (
        ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"],
        ["-fsanitize=address,undefined"],
        {"boundscheck": True},
    ),
}


def extensions() -> list[Extension]:
    """Nothing outside Linux: reading and comparing reports needs no compiled code."""
    if not sys.platform.startswith("linux"):
        return []
    from Cython.Build import cythonize  # noqa: PLC0415 - a build-time dependency, absent elsewhere

    compile_args, link_args, directives = BUILDS[os.environ.get("SKOPE_BUILD", "release")]
    modules = [
        Extension(
            f"skope._fast.{name}",
            [f"skope/_fast/{name}.pyx"],
            extra_compile_args=["-std=c11", "-Wno-unused-function", *compile_args],
            extra_link_args=link_args,
            define_macros=[("_GNU_SOURCE", "1")],
        )
        for name in KERNELS
    ]
    return cythonize(
        modules,
        compiler_directives={
            "language_level": "3",
            "binding": False,
            "embedsignature": True,
            "wraparound": False,
            "initializedcheck": False,
            "cdivision": True,
            **directives,
        },
    )


setup(ext_modules=extensions())
