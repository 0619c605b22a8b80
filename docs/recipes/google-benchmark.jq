# Google Benchmark's JSON from `concbench report --format json`, for its compare.py and others:
#   concbench report --format json | jq -f docs/recipes/google-benchmark.jq
{context: {date: .started, host_name: "", executable: "concbench", num_cpus: .cpus,
           library_build_type: "release", commit: .commit},
 benchmarks: [.rows[] | select(.status == "ok" and .round_ns.middle != null)
  | {name: "\(.workload)/\(.model)", run_name: "\(.workload)/\(.model)", run_type: "iteration",
     repetitions: 0, repetition_index: 0, threads: 1, iterations: .ok,
     real_time: .round_ns.middle, cpu_time: (.cpu_ns_per_operation.middle // 0), time_unit: "ns"}]}
