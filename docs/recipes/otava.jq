# A line for Apache Otava's CSV importer (change points in a history), from `report --format json`:
#   concbench report --format json | jq -r --arg header 1 -f docs/recipes/otava.jq >history.csv
#   concbench report --format json | jq -r --arg header '' -f docs/recipes/otava.jq >>history.csv
# Columns: time, commit, then a column per cell: the duration of a round in ns.
(.rows | map(select(.status == "ok" and .round_ns.middle != null)) | sort_by([.workload, .model])) as $rows
| (if $header != "" then (["time", "commit"] + ($rows | map("\(.workload)/\(.model)")) | @csv) else empty end),
  ([.started, .commit] + ($rows | map(.round_ns.middle)) | @csv)
