"""The steps of the samples' jobs, one after the other, in one Spark of this machine; then what the tables must hold.

Owns the stand-ins for what a notebook finds (``spark``, ``dbutils``, ``display``). Run by ``spark_jobs.py`` in the environment that has
pyspark; imports nothing of ours but the rendered samples.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

Json = Any


def local_spark() -> Any:
    """Spark as the jobs find it: the session is there before they ask for it."""
    builder = importlib.import_module("pyspark.sql").SparkSession.builder.master("local[1]").appName("samples")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": str(Path.cwd() / "warehouse"),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.ansi.enabled": "true",
    }.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


class Widgets:
    """``dbutils.widgets`` of a notebook that a job runs."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given, self.declared = given, dict[str, str]()

    def text(self, name: str, default: str) -> None:
        self.declared[name] = default

    def get(self, name: str) -> str:
        return self.given.get(name, self.declared[name])


class Utilities:
    """``dbutils``, as far as the samples use it."""

    def __init__(self, given: dict[str, str]) -> None:
        self.widgets = Widgets(given)


def run(spark: Any, step: Json) -> None:
    """One task, as Databricks would start it."""
    if "notebook" in step:
        path = Path(step["notebook"])
        shown: list[int] = []
        known = {"spark": spark, "dbutils": Utilities(step["parameters"]), "display": lambda frame: shown.append(frame.count())}
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), known)
        assert shown and shown[0] > 0, "the notebook shows no rows"
        return
    sys.argv = [step["function"], *(f"--{name}={value}" for name, value in step["parameters"].items())]
    getattr(importlib.import_module(step["module"]), step["function"])()


def table(plan: Json, name: str) -> str:
    """A table's name, as the jobs are given it."""
    return next(str(step["parameters"][name]) for step in plan["steps"] if name in step["parameters"] and name != "table")


def held(spark: Any, plan: Json) -> None:
    """What must be there in the end, and that the data tests would see it if it were not."""
    raw, clean, rejected, daily = (table(plan, name) for name in ("raw", "clean", "rejected", "daily"))
    counts = {name: spark.table(name).count() for name in (raw, clean, rejected, daily)}
    assert all(counts.values()), counts
    assert counts[raw] == counts[clean] + counts[rejected] + 1, f"one order was told twice: {counts}"
    files = [row[0] for row in spark.sql(f"select distinct file from {raw}").collect()]
    assert files and all(str(name).startswith("file:") for name in files), "each row names the file that it came in"
    assert {row[0] for row in spark.sql(f"select distinct run_id from {daily}").collect()} == {"run-1"}
    known = importlib.import_module("forecast.features")
    assert spark.sql(known.features(clean)).count() == spark.sql(f"select count(distinct customer) from {clean}").collect()[0][0]
    assert spark.sql(known.examples(clean)).count() > 1
    print("held: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


def noticed(spark: Any, plan: Json) -> None:
    """A planted fault makes the job's own data test fail."""
    clean = table(plan, "clean")
    spark.sql(f"select * from {clean} where customer <> 'ada'").write.mode("overwrite").saveAsTable("default.fewer")
    check = next(step for step in plan["steps"] if step.get("module") == "orders.jobs" and step["function"] == "check")
    planted = {**check, "parameters": {**check["parameters"], "clean": "default.fewer"}}
    try:
        run(spark, planted)
    except RuntimeError as fault:
        assert "raw orders got lost" in str(fault), fault
        print("held: orders that are lost are noticed")
    else:
        raise AssertionError("the data test did not notice that orders are missing")


def main() -> None:
    """Every step, then what must hold; ends with 1 at the first that fails."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path.insert(0, plan["source"])
    spark = local_spark()
    schemas = {value.split(".")[1] for step in plan["steps"] for value in step["parameters"].values() if value.count(".") == 2}
    for schema in sorted(schemas):
        spark.sql(f"create schema if not exists spark_catalog.{schema}")
    for step in [*plan["steps"], *(step for step in plan["steps"] if step["told"].startswith("orders"))]:  # each can be run again
        run(spark, step)
        print(f"ran: {step['told']}", flush=True)
    held(spark, plan)
    noticed(spark, plan)
    spark.stop()


if __name__ == "__main__":
    main()
