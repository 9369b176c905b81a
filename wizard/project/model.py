"""The model of ``lakestrap.yaml``: what the user wants, and nothing that was observed.

Owns the fields, their defaults and the rules of single values; rules that span fields are in ``rules.py``, names in
``naming.py``, reading and writing in ``file.py``. Must never hold a secret value, an observed id or a cloud client.
The order of ``environments`` is the order of promotion.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from wizard.project import rules
from wizard.project.maintenance import Maintenance
from wizard.project.part import Part

FILE_NAME = "lakestrap.yaml"
VERSION = 1

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z](-?[A-Za-z0-9])*$", max_length=24)]
Region = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]+$", max_length=40)]
ArmId = Annotated[str, Field(pattern=r"^/subscriptions/[^/]+/resource[gG]roups/[^/]+(/providers/[^/]+(/[^/]+/[^/]+)+)?$")]
AddressRange = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$")]
SubnetName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([\w.-]{0,78}\w)?$")]
ContainerName = Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9])*$", min_length=3, max_length=63)]
CatalogName = Annotated[str, Field(pattern=r"^[a-z0-9_-]+$", max_length=255)]
SchemaName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=255)]
Tags = dict[Annotated[str, Field(pattern=r"^[^<>%&\\?/]{1,128}$")], Annotated[str, Field(max_length=256)]]


class GitHub(Part):
    """The repository that receives the files, the environments and the workflows."""

    repository: str = Field(pattern=r"^[A-Za-z0-9](-?[A-Za-z0-9])*/[A-Za-z0-9._-]{1,100}$", description="Owner and name: contoso/shop.")
    create: StrictBool = Field(default=True, description="Create the repository if it does not exist.")
    visibility: Literal["private", "internal", "public"] = Field(
        default="private", description="Visibility of a repository that is created."
    )
    default_branch: str = Field(
        default="main", pattern=r"^[A-Za-z0-9._/-]+$", max_length=100, description="The branch that deployments start from."
    )
    signed_commits: StrictBool = Field(
        default=False, description="Publish files with commits that GitHub signs, for rulesets that ask for it."
    )

    @property
    def owner(self) -> str:
        """The organisation or user part of ``repository``."""
        return self.repository.partition("/")[0]


class Identity(Part):
    """How pipelines sign in to Azure and Databricks; one identity for each environment in every mode."""

    mode: Literal["federated", "managed-identity", "client-secret", "existing"] = Field(
        default="federated",
        description="federated: Entra application without a secret. managed-identity: needs no right in Entra. "
        "client-secret: only where federation is impossible. existing: your own, named under environments[].existing.identity.",
    )


class Delivery(Part):
    """How changes travel to the environments."""

    strategy: Literal["trunk", "release", "environment-branches"] = Field(
        default="trunk",
        description="trunk: a merge to the default branch is promoted through all environments. release: production follows a version tag. "
        "environment-branches: each environment follows a branch of its name.",
    )


class Network(Part):
    """Where the data plane lives and who can reach it."""

    mode: Literal["public", "injected", "private"] = Field(
        default="public",
        description="public: no network of your own. injected: clusters in a network of each environment, with one way out. "
        "private: also private endpoints, and nothing is reached from the internet.",
    )
    runs_on: tuple[str, ...] = Field(
        default=("ubuntu-24.04",), min_length=1, description="Labels of the runners that can reach the environments."
    )
    address_space: AddressRange = Field(
        default="10.139.0.0/22", description="Address range of each network that is created, /16 to /24; a quarter goes to each subnet."
    )
    host_subnet: SubnetName = Field(
        default="snet-databricks-host", description="Subnet for the hosts of clusters, delegated to Databricks."
    )
    container_subnet: SubnetName = Field(
        default="snet-databricks-container", description="Subnet for the containers of clusters, delegated to Databricks."
    )
    endpoint_subnet: SubnetName = Field(default="snet-private-endpoints", description="Subnet for private endpoints.")


class Workspace(Part):
    """What the Databricks workspaces are like."""

    compute: Literal["hybrid", "serverless"] = Field(
        default="hybrid", description="hybrid: clusters and serverless compute. serverless: that only. It cannot be changed later."
    )


class Lake(Part):
    """The storage account for the data, where it is not one of yours."""

    containers: tuple[ContainerName, ...] = Field(
        default=("bronze", "silver", "gold"), min_length=1, max_length=50, description="Containers, like rawdata and prepareddata."
    )
    redundancy: Literal["LRS", "ZRS", "GRS", "GZRS"] = Field(default="LRS", description="How often and where the data is kept.")


class Bundle(Part):
    """What the bundle's jobs run on, and the further samples that it begins with."""

    compute: Literal["serverless", "job-cluster", "shared-cluster", "existing-cluster"] = Field(
        default="serverless",
        description="serverless: nothing to size. job-cluster: a cluster for each run. shared-cluster: one that people use too; it ends "
        "stopped. existing-cluster: yours, named under `cluster`.",
    )
    cluster: str | None = Field(default=None, min_length=1, description="Name of the existing cluster, looked up in each workspace.")
    policy: str | None = Field(default=None, min_length=1, description="Name of a cluster policy for new clusters, looked up likewise.")
    runtime: str = Field(
        default="17.3.x-scala2.13", pattern=r"^\d+\.\d+\.x-[a-z0-9.-]+$", description="Runtime of clusters, one with long-term support."
    )
    node_type: str = Field(default="Standard_D4ds_v5", pattern=r"^Standard_\w+$", description="Size of the machines of clusters.")
    workers: StrictInt = Field(default=1, ge=1, le=100, description="Number of workers of clusters.")
    libraries: tuple[Annotated[str, Field(pattern=r"^(pypi|maven|whl|jar):[^\s'\"]+$")], ...] = Field(
        default=(), max_length=50, description="pypi:NAME==VERSION, maven:GROUP:NAME:VERSION, whl:PATH, jar:PATH; paths in a volume."
    )
    init_scripts: str | None = Field(
        default=None,
        pattern=r"^(workspace|/Volumes(/[A-Za-z0-9_-]+){3,})$",
        description="Prepare new clusters by src/init-scripts/prepare.sh: workspace, or the volume /Volumes/… it is copied to.",
    )
    samples: tuple[Literal["medallion", "pipeline", "machine-learning"], ...] = Field(
        default=(),
        max_length=3,
        description="Further samples; they need a catalog. medallion: landing, bronze, silver, gold. "
        "pipeline: the same as a declarative pipeline. machine-learning: a feature table, and a model that is registered.",
    )


