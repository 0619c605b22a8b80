/*
 * Boost.Asio: a C++20 coroutine per task on one io_context and one thread.
 */
#include "work.h"

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio.hpp>

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;
using Awaitable = asio::awaitable<void>;

namespace
{
Awaitable idle(const Orders &orders, int task, asio::steady_timer &timer, Report &report)
{
	timer.expires_after(orders.duration("hold"));
	co_await timer.async_wait(use_awaitable);
	report.count(draw(orders.seed, static_cast<std::uint64_t>(task), 0));
}

Awaitable sleeping(const Sleep &plan, asio::steady_timer &timer, Report &report)
{
	auto start = steady::now();

	for (std::uint64_t i = 0; i < plan.operations; i++) {
		const auto deadline = start + plan.wait;
		timer.expires_at(deadline);
		co_await timer.async_wait(use_awaitable);
		plan.end(report, i, start, deadline);
		start = plan.periodic ? deadline : steady::now();
	}
}

/* Others have their turn after each block. */
Awaitable hashing(Hash &job, asio::io_context &loop, Report &report)
{
	for (std::uint64_t i = 0; i < job.operations; i++) {
		job.block(report, i);
		co_await asio::post(loop, use_awaitable);
	}
}

Awaitable mixed(const Mixed &plan, asio::steady_timer &timer, Report &report)
{
	for (const auto &request : plan.requests) {
		const auto start = steady::now();
		timer.expires_at(start + request.wait);
		co_await timer.async_wait(use_awaitable);
		request.end(report, start);
	}
}

/* A kept connection to the upstream; one request after the other. */
struct Client {
	Client(asio::io_context &loop, const Orders &orders, const Messages &messages_, int task_)
	    : socket(loop), messages(messages_), task(static_cast<std::uint32_t>(task_)),
	      requests(orders.number("requests"))
	{
		socket.connect({asio::ip::make_address(orders.word("host")),
			static_cast<std::uint16_t>(orders.number("port"))});
		socket.set_option(tcp::no_delay(true));
	}

	Awaitable ask()
	{
		const auto request = messages.request(task, ++number);

		co_await asio::async_write(socket, asio::buffer(request), use_awaitable);
		for (std::size_t done = 0; done < messages.bytes;) {
			const auto got = co_await socket.async_read_some(
				asio::buffer(buffer), use_awaitable);
			messages.check(request, task, number, done, {buffer.data(), got});
			done += got;
		}
	}

	Awaitable round(Report &report)
	{
		for (std::uint64_t i = 0; i < requests; i++) {
			const auto start = steady::now();
			co_await ask();
			report.end(start, messages.bytes, messages.checksum(task, number));
		}
	}

	tcp::socket socket;
	const Messages &messages;
	std::uint32_t task;
	std::uint64_t requests, number = 0;
	std::array<unsigned char, BUFFER_BYTES> buffer;
};

/* Tasks that live from open to close. At the gate all of them wait for one timer, which never ends
   by itself; between orders nothing is due, so whoever waits for one may leave the loop alone. */
class Gated : public Crew
{
      public:
	explicit Gated(const Orders &orders_)
	    : orders(orders_), reports(static_cast<std::size_t>(orders.tasks)),
	      gate(loop, steady::time_point::max())
	{
		if (orders.workload == "hash")
			Hash::prepare(orders);
		if (orders.workload != "fetch")
			return;
		messages.emplace(orders);
		for (int i = 0; i < orders.tasks; i++)
			clients.push_back(std::make_unique<Client>(loop, orders, *messages, i));
	}

	void open() override
	{
		for (int i = 0; i < orders.tasks; i++)
			asio::co_spawn(loop, run(i), [this](std::exception_ptr failed) {
				if (failed)
					error = failed;
				ended++;
			});
		await();
	}

	Report rounds(std::uint64_t number) override
	{
		Report sum;

		order(number);
		await();
		for (const auto &report : reports)
			sum.add(report);
		return sum;
	}

	void close() override
	{
		order(0);
		while (ended < orders.tasks)
			loop.run_one();
	}

      private:
	void order(std::uint64_t number)
	{
		count = number;
		waiting = 0;
		gate.cancel();
	}

	/* All at the gate, or throws what the first that failed did. */
	void await()
	{
		while (waiting < orders.tasks && !error)
			loop.run_one();
		if (error)
			std::rethrow_exception(error);
	}

