/*
 * Boost.Context's fcontext, the assembly below boost::context and boost::fibers: the raw switch,
 * one way. The other side jumps back at once, so one round trip is two switches.
 */
#include <boost/context/detail/fcontext.hpp>

#include "peers/peer.h"

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

namespace
{
alignas(16) char stack[64 * 1024];
fcontext_t other;

void bounce(transfer_t from)
{
	for (;;)
		from = jump_fcontext(from.fctx, nullptr);
}

void round_trips(long switches)
{
	for (long i = 0; i < switches; i += 2)
		other = jump_fcontext(other, nullptr).fctx;
}

double measure_switch(long operations)
{
	other = make_fcontext(stack + sizeof stack, sizeof stack, bounce);
	return peer_time(round_trips, operations);
}

const peer_row rows[] = {{"switch", 40000000, measure_switch}, {nullptr, 0, nullptr}};
} // namespace

int main(int argc, char **argv)
{
	return peer_main(argc, argv, rows);
}
