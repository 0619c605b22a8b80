/*
 * What the three models share. See work.h.
 */
#include "work.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace
{
constexpr std::uint64_t GOLDEN = 0x9e3779b97f4a7c15;
constexpr std::size_t HASH_HEADER = 64, SHIFTS = 64, SHIFT_BYTES = 8;

std::vector<unsigned char> hash_body;

/* The finalizer of SplitMix64. */
std::uint64_t mix(std::uint64_t value)
{
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return value ^ (value >> 31);
}

std::uint64_t draw_mix(std::uint64_t value)
{
	return mix(value + GOLDEN);
}

/* Exact below 256 ns, 128 buckets to an octave above: harness/measure/histogram.h. */
std::uint64_t bucket(std::uint64_t ns)
{
	if (ns < 256)
		return ns;
	const int shift = static_cast<int>(std::bit_width(ns)) - 8;
	return (static_cast<std::uint64_t>(shift) << 7) + (ns >> shift);
}

std::uint64_t compute(std::uint64_t value, std::uint64_t iterations)
{
	for (std::uint64_t i = 0; i < iterations; i++)
		value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9 + i;
	return value;
}
} // namespace

std::uint64_t draw(std::uint64_t seed, std::uint64_t task, std::uint64_t operation)
{
	return mix(mix(seed + (task + 1) * GOLDEN) + (operation + 1) * GOLDEN);
}

Orders::Orders(std::string workload_, std::span<char *> words_) : workload(std::move(workload_))
{
	for (const std::string word : words_) {
		const auto at = word.find('=');
		words[word.substr(0, at)] = word.substr(at + 1);
	}
	tasks = static_cast<int>(number("concurrency"));
	seed = number("seed");
	latency = number("latency") == 1;
}

std::string Orders::word(const std::string &name, const std::string &fallback) const
{
	const auto found = words.find(name);
	return found != words.end() ? found->second : fallback;
}

std::uint64_t Orders::number(const std::string &name) const
{
	return std::stoull(word(name, "0"));
}

nanoseconds Orders::duration(const std::string &name) const
{
	return nanoseconds(number(name));
}

void Report::clear()
{
	tasks = operations = bytes = checksum = 0;
	latencies.clear();
}

void Report::count(std::uint64_t proof)
{
	operations++;
	checksum += proof;
}

void Report::end(nanoseconds took, std::size_t size, std::uint64_t proof)
{
	latencies.push_back(took);
	bytes += size;
	count(proof);
}

void Report::end(steady::time_point start, std::size_t size, std::uint64_t proof)
{
	end(steady::now() - start, size, proof);
}

void Report::add(const Report &other)
{
	tasks++;
	operations += other.operations;
	bytes += other.bytes;
	checksum += other.checksum;
	latencies.insert(latencies.end(), other.latencies.begin(), other.latencies.end());
}

void Report::say(bool latency) const
{
	std::map<std::uint64_t, std::uint64_t> counts;
	nanoseconds longest{0};

	for (const auto ns : latencies) {
		counts[bucket(static_cast<std::uint64_t>(ns.count()))]++;
		longest = std::max(longest, ns);
	}
	if (latency && !latencies.empty()) {
		std::cout << "latency";
		for (const auto &[place, count] : counts)
			std::cout << ' ' << place << ':' << count;
		std::cout << " max=" << longest.count() << '\n';
	}
	std::cout << "did tasks=" << tasks << " operations=" << operations << " bytes=" << bytes
		  << " checksum=" << checksum << std::endl;
}

Sleep::Sleep(const Orders &orders, int task_)
    : operations(orders.number("operations")), wait(orders.duration("wait")),
      periodic(orders.word("pattern") == "periodic"), seed(orders.seed),
      task(static_cast<std::uint64_t>(task_))
{
	if (orders.word("pattern") == "staggered")
		wait = wait * (2 * task_ + 1 + orders.tasks) / (2 * orders.tasks);
}

void Sleep::end(Report &report, std::uint64_t i, steady::time_point start,
	steady::time_point deadline) const
{
	const auto now = steady::now();
	report.end(now - start, 0, now >= deadline ? draw(seed, task, i) : 0);
}

Hash::Hash(const Orders &orders, int task_)
    : operations(orders.number("operations")), seed(orders.seed),
      task(static_cast<std::uint64_t>(task_)), context(EVP_MD_CTX_new(), EVP_MD_CTX_free)
{
	static EVP_MD *const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);

	if (sha256 == nullptr || EVP_DigestInit_ex(context.get(), sha256, nullptr) != 1)
		throw std::runtime_error("no SHA-256");
}

void Hash::prepare(const Orders &orders)
{
	hash_body.resize(orders.number("block") - HASH_HEADER);
	for (std::size_t i = 0; i < hash_body.size(); i++)
		hash_body[i] = static_cast<unsigned char>(draw(orders.seed, 0, i));
}

