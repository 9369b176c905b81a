"""What changed in the compiler's output from release to release. Owns the differences; the default is the newest form.

Every release writes its version into what it compiles, so that a template made by an older one can be compared with what
that release would have written.
"""

from __future__ import annotations

from dataclasses import dataclass

NEWEST = "0.46.1.21595"


@dataclass(frozen=True)
class Dialect:
    """The output of one release."""

    version: str = NEWEST
    deployments_version: str = "2025-04-01"
    versioned_references: bool = True
    versioned_modules: bool = True
    references_known: bool = True
    qualified_extension_scopes: bool = True
    ternary_parameters: bool = True
    all_ancestors: bool = False
    loses_existing: bool = False
    empty_functions: bool = False
    formatted_holes: bool = True
    decorators_reversed: bool = False
    outputs_described_last: bool = False
    hash_as_written: bool = False
    scopes_as_values: bool = True
    reads_existing: bool = True
    secure_string: str = "securestring"


def dialect(version: str, forms: str = "") -> Dialect:
    """The dialect of a release, by its version number; ``forms`` is the release whose forms a build without a number writes."""
    numbers = tuple(int(part) for part in (forms or version).split(".")[:3]) if (forms or version)[:1].isdigit() else (99, 0)
    return Dialect(
        version=version,
        deployments_version=_deployments(numbers),
        versioned_references=numbers >= (0, 13),
        versioned_modules=numbers >= (0, 13) or numbers < (0, 4, 1200),
        references_known=numbers[:2] != (0, 12),
        qualified_extension_scopes=numbers >= (0, 36),
        ternary_parameters=numbers >= (0, 29),
        all_ancestors=numbers < (0, 5),
        loses_existing=(0, 5) <= numbers < (0, 8),
        empty_functions=numbers < (0, 4, 1100),
        reads_existing=numbers >= (0, 33),
        scopes_as_values=numbers >= (0, 4, 1100),
        hash_as_written=numbers < (0, 4, 400),
        decorators_reversed=numbers < (0, 15),
        outputs_described_last=numbers < (0, 16),
        formatted_holes=numbers >= (0, 4, 1000),
        secure_string="secureString" if numbers < (0, 14) else "securestring",
    )


def _deployments(numbers: tuple[int, ...]) -> str:
    steps = (((0, 37), "2025-04-01"), ((0, 16), "2022-09-01"), ((0, 4, 1100), "2020-10-01"), ((0, 4, 1000), "2020-06-01"))
    return next((version for start, version in steps if numbers >= start), "2019-10-01")
