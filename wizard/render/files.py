"""Project -> the files of its repository: a pure function, the same bytes every time.

Owns the list of files and their headers. Must never read the world: no id, no date, no host name of this run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from wizard import __version__
from wizard.project.endings import endings
from wizard.render import assets, bundle, header
from wizard.render.maintenance import rights
from wizard.render.parameters import parameter_file
from wizard.render.promotion import stages, tagged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment as Templates

    from wizard.project.model import Project

WORKFLOWS = ("ci.yml", "deploy.yml", "deploy-environment.yml", "infra.yml", "verify-login.yml")
_HOW_CODE = {
    "trunk": "**Trunk**: there is one branch, `{branch}`. What is merged there goes through the environments in the order of this table.",
    "release": "**Release branches and tags**: `{branch}` is the next release, `release/…` is one that is being finished, a tag `v…` "
    "is what production runs.",
    "environment-branches": "**Environment branches**: each environment runs what stands on its own branch.",
}
_OWN_RUNNERS = " # zizmor: ignore[self-hosted-runner] lakestrap.yaml names them: only they reach the environments"


@dataclass(frozen=True, slots=True)
class File:
    """One file: path from the repository's root with forward slashes, and its whole text with Unix line ends."""

    path: str
    text: str


def render(project: Project, gates: Mapping[str, bool] | None = None) -> tuple[File, ...]:
    """Every generated file, sorted by path.

    ``gates`` says for each environment whether GitHub enforces its approval (the account's plan may not); production without such a
    gate is deployed only by hand.
    """
    templates, words = _templates(), _words(project, gates or {})
    files = [File(path, header.stamped(path, templates.get_template(source).render(words))) for path, source in _sources(project).items()]
    files += [File(f"infra/{name}", header.stamped(name, text)) for name, text in assets.bicep_files()]
    plain = [File("infra/compiled/main.json", assets.compiled_text())]
    if project.samples:
        plain.append(File(".devcontainer/devcontainer.json", templates.get_template("databricks/devcontainer.json").render(words)))
    for environment in project.environments:
        text = json.dumps(parameter_file(project, environment), indent=2, ensure_ascii=False) + "\n"
        plain.append(File(f"infra/parameters/{environment.name}.parameters.json", text))
    listed = header.manifest(tuple((file.path, file.text) for file in plain))
    return tuple(sorted([*files, *plain, File(header.MANIFEST, header.stamped(header.MANIFEST, listed))], key=lambda file: file.path))


def _sources(project: Project) -> dict[str, str]:
    """Path of every file that comes from a template, and the template."""
    sources = {f".github/workflows/{name}": f"github/{name}" for name in WORKFLOWS}
    sources[".github/dependabot.yml"] = "github/dependabot.yml"
    sources[".github/requirements.txt"] = "github/requirements.txt"
    sources[".gitattributes"] = "github/gitattributes"
    sources["docs/delivery.md"] = "github/delivery.md"
    sources |= bundle.sources(project)
    if project.plan_environment:
        sources[".github/workflows/drift.yml"] = "github/drift.yml"
    if endings(project):
        sources[".github/workflows/credentials.yml"] = "github/credentials.yml"
    if project.maintenance:
        sources[".github/workflows/rotate.yml"] = "github/rotate.yml"
        sources[".github/maintenance-requirements.txt"] = "github/maintenance-requirements.txt"
    return sources


def actions_used(project: Project) -> tuple[str, ...]:
    """Every ``uses:`` of another repository that a workflow may hold, as ``owner/name@commit``: what an organisation must allow."""
    left_out = () if project.maintenance else (assets.APP_TOKEN,)
    return tuple(f"{name}@{pin.split(' ')[0]}" for name, pin in sorted(assets.ACTIONS.items()) if name not in left_out)


def _words(project: Project, gates: Mapping[str, bool]) -> dict[str, Any]:
    labels = project.network.runs_on
    return {
        **bundle.words(project),
        "project": project,
        "environments": stages(project, gates),
        "strategy": project.delivery.strategy,
        "how_code": _HOW_CODE[project.delivery.strategy].format(branch=project.github.default_branch),
        "client_secret": project.identity.mode == "client-secret",
        "endings": endings(project),
        "maintenance": project.maintenance,
        "maintenance_rights": rights(project) if project.maintenance else (),
        "version": __version__,
        "tagged_branches": tagged(project)[0],
        "tagged_words": tagged(project)[1],
        "reads_secrets": bool(project.secrets),
        "runs_on": (labels[0] if len(labels) == 1 else json.dumps(list(labels))) + (_OWN_RUNNERS if "self-hosted" in labels else ""),
        "actions": {name.partition("/")[0] + "_" + name.partition("/")[2].replace("-", "_"): pin for name, pin in assets.ACTIONS.items()},
    }


@cache
def _templates() -> Templates:
    """Jinja, once for the process (compiling is most of a rendering), with marks that neither GitHub's expressions nor bundles use."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(assets.template),
        autoescape=False,  # noqa: S701 - YAML and Markdown, not HTML; every value that goes in is validated
        undefined=StrictUndefined,
        variable_start_string="<%=",
        variable_end_string="%>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="#%>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
