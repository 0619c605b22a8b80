/*
 * What guests/cpp does, written without concbench: the same tasks, rounds and waits, and nothing
 * that reports. scripts/guests-check has hyperfine time it.
 *
 * usage: plain_cpp async|thread|asio WORKLOAD TASKS OPERATIONS ROUNDS
 */
#include <chrono>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <openssl/evp.h>

namespace asio = boost::asio;

namespace
{
constexpr std::chrono::milliseconds WAIT{5};

/* A block and what digests it, made once per task. */
class Digest
{
      public:
	void once()
	{
		EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
		EVP_DigestUpdate(context, block.data(), block.size());
		EVP_DigestFinal_ex(context, block.data(), nullptr);
	}
	Digest() = default;
	Digest(const Digest &) = delete;
	Digest &operator=(const Digest &) = delete;
	~Digest()
	{
		EVP_MD_CTX_free(context);
	}

      private:
	std::vector<unsigned char> block = std::vector<unsigned char>(65536);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
};

void work(bool sleeps, long operations)
{
	if (sleeps) {
		for (; operations > 0; operations--)
			std::this_thread::sleep_for(WAIT);
		return;
	}
	Digest digest;
	for (; operations > 0; operations--)
		digest.once();
}

asio::awaitable<void> work_async(asio::io_context &loop, bool sleeps, long operations)
{
	if (sleeps) {
		asio::steady_timer timer(loop);
		for (; operations > 0; operations--) {
			timer.expires_after(WAIT);
			co_await timer.async_wait(asio::use_awaitable);
		}
		co_return;
	}
	Digest digest;
	for (; operations > 0; operations--) {
		digest.once();
		co_await asio::post(loop, asio::use_awaitable);
	}
}

asio::awaitable<void> nothing_async(long &ended)
{
	ended++;
	co_return;
}

void run_asio(bool spawns, bool sleeps, int tasks, long operations, long rounds)
{
	asio::io_context loop{1};
	long ended = 0;

	for (long round = 0; round < (spawns ? rounds : 1); round++) {
		for (int i = 0; i < tasks; i++)
			asio::co_spawn(loop,
				spawns ? nothing_async(ended)
				       : work_async(loop, sleeps, operations * rounds),
				asio::detached);
		loop.restart();
		loop.run();
	}
}

void wait_for(std::thread &task)
{
	task.join();
}

void wait_for(std::future<void> &task)
{
	task.get();
}

template <typename Start>
void run(Start start, bool spawns, bool sleeps, int tasks, long operations, long rounds)
{
	for (long round = 0; round < (spawns ? rounds : 1); round++) {
		std::vector<decltype(start([] {}))> running;
		for (int i = 0; i < tasks; i++)
			running.push_back(start([=] {
				if (!spawns)
					work(sleeps, operations * rounds);
			}));
		for (auto &task : running)
			wait_for(task);
	}
}
} // namespace

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	const std::string model = argv[1], workload = argv[2];
	const bool spawns = workload == "spawn", sleeps = workload == "sleep";
	const int tasks = std::atoi(argv[3]);
	const long operations = std::atol(argv[4]), rounds = std::atol(argv[5]);

	if (model == "asio")
		run_asio(spawns, sleeps, tasks, operations, rounds);
	else if (model == "thread")
		run([](auto task) { return std::thread(task); }, spawns, sleeps, tasks, operations,
			rounds);
	else
		run([](auto task) { return std::async(std::launch::async, task); }, spawns, sleeps,
			tasks, operations, rounds);
	return EXIT_SUCCESS;
}
