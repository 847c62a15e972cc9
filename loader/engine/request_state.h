#pragma once
// One request as its handle and its callbacks see it: the cancel flag, and the queue that delivers notifications one at
// a time, in order, ending with one Complete and one Closing.

#include <deque>
#include <memory>
#include <mutex>

#include "pagehaul/engine.h"

namespace pagehaul {

class EngineCore;

struct Notification {
  RequestEvent event{};
  std::string text;
  std::int64_t value = 0;
  std::int64_t total = -1;
  bool flag = false;
  std::shared_ptr<const Headers> headers;
  std::shared_ptr<Completion> completion;
  SteadyTime time = std::chrono::steady_clock::now();
  std::chrono::system_clock::time_point wall_time = std::chrono::system_clock::now();
};

// What stands between the core and a request's callbacks, where its body goes to a file.
struct RequestLane {
  std::function<void(std::function<void()>)> run;    // runs notifications one after the other, behind the body's pieces
  std::function<void(Completion&)> before_complete;  // the last to have a say in how it ended
};

class RequestState : public std::enable_shared_from_this<RequestState> {
 public:
  using Executor = std::function<void(std::function<void()>)>;
  RequestState(RequestId id, Request request, EventCallback callback, std::shared_ptr<EngineCore> core);

  const RequestId id;
  const Request request;

  // Any thread. Queues, and delivers now or through the executor.
  void notify(Notification notification);
  // Any thread. From here on only Complete(Cancelled) and Closing are delivered; nothing once Complete was.
  void request_cancel();
  bool cancel_requested() const;
  // The I/O thread's two questions to the caller. One that throws ends its request with Internal, as events do.
  bool pass_on_body(std::string&& bytes);
  Status ask_redirect(const ResponseInfo& response, std::string_view to);
  const std::shared_ptr<EngineCore>& core() const { return core_; }

  // fetch()'s own end of the line; runs after the callback saw Complete. Set before start.
  std::function<void(const Completion&)> on_complete;
  // Set before start.
  RequestLane lane;

 private:
  void queue(Notification notification);
  void drain();
  bool take_next(Notification& next);
  void deliver(const Notification& notification);
  // Runs what belongs to the caller; false when it threw, which then is how the request ends.
  bool guarded(const std::function<void()>& call);

  const EventCallback callback_;
  const std::shared_ptr<EngineCore> core_;
  mutable std::mutex mutex_;
  std::deque<Notification> queue_;
  bool draining_ = false;
  bool cancel_requested_ = false;
  bool completed_ = false;
  Status failure_;  // a callback threw: what Complete says
};

// Is this thread inside a callback of any request? Waiting for one would then never end.
bool inside_callback();

}  // namespace pagehaul
