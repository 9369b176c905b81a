"""One small example of every kind, by the kind's name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contract.samples import azure, databricks, entra, github
from tests.contract.samples.stage import Sample, Stage

__all__ = ["SAMPLES", "Sample", "Stage"]

SAMPLES: Mapping[str, Sample] = {**azure.SAMPLES, **entra.SAMPLES, **github.SAMPLES, **databricks.SAMPLES}
