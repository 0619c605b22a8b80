// echo and fetch: the same buffers and socket options as bench/ has.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

const (
	bufferBytes  = 1024 // of a task, as in bench/echo and bench/fetch
	requestBytes = 16
	shifts       = 64
	shiftBytes   = 8
)

type server struct {
	orders   *orders
	listener *net.TCPListener
}

// The standard library takes the system's longest backlog; listening again sets the one asked for.
func listen(orders *orders) (*server, error) {
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	raw, err := listener.SyscallConn()
	if err != nil {
		return nil, err
	}
	failed := raw.Control(func(fd uintptr) {
		err = syscall.Listen(int(fd), int(orders.number("backlog")))
	})
	if failed != nil {
		err = failed
	}
	return &server{orders, listener}, err
}

func (server *server) port() int {
	return server.listener.Addr().(*net.TCPAddr).Port
}

type served struct {
	bytes uint64
	err   error
}

// A goroutine answers one connection to its end.
func (server *server) answer(connection *net.TCPConn, results chan<- served) {
	defer connection.Close()
	var buffer [bufferBytes]byte
	var total uint64
	err := connection.SetNoDelay(server.orders.word("nodelay", "on") == "on")
	for err == nil {
		var got int
		got, err = connection.Read(buffer[:])
		if got > 0 {
			_, err = connection.Write(buffer[:got])
			total += uint64(got)
		}
	}
	if err == io.EOF {
		err = nil
	}
	results <- served{total, err}
}

// serve answers as many connections as there are tasks, and says how many bytes.
func (server *server) serve() (total uint64, err error) {
	results := make(chan served, server.orders.tasks)
	for i := 0; i < server.orders.tasks; i++ {
		connection, err := server.listener.AcceptTCP()
		if err != nil {
			return total, err
		}
		go server.answer(connection, results)
	}
	for i := 0; i < server.orders.tasks; i++ {
		result := <-results
		total += result.bytes
		if result.err != nil {
			err = result.err
		}
	}
	return total, err
}

// Requests to the upstream and the replies they must get (harness/load/message.h).
type messages struct {
	bytes    int
	perRound uint64
	filling  []byte
}

func newMessages(orders *orders) *messages {
	messages := &messages{bytes: int(orders.number("reply")), perRound: orders.number("requests")}
	messages.filling = make([]byte, messages.bytes+shifts*shiftBytes)
	for i := range messages.filling {
		messages.filling[i] = byte(drawMix(uint64(i)))
	}
	return messages
}

func (messages *messages) place(number uint64) uint64 {
	return (number - 1) % messages.perRound
}

func (messages *messages) write(request *[requestBytes]byte, connection, number uint64) {
	binary.LittleEndian.PutUint64(request[0:], number)
	binary.LittleEndian.PutUint32(request[8:], uint32(connection))
	binary.LittleEndian.PutUint32(request[12:], uint32(messages.place(number)))
}

// matches compares a part of a reply: its head repeats the request.
func (messages *messages) matches(
	request []byte, connection, number uint64, offset int, part []byte) bool {
	if offset < requestBytes {
		head := copyLength(requestBytes-offset, len(part))
		if !bytes.Equal(part[:head], request[offset:offset+head]) {
			return false
		}
		offset, part = offset+head, part[head:]
	}
	start := int((number+connection)%shifts)*shiftBytes + offset
	return bytes.Equal(part, messages.filling[start:start+len(part)])
}

func copyLength(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func (messages *messages) checksum(connection, number uint64) uint64 {
	return drawMix(connection<<32 | messages.place(number))
}

// A kept connection to the upstream; one request after the other.
type client struct {
	messages     *messages
	connection   net.Conn
	task, number uint64
	request      [requestBytes]byte
	buffer       [bufferBytes]byte
}

func (client *client) ask() error {
	client.number++
	client.messages.write(&client.request, client.task, client.number)
	if _, err := client.connection.Write(client.request[:]); err != nil {
		return err
	}
	for done := 0; done < client.messages.bytes; {
		got, err := client.connection.Read(client.buffer[:])
		if err != nil {
			return err
		}
		if got > client.messages.bytes-done || !client.messages.matches(
			client.request[:], client.task, client.number, done, client.buffer[:got]) {
			return fmt.Errorf("task %d: reply %d is not the request's", client.task, client.number)
		}
		done += got
	}
	return nil
}

func newFetch(orders *orders) (crew, error) {
	messages := newMessages(orders)
	clients := make([]*client, orders.tasks)
	requests := int(orders.number("requests"))
	for i := range clients {
		connection, err := net.Dial("tcp", orders.word("host", "")+":"+orders.word("port", ""))
		if err != nil {
			return nil, err
		}
		clients[i] = &client{messages: messages, connection: connection, task: uint64(i)}
	}
	return newGated(orders, func(task int) taskFunc {
		client := clients[task]
		return func(report *report) error {
			for i := 0; i < requests; i++ {
				start := time.Now()
				if err := client.ask(); err != nil {
					return err
				}
				report.end(time.Since(start), messages.bytes,
					messages.checksum(client.task, client.number))
			}
			return nil
		}
	}), nil
}
