"""What issues a secret stands before the vault's entry, and its copy in GitHub after it."""

from __future__ import annotations

from tests.blueprint.projects import STORAGE, facts, project
from wizard.blueprint import resources
from wizard.engine.plan import Action, Change, _with_lost_secrets
from wizard.engine.resource import Observed, Ref, Resource
from wizard.project.model import Project

SECRETS = [
    {"name": "dbx", "from": "databricks-oauth-secret", "github": "DBX_SECRET"},
    {"name": "tool", "from": "databricks-token"},
    {"name": "stone", "from": f"storage-key:{STORAGE}", "environments": ["dev"]},
    {"name": "salt", "from": "generate", "github": "SALT"},
]


def found(made: Project) -> dict[str, Resource]:
    return {resource.key: resource for resource in resources(made, facts())}


def test_each_entry_takes_its_value_from_its_issuer() -> None:
    made = found(project(secrets=SECRETS))
    values = {name: getattr(made[f"keyvault.secret/dev/{name}"], "value") for name in ("dbx", "tool", "stone", "salt")}  # noqa: B009
    assert values["dbx"] == Ref("databricks.oauth_secret/dev", "value")
    assert values["tool"] == Ref("databricks.token/dev/tool", "value")
    assert values["stone"] == Ref("storage.account_key/dev/stone", "value")
    assert values["salt"] is None
    assert "storage.account_key/prod/stone" not in made
    assert "keyvault.secret/dev/dbx" in made["databricks.token/dev/tool"].needs, "a token is made by who signs in with the secret"


def test_copies_in_github_wait_for_the_vault_and_for_the_gate() -> None:
    made = found(project(secrets=SECRETS))
    for name in ("DBX_SECRET", "SALT"):
        assert {"github.environment/dev", "keyvault.secret/dev/" + ("dbx" if "DBX" in name else "salt")} <= made[
            f"github.environment_secret/dev/{name}"
        ].needs


def test_without_such_secrets_nothing_is_added() -> None:
    kinds = {key.partition("/")[0] for key in found(project())}
    assert not kinds & {"databricks.oauth_secret", "databricks.token", "storage.account_key", "github.environment_secret"}


def test_a_new_oauth_secret_makes_no_token_worthless() -> None:
    """The vault's entry is written anew with the secret; the token was only made with it, and lives on."""
    made = found(project(secrets=SECRETS))
    there = Observed("x", {"credential": "x", "ends": ""})
    changes = {key: Change(resource, Action.KEEP, there) for key, resource in made.items()}
    changes["databricks.oauth_secret/dev"] = Change(made["databricks.oauth_secret/dev"], Action.CREATE)
    after = _with_lost_secrets(changes)
    assert after["keyvault.secret/dev/dbx"].action is Action.REPLACE
    assert after["github.environment_secret/dev/DBX_SECRET"].action is Action.REPLACE
    assert after["databricks.token/dev/tool"].action is Action.KEEP
