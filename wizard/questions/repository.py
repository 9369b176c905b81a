"""The questions about the project and its repository, and before them who is signed in.

Owns these questions' words, defaults and conditions.
"""

from __future__ import annotations

import re

from wizard.questions import vault_names
from wizard.questions.question import Choice, Kind, Listed, Question, Situation, Step

FILES, TAGS = "files in the repository", "tags"


def _name(situation: Situation) -> str | None:
    """The repository's name, or the folder's, as far as it can be one of ours."""
    source = str(situation.get("github.repository", "")).rpartition("/")[2] or situation.known.folder
    name = re.sub(r"[^a-z0-9]+", "-", source.lower()).lstrip("-0123456789")[:24].strip("-")
    return name if len(name) > 1 else None


def _repository(situation: Situation) -> str | None:
    """The one the folder is a clone of, as far as the face has found that out."""
    return next(iter(situation.known.values("repository of the folder")), None)


def _is_new(situation: Situation) -> bool:
    """Whether the repository is not among those that are known to exist."""
    wanted = str(situation.get("github.repository", "")).lower()
    return wanted not in (value.lower() for value in situation.known.values("repositories"))


def _is_created(situation: Situation) -> bool:
    return _is_new(situation) and situation.get("github.create", True) is True


def _several_tenants(situation: Situation) -> bool:
    return len(situation.known.choices("tenants")) > 1


def _no_token(situation: Situation) -> bool:
    return not situation.known.login


QUESTIONS = (
    Question(
        field="run.tenant",
        step=Step.SIGN_IN,
        label="Tenant",
        help="The organisation whose subscriptions shall be used.",
        why="You are signed in to several. Everything of one project lives in one tenant.",
        kind=Kind.CHOICE,
        choices=Listed("tenants"),
        when=_several_tenants,
        terms=("tenant", "Entra ID"),
    ),
    Question(
        field="run.github_token",
        step=Step.SIGN_IN,
        label="GitHub token",
        help="A classic token with the scopes repo, workflow and read:org, or a fine-grained one; `gh auth login` spares you this.",
        why="The repository, its environments and its files are made with your own rights. The token is used for this run and not kept.",
        kind=Kind.SECRET,
        when=_no_token,
        terms=("fine-grained token",),
    ),
    Question(
        field="github.repository",
        step=Step.REPOSITORY,
        label="GitHub repository",
        help="owner/name: one that exists, or the name of a new one.",
        why="It receives the Bicep files, the workflows and the gates; the cloud trusts jobs of this repository and of no other.",
        kind=Kind.CHOICE,
        choices=Listed("repositories"),
        free=True,
        default=_repository,
        required=True,
        written=True,
    ),
    Question(
        field="github.create",
        step=Step.REPOSITORY,
        label="Create the repository",
        help="Whether to make it if it does not exist.",
        why="Say no where somebody else makes repositories; set-up then tells what is missing instead.",
        kind=Kind.YES_NO,
        default=lambda _: True,
        when=_is_new,
    ),
    Question(
        field="github.visibility",
        step=Step.REPOSITORY,
        label="Visibility",
        help="Who can see the new repository.",
        why="Approvals in a private or internal repository need GitHub Enterprise; in a public one they are free.",
        kind=Kind.CHOICE,
        choices=(
            Choice("private", "private", "its members"),
            Choice("internal", "internal", "everybody in the enterprise"),
            Choice("public", "public", "everybody"),
        ),
        default=lambda _: "private",
        when=_is_created,
        written=True,
        terms=("visibility",),
    ),
    Question(
        field="name",
        step=Step.REPOSITORY,
        label="Project name",
        help="Short: it becomes part of most names in Azure.",
        why="Resource groups, vaults and applications are named after it, so that what belongs together is found together.",
        default=_name,
        check=vault_names.free,
        required=True,
        written=True,
    ),
    Question(
        field="github.default_branch",
        step=Step.REPOSITORY,
        label="Default branch",
        help="The branch that deployments start from.",
        default=lambda _: "main",
        further=FILES,
        terms=("trunk",),
    ),
    Question(
        field="github.signed_commits",
        step=Step.REPOSITORY,
        label="Signed commits",
        help="Publish the files with commits that GitHub signs.",
        why="Only where a ruleset of your organisation asks for it.",
        kind=Kind.YES_NO,
        default=lambda _: False,
        further=FILES,
        terms=("signed commits", "ruleset"),
    ),
    Question(
        field="samples",
        step=Step.REPOSITORY,
        label="Sample bundle",
        help="Write a small working job with its source and a test.",
        why="The first deployment then has something to show. Leave it out where the repository has a bundle already.",
        kind=Kind.YES_NO,
        default=lambda _: True,
        further=FILES,
        terms=("bundle",),
    ),
    Question(
        field="tags",
        step=Step.REPOSITORY,
        label="Azure tags",
        help="name=value, several with commas: cost-centre=4711, owner=data.",
        why="They are put on everything that is created in Azure, beside our own mark.",
        kind=Kind.PAIRS,
        further=TAGS,
        terms=("tags",),
    ),
)
