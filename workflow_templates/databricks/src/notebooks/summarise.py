# Databricks notebook source
# Nothing happens here that a test could not reach: the notebook reads its parameters and calls the package beside it.
import sys

sys.path.append("..")
from sample.jobs import summarise

# COMMAND ----------

dbutils.widgets.text("table", "default.sample_words")
dbutils.widgets.text("run_id", "by hand")
summarise(spark, dbutils.widgets.get("table"), dbutils.widgets.get("run_id"))

# COMMAND ----------

display(spark.table(dbutils.widgets.get("table")))
