"""What a bundle's target has left in a workspace: its jobs and pipelines, by the mark that the Databricks CLI puts on them.

Owns that reading only. https://docs.databricks.com/api/azure/workspace/jobs/list
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.providers.databricks.errors import host_of, translated

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session


async def jobs_of(session: Session, host: str, bundle: str, target: str) -> tuple[str, ...]:
    """Names of the jobs that the bundle has deployed for the target."""
    part = f"/.bundle/{bundle}/{target}/"

    def look(client: WorkspaceClient) -> list[str]:
        names = []
        for job in client.jobs.list():
            settings = job.settings
            deployment = settings.deployment if settings is not None else None
            if settings is not None and deployment is not None and part in str(deployment.metadata_file_path or ""):
                names.append(str(settings.name))
        return names

    with translated("list the jobs", host, session):
        return tuple(sorted(await session.databricks(host_of(host), look)))
