"""The two hosts behind a job's token: the issuer's metadata, and the runner's token endpoint.

``token.actions.githubusercontent.com`` publishes its key set; ``run-actions-….actions.githubusercontent.com`` (older
runners: ``pipelines.actions.githubusercontent.com``) hands a job its token. Not emulated: artifacts, caches, results.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard.sandbox.actions import errors, job_token
from wizard.sandbox.github.models import ISSUER
from wizard.sandbox.login import keys
from wizard.sandbox.router import Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

ISSUER_ROUTER = Router("actions-issuer", r"token\.actions\.githubusercontent\.com")
TOKEN_ROUTER = Router("actions-token", r"(run-actions-[\w-]+|pipelines|pipelinesghubeus\d+)\.actions\.githubusercontent\.com")


@ISSUER_ROUTER.get("/.well-known/openid-configuration")
def metadata(request: Request, world: World) -> Response:
    """https://token.actions.githubusercontent.com/.well-known/openid-configuration"""
    return Response(
        200,
        {
            "issuer": ISSUER,
            "jwks_uri": f"{ISSUER}/.well-known/jwks",
            "subject_types_supported": ["public", "pairwise"],
            "response_types_supported": ["id_token"],
            "claims_supported": [
                *("sub", "aud", "exp", "iat", "iss", "jti", "nbf", "ref", "sha", "repository", "repository_id", "repository_owner"),
                *("repository_owner_id", "enterprise", "enterprise_id", "run_id", "run_number", "run_attempt", "actor", "actor_id"),
                *("workflow", "workflow_ref", "workflow_sha", "head_ref", "base_ref", "event_name", "ref_type", "ref_protected"),
                *("environment", "environment_node_id", "job_workflow_ref", "job_workflow_sha", "repository_visibility"),
                *("runner_environment", "issuer_scope", "check_run_id"),
            ],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
        },
    )


@ISSUER_ROUTER.get("/.well-known/jwks")
def key_set(request: Request, world: World) -> Response:
    """The public half of the key that signs every job's token."""
    return Response(200, keys.public_jwks(world, job_token.KEY))


@TOKEN_ROUTER.get("/{rest:path}")
def id_token(request: Request, world: World) -> Response:
    """``GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=…`` with the job's bearer token: ``{"count": 1, "value": JWT}``."""
    if not re.search(r"//?idtoken/", request.path):
        raise errors.token_not_valid()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    identity = job_token.identity_of(world, token.strip()) if scheme.lower() == "bearer" else None
    if identity is None:
        raise errors.token_not_valid()
    return Response(200, {"count": 1, "value": job_token.signed(world, identity, request.query.get("audience", ""))})
