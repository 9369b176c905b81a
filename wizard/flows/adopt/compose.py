"""From what was found to a project file, and what could not be known.

Owns the conclusions. Pure: the same evidence gives the same file. Says nothing that is the default anyway, and guesses nothing without
telling it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.flows.adopt.bundle import SAMPLE, bundle
from wizard.flows.adopt.catalogs import data
from wizard.flows.adopt.catalogs import people as of_data
from wizard.flows.adopt.delivery import maintenance, order, runners, secret_names, strategy
from wizard.flows.adopt.settings import settings
from wizard.flows.adopt.usable import usable
from wizard.project.issued import OAUTH_SECRET, STORAGE_KEY, TOKEN
from wizard.project.naming import KINDS, names

if TYPE_CHECKING:
    from wizard.flows.adopt.evidence import OnAzure, OnGitHub
    from wizard.project.model import Project

Json = Any
KEYS = ("key1", "key2")
"""How values of storage accounts' keys are called."""
TOKEN_ID, OAUTH_ID = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How Databricks calls its tokens, and the OAuth secrets of its service principals."""
ISSUED = "set-up had it issued, and the issuer is not known: write storage-key:ACCOUNT-ID, databricks-token or databricks-oauth-secret"
SOURCE = "where its value came from is not known: one that exists is never asked for again, but a rotation would ask for a new one"


@dataclass(frozen=True, slots=True)
class Composed:
    """The data of a project file, and in ``unknown`` what it cannot say for certain: a field path and why."""

    raw: dict[str, Json]
    unknown: tuple[tuple[str, str], ...]


def composed(name: str, github: OnGitHub, azure: Mapping[str, OnAzure], subscription: Callable[[str], str]) -> Composed:
    """``azure`` by environment; ``subscription`` gives the name by which an id is written down."""
    unknown: list[tuple[str, str]] = []
    ordered, certain = order(github, tuple(azure))
    if not certain:
        unknown.append(("environments", f"their order is not known: the file says {' → '.join(ordered)}"))
    regions = Counter(azure[environment].region for environment in ordered)
    raw: dict[str, Json] = {"version": 1, "name": name, "region": regions.most_common(1)[0][0]}
    raw["github"] = {"repository": github.repository, "visibility": github.visibility}
    raw["github"] |= {"default_branch": github.default_branch} if github.default_branch != "main" else {}
    modes = Counter(seen.mode for seen in azure.values() if seen.mode).most_common(1)
    raw |= {"identity": {"mode": modes[0][0]}} if modes else {}
    raw["delivery"] = {"strategy": strategy(github, ordered)}
    found = settings(azure, ordered, frozenset(name for name in ordered if "workspace" in azure[name].existing))
    found.section("network", {"runs_on": labels} if (labels := runners(github)) else {})
    data(found, {name: held for name in ordered if (held := azure[name].catalog) is not None})
    found.section("bundle", bundle(github.texts))
    found.section("maintenance", maintenance(github))
    raw |= found.project
    shared = _shared_tags(azure)
    raw |= {"tags": shared} if shared else {}
    raw |= {"access": access} if (access := list(_access(azure, ordered))) else {}
    raw |= {"secrets": secrets} if (secrets := list(_secrets(azure, ordered, secret_names(github)))) else {}
    raw |= {"samples": False} if github.texts and github.texts.get(SAMPLE) is None else {}
    raw |= {"plan_environment": True} if github.previews else {}
    raw["environments"] = [
        _environment(each, github, azure[each], raw, shared, subscription) | found.environments.get(each, {}) for each in ordered
    ]
    _by_production(raw, github, azure, ordered)
    project, left_out = usable(raw)
    _named(raw, project, azure, ordered)
    unknown += [*found.unknown, *left_out, *_unknown(raw, github, azure)]
    return Composed(raw, tuple(unknown))


def _shared_tags(azure: Mapping[str, OnAzure]) -> dict[str, str]:
    """Tags that every environment has with the same value, whoever's group it is in."""
    told = [dict(seen.tags) for seen in azure.values()]
    return {key: text for key, text in told[0].items() if all(tags.get(key) == text for tags in told)} if told else {}


def _secrets(azure: Mapping[str, OnAzure], ordered: tuple[str, ...], told: tuple[str, ...]) -> Iterator[dict[str, Json]]:
    """``told``: the order in which the workflows name them; others follow."""
    names = dict.fromkeys(name for environment in ordered for name in azure[environment].secrets)
    for name in sorted(names, key=lambda name: told.index(name) if name in told else len(told)):
        held = [environment for environment in ordered if name in azure[environment].secrets]
        yield {"name": name, "from": _source(name, azure, held)} | ({} if len(held) == len(ordered) else {"environments": held})


def _source(name: str, azure: Mapping[str, OnAzure], held: Iterable[str]) -> str:
    """What issued it, by the form of what it is called there; ``prompt`` where more is not known."""
    found = {_issuer(azure[each].secrets[name], own_account="storage" in azure[each].existing) for each in held}
    return found.pop() if len(found) == 1 else "prompt"


def _issuer(called: str, *, own_account: bool) -> str:
    if called.startswith(KEYS):
        return STORAGE_KEY if own_account else "prompt"
    if OAUTH_ID.fullmatch(called):
        return OAUTH_SECRET
    return TOKEN if TOKEN_ID.fullmatch(called) else "prompt"


def _access(azure: Mapping[str, OnAzure], ordered: tuple[str, ...]) -> Iterator[dict[str, Json]]:
    given = {environment: (*azure[environment].people, *of_data(azure[environment].catalog)) for environment in ordered}
    for person in dict.fromkeys(person for environment in ordered for person in given[environment]):
        held = [environment for environment in ordered if person in given[environment]]
        entry = {person.kind: person.name, "role": person.role}
        yield entry | ({} if len(held) == len(ordered) else {"environments": held})


