"""Calls to a workspace in another name than the operator's: with an OAuth secret or a personal access token that we hold.

Owns what such a refusal means. The operator's own client is not touched; what a client of these learns is dropped with it.
https://learn.microsoft.com/azure/databricks/dev-tools/auth/oauth-m2m
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from wizard.errors import NotYet
from wizard.providers.databricks.errors import host_of, translated
from wizard.providers.workers import SignInRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session
    from wizard.secret import Secret

Answer = TypeVar("Answer")


async def as_principal(
    session: Session, host: str, application_id: str, secret: Secret, step: str, call: Callable[[WorkspaceClient], Answer]
) -> Answer:
    """The answer of ``call`` as the service principal, sent once. Raises ``NotYet`` where the workspace does not take the secret (yet)."""
    name = host_of(host)
    with translated(step, name, session):
        try:
            return await session.databricks_as(name, call, client_id=application_id, secret=secret)
        except SignInRefused as refusal:
            raise NotYet(f"the workspace {name} does not take the OAuth secret yet: {refusal}", code="invalid_client") from refusal


async def signs_in(session: Session, host: str, application_id: str, secret: Secret) -> None:
    """Return where the principal signs in with the secret and the workspace knows it."""
    await as_principal(session, host, application_id, secret, "sign in with an OAuth secret", lambda w: w.current_user.me())


async def token_works(session: Session, host: str, token: Secret) -> None:
    """Return where the workspace takes the token. Raises ``NotYet`` where it does not know it (yet)."""
    from databricks.sdk.errors import PermissionDenied, Unauthenticated

    name = host_of(host)
    with translated("sign in with a token", name, session):
        try:
            await session.databricks_as(name, lambda w: w.current_user.me(), token=token)
        except (PermissionDenied, Unauthenticated) as refusal:
            if "Invalid access token" not in str(refusal):
                raise
            raise NotYet(f"the workspace {name} does not take the token yet", code="403") from refusal
