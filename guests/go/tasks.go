// The workloads that need no socket: one round of one task each.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

const hashHeader = 64

func sleepUntil(deadline time.Time) {
	for left := time.Until(deadline); left > 0; left = time.Until(deadline) {
		time.Sleep(left)
	}
}

func idle(orders *orders, task int) taskFunc {
	hold, proof := orders.duration("hold"), draw(orders.seed, task, 0)
	return func(report *report) error {
		sleepUntil(time.Now().Add(hold))
		report.operations++
		report.checksum += proof
		return nil
	}
}

func sleep(orders *orders, task int) taskFunc {
	wait, operations := orders.duration("wait"), int(orders.number("operations"))
	periodic := orders.word("pattern", "together") == "periodic"
	if orders.word("pattern", "together") == "staggered" {
		tasks := time.Duration(orders.tasks)
		wait = wait * (2*time.Duration(task) + 1 + tasks) / (2 * tasks)
	}
	return func(report *report) error {
		start := time.Now()
		for i := 0; i < operations; i++ {
			deadline := start.Add(wait)
			sleepUntil(deadline)
			end, proof := time.Now(), uint64(0)
			if !end.Before(deadline) {
				proof = draw(orders.seed, task, i)
			}
			report.end(end.Sub(start), 0, proof)
			if start = deadline; !periodic {
				start = time.Now()
			}
		}
		return nil
	}
}

func hashBody(orders *orders) []byte {
	body := make([]byte, orders.number("block")-hashHeader)
	for i := range body {
		body[i] = byte(draw(orders.seed, 0, i))
	}
	return body
}

// One block digested with SHA-256; the digests, folded, are the proof.
func hash(orders *orders, task int, body []byte) taskFunc {
	operations := int(orders.number("operations"))
	digest := sha256.New()
	var header [hashHeader]byte
	var sum [sha256.Size]byte
	binary.LittleEndian.PutUint64(header[0:], orders.seed)
	binary.LittleEndian.PutUint64(header[8:], uint64(task))
	return func(report *report) error {
		for i := 0; i < operations; i++ {
			start := time.Now()
			binary.LittleEndian.PutUint64(header[16:], uint64(i))
			digest.Reset()
			digest.Write(header[:])
			digest.Write(body)
			digest.Sum(sum[:0])
			folded := uint64(0)
			for at := 0; at < len(sum); at += 8 {
				folded ^= binary.LittleEndian.Uint64(sum[at:])
			}
			report.end(time.Since(start), hashHeader+len(body), folded)
		}
		return nil
	}
}

// Requests that wait and compute; which are heavy is laid out by rank (bench/mixed/mixed.c).
type mixedPlan struct {
	orders                                       *orders
	requests, heavyRequests, heavyStep, waitStep uint64
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (plan *mixedPlan) step(share float64) uint64 {
	step := uint64(float64(plan.requests)*share) + 1
	for gcd(step, plan.requests) != 1 {
		step++
	}
	return step
}

func (plan *mixedPlan) rank(number, step uint64) uint64 {
	return (number*step + plan.orders.seed%plan.requests) % plan.requests
}

type mixedRequest struct {
	wait       time.Duration
	iterations uint64
	heavy      bool
}

func (plan *mixedPlan) request(task, operation int) (request mixedRequest) {
	number := uint64(operation)*uint64(plan.orders.tasks) + uint64(task)
	wait := plan.orders.number("wait")
	if plan.orders.word("waits", "spread") == "spread" {
		rank := float64(plan.rank(number, plan.waitStep)) + 0.5
		wait = uint64(float64(wait) * (0.5 + rank/float64(plan.requests)))
	}
	request.wait = time.Duration(wait)
	request.heavy = plan.rank(number, plan.heavyStep) < plan.heavyRequests
	milliseconds := float64(plan.orders.number("compute")) / 1e6
	if request.heavy {
		milliseconds *= float64(plan.orders.number("factor"))
	}
	request.iterations = uint64(milliseconds * float64(plan.orders.number("calibration")))
	return request
}

func compute(value, iterations uint64) uint64 {
	for i := uint64(0); i < iterations; i++ {
		value = (value^value>>29)*0xbf58476d1ce4e5b9 + i
	}
	return value
}

func mixed(orders *orders, task int) taskFunc {
	operations := int(orders.number("operations"))
	plan := &mixedPlan{orders: orders, requests: uint64(orders.tasks) * uint64(operations)}
	plan.heavyRequests = (plan.requests*orders.number("heavy") + 50) / 100
	// fractional parts of the golden ratio and of the square root of two
	plan.heavyStep = plan.step(0.6180339887498949)
	plan.waitStep = plan.step(0.4142135623730951)
	requests := make([]mixedRequest, operations)
	for i := range requests {
		requests[i] = plan.request(task, i)
	}
	return func(report *report) error {
		for i, request := range requests {
			start := time.Now()
			sleepUntil(start.Add(request.wait))
			value := compute(draw(orders.seed, task, i), request.iterations)
			if request.heavy {
				report.operations++
				report.checksum += value
			} else {
				report.end(time.Since(start), 0, value)
			}
		}
		return nil
	}
}