void Hash::block(Report &report, std::uint64_t i)
{
	const auto start = steady::now();
	const std::array<std::uint64_t, HASH_HEADER / 8> header{seed, task, i};
	std::array<std::uint64_t, 4> digest;

	/* No type given: the context keeps its algorithm, which is looked up once. */
	if (EVP_DigestInit_ex(context.get(), nullptr, nullptr) != 1 ||
		EVP_DigestUpdate(context.get(), header.data(), HASH_HEADER) != 1 ||
		EVP_DigestUpdate(context.get(), hash_body.data(), hash_body.size()) != 1 ||
		EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char *>(digest.data()),
			nullptr) != 1)
		throw std::runtime_error("a digest failed");
	report.end(start, HASH_HEADER + hash_body.size(),
		digest[0] ^ digest[1] ^ digest[2] ^ digest[3]);
}

std::uint64_t Mixed::step(double share) const
{
	auto step = static_cast<std::uint64_t>(static_cast<double>(all) * share) + 1;

	while (std::gcd(step, all) != 1)
		step++;
	return step;
}

Mixed::Mixed(const Orders &orders, int task_)
    : requests(orders.number("operations")),
      all(requests.size() * static_cast<std::uint64_t>(orders.tasks))
{
	const auto task = static_cast<std::uint64_t>(task_);
	const auto heavy = (all * orders.number("heavy") + 50) / 100;
	/* Fractional parts of the golden ratio and of the square root of two. */
	const auto heavy_step = step(0.6180339887498949), wait_step = step(0.4142135623730951);
	const auto rank = [&](std::uint64_t number, std::uint64_t by) {
		return (number * by + orders.seed % all) % all;
	};

	for (std::uint64_t i = 0; i < requests.size(); i++) {
		const auto number = i * static_cast<std::uint64_t>(orders.tasks) + task;
		auto wait = static_cast<double>(orders.number("wait"));
		auto compute_ms = static_cast<double>(orders.number("compute")) / 1e6;

		if (orders.word("waits") == "spread")
			wait *= 0.5 + (static_cast<double>(rank(number, wait_step)) + 0.5) /
					      static_cast<double>(all);
		requests[i].heavy = rank(number, heavy_step) < heavy;
		if (requests[i].heavy)
			compute_ms *= static_cast<double>(orders.number("factor"));
		requests[i].wait = nanoseconds(static_cast<std::int64_t>(wait));
		requests[i].iterations = static_cast<std::uint64_t>(
			compute_ms * static_cast<double>(orders.number("calibration")));
		requests[i].value = draw(orders.seed, task, i);
	}
}

void Mixed::Request::end(Report &report, steady::time_point start) const
{
	const auto proof = compute(value, iterations);

	if (heavy)
		report.count(proof);
	else
		report.end(start, 0, proof);
}

Messages::Messages(const Orders &orders)
    : bytes(orders.number("reply")), per_round(orders.number("requests")),
      filling(bytes + SHIFTS * SHIFT_BYTES)
{
	for (std::size_t i = 0; i < filling.size(); i++)
		filling[i] = static_cast<unsigned char>(draw_mix(i));
}

Messages::Request Messages::request(std::uint32_t connection, std::uint64_t number) const
{
	const auto place = static_cast<std::uint32_t>((number - 1) % per_round);
	Request request;

	std::memcpy(&request[0], &number, 8);
	std::memcpy(&request[8], &connection, 4);
	std::memcpy(&request[12], &place, 4);
	return request;
}

void Messages::check(const Request &request, std::uint32_t connection, std::uint64_t number,
	std::size_t offset, std::span<const unsigned char> part) const
{
	bool right = offset + part.size() <= bytes;

	if (right && offset < REQUEST_BYTES) { // its head repeats the request
		const auto head = std::min(REQUEST_BYTES - offset, part.size());
		right = std::memcmp(part.data(), &request[offset], head) == 0;
		offset += head;
		part = part.subspan(head);
	}
	const auto from = (number + connection) % SHIFTS * SHIFT_BYTES + offset;
	if (!right || std::memcmp(part.data(), filling.data() + from, part.size()) != 0)
		throw std::runtime_error("task " + std::to_string(connection) + ": reply " +
					 std::to_string(number) + " is not the request's");
}

std::uint64_t Messages::checksum(std::uint32_t connection, std::uint64_t number) const
{
	return draw_mix(static_cast<std::uint64_t>(connection) << 32 | (number - 1) % per_round);
}

int listen_at(const Orders &orders, std::uint16_t &port)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	sockaddr_in address{};
	socklen_t length = sizeof(address);
	const auto any = reinterpret_cast<sockaddr *>(&address);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, any, length) != 0 ||
		listen(fd, static_cast<int>(orders.number("backlog"))) != 0 ||
		getsockname(fd, any, &length) != 0)
		throw std::system_error(errno, std::generic_category(), "listen");
	port = ntohs(address.sin_port);
	return fd;
}

void no_delay(int fd, const Orders &orders)
{
	const int on = orders.word("nodelay", "on") == "on";

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		throw std::system_error(errno, std::generic_category(), "TCP_NODELAY");
}

void count_spawned(Report &report, std::vector<std::uint64_t> &runs, std::uint64_t seed)
{
	for (std::size_t i = 0; i < runs.size(); i++) {
		report.tasks += runs[i] > 0;
		report.operations += runs[i];
		report.checksum += runs[i] * draw(seed, i, 0);
		runs[i] = 0;
	}
}
