// Go: N goroutines asleep at once until one deadline, each woken once.
//
// usage: sleep WHAT [N]
//
//	sleep         prints ns of CPU per goroutine: started, parked, woken, ended
//	sleep-memory  prints bytes per goroutine while all are asleep, page tables included
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The most a machine may take to start them all; the deadline lies that far ahead.
func settle() time.Duration {
	ms, err := strconv.Atoi(os.Getenv("PEER_SETTLE_MS"))
	if err != nil {
		ms = 4000
	}
	return time.Duration(ms) * time.Millisecond
}

func cpuNs() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func memoryBytes() int64 {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer file.Close()
	total := int64(0)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 1 && (fields[0] == "VmRSS:" || fields[0] == "VmPTE:") {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			total += kib * 1024
		}
	}
	return total
}

func main() {
	if len(os.Args) < 2 || (os.Args[1] != "sleep" && os.Args[1] != "sleep-memory") {
		fmt.Fprintln(os.Stderr, "sleep: measures sleep and sleep-memory")
		os.Exit(77)
	}
	count := 1000000
	if len(os.Args) > 2 {
		count, _ = strconv.Atoi(os.Args[2])
	}
	counted := os.Args[1] == "sleep-memory"
	var asleep, late int64
	var all sync.WaitGroup
	before, bytes := cpuNs(), memoryBytes()
	deadline := time.Now().Add(settle())
	all.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			left := time.Until(deadline)
			if left <= 0 {
				atomic.AddInt64(&late, 1)
			}
			if counted {
				atomic.AddInt64(&asleep, 1)
			}
			time.Sleep(left)
			all.Done()
		}()
	}
	if counted {
		for atomic.LoadInt64(&asleep) < int64(count) {
			time.Sleep(time.Millisecond)
		}
		fmt.Printf("%.6g\n", float64(memoryBytes()-bytes)/float64(count))
		os.Exit(0)
	}
	all.Wait()
	if late > 0 {
		fmt.Fprintln(os.Stderr, "sleep: not all were asleep at once")
		os.Exit(77)
	}
	fmt.Printf("%.6g\n", float64(cpuNs()-before)/float64(count))
}
