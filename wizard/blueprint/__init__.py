"""Project -> resources: the only place that knows which resources a project needs.

Owns composition. Pure: no cloud is asked, nothing is read but the project and the facts it is given.
"""

from __future__ import annotations

from wizard.blueprint.azure import azure, first_party, registrations
from wizard.blueprint.data import data
from wizard.blueprint.databricks import databricks
from wizard.blueprint.facts import Facts, Gates, Place
from wizard.blueprint.github import environment_resources, repository_resources
from wizard.blueprint.identity import identity
from wizard.blueprint.preview import preview
from wizard.blueprint.vaults import operator_officers
from wizard.engine.resource import Resource
from wizard.project.model import Environment, Project

__all__ = ["Facts", "Gates", "Place", "environment_only", "operator_officers", "resources"]


def resources(project: Project, facts: Facts) -> tuple[Resource, ...]:
    """Everything that a project wants to exist, in no particular order."""
    found: list[Resource] = [*registrations(project, facts), *first_party(project, facts), *repository_resources(project, facts)]
    for environment in project.environments:
        found += environment_only(project, environment, facts)
    return tuple(found)


def environment_only(project: Project, environment: Environment, facts: Facts) -> tuple[Resource, ...]:
    """What one environment of a project wants to exist, without what is shared; of ``facts`` only that environment's are asked."""
    place = Place(project, environment, facts)
    return (*azure(place), *identity(place), *environment_resources(place), *databricks(place), *data(place), *preview(place))
