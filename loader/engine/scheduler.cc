#include "engine/scheduler.h"

#include <algorithm>

namespace pagehaul {
namespace {

constexpr unsigned kOldestEvery = 16;
// What browsers open to a host over HTTP/1.1; also as many over HTTP/2, for large bodies.
constexpr int kUsualPerHost = 6;

}  // namespace

void Scheduler::add(RequestId id, const std::string& host_name, Priority priority, Protocol initial) {
  auto [it, fresh] = hosts_.try_emplace(host_name);
  Host& host = it->second;
  if (fresh) {
    host.name = &it->first;
    host.protocol = initial;
  }
  const std::uint64_t sequence = next_sequence_++;
  host.queue[priority].push_back({sequence, id});
  places_[id] = {&host, priority, sequence, false};
  ++queued_;
  ++host.queued;
  refresh(host);
}

void Scheduler::set_priority(RequestId id, Priority priority) {
  const auto it = places_.find(id);
  if (it == places_.end() || it->second.running || it->second.priority == priority) return;
  Place& place = it->second;
  erase_from_queue(*place.host, place.priority, place.sequence);
  auto& queue = place.host->queue[priority];
  const auto where =
      std::upper_bound(queue.begin(), queue.end(), place.sequence,
                       [](std::uint64_t sequence, const Item& item) { return sequence < item.sequence; });
  queue.insert(where, {place.sequence, id});
  place.priority = priority;
  refresh(*place.host);
}

void Scheduler::remove(RequestId id) {
  const auto it = places_.find(id);
  if (it == places_.end()) return;
  const Place place = it->second;
  places_.erase(it);
  if (place.running) {
    add_running(*place.host, -1);
  } else {
    erase_from_queue(*place.host, place.priority, place.sequence);
    --queued_;
    --place.host->queued;
  }
  refresh(*place.host);
  const bool known = place.host->protocol != Protocol::Unknown || place.host->not_before != Time{};
  if (!known && place.host->running == 0 && place.host->queue.empty()) hosts_.erase(hosts_.find(*place.host->name));
}

void Scheduler::learn(const std::string& host_name, Protocol protocol) {
  const auto it = hosts_.find(host_name);
  if (it == hosts_.end() || it->second.protocol == protocol) return;
  Host& host = it->second;
  recount(host, [protocol](Host& learned) { learned.protocol = protocol; });
  refresh(host);
}

void Scheduler::set_near(const std::string& host_name) {
  if (const auto it = hosts_.find(host_name); it != hosts_.end()) it->second.near = true;
}

Scheduler::Protocol Scheduler::protocol(const std::string& host_name) const {
  const auto it = hosts_.find(host_name);
  return it == hosts_.end() ? Protocol::Unknown : it->second.protocol;
}

unsigned Scheduler::starts(const std::string& host_name) const {
  const auto it = hosts_.find(host_name);
  return it == hosts_.end() ? 0 : it->second.starts;
}

int Scheduler::unused_connections(const std::string& host_name, std::size_t ahead) const {
  const auto it = hosts_.find(host_name);
  if (it == hosts_.end()) return 0;
  const Host& host = it->second;
  const int in_all = limits_.max_connections - (connections_ - connections_of(host)) - static_cast<int>(ahead);
  return std::max(0, std::min(limits_.max_per_host, in_all) - host.running - host.queued);
}

RequestId Scheduler::take_next(Time now) {
  next_start_.reset();
  for (const auto& key : ready_) {
    Host& host = *std::get<2>(key);
    if (!has_room(host)) continue;
    if (const Time earliest = may_start(host); now < earliest) {
      next_start_ = std::min(next_start_.value_or(earliest), earliest);
      continue;
    }
    if (limits_.per_host_delay.count() > 0) host.not_before = now + limits_.per_host_delay;
    const bool take_oldest = ++host.starts % kOldestEvery == 0;
    const Priority priority = take_oldest ? oldest_class(host) : host.queue.begin()->first;
    const Item item = host.queue[priority].front();
    erase_from_queue(host, priority, item.sequence);
    places_[item.id].running = true;
    --queued_;
    --host.queued;
    host.last_start = now;
    add_running(host, +1);
    host.opened = std::max(host.opened, host.running);
    refresh(host);  // `key` is gone now
    return item.id;
  }
  return 0;
}

bool Scheduler::take_own_connection(RequestId id) {
  const auto it = places_.find(id);
  if (it == places_.end() || !it->second.running) return false;
  Host& host = *it->second.host;
  const bool shares = host.protocol == Protocol::Http2 && host.running - host.own_connections > 1;
  const int most = std::min(kUsualPerHost, limits_.max_per_host);
  if (!shares || host.own_connections + 1 >= most || connections_ >= limits_.max_connections) return false;
  recount(host, [](Host& given) { ++given.own_connections; });
  return true;
}

int Scheduler::connections_of(const Host& host) {
  if (host.protocol != Protocol::Http2) return host.running;
  return std::min(host.running, 1 + host.own_connections);
}

template <typename Change>
void Scheduler::recount(Host& host, const Change& change) {
  connections_ -= connections_of(host);
  change(host);
  connections_ += connections_of(host);
}

int Scheduler::capacity(const Host& host) const {
  switch (host.protocol) {
    case Protocol::Unknown:
      return 1;
    case Protocol::Http1:
      return limits_.max_per_host;
    case Protocol::Http2:
      return limits_.max_streams_per_host;
  }
  return 1;
}

// More than the usual connections of a host fill the link when it serves alone. Where many hosts do that at once, their
// slow starts overflow the link's queue: then they share the number that one host may have.
bool Scheduler::has_room(const Host& host) const {
  if (host.protocol == Protocol::Http2 && host.running > host.own_connections) return true;  // joins one
  if (connections_ >= limits_.max_connections) return false;
  return host.running < kUsualPerHost || connections_ < limits_.max_per_host;
}

Scheduler::Time Scheduler::may_start(const Host& host) {
  const bool opens = host.near && host.protocol == Protocol::Http1 && host.running >= host.opened;
  if (!opens || host.queued >= kRequestsOfOne * host.running) return host.not_before;
  return std::max(host.not_before, host.last_start + kPatience);
}

void Scheduler::refresh(Host& host) {
  if (host.ready) ready_.erase({host.ready_key.first, host.ready_key.second, &host});
  host.ready = !host.queue.empty() && host.running < capacity(host);
  if (!host.ready) return;
  host.ready_key = {host.queue.begin()->first, host.queue.begin()->second.front().sequence};
  ready_.insert({host.ready_key.first, host.ready_key.second, &host});
}

void Scheduler::add_running(Host& host, int change) {
  recount(host, [change](Host& changed) {
    changed.running += change;
    if (changed.running == 0) changed.own_connections = 0;
  });
  running_ = change > 0 ? running_ + 1 : running_ - 1;
}

void Scheduler::erase_from_queue(Host& host, Priority priority, std::uint64_t sequence) {
  auto& queue = host.queue[priority];
  const auto it = std::lower_bound(queue.begin(), queue.end(), sequence,
                                   [](const Item& item, std::uint64_t wanted) { return item.sequence < wanted; });
  if (it != queue.end() && it->sequence == sequence) queue.erase(it);
  if (queue.empty()) host.queue.erase(priority);
}

Priority Scheduler::oldest_class(const Host& host) {
  return std::min_element(
             host.queue.begin(), host.queue.end(),
             [](const auto& a, const auto& b) { return a.second.front().sequence < b.second.front().sequence; })
      ->first;
}

}  // namespace pagehaul
