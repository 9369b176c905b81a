"""What a child process is given so that every client it runs meets the local internet, and nothing else.

Owns the variables and the private folder that they point into (0700, removed at the end). It is all that leads clients
here: proxy, trusted authority, sign-ins. Credentials of the caller are taken away first, so that a rehearsal can neither
use nor leak them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from wizard.sandbox.options import BadOption
from wizard.sandbox.worlds import description

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from wizard.sandbox.certificates import Certificates
    from wizard.sandbox.world import World

TAKEN_AWAY = ("AZURE_", "ARM_", "DATABRICKS_", "GITHUB_", "GH_", "ACTIONS_", "MSI_", "IDENTITY_", "IMDS_")
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
DIRECT = ("NO_PROXY", "no_proxy")
OTHER_PROXIES = ("ALL_PROXY", "all_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO")


class UnknownPerson(BadOption):
    """``--as`` names nobody of this world, or ``--job`` no environment of it."""


class PrivateFolder:
    """A folder for one run that only its owner can enter; gone afterwards."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="lakestrap-sandbox-"))

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self.remove()


def network(url: str, bundle: Path) -> dict[str, str]:
    """The variables that lead clients to the proxy at ``url`` and make them trust ``bundle``.

    ``LAKESTRAP_REHEARSAL`` names that proxy again: a face that shows which world it works in believes it only where both agree.
    """
    variables = dict.fromkeys(PROXIES, url) | dict.fromkeys(DIRECT, "") | dict.fromkeys(BUNDLES, str(bundle))
    return variables | {"NODE_USE_ENV_PROXY": "1", "LAKESTRAP_REHEARSAL": url}


def operator(world: World, upn: str = "") -> str:
    """The user principal name of who is signed in: the one asked for, or the world's operator."""
    chosen = upn or str(description(world).get("operator", ""))
    users = [str(user["upn"]) for user in description(world).get("tenant", {}).get("users", ())]
    if chosen not in users:
        raise UnknownPerson(f"nobody in this world is called {chosen or '(no operator)'}; there are {', '.join(users) or 'no users'}")
    return chosen


def login_of(world: World, upn: str) -> str:
    """The GitHub login of a person: the one whose name before the @ is the same; the token's owner otherwise."""
    github = description(world).get("github", {})
    logins = [str(user["login"]) for user in github.get("users", ())]
    return next((login for login in logins if login == upn.partition("@")[0]), str(github.get("user", {}).get("login", "")))


def operator_credentials(world: World, folder: Path, upn: str = "") -> dict[str, str]:
    """Sign-ins of a person at every service, and of the automation principal; fills ``folder``.

    ``AZURE_CONFIG_DIR`` (signed in as the person), ``AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET
    AZURE_SUBSCRIPTION_ID`` (the automation principal), ``GH_TOKEN``, and empty places for ``gh`` and Databricks settings.
    """
    from wizard.sandbox.github.seed import token_for
    from wizard.sandbox.login.profile import automation_credentials, write_profile

    person = operator(world, upn)
    write_profile(world, folder / "azure", person)
    login = login_of(world, person)
    signed_in = {"GH_TOKEN": token_for(world, login)} if login else {}
    return empty_credentials(folder) | automation_credentials(world) | signed_in


def job_credentials(world: World, folder: Path, environment: str, repository: str = "") -> dict[str, str]:
    """What a workflow job in that environment of the world's repository sees; no sign-in of any operator."""
    from wizard.sandbox.actions.job import job_environment

    try:
        variables = job_environment(world, environment, repository or None, folder=folder / "job")
    except LookupError as missing:
        raise UnknownPerson(f"--job {environment}: {missing}") from missing
    return empty_credentials(folder) | variables


def empty_credentials(folder: Path) -> dict[str, str]:
    """Private, empty places for the settings of ``az``, ``gh`` and ``databricks``."""
    for name in ("azure", "gh"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    settings = folder / "databrickscfg"
    settings.touch(mode=0o600)
    return {
        "AZURE_CONFIG_DIR": str(folder / "azure"),
        "AZURE_CORE_COLLECT_TELEMETRY": "no",
        "GH_CONFIG_DIR": str(folder / "gh"),
        "GH_NO_UPDATE_NOTIFIER": "1",
        "GH_PROMPT_DISABLED": "1",
        "DATABRICKS_CONFIG_FILE": str(settings),
    }


def without_credentials(inherited: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables but for those that sign in somewhere or lead past the proxy."""
    return {name: value for name, value in inherited.items() if not name.startswith(TAKEN_AWAY) and name not in OTHER_PROXIES}


def given(
    world: World,
    *,
    url: str,
    certificates: Certificates,
    folder: Path,
    person: str = "",
    job: str = "",
    repository: str = "",
) -> dict[str, str]:
    """The variables that a child is given. ``person`` is a user principal name; ``job`` an environment's name instead."""
    bundle = folder / "trusted.pem"
    certificates.write_bundle(bundle)
    signed_in = job_credentials(world, folder, job, repository) if job else operator_credentials(world, folder, person)
    return network(url, bundle) | signed_in


def child_environment(variables: Mapping[str, str], inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment of a child: the caller's, without its sign-ins, and what is given."""
    return without_credentials(os.environ if inherited is None else inherited) | dict(variables)
