"""One plain sentence for each word that a newcomer cannot know.

Owns the sentences; faces show them under ``?`` beside the questions and plan lines that use the word.
"""

from __future__ import annotations

from collections.abc import Mapping

GLOSSARY: Mapping[str, str] = {
    "access connector": "An Azure resource that lends a Databricks workspace an identity, so that it can read storage without a key.",
    "access policy": "The older way to grant rights on a Key Vault, in the vault itself instead of by Azure roles.",
    "application": "The entry in Entra ID by which a program, here your pipeline, is known; it can be signed in but is no person.",
    "branch policy": "A list of branches or tags; only jobs started from one of them may use the environment.",
    "bundle": "A Databricks Asset Bundle: the jobs of a workspace described in files, deployed like code.",
    "client secret": "A password for an application; it expires, can leak and has to be rotated, so it is the last resort.",
    "deny assignment": "A rule in Azure that forbids something to somebody whatever roles they have.",
    "device code": "A short code typed into a web page, in any browser, that signs in a program in this terminal.",
    "effective permission": "What you may really do at a place once all roles, conditions and denials are counted together.",
    "Entra ID": "Microsoft's directory of people, groups and applications; it was called Azure Active Directory.",
    "environment": "One stage of delivery, such as dev or prod, with its own subscription, rights, secrets and approvals.",
    "federated credential": "A rule in Entra ID that trusts a GitHub job by its name instead of a password, so that no secret is stored.",
    "fine-grained token": "A GitHub token for chosen repositories and rights only; unlike a classic one it does not tell what it may do.",
    "GitHub environment": "A named gate in a repository, with approvals, a wait and branches, that a job passes to reach a cloud.",
    "idempotent": "Running it a second time changes nothing.",
    "injected network": "A Databricks workspace placed into a virtual network of your own.",
    "Key Vault": "Azure's store for secrets; who may read which is decided by roles and written to a log.",
    "lock": "A bar on an Azure resource group that stops deletion, even by its owner, until the bar is lifted.",
    "managed identity": "An identity that Azure itself looks after for a resource; nobody needs a right in Entra ID to make one.",
    "managed group": "A resource group that Databricks makes and fills for a workspace; you look, Databricks changes.",
    "OIDC": "A standard by which GitHub vouches for a running job with a signed, short-lived note that Azure can check.",
    "operator": "Whoever runs Lakestrap: you, with the rights of your own sign-in.",
    "plan": "The list of everything that would be changed, shown before anything is.",
    "production": "An environment with the strict rules: approvals, purge protection, a lock where wished.",
    "promotion": "Taking the same change from one environment to the next, as far as each one's gate lets it.",
    "purge protection": "Nobody can remove a deleted vault or secret for good before its time; it cannot be switched off again.",
    "region": "The place where Azure runs your things, such as westeurope; data stays there.",
    "resource group": "A folder in an Azure subscription; rights, cost and deletion apply to it as a whole.",
    "resource provider": "The part of Azure that makes one kind of thing; a subscription registers it once before its first use.",
    "reviewer": "A person or team one of whom has to approve before a job may use the environment.",
    "role assignment": "One line of Azure's rights: who may do what, where.",
    "ruleset": "Rules that a GitHub repository enforces on branches, such as that changes need a pull request.",
    "runner": "The machine on which a GitHub job runs: GitHub's own, or yours, named by labels.",
    "scope": "Where a right holds: a subscription, a resource group or one resource; in Databricks, a named set of secrets.",
    "secret scope": "The name under which Databricks code reads secrets; here it shows what is in the Key Vault.",
    "service principal": "An application's account in one tenant: the one that rights are given to.",
    "signed commits": "Commits that carry a proof of who made them; some organisations accept no others.",
    "soft delete": "A deleted vault or secret is kept for a while, and keeps its name, so that it can be brought back.",
    "subject": "The name by which a GitHub job introduces itself to Azure, such as repo:contoso/shop:environment:prod.",
    "subscription": "An account within Azure that things are made in and billed to.",
    "tags": "Labels on Azure resources, such as a cost centre; bills and policies can be sorted by them.",
    "tenant": "An organisation's own Entra ID with its people, groups and subscriptions.",
    "trunk": "The one branch, mostly main, that every change is merged to.",
    "visibility": "Who can see a repository: its members (private), the whole enterprise (internal) or everybody (public).",
    "wait timer": "Minutes that pass between an approval and the start of the job.",
    "workspace": "Where Databricks notebooks, jobs and clusters live; one for each environment.",
}


def explained(terms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The terms with their sentences, in order."""
    return tuple((term, GLOSSARY[term]) for term in terms)
