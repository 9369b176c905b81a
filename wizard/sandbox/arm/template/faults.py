"""What is wrong with a template, in ARM's own words.

Owns the one exception of the template language and the texts of its errors. Never speaks HTTP: the routes turn a
``TemplateFault`` into an answer.
"""

from __future__ import annotations

from typing import Any

Json = Any


class TemplateFault(Exception):
    """A template that ARM refuses; ``code`` and ``message`` are ARM's, ``details`` are nested errors."""

    def __init__(self, message: str, *, code: str = "InvalidTemplate", details: list[Json] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details or []

    def body(self) -> Json:
        """``{code, message, details?}``, the inside of an ARM error answer."""
        error: Json = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = self.details
        return error


class ExpressionFault(Exception):
    """One expression that cannot be evaluated; whoever evaluates it says where it stands."""


class RunTimeOnly(ExpressionFault):
    """A function that is answered only while resources are deployed was called before, or where it is not allowed."""


def validation_failed(reason: str) -> TemplateFault:
    """Refused before anything was deployed."""
    return TemplateFault(f"Deployment template validation failed: '{reason}'.")


def unprocessable(place: str, reason: object) -> TemplateFault:
    """An expression of a resource or an output could not be evaluated."""
    return TemplateFault(f"Unable to process template language expressions for {place}. '{reason}'")


def output_failed(name: str, reason: object) -> TemplateFault:
    """An output could not be evaluated after everything was deployed."""
    return TemplateFault(f"The template output '{name}' is not valid: {reason}.", code="DeploymentOutputEvaluationFailed")


def wrong_arguments(function: str, reason: str) -> ExpressionFault:
    """A function was called with arguments it does not take."""
    usage = f"Please see https://aka.ms/arm-functions#{function} for usage details."
    return ExpressionFault(f"Unable to evaluate template language function '{function}': {reason} {usage}")


def wrong_type(function: str, wanted: str, kind: str) -> ExpressionFault:
    """An argument is of a type that the function does not take."""
    return ExpressionFault(
        f"The template language function '{function}' expects its parameter to be {wanted}. The provided value is of type '{kind}'. "
        f"Please see https://aka.ms/arm-functions#{function} for usage details."
    )