def _environment(
    name: str, github: OnGitHub, seen: OnAzure, raw: Mapping[str, Json], shared: Mapping[str, str], subscription: Callable[[str], str]
) -> dict[str, Json]:
    gate = github.gates.get(name)
    entry: dict[str, Json] = {"name": name, "subscription": subscription(seen.subscription)}
    entry |= {"region": seen.region} if seen.region and seen.region != raw["region"] else {}
    if gate is not None:
        entry |= {"reviewers": list(gate.reviewers)} if gate.reviewers else {}
        entry |= {"wait_minutes": gate.wait_minutes} if gate.wait_minutes else {}
        entry |= {"prevent_self_review": True} if gate.prevent_self_review else {}
    existing = dict(seen.existing)
    entry |= {"existing": existing} if existing else {}
    tags = {key: text for key, text in seen.tags.items() if shared.get(key) != text}
    return entry | ({"tags": tags} if tags else {})


def _by_production(raw: dict[str, Json], github: OnGitHub, azure: Mapping[str, OnAzure], ordered: tuple[str, ...]) -> None:
    """Locks, protection against purging, and refs: said only where they are not what the rules of production give."""
    locked = {name for name in ordered if azure[name].locked}
    lockable = {name for name in ordered if "resource_group" not in azure[name].existing}
    rows = {row["name"]: row for row in raw["environments"]}
    production = {ordered[-1]}
    for name in ordered[:-1]:
        tagged = any(ref.startswith("tag:") for ref in _refs(github, name)) and raw["delivery"]["strategy"] == "release"
        if tagged or (azure[name].purge_protection and name in locked and locked != lockable):
            rows[name]["production"] = True
            production.add(name)
    if locked:
        raw["locks"] = "production" if locked == production & lockable else "all"
    for name in ordered:
        if azure[name].purge_protection not in (None, name in production):
            rows[name]["purge_protection"] = azure[name].purge_protection
    for name in ordered:
        usual = _usual_refs(raw, name, name in production, github.default_branch)
        if _refs(github, name) and set(_refs(github, name)) != set(usual):
            rows[name]["deploy_from"] = list(_refs(github, name))


def _usual_refs(raw: Mapping[str, Json], name: str, production: bool, branch: str) -> tuple[str, ...]:
    if raw["delivery"]["strategy"] == "release":
        return ("tag:v*",) if production else (branch, "release/*")
    return (name.lower(),) if raw["delivery"]["strategy"] == "environment-branches" else (branch,)


def _refs(github: OnGitHub, name: str) -> tuple[str, ...]:
    gate = github.gates.get(name)
    return gate.deploy_from if gate else ()


def _named(raw: dict[str, Json], project: Project, azure: Mapping[str, OnAzure], ordered: tuple[str, ...]) -> None:
    """Names that are not the usual ones, for the project where one pattern gives them all, else for each environment."""
    usual = {name: names(project, project.environment(name)) for name in ordered}
    differing: dict[str, dict[str, str]] = {}
    for name in ordered:
        for kind in KINDS:
            seen = azure[name].names.get(kind)
            if seen and kind not in azure[name].existing and seen != getattr(usual[name], kind):
                differing.setdefault(kind, {})[name] = seen
    for kind, given in differing.items():
        pattern = _pattern(raw["name"], given) if len(given) == len(ordered) else ""
        if pattern:
            raw.setdefault("naming", {})[kind] = pattern
            continue
        for row in raw["environments"]:
            if row["name"] in given:
                row.setdefault("naming", {})[kind] = given[row["name"]]


def _pattern(project: str, given: Mapping[str, str]) -> str:
    """The one pattern that gives all those names; ``""`` where there is none."""
    patterns = set()
    for environment, name in given.items():
        words = ((environment, "{Environment}"), (environment.lower(), "{environment}"))
        word, placeholder = next(((word, mark) for word, mark in reversed(words) if word in name), ("", ""))
        patterns.add(re.sub(re.escape(word), placeholder, name) if word else name)
    return (
        patterns.pop()
        if len(patterns) == 1 and (len(given) == 1 or "{" in next(iter(patterns), "") or len(set(given.values())) == 1)
        else ""
    )


def _unknown(raw: Mapping[str, Json], github: OnGitHub, azure: Mapping[str, OnAzure]) -> Iterator[tuple[str, str]]:
    for item in raw.get("secrets", ()):
        called = next((seen.secrets[item["name"]] for seen in azure.values() if item["name"] in seen.secrets), "")
        if item["from"] == "prompt":
            yield f"secrets.{item['name']}.from", f"{ISSUED} ({called})" if called else SOURCE
    if not github.approvals:
        yield "environments.reviewers", "GitHub enforces none here on this plan and keeps none: add those that the file had"
    if not github.texts:
        yield "delivery", "the published files could not be read; strategy and order are taken from the gates"
    for name, seen in azure.items():
        for text in seen.unread:
            yield f"environments.{name}", f"could not be read: {text}"
        gate = github.gates.get(name)
        if gate is not None and gate.unread:
            yield (
                f"environments.{name}",
                f"GitHub does not show you the {' and '.join(gate.unread)} of its environment: write access is needed",
            )
        if gate is not None and gate.secrets:
            held = ", ".join(gate.secrets)
            yield "secrets.*.github", f"the GitHub environment {name} holds {held}: name those that are copies of a secret of the vault"
    for field in ("create", "signed_commits"):
        yield f"github.{field}", "leaves no trace: the usual value is taken"
