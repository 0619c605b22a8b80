/*
 * The workloads in C++, as a guest of concbench: std::async, std::thread and Boost.Asio's
 * coroutines. docs/guests.md of concbench describes the lines spoken here.
 */
#include "work.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <system_error>

#include <boost/version.hpp>

namespace
{
constexpr const char *WORKLOADS[] = {"spawn", "idle", "sleep", "echo", "fetch", "hash", "mixed"};
constexpr const char *MODELS[][2] = {
	{"cpp-async", "std::async, a thread per task and a future for its end"},
	{"cpp-thread", "a std::thread per task"},
	{"cpp-asio", "a C++20 coroutine per task on one io_context of Boost.Asio"},
};

#ifdef __clang__
constexpr const char *COMPILER = "";
#else
constexpr const char *COMPILER = "g++ ";
#endif

/* "12.2.0 20220101" or "Clang 14.0.6 (…)": the first words are enough. */
std::string compiler_version()
{
	const std::string all = COMPILER + std::string(__VERSION__);
	const auto first = all.find(' ');

	return all.substr(0, all.find(' ', first + 1));
}

void describe()
{
	const char *comma = "";

	std::cout << R"({"concbench-guest": 1, "version": ")" << compiler_version() << ", Boost "
		  << BOOST_VERSION / 100000 << '.' << BOOST_VERSION / 100 % 1000
		  << R"(", "models": [)";
	for (const auto &[name, summary] : MODELS) {
		std::cout << comma << R"({"name": ")" << name << R"(", "summary": ")" << summary
			  << R"("})";
		comma = ", ";
	}
	comma = "], \"workloads\": [";
	for (const auto name : WORKLOADS) {
		std::cout << comma << '"' << name << '"';
		comma = ", ";
	}
	std::cout << "]}" << std::endl;
}

void serve(const Orders &orders, const std::string &model)
{
	std::uint16_t port = 0;
	const auto server = model == "cpp-asio"
				    ? loop_server(orders, port)
				    : blocking_server(orders, model == "cpp-async", port);
	std::string line;

	std::cout << "ready port=" << port << std::endl;
	while (std::getline(std::cin, line) && line == "open") {
		const auto total = server->serve();
		std::cout << "served tasks=" << orders.tasks
			  << " operations=" << total / orders.number("payload") << std::endl;
	}
}

/* Does what stdin says, until its end. */
void follow(Crew &crew, bool latency)
{
	std::string line;

	while (std::getline(std::cin, line)) {
		if (line == "open") {
			crew.open();
			std::cout << "gate" << std::endl;
		} else if (line.starts_with("round ")) {
			crew.rounds(std::stoull(line.substr(strlen("round ")))).say(latency);
		} else if (line == "end") {
			crew.close();
			return;
		}
	}
	std::_Exit(0); // nobody will ever let the tasks go
}

void invoke(const Orders &orders, const std::string &model)
{
	if (std::ranges::find(WORKLOADS, orders.workload) == std::end(WORKLOADS)) {
		std::cout << "impossible not written in C++" << std::endl;
	} else if (orders.word("family", "tcp") != "tcp" ||
		   orders.word("start", "warm") != "warm" || orders.number("dirty") != 0) {
		std::cout << "impossible only TCP, warm starts and a clean parent in this guest"
			  << std::endl;
	} else if (orders.workload == "echo") {
		serve(orders, model);
	} else {
		const auto crew = model == "cpp-asio" ? loop_crew(orders)
						      : blocking_crew(orders, model == "cpp-async");
		std::cout << "ready" << std::endl;
		follow(*crew, orders.latency);
	}
}

/* What failed may have left tasks that wait: they end with the program. */
[[noreturn]] void end(const char *word, const std::exception &error)
{
	std::cout << word << error.what() << std::endl;
	std::_Exit(EXIT_FAILURE);
}
} // namespace

int main(int argc, char **argv)
{
	const std::span<char *> words(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));

	if (words.size() == 1 && std::string(words[0]) == "concbench-guest") {
		describe();
		return EXIT_SUCCESS;
	}
	if (words.size() < 3 || std::string(words[0]) != "invoke" ||
		std::ranges::none_of(
			MODELS, [&](auto &model) { return std::string(words[2]) == model[0]; })) {
		std::cerr << "a guest of concbench: concbench run echo PATH/cpp\n";
		return 2;
	}
	try {
		invoke(Orders(words[1], words.subspan(3)), words[2]);
	} catch (const std::system_error &error) {
		end(error.code() == std::errc::resource_unavailable_try_again ? "limit " : "error ",
			error);
	} catch (const std::exception &error) {
		end("error ", error);
	}
	return EXIT_SUCCESS;
}
