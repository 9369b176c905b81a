"""What the project's choices mean in the bundle: which files, and the words that their templates use.

Owns that translation. Pure, and free of observed ids: names of catalogs and lakes are those that the project gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.project.data import schemas
from wizard.project.naming import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.project.model import Project

BUNDLE = "databricks.yml"
SMALL = (
    *("pyproject.toml", "resources/sample.job.yml", "resources/tests.job.yml", "src/notebooks/summarise.py"),
    *("src/sample/__init__.py", "src/sample/checks.py", "src/sample/jobs.py", "src/sample/summary.py"),
    *("tests/test_checks.py", "tests/test_summary.py"),
)
ORDERS = (
    *("src/orders/__init__.py", "src/orders/checks.py", "src/orders/jobs.py", "src/orders/samples.py", "src/orders/statements.py"),
    "tests/test_orders.py",
)
FORECAST = (
    *("resources/forecast.job.yml", "src/forecast/__init__.py", "src/forecast/features.py", "src/forecast/jobs.py"),
    *("src/forecast/training.py", "tests/test_forecast.py"),
)
FURTHER = {
    "medallion": (*ORDERS, "resources/orders.job.yml"),
    "pipeline": (*ORDERS, "resources/orders.pipeline.yml", "src/pipelines/orders.py"),
    "machine-learning": FORECAST,
}
PREPARE = "src/init-scripts/prepare.sh"
NEWEST_WITH_PYTHON_3_11 = 15
"""Major version of the last runtime that has Python 3.11; later ones have 3.12."""


def sources(project: Project) -> dict[str, str]:
    """Path of every file of the bundle, and its template."""
    found = {BUNDLE: f"databricks/{BUNDLE}"}
    if project.samples:
        wanted = (*SMALL, *(path for sample in project.bundle.samples for path in FURTHER[sample]))
        found |= {path: f"databricks/{path}" for path in wanted}
        found["docs/development.md"] = "databricks/development.md"
    if project.bundle.compute == "shared-cluster":
        found["resources/shared.cluster.yml"] = "databricks/resources/shared.cluster.yml"
    if project.bundle.init_scripts:
        found[PREPARE] = "databricks/prepare.sh"
    return found


def words(project: Project) -> Mapping[str, Any]:
    """What the templates of the bundle use beside the project itself."""
    chosen = project.bundle
    lookups = [("cluster", chosen.cluster), ("cluster_policy", chosen.policy)]
    libraries = [library.partition(":") for library in chosen.libraries]
    major, minor = chosen.runtime.split(".")[:2]
    python = "3.12" if int(major) > NEWEST_WITH_PYTHON_3_11 else "3.11"
    layers = list(schemas(project))
    packages = {"sample": True, "orders": bool(chosen.samples), "forecast": "machine-learning" in chosen.samples}
    return {
        "lookups": [(kind, name) for kind, name in lookups if name],
        "libraries": [(kind, rest) for kind, _, rest in libraries],
        "init_script": _init_script(chosen.init_scripts),
        "connect": {"version": f"{major}.{minor}", "python": python},
        "layers": (layers[0], layers[len(layers) // 2], layers[-1]),
        "lakes": _lakes(project),
        "packages": [name for name, wanted in packages.items() if wanted],
        "more": [],
    }


def _init_script(said: str | None) -> tuple[str, str] | None:
    """The kind of the place that clusters read the script from, and its path there."""
    if said is None:
        return None
    if said == "workspace":
        return "workspace", f"${{workspace.file_path}}/{PREPARE}"
    return "volumes", f"{said}/{PREPARE.rpartition('/')[2]}"


def _lakes(project: Project) -> dict[str, dict[str, str]]:
    """Catalog and landing folder of each environment, by its name."""
    found = {}
    for environment in project.environments:
        given = names(project, environment)
        account = f"{project.lake.containers[0]}@{given.storage}.dfs.core.windows.net"
        catalog = environment.existing.catalog or given.catalog
        found[environment.name] = {"catalog": catalog, "landing": f"abfss://{account}/landing"}
    return found
