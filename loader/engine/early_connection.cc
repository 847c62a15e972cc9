#include "engine/early_connection.h"

#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/socket_address.h"
#include "engine/tcp_connect.h"

namespace pagehaul {
namespace {

// With other addresses to try, curl gives the first as long (CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS).
constexpr std::chrono::milliseconds kOneOfSeveral{200};
// A lost SYN is sent again after as long (RFC 6298 section 2.1): curl may as well begin anew.
constexpr std::chrono::milliseconds kOnlyOne{1000};

struct Begun {
  int fd = -1;
  std::string peer;      // with its port
  std::string resolved;  // "" for an address, which needs no look-up
  int addresses = 0;
};

Begun look_up_and_connect(const std::string& host, std::uint16_t port) {
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  const std::string name = bracketed ? host.substr(1, host.size() - 2) : host;
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  Begun begun;
  begun.fd = begin_to_connect(*found->ai_addr, found->ai_addrlen);
  if (begun.fd < 0) return {};
  begun.peer = address_and_port(*found->ai_addr);
  // "+": as any look-up of curl's, it is forgotten after a while.
  begun.resolved = "+" + host + ":" + std::to_string(port);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const std::string address = numeric_address(*one->ai_addr);
    if (address.empty()) continue;
    begun.resolved += begun.addresses++ == 0 ? ":" : ",";
    begun.resolved += one->ai_family == AF_INET6 ? "[" + address + "]" : address;
  }
  if (is_numeric_host(host)) begun.resolved.clear();
  return begun;
}

}  // namespace

struct EarlyConnection::State {
  std::mutex mutex;
  bool looking_up = true;
  bool dropped = false;
  bool connected = false;
  Begun begun;
};

EarlyConnection::~EarlyConnection() {
  drop();
}

void EarlyConnection::begin(std::string origin, const std::string& host, std::uint16_t port) try {
  const auto state = std::make_shared<State>();
  std::thread([state, &events = events_, host, port] {
    Begun begun = look_up_and_connect(host, port);
    const std::lock_guard lock(state->mutex);
    state->looking_up = false;
    if (state->dropped) {
      if (begun.fd >= 0) close(begun.fd);
      return;
    }
    state->begun = std::move(begun);
    events.wake();  // not dropped: it lives
  }).detach();
  state_ = state;
  origin_ = std::move(origin);
  deadline_ = std::chrono::steady_clock::now() + kOnlyOne;
} catch (const std::system_error&) {
  return;  // no thread to be had: curl will connect
}

bool EarlyConnection::is_pending(Time now) {
  if (origin_.empty()) return false;
  bool pending = false;
  bool failed = false;
  {
    const std::lock_guard lock(state_->mutex);
    const Begun& begun = state_->begun;
    if (state_->looking_up) {
      pending = now < deadline_;
      failed = !pending;
    } else if (begun.fd < 0) {
      failed = true;
    } else if (!state_->connected) {
      if (const Connecting now_is = connecting_state(begun.fd); now_is != Connecting::Pending) {
        state_->connected = now_is == Connecting::Open;
        failed = !state_->connected;
      } else {
        if (begun.addresses > 1) deadline_ = std::min(deadline_, now + kOneOfSeveral);
        pending = now < deadline_;
        failed = !pending;
        if (pending && watched_ < 0) events_.watch(watched_ = begun.fd, false, true);
      }
    }
  }
  if (!pending && watched_ >= 0) events_.watch(std::exchange(watched_, -1), false, false);
  if (failed) drop();
  return pending;
}

std::string EarlyConnection::resolved() const {
  if (origin_.empty()) return "";
  const std::lock_guard lock(state_->mutex);
  return state_->connected ? state_->begun.resolved : "";
}

int EarlyConnection::take(const sockaddr& address) {
  if (origin_.empty()) return -1;
  const std::lock_guard lock(state_->mutex);
  if (!state_->connected || state_->begun.peer != address_and_port(address)) return -1;
  return std::exchange(state_->begun.fd, -1);
}

void EarlyConnection::drop() {
  if (state_ == nullptr) return;
  origin_.clear();
  if (watched_ >= 0) events_.watch(std::exchange(watched_, -1), false, false);
  const std::lock_guard lock(state_->mutex);
  state_->dropped = true;
  if (const int fd = std::exchange(state_->begun.fd, -1); fd >= 0) close(fd);
}

}  // namespace pagehaul
