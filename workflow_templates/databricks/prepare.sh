# Runs on every machine of a cluster before Spark starts; the cluster does not start where this ends with an error.
<% if init_script and init_script[0] == "volumes" %>
# Clusters read the copy in the volume: databricks fs cp --overwrite src/init-scripts/prepare.sh dbfs:<%= init_script[1] %>
<% endif %>
# shellcheck shell=bash
set -euo pipefail

echo "prepared $(hostname) of cluster ${DB_CLUSTER_ID:-unknown}"
