"""The same tables as a declarative pipeline: it keeps them up to date and knows what depends on what."""

from pyspark import pipelines as dp
from pyspark.sql import SparkSession, functions

from orders import statements

spark = SparkSession.active()
PREFIX = spark.conf.get("prefix", "") + "pipeline_orders"
COLUMNS = "order_id string, customer string, amount double, ordered_at string"


@dp.table(name=f"{PREFIX}_raw", comment="Orders as they arrived, with file and time")
def raw():
    arrived = spark.readStream.format("cloudFiles").option("cloudFiles.format", "json").schema(COLUMNS).load(spark.conf.get("landing"))
    now = functions.current_timestamp().cast("string")
    # Rows of a pipeline belong to no run of a job: the time at which they were loaded traces them.
    return arrived.withColumns({"file": functions.col("_metadata.file_path"), "loaded_at": now, "run_id": now})


@dp.materialized_view(name=PREFIX, comment="Valid orders, each once")
@dp.expect_or_fail("an id", "order_id is not null")
def clean():
    return spark.sql(statements.clean(f"{PREFIX}_raw"))


@dp.materialized_view(name=f"{PREFIX}_rejected", comment="Orders that break a rule, and which")
@dp.expect_or_fail("a rule", "rule is not null")
def rejected():
    return spark.sql(statements.rejected(f"{PREFIX}_raw"))


@dp.materialized_view(name=f"{PREFIX}_daily", comment="Orders of each day")
@dp.expect("an amount", "amount > 0")
def daily():
    return spark.sql(statements.daily(PREFIX))
