# Bencher Metric Format from `concbench report --format json`:
#   concbench report --format json | jq -f docs/recipes/bencher.jq
# One benchmark per cell; latency is the duration of a round, in ns.
[.rows[] | select(.status == "ok" and .round_ns.middle != null)
 | {key: "\(.workload)/\(.model) cpus=\(.sut_cpus)",
    value: {latency: {value: .round_ns.middle, lower_value: .round_ns.low, upper_value: .round_ns.high}}}]
| from_entries