class Monitoring(Part):
    """Logs of workspace, vault and data lake, and what else is watched."""

    retention_days: StrictInt = Field(default=30, ge=30, le=730, description="How many days logs are kept.")
    application_insights: StrictBool = Field(default=False, description="Add Application Insights for the traces of applications.")


class Budget(Part):
    """A monthly budget for each environment's resource group; people are told, nothing is stopped."""

    amount: StrictInt = Field(gt=0, description="Amount a month, in the currency of the bill.")
    starts: str = Field(
        pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="Month in which it starts, like 2026-12; not a past one, and it stays as it is."
    )
    notify: tuple[Annotated[str, Field(pattern=r"^[^@\s,;]+@[^@\s,;]+$")], ...] = Field(
        min_length=1, max_length=50, description="E-mail addresses that are told."
    )


class Access(Part):
    """A person or a group of people and what they may do; pipelines have their own roles."""

    group: str | None = Field(default=None, min_length=1, description="An Entra group: display name or object id. Either group or user.")
    user: str | None = Field(default=None, min_length=1, description="An Entra user: sign-in name or object id. Either group or user.")
    role: Literal["reader", "secrets-user", "secrets-officer", "contributor", "data-reader", "data-writer"] = Field(
        description="reader, contributor: on the resource group. secrets-user, secrets-officer: read or manage the secrets of the vault. "
        "data-reader, data-writer: read or also write the catalog; a group of the Databricks account, by its display name.",
    )
    environments: tuple[str, ...] | None = Field(default=None, description="Names of environments; all of them when left out.")

    @property
    def of_data(self) -> bool:
        """Whether it is about what Databricks knows, and by Databricks' own names."""
        return self.role.startswith("data-")


class SecretSpec(Part):
    """A secret that the vaults shall hold, by name; its value is never in this file."""

    name: str = Field(pattern=r"^[0-9A-Za-z-]{1,127}$", description="Name in the Key Vault: letters, digits and hyphens.")
    source: str = Field(
        alias="from",
        pattern=r"^(prompt|generate|github-token|stdin|env:[A-Za-z_][A-Za-z0-9_]*|file:.+|databricks-token|databricks-oauth-secret"
        r"|storage-key(:/subscriptions/[^/]+/resource[gG]roups/[^/]+/providers/Microsoft\.Storage/storageAccounts/[a-z0-9]{3,24})?)$",
        description="Where set-up takes the value: prompt, generate, stdin, env:NAME or file:PATH; github-token is asked for too. "
        "databricks-oauth-secret, databricks-token: made for the deploy identity. storage-key, storage-key:ARM-ID: of the storage "
        "account under existing, or of that one. One that exists stays.",
    )
    github: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,254}$",
        description="Also a secret of the GitHub environment, of this name: jobs there read it as secrets.NAME.",
    )
    check: str | None = Field(
        default=None,
        min_length=1,
        description="A command that says by exit code 0 whether a new value is good; it gets it on its standard input.",
    )
    environments: tuple[str, ...] | None = Field(default=None, description="Names of environments; all of them when left out.")


