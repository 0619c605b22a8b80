/*
 * std::thread and std::async: the same blocking code; what differs is what a task is made of.
 */
#include "work.h"

#include <cerrno>
#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{
/* A thread for each, which the caller joins; an exception in one would end the program. */
struct Threads {
	using Task = std::thread;

	template <typename... Arguments> static Task start(Arguments &&...arguments)
	{
		return Task(std::forward<Arguments>(arguments)...);
	}
	static void wait(Task &task)
	{
		task.join();
	}
};

/* std::async runs a task in a thread of its own and has its result as a future. */
struct Async {
	using Task = std::future<void>;

	template <typename... Arguments> static Task start(Arguments &&...arguments)
	{
		return std::async(std::launch::async, std::forward<Arguments>(arguments)...);
	}
	static void wait(Task &task)
	{
		task.get();
	}
};

/* Where tasks wait for orders, and the program for the tasks. */
class Gate
{
      public:
	explicit Gate(int tasks_) : tasks(tasks_)
	{
	}

	/* A task is there; returns the rounds of the next order, 0: end. */
	std::uint64_t arrive()
	{
		std::unique_lock lock(mutex);
		const auto seen = generation;

		if (++waiting == tasks)
			all_there.notify_one();
		next.wait(lock, [&] { return generation != seen; });
		return rounds;
	}

	/* A task that failed. */
	void give_up(std::exception_ptr error_)
	{
		const std::scoped_lock lock(mutex);

		error = std::move(error_);
		all_there.notify_one();
	}

	void order(std::uint64_t rounds_)
	{
		const std::scoped_lock lock(mutex);

		rounds = rounds_;
		waiting = 0;
		generation++;
		next.notify_all();
	}

	/* All at the gate, or throws what the first that failed did. */
	void await()
	{
		std::unique_lock lock(mutex);

		all_there.wait(lock, [&] { return waiting == tasks || error; });
		if (error)
			std::rethrow_exception(error);
	}

      private:
	std::mutex mutex;
	std::condition_variable next, all_there;
	const int tasks;
	int waiting = 0;
	std::uint64_t generation = 0, rounds = 0;
	std::exception_ptr error;
};

using Round = std::function<void(Report &)>;

Round idle(const Orders &orders, int task)
{
	return [hold = orders.duration("hold"),
		       proof = draw(orders.seed, static_cast<std::uint64_t>(task), 0)](
		       Report &report) {
		std::this_thread::sleep_until(steady::now() + hold);
		report.count(proof);
	};
}

Round sleeping(const Orders &orders, int task)
{
	return [plan = Sleep(orders, task)](Report &report) {
		auto start = steady::now();
		for (std::uint64_t i = 0; i < plan.operations; i++) {
			const auto deadline = start + plan.wait;
			std::this_thread::sleep_until(deadline);
			plan.end(report, i, start, deadline);
			start = plan.periodic ? deadline : steady::now();
		}
	};
}

Round hashing(const Orders &orders, int task)
{
	return [job = std::make_shared<Hash>(orders, task)](Report &report) {
		for (std::uint64_t i = 0; i < job->operations; i++)
			job->block(report, i);
	};
}

Round mixed(const Orders &orders, int task)
{
	return [plan = Mixed(orders, task)](Report &report) {
		for (const auto &request : plan.requests) {
			const auto start = steady::now();
			std::this_thread::sleep_until(start + request.wait);
			request.end(report, start);
		}
	};
}

/* A kept connection to the upstream; one request after the other. */
class Client
{
      public:
	Client(const Orders &orders, std::shared_ptr<const Messages> messages_, int task_)
	    : messages(std::move(messages_)), task(static_cast<std::uint32_t>(task_)),
	      requests(orders.number("requests")),
	      fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
	{
		sockaddr_in address{};

		address.sin_family = AF_INET;
		address.sin_port = htons(static_cast<std::uint16_t>(orders.number("port")));
		inet_pton(AF_INET, orders.word("host").c_str(), &address.sin_addr);
		if (fd < 0 ||
			connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0)
			throw std::system_error(errno, std::generic_category(), "connect");
		no_delay(fd, orders);
	}

	~Client()
	{
		::close(fd);
	}

	Client(const Client &) = delete;
	Client &operator=(const Client &) = delete;

	void round(Report &report)
	{
		for (std::uint64_t i = 0; i < requests; i++) {
			const auto start = steady::now();
			ask();
			report.end(start, messages->bytes, messages->checksum(task, number));
		}
	}

      private:
	void ask()
	{
		const auto request = messages->request(task, ++number);
		std::array<unsigned char, BUFFER_BYTES> buffer;

		if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0)
			throw std::system_error(errno, std::generic_category(), "send");
		for (std::size_t done = 0; done < messages->bytes;) {
			const auto got = recv(fd, buffer.data(), buffer.size(), 0);

			if (got <= 0)
				throw std::system_error(got < 0 ? errno : ECONNRESET,
					std::generic_category(), "recv");
			const auto bytes = static_cast<std::size_t>(got);
			messages->check(request, task, number, done, {buffer.data(), bytes});
			done += bytes;
		}
	}

	std::shared_ptr<const Messages> messages;
	std::uint32_t task;
	std::uint64_t requests, number = 0;
	int fd;
};

