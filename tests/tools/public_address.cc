// A public address for programs under test: preloaded into one (LD_PRELOAD), connections to 44.0.0.1 go to 127.0.0.1,
// and the program is told that they went to 44.0.0.1. So a fixture server on loopback can be out on the internet, at
// the same port, and a name can be there for one port and on loopback for another.

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdint>

namespace {

constexpr std::uint32_t kPublic = 0x2C000001;  // in amateur radio's network, where IANA sees an address for everyone
constexpr std::size_t kDescriptors = 65536;

// Which sockets are connected to what they think is kPublic.
std::array<std::atomic<bool>, kDescriptors> moved;

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int connect(int socket, const sockaddr* address, socklen_t size) {
  static const auto real = next<int (*)(int, const sockaddr*, socklen_t)>("connect");
  const auto index = static_cast<std::size_t>(socket);
  if (index >= kDescriptors || address == nullptr || address->sa_family != AF_INET) return real(socket, address, size);
  sockaddr_in target = *reinterpret_cast<const sockaddr_in*>(address);
  moved[index] = target.sin_addr.s_addr == htonl(kPublic);
  if (moved[index]) target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return real(socket, reinterpret_cast<const sockaddr*>(&target), size);
}

extern "C" __attribute__((visibility("default"))) int getpeername(int socket, sockaddr* address, socklen_t* size) {
  static const auto real = next<int (*)(int, sockaddr*, socklen_t*)>("getpeername");
  const int result = real(socket, address, size);
  const auto index = static_cast<std::size_t>(socket);
  if (result == 0 && index < kDescriptors && moved[index] && address->sa_family == AF_INET)
    reinterpret_cast<sockaddr_in*>(address)->sin_addr.s_addr = htonl(kPublic);
  return result;
}