class Data(Part):
    """What Unity Catalog knows of the data lakes: a catalog for each environment, in the metastore of its region."""

    unity_catalog: StrictBool = Field(
        default=False,
        description="Make a catalog for each environment with schemas, locations in its data lake and what they need. The Databricks "
        "account's metastore has to be assigned to the workspaces, as it is to new ones.",
    )
    schemas: tuple[SchemaName, ...] = Field(
        default=(), max_length=100, description="Schemas of each catalog; one for each container of the lake when left out."
    )
    isolated: StrictBool = Field(default=True, description="Only an environment's own workspace reaches its data.")
    owner: str | None = Field(
        default=None,
        min_length=1,
        description="A group of the Databricks account that owns what is made, so that each member can run set-up. Default: who ran it.",
    )


class Naming(Part):
    """Patterns for names; may use {project} {environment} {hash} {region}, and {Environment} as it is spelled."""

    resource_group: str | None = Field(default=None, description="Resource group. Default rg-{project}-{environment}.")
    operations_group: str | None = Field(
        default=None, description="Group where no pipeline has a role. Default rg-{project}-{environment}-ops."
    )
    vault: str | None = Field(
        default=None, description="Key Vault, 3-24 characters, unique in Azure. Default kv-{project}-{environment}-{hash}."
    )
    operations_vault: str | None = Field(
        default=None,
        description="Key Vault that no pipeline can read; only in identity mode client-secret. Default kv-{project}-{environment}-o{hash}.",
    )
    storage: str | None = Field(
        default=None, description="Storage account, 3-24 letters and digits. Default st{project}{environment}{hash}."
    )
    workspace: str | None = Field(default=None, description="Databricks workspace. Default dbw-{project}-{environment}.")
    managed_group: str | None = Field(
        default=None, description="Group managed by Databricks. Default rg-{project}-{environment}-databricks."
    )
    access_connector: str | None = Field(default=None, description="Databricks access connector. Default dbac-{project}-{environment}.")
    log_analytics: str | None = Field(default=None, description="Log Analytics workspace. Default log-{project}-{environment}.")
    network: str | None = Field(default=None, description="Virtual network. Default vnet-{project}-{environment}.")
    application_insights: str | None = Field(default=None, description="Application Insights. Default appi-{project}-{environment}.")
    application: str | None = Field(default=None, description="Entra application. Default {project}-{environment}-deploy.")
    identity: str | None = Field(default=None, description="Managed identity. Default id-{project}-{environment}-deploy.")
    scope: str | None = Field(default=None, description="Databricks secret scope. Default {project}.")
    catalog: str | None = Field(
        default=None, description="Catalog, unique in the region's metastore; - becomes _. Default {project}_{environment}."
    )


class Existing(Part):
    """What is already there and yours: read and granted on, never created, changed, retagged or destroyed."""

    resource_group: ArmId | None = Field(default=None, description="ARM id of a resource group.")
    vault: ArmId | None = Field(default=None, description="ARM id of a Key Vault.")
    workspace: ArmId | None = Field(default=None, description="ARM id of a Databricks workspace.")
    storage: ArmId | None = Field(default=None, description="ARM id of a storage account with hierarchical namespace.")
    network: ArmId | None = Field(default=None, description="ARM id of a virtual network that holds the subnets named under network.")
    dns_zones: ArmId | None = Field(
        default=None, description="ARM id of the resource group that holds the private DNS zones, linked to the network."
    )
    catalog: CatalogName | None = Field(default=None, description="Name of a catalog in Unity Catalog that the workspace reaches.")
    identity: str | None = Field(default=None, min_length=1, description="Client id of an application, or ARM id of a managed identity.")


class Environment(Part):
    """One stage of delivery: a subscription, its gate and its own things."""

    name: EnvironmentName = Field(description="Name of the GitHub environment, the bundle target and the parameter file.")
    subscription: str = Field(min_length=1, pattern=r"\S", description="Azure subscription: name or id.")
    region: Region | None = Field(default=None, description="Azure region; the project's when left out.")
    production: StrictBool | None = Field(default=None, description="Production rules apply. Default: only the last environment.")
    reviewers: tuple[str, ...] = Field(
        default=(), max_length=6, description="Who may approve deployments: @login or organisation/team, at most six."
    )
    wait_minutes: StrictInt = Field(default=0, ge=0, le=43200, description="Minutes that a deployment waits before it starts.")
    prevent_self_review: StrictBool = Field(default=False, description="Who started a deployment may not approve it.")
    deploy_from: tuple[str, ...] = Field(
        default=(), description="Branch patterns that may deploy; tag:PATTERN for tags. Empty: those of the strategy."
    )
    address_space: AddressRange | None = Field(default=None, description="Address range of its network; the project's when left out.")
    budget: Budget | None = Field(default=None, description="Its own budget instead of the project's.")
    existing: Existing = Field(default=Existing(), description="Things of yours to use instead of new ones.")
    naming: Naming = Field(default=Naming(), description="Names for this environment only.")
    tags: Tags = Field(default_factory=dict, description="Azure tags, added to the project's.")
    purge_protection: StrictBool | None = Field(
        default=None, description="Nobody can purge the vault's secrets. Default: production only. Irreversible."
    )


