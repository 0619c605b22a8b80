/*
 * What the three models share: the orders, the numbers drawn, the histogram, the messages.
 *
 * The numbers are those of bench/draw.h and harness/load: the same work gives the same checksum in
 * every language, which is how the harness knows that it was done.
 */
#ifndef CONCBENCH_GUESTS_CPP_WORK_H
#define CONCBENCH_GUESTS_CPP_WORK_H

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <openssl/evp.h>

using steady = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::size_t BUFFER_BYTES = 1024; // of a connection, as in bench/echo and bench/fetch

/* The number drawn for one operation of one task. */
std::uint64_t draw(std::uint64_t seed, std::uint64_t task, std::uint64_t operation);

/* The words name=number of the command line. */
class Orders
{
      public:
	Orders(std::string workload, std::span<char *> words);
	/* The fallback where there is none of this name. */
	std::string word(const std::string &name, const std::string &fallback = "") const;
	std::uint64_t number(const std::string &name) const; // 0 where there is none
	nanoseconds duration(const std::string &name) const;

	std::string workload;
	int tasks;
	std::uint64_t seed;
	bool latency;

      private:
	std::map<std::string, std::string> words;
};

/* What a task did in one order, or all of them together. */
struct Report {
	std::uint64_t tasks = 0, operations = 0, bytes = 0, checksum = 0;
	std::vector<nanoseconds> latencies;

	void clear();
	void count(std::uint64_t proof);
	void end(steady::time_point start, std::size_t size, std::uint64_t proof);
	void end(nanoseconds took, std::size_t size, std::uint64_t proof);
	void add(const Report &other);
	void say(bool latency) const;
};

struct Sleep {
	Sleep(const Orders &orders, int task);
	/* Its proof, 0 when it ended before its deadline. */
	void end(Report &report, std::uint64_t i, steady::time_point start,
		steady::time_point deadline) const;

	std::uint64_t operations;
	nanoseconds wait;
	bool periodic;

      private:
	std::uint64_t seed, task;
};

/* Blocks digested with SHA-256; the digests, folded, are the proof. */
class Hash
{
      public:
	Hash(const Orders &orders, int task);
	static void prepare(const Orders &orders); // the body, alike for all tasks
	void block(Report &report, std::uint64_t i);

	std::uint64_t operations;

      private:
	std::uint64_t seed, task;
	std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context;
};

/* Requests that wait and compute; which are heavy is laid out by rank (bench/mixed/mixed.c). */
class Mixed
{
      public:
	struct Request {
		nanoseconds wait;
		std::uint64_t iterations, value;
		bool heavy;

		void end(Report &report, steady::time_point start) const; // computes, too
	};

	Mixed(const Orders &orders, int task);
	std::vector<Request> requests; // of a round

      private:
	std::uint64_t all;

	std::uint64_t step(double share) const;
};

/* Requests to the upstream and the replies they must get (harness/load/message.h). */
class Messages
{
      public:
	static constexpr std::size_t REQUEST_BYTES = 16;
	using Request = std::array<unsigned char, REQUEST_BYTES>;

	explicit Messages(const Orders &orders);
	Request request(std::uint32_t connection, std::uint64_t number) const;
	/* Throws unless a part of a reply, from an offset on, is what it must be. */
	void check(const Request &request, std::uint32_t connection, std::uint64_t number,
		std::size_t offset, std::span<const unsigned char> part) const;
	std::uint64_t checksum(std::uint32_t connection, std::uint64_t number) const;

	std::size_t bytes;

      private:
	std::uint64_t per_round;
	std::vector<unsigned char> filling;
};

/* The listening socket of echo, with the options every server of the suite sets. */
int listen_at(const Orders &orders, std::uint16_t &port);
void no_delay(int fd, const Orders &orders);

/* What an invocation is made of, whatever its workload and model. */
class Crew
{
      public:
	virtual ~Crew() = default;
	virtual void open() = 0;
	virtual Report rounds(std::uint64_t count) = 0;
	virtual void close() = 0;
};

/* The rounds of spawn have ended: what its tasks left in their places. Not after each, for drawing
   the proofs takes a part of what starting a task takes. */
void count_spawned(Report &report, std::vector<std::uint64_t> &runs, std::uint64_t seed);

class Server
{
      public:
	virtual ~Server() = default;
	/* Bytes answered, when all connections have ended. */
	virtual std::uint64_t serve() = 0;
};

/* std::thread or std::async, which differ in what a task is made of (blocking.cpp). */
std::unique_ptr<Crew> blocking_crew(const Orders &orders, bool async);
std::unique_ptr<Server> blocking_server(const Orders &orders, bool async, std::uint16_t &port);

/* Boost.Asio (loop.cpp). */
std::unique_ptr<Crew> loop_crew(const Orders &orders);
std::unique_ptr<Server> loop_server(const Orders &orders, std::uint16_t &port);

#endif
