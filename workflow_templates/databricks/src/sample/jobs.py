"""What the jobs run: Spark around the transformations and the data tests, and nothing else."""

import argparse
from typing import Any

from sample.checks import faults_of_content, faults_of_structure
from sample.summary import TEXT, summary, with_lineage


def session() -> Any:
    """Spark: the one of the job, or on a developer's machine the workspace's own through Databricks Connect."""
    try:
        from databricks.connect import DatabricksSession

        return DatabricksSession.builder.getOrCreate()
    except ImportError:
        from pyspark.sql import SparkSession

        return SparkSession.builder.getOrCreate()


def summarise(spark: Any, table: str, run_id: str) -> None:
    """Write the summary to a table; each row carries the id of the run that wrote it."""
    rows = with_lineage(summary(TEXT), run_id)
    frame = spark.createDataFrame(rows, "word string, count bigint, run_id string")
    frame.write.mode("overwrite").option("overwriteSchema", "true").saveAsTable(table)


def faults(spark: Any, table: str, run_id: str) -> list[str]:
    """Faults of the table in structure and content."""
    frame = spark.table(table)
    return faults_of_structure(dict(frame.dtypes)) or faults_of_content([tuple(row) for row in frame.collect()], run_id)


def check() -> None:
    """Entry point: fail where the table is not as agreed."""
    given = _arguments()
    _passed(faults(session(), given.table, given.run_id))


def smoke_test() -> None:
    """Entry point: the wheel can be imported and Spark answers."""
    _passed([] if session().sql("select 1 as one").collect()[0][0] == 1 else ["Spark does not answer"])


def integration_test() -> None:
    """Entry point: transformation, table and data tests together, on a table of its own that is removed again."""
    given, spark = _arguments(), session()
    try:
        summarise(spark, given.table, given.run_id)
        _passed(faults(spark, given.table, given.run_id))
    finally:
        spark.sql(f"drop table if exists {given.table}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", required=True)
    parser.add_argument("--run_id", required=True)
    return parser.parse_args()


def _passed(found: list[str]) -> None:
    if found:
        raise RuntimeError("\n".join(found))
