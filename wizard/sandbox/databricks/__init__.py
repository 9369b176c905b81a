"""Azure Databricks: the workspaces ``adb-N.M.azuredatabricks.net`` and a little of ``accounts.azuredatabricks.net``.

Not emulated: what a task computes (a run succeeds when its notebook is there), Databricks' own OAuth beyond a service principal's
client credentials, pipelines, warehouses, volumes, models, repos, dashboards, the account's own API. Of Unity Catalog see ``unity``.
"""
