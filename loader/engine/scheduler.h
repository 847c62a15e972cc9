#pragma once
// Which request starts next: a queue of our own, since curl's is not fair and counts waiting into the transfer's time.
// Pure bookkeeping: no I/O, the time is passed in. A host here is an origin ("https://example.org").

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "pagehaul/engine.h"

namespace pagehaul {

struct SchedulerLimits {
  int max_connections = 128;                    // HTTP/1.1 transfers and HTTP/2 connections
  int max_per_host = 6;                         // HTTP/1.1; see has_room()
  int max_streams_per_host = 100;               // HTTP/2
  std::chrono::milliseconds per_host_delay{0};  // between the starts of two requests to one host
};

class Scheduler {
 public:
  enum class Protocol : std::uint8_t {
    Unknown,  // one request goes ahead and finds out; the others wait for its handshake rather than open six
              // connections. FTP stays Unknown: its requests take turns
    Http1,
    Http2,
  };
  explicit Scheduler(SchedulerLimits limits) : limits_(limits) {}

  // `initial` is the host's protocol if nothing is known of it yet.
  void add(RequestId id, const std::string& host, Priority priority, Protocol initial);
  void set_priority(RequestId id, Priority priority);
  // Takes a request out, wherever it is: queued or running. Unknown ids are ignored.
  void remove(RequestId id);
  void learn(const std::string& host, Protocol protocol);
  Protocol protocol(const std::string& host) const;
  // Has it requests, or is anything known of it?
  bool knows(const std::string& host) const { return hosts_.contains(host); }
  // To open a connection to this host takes longer than an answer does: over HTTP/1.1 a further one is opened for
  // kRequestsOfOne requests that wait for each that there is, or when none was started for kPatience.
  void set_near(const std::string& host);
  static constexpr int kRequestsOfOne = 8;
  static constexpr std::chrono::milliseconds kPatience{3};
  // How many requests of the host were started so far.
  unsigned starts(const std::string& host) const;
  // How many more connections an HTTP/1.1 host may have than its requests, running and queued, are going to use, where
  // so many are there that nobody uses yet.
  int unused_connections(const std::string& host, std::size_t ahead) const;
  using Time = std::chrono::steady_clock::time_point;
  // The request to start now, which then counts as running; 0 when none may. Classes are strict, but every 16th start
  // of a host takes its oldest request, so that nothing is starved.
  RequestId take_next(Time now);
  // Gives a running request of an HTTP/2 host a connection beside the one that the host's others share. False when it
  // is alone on that one, when the host has six (or max_per_host), and when no more connections may be opened. They
  // count until the host has nothing to do: curl keeps them.
  bool take_own_connection(RequestId id);
  // After take_next() gave 0: when a host's delay or patience is over and it may give one, if that is waited for.
  std::optional<Time> next_start() const { return next_start_; }

  std::size_t queued() const { return queued_; }
  std::size_t running() const { return running_; }

 private:
  struct Item {
    std::uint64_t sequence;
    RequestId id;
  };
  struct Host {
    const std::string* name = nullptr;
    Protocol protocol = Protocol::Unknown;
    int running = 0;
    int own_connections = 0;  // HTTP/2: beside the first, since it was busy
    bool near = false;
    int opened = 0;  // HTTP/1.1: connections so far; curl keeps them
    int queued = 0;
    unsigned starts = 0;
    Time not_before{}, last_start{};
    std::map<Priority, std::deque<Item>> queue;  // no empty deques
    bool ready = false;
    std::pair<Priority, std::uint64_t> ready_key{};
  };
  struct Place {
    Host* host;
    Priority priority;
    std::uint64_t sequence;
    bool running;
  };

  static int connections_of(const Host& host);
  int capacity(const Host& host) const;
  bool has_room(const Host& host) const;
  static Time may_start(const Host& host);
  void refresh(Host& host);
  void add_running(Host& host, int change);
  template <typename Change>
  void recount(Host& host, const Change& change);
  static void erase_from_queue(Host& host, Priority priority, std::uint64_t sequence);
  static Priority oldest_class(const Host& host);

  SchedulerLimits limits_;
  std::unordered_map<std::string, Host> hosts_;  // those with requests, and those of which something is known
  std::unordered_map<RequestId, Place> places_;
  std::set<std::tuple<Priority, std::uint64_t, Host*>> ready_;  // hosts that may start one, by their best request
  std::uint64_t next_sequence_ = 0;
  std::optional<Time> next_start_;
  std::size_t queued_ = 0, running_ = 0;
  int connections_ = 0;
};

}  // namespace pagehaul
