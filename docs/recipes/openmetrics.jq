# OpenMetrics text from `concbench report --format json`, for a pushgateway or a textfile collector:
#   concbench report --format json | jq -r -f docs/recipes/openmetrics.jq
def escaped: tostring | gsub("\\\\"; "\\\\") | gsub("\""; "\\\"") | gsub("\n"; "\\n");
def labels: "{workload=\"\(.workload | escaped)\",model=\"\(.model | escaped)\",cpus=\"\(.sut_cpus | escaped)\"}";
[.rows[] | select(.status == "ok")] as $rows
| "# TYPE concbench_round_seconds gauge",
  "# UNIT concbench_round_seconds seconds",
  "# HELP concbench_round_seconds Duration of a round, median of the invocations.",
  ($rows[] | select(.round_ns.middle != null) | "concbench_round_seconds\(labels) \(.round_ns.middle / 1e9)"),
  "# TYPE concbench_operation_cpu_seconds gauge",
  "# UNIT concbench_operation_cpu_seconds seconds",
  "# HELP concbench_operation_cpu_seconds CPU time per operation, median of the invocations.",
  ($rows[] | select(.cpu_ns_per_operation.middle != null)
   | "concbench_operation_cpu_seconds\(labels) \(.cpu_ns_per_operation.middle / 1e9)"),
  "# EOF"