class Project(Part):
    """The whole file. Build it with ``Project.model_validate`` or read it with ``file.load``."""

    version: StrictInt = Field(ge=VERSION, le=VERSION, description="Version of this file format.")
    name: str = Field(
        pattern=r"^[a-z](-?[a-z0-9])*$", min_length=2, max_length=24, description="Short name, part of most names that are given."
    )
    region: Region = Field(description="Azure region, as in `az account list-locations`: westeurope.")
    github: GitHub = Field(description="The GitHub repository.")
    identity: Identity = Field(default=Identity(), description="How pipelines sign in.")
    delivery: Delivery = Field(default=Delivery(), description="How changes travel.")
    network: Network = Field(default=Network(), description="Network of the workspaces.")
    workspace: Workspace = Field(default=Workspace(), description="The Databricks workspaces.")
    lake: Lake = Field(default=Lake(), description="The data lakes.")
    data: Data = Field(default=Data(), description="What Unity Catalog knows of the data lakes; nothing unless it is wished.")
    monitoring: Monitoring = Field(default=Monitoring(), description="Logs and traces.")
    budget: Budget | None = Field(default=None, description="A monthly budget for each environment; none when left out.")
    tags: Tags = Field(default_factory=dict, description="Azure tags for everything that is created.")
    access: tuple[Access, ...] = Field(
        default=(), description="People's rights. Where nobody is named, who runs set-up gets the vault for that run only."
    )
    secrets: tuple[SecretSpec, ...] = Field(default=(), description="Secrets the vaults shall hold, by name.")
    naming: Naming = Field(default=Naming(), description="Patterns for names.")
    samples: StrictBool = Field(default=True, description="Write a small working bundle: a job, its source and a test.")
    bundle: Bundle = Field(default=Bundle(), description="What the bundle's jobs run on, and further samples.")
    plan_environment: StrictBool = Field(default=False, description="Add ENV-plan: a read-only identity for previews in pull requests.")
    locks: Literal["none", "production", "all"] = Field(
        default="none", description="Which environments' resource groups get a lock against deletion."
    )
    maintenance: Maintenance | None = Field(default=None, description="Rotate in a scheduled workflow; people rotate when left out.")
    environments: tuple[Environment, ...] = Field(min_length=1, max_length=20, description="The environments, in promotion order.")

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        rules.check(self)
        return self

    def environment(self, name: str) -> Environment:
        """The environment of that name; ``KeyError`` where there is none."""
        for environment in self.environments:
            if environment.name == name:
                return environment
        raise KeyError(name)

    def is_production(self, environment: Environment) -> bool:
        """Whether production's rules apply: as said, else only to the last one."""
        return environment == self.environments[-1] if environment.production is None else environment.production

    def region_of(self, environment: Environment) -> str:
        """The environment's Azure region."""
        return environment.region or self.region

    def tags_of(self, environment: Environment) -> dict[str, str]:
        """The user's tags for an environment, without our marks."""
        return {**self.tags, **environment.tags}

    def purge_protected(self, environment: Environment) -> bool:
        """Whether the vault's purge protection is to be on."""
        return self.is_production(environment) if environment.purge_protection is None else environment.purge_protection

    def locked(self, environment: Environment) -> bool:
        """Whether the resource group gets a lock against deletion."""
        return self.locks == "all" or (self.locks == "production" and self.is_production(environment))

    def access_of(self, environment: Environment) -> tuple[Access, ...]:
        """The people's rights that apply to an environment."""
        return tuple(item for item in self.access if item.environments is None or environment.name in item.environments)

    def secrets_of(self, environment: Environment) -> tuple[SecretSpec, ...]:
        """The secrets that an environment's vault shall hold."""
        return tuple(item for item in self.secrets if item.environments is None or environment.name in item.environments)

    def deploys_from(self, environment: Environment) -> tuple[str, ...]:
        """Branch patterns and ``tag:`` patterns that may deploy to an environment: its own, else the strategy's."""
        if environment.deploy_from:
            return environment.deploy_from
        if self.delivery.strategy == "release":
            return ("tag:v*",) if self.is_production(environment) else (self.github.default_branch, "release/*")
        if self.delivery.strategy == "environment-branches":
            return (environment.name.lower(),)
        return (self.github.default_branch,)
