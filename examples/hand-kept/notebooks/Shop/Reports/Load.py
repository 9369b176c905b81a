# Databricks notebook source
day = dbutils.widgets.get("day")

# COMMAND ----------

print(f"loading {day}")
