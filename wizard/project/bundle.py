"""What cannot be said together under ``bundle:``.

Owns those rules. Pure; whether a named cluster or policy is there, each workspace tells when the bundle is validated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.project.model import Project

Trouble = tuple[tuple[str | int, ...], str, str]
"""Place, reason, remedy."""
OF_NEW_CLUSTERS = ("policy", "init_scripts")


def troubles(project: Project) -> Iterator[Trouble]:
    """Every broken rule of the section."""
    bundle = project.bundle
    if bundle.compute != "serverless" and project.workspace.compute == "serverless":
        yield ("bundle", "compute"), "the workspaces have no clusters", "bundle: {compute: serverless}"
    if bundle.compute == "existing-cluster" and not bundle.cluster:
        yield ("bundle", "cluster"), "names no cluster to look up", "cluster: NAME"
    if bundle.compute != "existing-cluster" and bundle.cluster:
        yield ("bundle", "cluster"), f"says nothing with {bundle.compute}", "bundle: {compute: existing-cluster}"
    for name in OF_NEW_CLUSTERS:
        if getattr(bundle, name) and bundle.compute not in ("job-cluster", "shared-cluster"):
            yield ("bundle", name), f"says nothing with {bundle.compute}", "bundle: {compute: job-cluster}"
    if bundle.init_scripts == "workspace" and bundle.compute == "shared-cluster":
        reason = "a cluster that several people share reads init scripts from volumes only"
        yield ("bundle", "init_scripts"), reason, "init_scripts: /Volumes/CATALOG/SCHEMA/VOLUME, allowed in the metastore"
    for index, library in enumerate(bundle.libraries):
        if bundle.compute == "serverless" and not library.startswith(("pypi:", "whl:")):
            yield ("bundle", "libraries", index), "serverless compute installs Python packages only", "bundle: {compute: job-cluster}"
    yield from _samples(project)


def _samples(project: Project) -> Iterator[Trouble]:
    for index, name in enumerate(project.bundle.samples):
        here = ("bundle", "samples", index)
        if name in project.bundle.samples[:index]:
            yield here, f"{name} is there twice", "name each sample once"
        if not project.samples:
            yield here, "builds on the small sample, which is left out", "samples: true"
        if not project.data.unity_catalog:
            yield here, "keeps its tables in a catalog, and there is none", "data: {unity_catalog: true}"
        if name == "machine-learning" and "medallion" not in project.bundle.samples:
            yield here, "learns from the tables of the sample medallion", "samples: [medallion, machine-learning]"
