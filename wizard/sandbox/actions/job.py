"""The environment variables of a workflow job, for ``sandbox run --job ENVIRONMENT``.

Owns what a command sees that stands where a step of a job would stand: ``GITHUB_*``, ``RUNNER_*``, the runner's token
endpoint, and the environment's variables and secrets. A workflow names those as ``${{ vars.X }}`` and
``${{ secrets.X }}``; a command has no such expressions, so they are exported under their own names ``X``. Reviewers,
timers and branch policies are not asked: the job has begun. It must never give away the operator's credentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions import job_token
from wizard.sandbox.actions.job_token import JobIdentity
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.sandbox.world import World

Json = Any

FILES = ("ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY")


def job_environment(world: World, environment: str, repository: str | None = None, *, folder: Path | None = None) -> dict[str, str]:
    """The variables of a job in ``environment`` of ``repository`` (``owner/name``; else the one that has it).

    With ``folder`` the runner's files (``GITHUB_ENV``, ``GITHUB_OUTPUT``, …) are made in it and named. The job is one of
    a ``workflow_dispatch`` of ``verify-login.yml`` on the default branch. Raises ``LookupError`` where no repository, or
    more than one, has the environment.
    """
    found = _repository(world, environment, repository)
    name = github.full_name(found)
    spelled = (github.environment(world, name, environment) or {"name": environment})["name"]
    identity = identity_for(world, found, spelled)
    variables = {
        **github.variables(world, name),
        **github.variables(world, name, environment),
        **github.secrets(world, name),
        **github.secrets(world, name, environment),
        **github_variables(world, identity),
        **job_token.request_variables(world, identity),
        "GITHUB_TOKEN": token_for_job(world, name, str(found["actions"].get("workflow_permissions", "read"))),
    }
    return variables | (_files(folder) if folder else {})


def _repository(world: World, environment: str, repository: str | None) -> Json:
    if repository is not None:
        found = github.repository(world, repository)
        if found is None or github.environment(world, repository, environment) is None:
            raise LookupError(f"no environment {environment} in the repository {repository}")
        return found
    rows = world.table("github.environments").where(lambda row: row["name"].lower() == environment.lower())
    if len(rows) != 1:
        have = ", ".join(sorted(row["repository"] for row in rows)) or "none"
        raise LookupError(f"{len(rows)} repositories of this world have an environment {environment} ({have})")
    found = github.repository(world, rows[0]["repository"])
    if found is None:
        raise LookupError(f"the repository {rows[0]['repository']} is gone")
    return found


def identity_for(world: World, repository: Json, environment: str, path: str = ".github/workflows/verify-login.yml") -> JobIdentity:
    """A first-attempt dispatch of a workflow on the default branch, started by the repository's first account."""
    name, branch = github.full_name(repository), repository["default_branch"]
    people: list[Json] = world.table("github.accounts").where(lambda row: row["type"] == "User")
    actor: Json = people[0] if people else {"login": "ghost", "id": 10137}
    number = world.next_number("actions.job")
    return JobIdentity(
        repository=name,
        environment=environment,
        ref=f"refs/heads/{branch}",
        sha=github.resolve(world, name, branch) or "0" * 40,
        workflow=path.rpartition("/")[2].removesuffix(".yml"),
        workflow_path=path,
        job_workflow_path=path,
        event="workflow_dispatch",
        run_id=9_000_000_000 + number,
        run_number=number,
        run_attempt=1,
        actor=actor["login"],
        actor_id=actor["id"],
    )


def github_variables(world: World, identity: JobIdentity) -> dict[str, str]:
    """``CI``, ``GITHUB_*`` and ``RUNNER_*`` as a hosted Linux runner sets them, without what names files."""
    repository = github.repository(world, identity.repository)
    assert repository is not None
    owner = github.account(world, repository["owner"]) or {"id": 0}
    name = github.full_name(repository)
    reference = f"{name}/{identity.workflow_path}@{identity.ref}"
    values = {
        "ACTIONS": "true",
        "ACTOR": identity.actor,
        "ACTOR_ID": str(identity.actor_id),
        "TRIGGERING_ACTOR": identity.actor,
        "API_URL": "https://api.github.com",
        "GRAPHQL_URL": "https://api.github.com/graphql",
        "SERVER_URL": "https://github.com",
        "BASE_REF": "",
        "HEAD_REF": "",
        "EVENT_NAME": identity.event,
        "JOB": "verify",
        "REF": identity.ref,
        "REF_NAME": identity.ref.split("/", 2)[-1],
        "REF_PROTECTED": str(job_token.claims_of(world, identity)["ref_protected"]),
        "REF_TYPE": "tag" if identity.ref.startswith("refs/tags/") else "branch",
        "REPOSITORY": name,
        "REPOSITORY_ID": str(repository["id"]),
        "REPOSITORY_OWNER": repository["owner"],
        "REPOSITORY_OWNER_ID": str(owner["id"]),
        "RETENTION_DAYS": "90",
        "RUN_ATTEMPT": str(identity.run_attempt),
        "RUN_ID": str(identity.run_id),
        "RUN_NUMBER": str(identity.run_number),
        "SHA": identity.sha,
        "WORKFLOW": identity.workflow,
        "WORKFLOW_REF": reference,
        "WORKFLOW_SHA": identity.sha,
    }
    runner = {"ARCH": "X64", "ENVIRONMENT": identity.runner_environment, "NAME": "GitHub Actions 1", "OS": "Linux"}
    return {
        "CI": "true",
        **{f"GITHUB_{name}": value for name, value in values.items()},
        **{f"RUNNER_{name}": value for name, value in runner.items()},
    }


def token_for_job(world: World, repository: str, permissions: str | dict[str, str]) -> str:
    """A ``GITHUB_TOKEN``: an installation token of this repository only. ``permissions``: ``read``, ``write`` or by scope."""
    if isinstance(permissions, str):
        permissions = {"metadata": "read", "contents": permissions, "packages": permissions}
    return github.put_token(
        world,
        {
            "token": "ghs_" + world.new_secret("actions-job-token", 36),
            "login": "github-actions[bot]",
            "kind": "installation",
            "permissions": {scope.replace("-", "_"): access for scope, access in permissions.items() if scope != "id-token"},
            "repositories": [repository],
            "expires_at": world.clock.iso(world.clock.now() + job_token.JOB_LIFETIME),
        },
    )


def _files(folder: Path) -> dict[str, str]:
    temporary = folder / "temp"
    temporary.mkdir(parents=True, exist_ok=True)
    named = {f"GITHUB_{name}": folder / name.lower() for name in FILES}
    for path in named.values():
        path.touch()
    event = folder / "event.json"
    event.write_text("{}", encoding="utf-8")
    return {**{name: str(path) for name, path in named.items()}, "GITHUB_EVENT_PATH": str(event), "RUNNER_TEMP": str(temporary)}
