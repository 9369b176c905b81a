"""Error answers for workflows and runs, word for word where known.

Owns the words that GitHub uses for workflows; everything general is ``sandbox/github/errors``. Decides nothing.
"""

from __future__ import annotations

from wizard.sandbox.github.errors import refusal
from wizard.sandbox.router import Refusal, Response

DISPATCH = "https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event"
REVIEW = "https://docs.github.com/rest/actions/workflow-runs#review-pending-deployments-for-a-workflow-run"
CANCEL = "https://docs.github.com/rest/actions/workflow-runs#cancel-a-workflow-run"
RERUN = "https://docs.github.com/rest/actions/workflow-runs#re-run-a-workflow"


def dispatch_refused(message: str) -> Refusal:
    """422 of ``POST …/dispatches``: no such ref, no such trigger, wrong inputs, a file that does not parse."""
    return refusal(422, message, documentation=DISPATCH)


def actions_disabled() -> Refusal:
    """422: the repository or its organization does not let Actions run."""
    return refusal(422, "Actions has been disabled for this repository", documentation=DISPATCH)


def not_a_reviewer() -> Refusal:
    """422 for somebody who may not review, or a gate that is not waiting. [believed: the words; the status is seen]"""
    return refusal(422, "Validation Failed", documentation=REVIEW)


def cannot_cancel() -> Refusal:
    return refusal(409, "Cannot cancel a workflow run that is completed.", documentation=CANCEL)


def already_running() -> Refusal:
    return refusal(403, "This workflow is already running", documentation=RERUN)


def token_not_valid() -> Refusal:
    """401 of the runner's token endpoint."""
    return Refusal(Response(401, {"message": "The token provided is not valid for this job."}))


def log_gone() -> Refusal:
    """404 of the log store, in the words of Azure Storage."""
    text = '<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code>'
    text += "<Message>The specified blob does not exist.</Message></Error>"
    return Refusal(Response(404, text.encode(), {"content-type": "application/xml", "x-ms-error-code": "BlobNotFound"}))
