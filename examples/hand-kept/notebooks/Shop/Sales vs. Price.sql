-- Databricks notebook source
SELECT region, sum(amount) AS sales FROM sales GROUP BY region