Round make_round(const Orders &orders, int task, const std::shared_ptr<const Messages> &messages)
{
	if (orders.workload == "idle")
		return idle(orders, task);
	if (orders.workload == "sleep")
		return sleeping(orders, task);
	if (orders.workload == "hash")
		return hashing(orders, task);
	if (orders.workload == "mixed")
		return mixed(orders, task);
	return [client = std::make_shared<Client>(orders, messages, task)](
		       Report &report) { client->round(report); };
}

/* Tasks that live from open to close. */
template <typename Kit> class Gated : public Crew
{
      public:
	explicit Gated(const Orders &orders)
	    : count(orders.tasks), reports(static_cast<std::size_t>(count)), gate(count)
	{
		std::shared_ptr<const Messages> messages;

		if (orders.workload == "hash")
			Hash::prepare(orders);
		if (orders.workload == "fetch")
			messages = std::make_shared<Messages>(orders);
		for (int i = 0; i < count; i++)
			bodies.push_back(make_round(orders, i, messages));
	}

	void open() override
	{
		tasks.reserve(reports.size());
		for (std::size_t i = 0; i < reports.size(); i++)
			tasks.push_back(Kit::start(&Gated::run, this, i));
		gate.await();
	}

	Report rounds(std::uint64_t number) override
	{
		Report sum;

		gate.order(number);
		gate.await();
		for (const auto &report : reports)
			sum.add(report);
		return sum;
	}

	void close() override
	{
		gate.order(0);
		for (auto &task : tasks)
			Kit::wait(task);
	}

      private:
	void run(std::size_t i)
	{
		try {
			while (const auto number = gate.arrive()) {
				reports[i].clear();
				for (std::uint64_t round = 0; round < number; round++)
					bodies[i](reports[i]);
			}
		} catch (...) {
			gate.give_up(std::current_exception());
		}
	}

	const int count;
	std::vector<Round> bodies;
	std::vector<Report> reports;
	Gate gate;
	std::vector<typename Kit::Task> tasks;
};

/* spawn: every round creates all tasks and waits for their end. */
template <typename Kit> class Spawner : public Crew
{
      public:
	explicit Spawner(const Orders &orders)
	    : runs(static_cast<std::size_t>(orders.tasks)), seed(orders.seed)
	{
		tasks.reserve(runs.size());
	}

	void open() override
	{
	}

	Report rounds(std::uint64_t number) override
	{
		Report report;

		for (; number > 0; number--) {
			for (auto &run : runs)
				tasks.push_back(Kit::start([&run] { run++; }));
			for (auto &task : tasks)
				Kit::wait(task);
			tasks.clear();
		}
		count_spawned(report, runs, seed);
		return report;
	}

	void close() override
	{
	}

      private:
	std::vector<std::uint64_t> runs;
	const std::uint64_t seed;
	std::vector<typename Kit::Task> tasks;
};

/* echo: a task accepts one connection and answers it to its end. */
template <typename Kit> class BlockingServer : public Server
{
      public:
	BlockingServer(const Orders &orders_, std::uint16_t &port)
	    : orders(orders_), listener(listen_at(orders, port)),
	      totals(static_cast<std::size_t>(orders.tasks))
	{
	}

	std::uint64_t serve() override
	{
		std::vector<typename Kit::Task> tasks;
		std::uint64_t sum = 0;

		for (auto &total : totals)
			tasks.push_back(Kit::start([this, &total] { answer(total); }));
		for (auto &task : tasks)
			Kit::wait(task);
		for (const auto total : totals)
			sum += total;
		return sum;
	}

      private:
	void answer(std::uint64_t &total)
	{
		const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
		std::array<unsigned char, BUFFER_BYTES> buffer;
		ssize_t got;

		if (fd < 0)
			throw std::system_error(errno, std::generic_category(), "accept");
		no_delay(fd, orders);
		while ((got = recv(fd, buffer.data(), buffer.size(), 0)) > 0) {
			for (ssize_t done = 0; done < got;) {
				const auto sent = send(fd, buffer.data() + done,
					static_cast<std::size_t>(got - done), MSG_NOSIGNAL);
				if (sent < 0)
					throw std::system_error(
						errno, std::generic_category(), "send");
				done += sent;
			}
			total += static_cast<std::uint64_t>(got);
		}
		::close(fd);
	}

	const Orders &orders;
	const int listener;
	std::vector<std::uint64_t> totals;
};

template <typename Kit> std::unique_ptr<Crew> make(const Orders &orders)
{
	if (orders.workload == "spawn")
		return std::make_unique<Spawner<Kit>>(orders);
	return std::make_unique<Gated<Kit>>(orders);
}
} // namespace

std::unique_ptr<Crew> blocking_crew(const Orders &orders, bool async)
{
	return async ? make<Async>(orders) : make<Threads>(orders);
}

std::unique_ptr<Server> blocking_server(const Orders &orders, bool async, std::uint16_t &port)
{
	if (async)
		return std::make_unique<BlockingServer<Async>>(orders, port);
	return std::make_unique<BlockingServer<Threads>>(orders, port);
}
