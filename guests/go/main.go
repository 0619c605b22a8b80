// The workloads in Go, as a guest of concbench: a goroutine per task.
//
// Only the standard library. docs/guests.md of concbench describes the lines spoken here.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

const (
	interfaceVersion = 1
	model            = "go-goroutines"
)

// What an invocation is made of, whatever its workload; a server has rounds of none.
type crew interface {
	open() error
	rounds(count uint64) (report, error)
	close()
}

func describe() {
	about := map[string]any{
		"concbench-guest": interfaceVersion,
		"version":         runtime.Version(),
		"models": []map[string]string{
			{"name": model, "summary": "a goroutine per task on Go's scheduler"}},
		"workloads": []string{"spawn", "idle", "sleep", "echo", "fetch", "hash", "mixed"},
	}
	json.NewEncoder(os.Stdout).Encode(about)
}

func makeCrew(orders *orders) (crew, error) {
	switch orders.workload {
	case "spawn":
		return &spawner{orders: orders, runs: make([]spawnRuns, orders.tasks)}, nil
	case "idle":
		return newGated(orders, func(task int) taskFunc { return idle(orders, task) }), nil
	case "sleep":
		return newGated(orders, func(task int) taskFunc { return sleep(orders, task) }), nil
	case "hash":
		body := hashBody(orders)
		return newGated(orders, func(task int) taskFunc { return hash(orders, task, body) }), nil
	case "mixed":
		return newGated(orders, func(task int) taskFunc { return mixed(orders, task) }), nil
	case "fetch":
		return newFetch(orders)
	}
	return nil, fmt.Errorf("not written in Go")
}

// The histogram's line first, where one is wanted.
func answer(report report, orders *orders) {
	if orders.latency && len(report.latencies) > 0 {
		fmt.Println("latency" + histogram(report.latencies))
	}
	fmt.Printf("did tasks=%d operations=%d bytes=%d checksum=%d\n",
		report.tasks, report.operations, report.bytes, report.checksum)
}

// follow does what stdin says, until its end.
func follow(crew crew, orders *orders) error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		order, count, _ := strings.Cut(lines.Text(), " ")
		switch order {
		case "open":
			if err := crew.open(); err != nil {
				return err
			}
			fmt.Println("gate")
		case "round":
			number, err := strconv.ParseUint(count, 10, 64)
			if err != nil {
				return err
			}
			report, err := crew.rounds(number)
			if err != nil {
				return err
			}
			answer(report, orders)
		case "end":
			crew.close()
			return nil
		}
	}
	return nil
}

func serve(orders *orders) error {
	server, err := listen(orders)
	if err != nil {
		return err
	}
	fmt.Printf("ready port=%d\n", server.port())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan() && lines.Text() == "open"; {
		total, err := server.serve()
		if err != nil {
			return err
		}
		fmt.Printf("served tasks=%d operations=%d\n",
			orders.tasks, total/orders.number("payload"))
	}
	return nil
}

func invoke(orders *orders) error {
	if orders.word("family", "tcp") != "tcp" || orders.word("start", "warm") != "warm" ||
		orders.number("dirty") != 0 {
		fmt.Println("impossible only TCP, warm starts and a clean parent in this guest")
		return nil
	}
	if orders.workload == "echo" {
		return serve(orders)
	}
	crew, err := makeCrew(orders)
	if err != nil {
		fmt.Println("impossible " + err.Error())
		return nil
	}
	fmt.Println("ready")
	return follow(crew, orders)
}

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) == 1 && arguments[0] == "concbench-guest":
		describe()
	case len(arguments) >= 3 && arguments[0] == "invoke" && arguments[2] == model:
		if err := invoke(readOrders(arguments[1], arguments[3:])); err != nil {
			fmt.Println("error " + strings.ReplaceAll(err.Error(), "\n", " "))
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "a guest of concbench: concbench run echo PATH/go")
		os.Exit(2)
	}
}
