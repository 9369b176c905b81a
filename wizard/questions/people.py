"""The questions about people's rights and about secrets, which are named here and never typed here.

Owns these questions' words, defaults and conditions.
"""

from __future__ import annotations

from wizard.questions.question import Choice, Kind, Listed, Question, Situation, Step

SOURCES = (
    Choice("prompt", "prompt", "asked for, unseen, when it is first needed"),
    Choice("generate", "generate", "a random value in each vault, made once"),
    Choice("env:", "env:NAME", "taken from a variable of this shell"),
    Choice("file:", "file:PATH", "taken from a file"),
    Choice("stdin", "stdin", "piped in"),
    Choice("databricks-oauth-secret", "databricks-oauth-secret", "made for the deploy identity: it signs in to Databricks with it"),
    Choice("databricks-token", "databricks-token", "made by the deploy identity, for tools that take no better; needs the OAuth secret"),
    Choice("storage-key", "storage-key", "a key of the storage account of yours under existing"),
)


def _no_group(situation: Situation) -> bool:
    return not situation.get("access.*.group")


QUESTIONS = (
    Question(
        field="access",
        step=Step.PEOPLE,
        label="People and groups",
        help="Who may do what in Azure, beside the pipelines.",
        why="Where nobody is named, you get the vault for this run only, and nobody keeps a right by accident.",
        kind=Kind.TABLE,
        columns=("access.*.group", "access.*.user", "access.*.role", "access.*.environments"),
        terms=("role assignment", "operator"),
    ),
    Question(
        field="access.*.group",
        step=Step.PEOPLE,
        label="Entra group",
        help="Display name or object id; nothing to name one person instead.",
        why="A group outlives the people in it.",
        kind=Kind.CHOICE,
        choices=Listed("people: groups", searched=True),
        free=True,
        terms=("Entra ID",),
    ),
    Question(
        field="access.*.user",
        step=Step.PEOPLE,
        label="Entra user",
        help="Sign-in name (ana@contoso.com) or object id.",
        kind=Kind.CHOICE,
        choices=Listed("people: users", searched=True),
        free=True,
        when=_no_group,
        required=True,
        terms=("Entra ID",),
    ),
    Question(
        field="access.*.role",
        step=Step.PEOPLE,
        label="Role",
        help="What they may do.",
        kind=Kind.CHOICE,
        choices=(
            Choice("reader", "reader", "see everything in the resource group, no secret"),
            Choice("secrets-user", "secrets-user", "read the secrets of the vault"),
            Choice("secrets-officer", "secrets-officer", "read and change the secrets of the vault"),
            Choice("contributor", "contributor", "change everything in the resource group"),
            Choice("data-reader", "data-reader", "read all tables and files of the catalog"),
            Choice("data-writer", "data-writer", "also write and create in the catalog"),
        ),
        default=lambda _: "reader",
        required=True,
        written=True,
        terms=("role assignment", "scope"),
    ),
    Question(
        field="access.*.environments",
        step=Step.PEOPLE,
        label="Environments",
        help="Names, several with commas; nothing for all of them.",
        kind=Kind.MANY,
        choices=Listed("own environments"),
    ),
    Question(
        field="secrets",
        step=Step.SECRETS,
        label="Secrets",
        help="Names of secrets that your code will read from the vaults.",
        why="Only their names and where a value comes from are kept; a secret that exists already is never overwritten.",
        kind=Kind.TABLE,
        columns=("secrets.*.name", "secrets.*.from", "secrets.*.environments"),
        terms=("Key Vault", "secret scope"),
    ),
    Question(
        field="secrets.*.name",
        step=Step.SECRETS,
        label="Secret's name",
        help="As your code will ask for it: sql-password.",
        required=True,
        written=True,
        terms=("Key Vault",),
    ),
    Question(
        field="secrets.*.from",
        step=Step.SECRETS,
        label="Where its value comes from",
        help="Never the value itself.",
        why="The value goes from there into the vault and is forgotten; it is in no file, log or plan of ours.",
        kind=Kind.CHOICE,
        choices=SOURCES,
        free=True,
        default=lambda _: "prompt",
        required=True,
        written=True,
    ),
    Question(
        field="secrets.*.environments",
        step=Step.SECRETS,
        label="Environments",
        help="Names, several with commas; nothing for all of them.",
        kind=Kind.MANY,
        choices=Listed("own environments"),
    ),
)
