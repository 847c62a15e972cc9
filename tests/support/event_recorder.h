#pragma once
// Sees a request's status events, checks that each is legal after the one before (docs/events.md), and keeps them. Give
// the same recorder to one request only.

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "pagehaul/engine.h"

namespace pagehaul::testing {

struct SeenEvent {
  RequestEvent event{};
  std::string text;
  std::int64_t value = 0;
  std::int64_t total = -1;
  bool flag = false;
  Context context = 0;
};

// The end of a connection may be told anywhere once one was asked for; it changes nothing of what may follow.
inline bool is_connection_end(RequestEvent event) {
  return event == RequestEvent::ClosingConnection || event == RequestEvent::ConnectionClosed;
}

// What may follow what. The end (Complete, then Closing) may follow anything.
inline bool may_follow(RequestEvent before, RequestEvent next) {
  using E = RequestEvent;
  static const std::map<E, std::set<E>> kLegal = {
      {E::Created, {E::Queued, E::StateChange}},
      {E::Queued, {E::DetectingProxy, E::ResolvingName, E::Connecting, E::Connected, E::Retrying}},
      {E::DetectingProxy, {E::ResolvingName, E::Connecting, E::Connected, E::Retrying}},
      {E::ResolvingName, {E::NameResolved, E::Connecting, E::Connected, E::Retrying}},
      {E::NameResolved, {E::Connecting, E::Retrying}},
      {E::Connecting, {E::Connecting, E::Connected, E::Retrying}},
      {E::Connected, {E::TlsEstablished, E::CookieSent, E::SendingRequest}},
      {E::TlsEstablished, {E::CookieSent, E::SendingRequest}},
      {E::CookieSent, {E::SendingRequest}},
      {E::CookieReceived,
       {E::HeadersReceived, E::Redirect, E::Retrying, E::ResolvingName, E::Connecting, E::Connected}},
      {E::SendingRequest, {E::RequestSent, E::ResolvingName, E::Connecting, E::Connected, E::Retrying}},
      {E::RequestSent,
       {E::InterimResponse, E::CookieReceived, E::HeadersReceived, E::Redirect, E::ResolvingName, E::Connecting,
        E::Connected, E::Retrying}},
      {E::InterimResponse, {E::InterimResponse, E::CookieReceived, E::HeadersReceived, E::Redirect, E::Retrying}},
      {E::HeadersReceived, {E::Progress}},
      {E::Progress, {E::Progress}},
      {E::Redirect, {E::Queued, E::StateChange}},
      {E::StateChange, {E::Queued}},
      {E::Retrying, {E::Queued, E::StateChange}},
      {E::Complete, {E::Closing}},
  };
  if (next == E::Complete) return before != E::Complete && before != E::Closing;
  const auto legal = kLegal.find(before);
  return legal != kLegal.end() && legal->second.contains(next);
}

class EventRecorder {
 public:
  EventCallback callback() {
    return [this](const StatusEvent& event) { record(event); };
  }
  void record(const StatusEvent& event) {
    const std::lock_guard lock(mutex_);
    if (events_.empty()) {
      EXPECT_TRUE(event.event == RequestEvent::Created || event.event == RequestEvent::Complete)
          << event_name(event.event);
    } else {
      check_order(event.event);
      EXPECT_GE(event.time, last_time_);
      EXPECT_GE(event.wall_time.time_since_epoch().count(), 0);
    }
    if (!is_connection_end(event.event)) last_step_ = event.event;
    last_time_ = event.time;
    EXPECT_EQ(event.completion != nullptr, event.event == RequestEvent::Complete);
    if (event.completion != nullptr) completion_ = *event.completion;
    events_.push_back({event.event, std::string(event.text), event.value, event.total, event.flag, event.context});
    changed_.notify_all();
  }
  // Waits for Closing, and gives the completion.
  Completion wait() {
    std::unique_lock lock(mutex_);
    const bool closed = changed_.wait_for(lock, std::chrono::seconds(60), [this] {
      return !events_.empty() && events_.back().event == RequestEvent::Closing;
    });
    EXPECT_TRUE(closed) << "no Closing within a minute";
    return completion_;
  }
  void wait_for(RequestEvent event) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [this, event] { return count_locked(event) > 0; }))
        << "no " << event_name(event) << " within a minute";
  }
  std::size_t count(RequestEvent event) const {
    const std::lock_guard lock(mutex_);
    return count_locked(event);
  }
  std::vector<SeenEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::vector<SeenEvent> all(RequestEvent event) const {
    std::vector<SeenEvent> found;
    for (const SeenEvent& seen : events()) {
      if (seen.event == event) found.push_back(seen);
    }
    return found;
  }

 private:
  void check_order(RequestEvent event) {
    const RequestEvent before = events_.back().event;
    EXPECT_EQ(event == RequestEvent::ConnectionClosed, before == RequestEvent::ClosingConnection)
        << event_name(event) << " after " << event_name(before);
    if (is_connection_end(event)) {
      EXPECT_TRUE(asked_for_connection_) << event_name(event) << " of a connection nobody asked for";
      EXPECT_TRUE(last_step_ != RequestEvent::Complete && last_step_ != RequestEvent::Closing)
          << event_name(event) << " after the end";
      return;
    }
    asked_for_connection_ |= event == RequestEvent::Connecting || event == RequestEvent::Connected;
    EXPECT_TRUE(may_follow(last_step_, event)) << event_name(event) << " after " << event_name(last_step_);
  }
  std::size_t count_locked(RequestEvent event) const {
    std::size_t n = 0;
    for (const SeenEvent& seen : events_) n += seen.event == event ? 1 : 0;
    return n;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SeenEvent> events_;
  Completion completion_;
  SteadyTime last_time_{};
  RequestEvent last_step_{};
  bool asked_for_connection_ = false;
};

// A GET whose events a recorder sees, with a context of its own.
inline Request request_for(std::string url, EventRecorder& recorder) {
  Request request;
  request.url = std::move(url);
  request.context = 7;
  request.on_event = recorder.callback();
  return request;
}

}  // namespace pagehaul::testing