	Awaitable arrive()
	{
		boost::system::error_code cancelled;

		waiting++;
		co_await gate.async_wait(asio::redirect_error(use_awaitable, cancelled));
	}

	template <typename Round> Awaitable obey(Report &report, Round round)
	{
		co_await arrive();
		while (count > 0) {
			report.clear();
			for (std::uint64_t i = 0; i < count; i++)
				co_await round(report);
			co_await arrive();
		}
	}

	Awaitable run(int task)
	{
		auto &report = reports[static_cast<std::size_t>(task)];
		asio::steady_timer timer(loop);

		if (orders.workload == "idle") {
			co_await obey(
				report, [&](Report &to) { return idle(orders, task, timer, to); });
		} else if (orders.workload == "sleep") {
			const Sleep plan(orders, task);
			co_await obey(
				report, [&](Report &to) { return sleeping(plan, timer, to); });
		} else if (orders.workload == "hash") {
			Hash job(orders, task);
			co_await obey(report, [&](Report &to) { return hashing(job, loop, to); });
		} else if (orders.workload == "mixed") {
			const Mixed plan(orders, task);
			co_await obey(report, [&](Report &to) { return mixed(plan, timer, to); });
		} else {
			auto &client = *clients[static_cast<std::size_t>(task)];
			co_await obey(report, [&](Report &to) { return client.round(to); });
		}
	}

	const Orders &orders;
	asio::io_context loop{1};
	std::vector<Report> reports;
	asio::steady_timer gate;
	std::optional<Messages> messages;
	std::vector<std::unique_ptr<Client>> clients;
	std::uint64_t count = 0;
	int waiting = 0, ended = 0;
	std::exception_ptr error;
};

/* spawn: every round creates all tasks and waits for their end. */
class Spawner : public Crew
{
      public:
	explicit Spawner(const Orders &orders)
	    : runs(static_cast<std::size_t>(orders.tasks)), seed(orders.seed)
	{
	}

	void open() override
	{
	}

	Report rounds(std::uint64_t number) override
	{
		Report report;

		for (; number > 0; number--) {
			for (auto &run : runs)
				asio::co_spawn(loop, task(run), asio::detached);
			loop.restart();
			loop.run();
		}
		count_spawned(report, runs, seed);
		return report;
	}

	void close() override
	{
	}

      private:
	static Awaitable task(std::uint64_t &run)
	{
		run++;
		co_return;
	}

	asio::io_context loop{1};
	std::vector<std::uint64_t> runs;
	const std::uint64_t seed;
};

/* A completion handler that lets an error through to run(). */
void throw_on(std::exception_ptr failed)
{
	if (failed)
		std::rethrow_exception(failed);
}

class LoopServer : public Server
{
      public:
	LoopServer(const Orders &orders_, std::uint16_t &port)
	    : orders(orders_), listener(loop, tcp::v4(), listen_at(orders, port))
	{
	}

	std::uint64_t serve() override
	{
		asio::co_spawn(loop, accept(), throw_on);
		loop.run();
		return total;
	}

      private:
	Awaitable accept()
	{
		for (int i = 0; i < orders.tasks; i++) {
			auto socket = co_await listener.async_accept(use_awaitable);
			asio::co_spawn(loop, answer(std::move(socket)), throw_on);
		}
	}

	Awaitable answer(tcp::socket socket)
	{
		std::array<unsigned char, BUFFER_BYTES> buffer;
		boost::system::error_code ended;

		no_delay(socket.native_handle(), orders);
		for (;;) {
			const auto got = co_await socket.async_read_some(
				asio::buffer(buffer), asio::redirect_error(use_awaitable, ended));
			if (ended == asio::error::eof)
				break;
			if (ended)
				throw boost::system::system_error(ended);
			co_await asio::async_write(
				socket, asio::buffer(buffer, got), use_awaitable);
			total += got;
		}
	}

	const Orders &orders;
	asio::io_context loop{1};
	tcp::acceptor listener;
	std::uint64_t total = 0;
};
} // namespace

std::unique_ptr<Crew> loop_crew(const Orders &orders)
{
	if (orders.workload == "spawn")
		return std::make_unique<Spawner>(orders);
	return std::make_unique<Gated>(orders);
}

std::unique_ptr<Server> loop_server(const Orders &orders, std::uint16_t &port)
{
	return std::make_unique<LoopServer>(orders, port);
}
