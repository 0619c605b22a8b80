// The orders, the numbers drawn and the histogram.
//
// The numbers are those of bench/draw.h and harness/load: the same work gives the same checksum in every
// language, which is how the harness knows that it was done.
package main

import (
	"fmt"
	"math/bits"
	"sort"
	"strconv"
	"strings"
	"time"
)

const golden = 0x9e3779b97f4a7c15

// The finalizer of SplitMix64.
func mix(value uint64) uint64 {
	value = (value ^ value>>30) * 0xbf58476d1ce4e5b9
	value = (value ^ value>>27) * 0x94d049bb133111eb
	return value ^ value>>31
}

// The number drawn for one operation of one task.
func draw(seed uint64, task, operation int) uint64 {
	value := mix(seed + (uint64(task)+1)*golden)
	return mix(value + (uint64(operation)+1)*golden)
}

func drawMix(value uint64) uint64 {
	return mix(value + golden)
}

// The words name=number of the command line.
type orders struct {
	workload string
	words    map[string]string
	tasks    int
	seed     uint64
	latency  bool
}

func readOrders(workload string, words []string) *orders {
	orders := &orders{workload: workload, words: map[string]string{}}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		orders.words[name] = value
	}
	orders.tasks = int(orders.number("concurrency"))
	orders.seed = orders.number("seed")
	orders.latency = orders.number("latency") == 1
	return orders
}

func (orders *orders) word(name, fallback string) string {
	if value, there := orders.words[name]; there {
		return value
	}
	return fallback
}

// 0 where there is none of this name.
func (orders *orders) number(name string) uint64 {
	value, _ := strconv.ParseUint(orders.words[name], 10, 64)
	return value
}

func (orders *orders) duration(name string) time.Duration {
	return time.Duration(orders.number(name))
}

// What a task did in one order, or all of them together.
type report struct {
	tasks, operations, bytes, checksum uint64
	latencies                          []time.Duration
}

func (report *report) end(took time.Duration, bytes int, checksum uint64) {
	report.latencies = append(report.latencies, took)
	report.operations++
	report.bytes += uint64(bytes)
	report.checksum += checksum
}

func (report *report) add(other *report) {
	report.tasks++
	report.operations += other.operations
	report.bytes += other.bytes
	report.checksum += other.checksum
	report.latencies = append(report.latencies, other.latencies...)
}

// Exact below 256 ns, 128 buckets to an octave above: harness/measure/histogram.h.
func bucket(ns uint64) int {
	if ns < 256 {
		return int(ns)
	}
	shift := bits.Len64(ns) - 8
	return shift<<7 + int(ns>>shift)
}

// " BUCKET:COUNT … max=NS"
func histogram(latencies []time.Duration) string {
	counts := map[int]int{}
	longest := time.Duration(0)
	for _, latency := range latencies {
		counts[bucket(uint64(latency))]++
		if latency > longest {
			longest = latency
		}
	}
	buckets := make([]int, 0, len(counts))
	for bucket := range counts {
		buckets = append(buckets, bucket)
	}
	sort.Ints(buckets)
	var text strings.Builder
	for _, bucket := range buckets {
		fmt.Fprintf(&text, " %d:%d", bucket, counts[bucket])
	}
	fmt.Fprintf(&text, " max=%d", longest.Nanoseconds())
	return text.String()
}
