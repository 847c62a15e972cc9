#pragma once
// How often a thread has waited for sockets: epoll_wait and ppoll of the test program stand before the C library's.

#include <cstddef>

namespace test_support {

// By the calling thread, since it began.
std::size_t waits_of_this_thread();

}  // namespace test_support
