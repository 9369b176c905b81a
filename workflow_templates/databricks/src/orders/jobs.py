"""The steps of the job: Spark around the statements and the data tests, and nothing else. Each can be run again."""

import argparse
from typing import Any

from orders import checks, statements
from orders.samples import orders
from sample.jobs import session

COLUMNS = "order_id string, customer string, amount double, ordered_at string"


def land() -> None:
    """Entry point: put orders into the folder of the data lake, where none are yet."""
    given, spark = _arguments(), session()
    spark.createDataFrame(orders(), COLUMNS).write.mode("ignore").json(given.landing)


def bronze() -> None:
    """Entry point: everything that has arrived, as it is, with the file that it came in and the run that loaded it."""
    from pyspark.sql import functions

    given, spark = _arguments(), session()
    raw = spark.read.schema(COLUMNS).json(given.landing)
    lineage = {"file": functions.col("_metadata.file_path"), "loaded_at": functions.current_timestamp().cast("string")}
    _written(raw.withColumns({**lineage, "run_id": functions.lit(given.run_id)}), given.raw)


def silver() -> None:
    """Entry point: the valid orders, and beside them the others with what is wrong."""
    given, spark = _arguments(), session()
    _written(spark.sql(statements.clean(given.raw)), given.clean)
    _written(spark.sql(statements.rejected(given.raw)), given.rejected)


def gold() -> None:
    """Entry point: what people read."""
    given, spark = _arguments(), session()
    _written(spark.sql(statements.daily(given.clean)), given.daily)


def check() -> None:
    """Entry point: fail where the tables are not as agreed, naming everything that is wrong."""
    given, spark = _arguments(), session()
    asked = checks.faults(given.raw, given.clean, given.rejected, given.daily)
    counts = {words: int(spark.sql(statement).collect()[0][0]) for words, statement in asked.items()}
    found = [f"{words}: {count}" for words, count in counts.items() if count]
    if found:
        raise RuntimeError("\n".join(found))


def _written(frame: Any, table: str) -> None:
    frame.write.mode("overwrite").option("overwriteSchema", "true").saveAsTable(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("landing", "raw", "clean", "rejected", "daily", "run_id"):
        parser.add_argument(f"--{name}")
    return parser.parse_args()
