"""Which credentials a project has: one line a kind.

Owns the list only. Pure: the same project and facts give the same credentials; what the clouds hold is read by their methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from wizard.blueprint import Facts, Place
from wizard.flows.rotate.kinds import databricks_oauth, databricks_token, entra_client_secret, storage_key, vault_secret

if TYPE_CHECKING:
    from wizard.flows.rotate.credential import Credential
    from wizard.project.model import Project

KINDS: tuple[Callable[[Place], Iterator[Credential]], ...] = (
    entra_client_secret.credentials,
    databricks_oauth.credentials,
    databricks_token.credentials,
    storage_key.credentials,
    vault_secret.credentials,
)
"""Functions that tell the credentials of one kind in one environment (``kinds/KIND.py: credentials(place)``)."""


def credentials_of(project: Project, facts: Facts) -> tuple[Credential, ...]:
    """Every credential of the project, environments in promotion order."""
    places = [Place(project, environment, facts) for environment in project.environments]
    return tuple(credential for place in places for kind in KINDS for credential in kind(place))
