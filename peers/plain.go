// What guests/go does, written without concbench: the same tasks, rounds and waits, and nothing that
// reports. scripts/guests-check has hyperfine time it.
//
// usage: plain_go goroutines WORKLOAD TASKS OPERATIONS ROUNDS
package main

import (
	"crypto/sha256"
	"os"
	"strconv"
	"sync"
	"time"
)

const (
	wait       = 5 * time.Millisecond
	blockBytes = 65536
)

// What a task of spawn leaves behind, as the workload demands it; on a cache line of its own.
type mark struct {
	runs uint64
	_    [7]uint64
}

func work(workload string, operations int) {
	block := make([]byte, blockBytes)
	for ; operations > 0; operations-- {
		switch workload {
		case "sleep":
			time.Sleep(wait)
		case "hash":
			block[0] = sha256.Sum256(block)[0]
		}
	}
}

func all(tasks int, task func()) {
	var running sync.WaitGroup
	running.Add(tasks)
	for ; tasks > 0; tasks-- {
		go func() {
			task()
			running.Done()
		}()
	}
	running.Wait()
}

func number(i int) int {
	value, err := strconv.Atoi(os.Args[i])
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	workload, tasks, operations, rounds := os.Args[2], number(3), number(4), number(5)
	if workload != "spawn" {
		all(tasks, func() { work(workload, operations*rounds) })
		return
	}
	marks := make([]mark, tasks)
	for ; rounds > 0; rounds-- {
		var running sync.WaitGroup
		running.Add(tasks)
		for i := range marks {
			go func(runs *uint64) {
				*runs++
				running.Done()
			}(&marks[i].runs)
		}
		running.Wait()
	}
}
