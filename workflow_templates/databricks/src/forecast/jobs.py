"""The steps of the job: Spark and MLflow around features and training, and nothing else."""

import argparse

from forecast import training
from forecast.features import NAMES, definition, examples
from forecast.features import features as features_of
from sample.jobs import session

CHAMPION = "champion"
"""Alias of the model version that is served: models:/NAME@champion."""


def features() -> None:
    """Entry point: bring the feature table up to date."""
    given, spark = _arguments(), session()
    spark.sql(definition(given.features))
    spark.sql(f"insert overwrite {given.features} {features_of(given.orders)}")


def train() -> None:
    """Entry point: train, register, and give the alias to the new version unless it is worse than the one before."""
    import mlflow
    import numpy
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import LeaveOneOut, cross_val_predict

    given, spark = _arguments(), session()
    inputs, outputs = training.matrix([row.asDict() for row in spark.sql(examples(given.orders)).collect()])
    x, y = numpy.array(inputs), numpy.array(outputs)
    mlflow.set_registry_uri("databricks-uc")
    mlflow.set_experiment(given.experiment)
    with mlflow.start_run(run_name=f"job run {given.run_id}"):
        model = Ridge(alpha=1.0)
        error = training.mean_error(list(cross_val_predict(model, x, y, cv=LeaveOneOut())), list(y))
        model.fit(x, y)
        mlflow.log_params({"alpha": 1.0, "features": ",".join(NAMES), "customers": len(y), "job_run_id": given.run_id})
        mlflow.log_metric("mean_error", error)
        signature = mlflow.models.infer_signature(x, model.predict(x))
        logged = mlflow.sklearn.log_model(model, name="model", signature=signature, input_example=x[:1], registered_model_name=given.model)
    _promote(given.model, str(logged.registered_model_version), error)


def _promote(model: str, version: str, error: float) -> None:
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient()
    client.set_model_version_tag(model, version, "mean_error", str(error))
    try:
        said = client.get_model_version_by_alias(model, CHAMPION).tags.get("mean_error")
    except MlflowException:
        said = None
    if training.follows(error, float(said) if said else None):
        client.set_registered_model_alias(model, CHAMPION, version)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("orders", "features", "experiment", "model", "run_id"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()
