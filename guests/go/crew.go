// How tasks live: through all rounds between gates, or for one round (spawn).
package main

import (
	"sync"
)

// One round of one task; a task has one of its own, so that it may keep what it needs between rounds.
type taskFunc func(report *report) error

// Tasks that live from open to close. Between orders all of them wait at the gate, a channel that
// is closed to let them go.
type gated struct {
	orders  *orders
	make    func(task int) taskFunc
	gate    chan struct{}
	count   uint64 // rounds of this order; 0: end
	there   sync.WaitGroup
	reports []report
	errors  []error
}

func newGated(orders *orders, make_ func(task int) taskFunc) *gated {
	return &gated{
		orders:  orders,
		make:    make_,
		gate:    make(chan struct{}),
		reports: make([]report, orders.tasks),
		errors:  make([]error, orders.tasks),
	}
}

func (crew *gated) task(task int) {
	one := crew.make(task)
	report := &crew.reports[task]
	for {
		gate := crew.gate
		crew.there.Done()
		<-gate
		report.operations, report.bytes, report.checksum = 0, 0, 0
		report.latencies = report.latencies[:0]
		for i := uint64(0); i < crew.count && crew.errors[task] == nil; i++ {
			crew.errors[task] = one(report)
		}
		if crew.count == 0 || crew.errors[task] != nil {
			crew.there.Done()
			return
		}
	}
}

// All at the gate, or the first that failed.
func (crew *gated) wait() error {
	crew.there.Wait()
	for _, err := range crew.errors {
		if err != nil {
			return err
		}
	}
	return nil
}

func (crew *gated) order(count uint64) error {
	gate := crew.gate
	crew.gate = make(chan struct{})
	crew.count = count
	crew.there.Add(crew.orders.tasks)
	close(gate)
	return crew.wait()
}

func (crew *gated) open() error {
	crew.there.Add(crew.orders.tasks)
	for i := 0; i < crew.orders.tasks; i++ {
		go crew.task(i)
	}
	return crew.wait()
}

func (crew *gated) rounds(count uint64) (sum report, err error) {
	err = crew.order(count)
	for i := range crew.reports {
		sum.add(&crew.reports[i])
	}
	return sum, err
}

func (crew *gated) close() {
	crew.order(0)
}

// spawn: every round creates all tasks and waits for their end. Proofs are drawn before and summed up
// after the rounds, for that takes a part of what a goroutine takes.
type spawner struct {
	orders *orders
	runs   []spawnRuns
	proofs []uint64
}

// How often a task ran, on a cache line of its own: tasks of several CPUs write next to each other.
type spawnRuns struct {
	count uint64
	_     [7]uint64
}

func (crew *spawner) open() error {
	crew.proofs = make([]uint64, crew.orders.tasks)
	for i := range crew.proofs {
		crew.proofs[i] = draw(crew.orders.seed, i, 0)
	}
	return nil
}

func (crew *spawner) close() {}

func (crew *spawner) rounds(count uint64) (sum report, err error) {
	for ; count > 0; count-- {
		var all sync.WaitGroup
		all.Add(crew.orders.tasks)
		for i := range crew.runs {
			go func(run *uint64) {
				*run++
				all.Done()
			}(&crew.runs[i].count)
		}
		all.Wait()
	}
	for i := range crew.runs {
		runs := crew.runs[i].count
		if runs > 0 {
			sum.tasks++
		}
		sum.operations += runs
		sum.checksum += runs * crew.proofs[i]
		crew.runs[i].count = 0
	}
	return sum, nil
}
