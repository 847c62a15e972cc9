#include "engine/request_state.h"

#include <exception>
#include <utility>

#include "engine/engine_core.h"

namespace pagehaul {
namespace {

thread_local int callback_depth = 0;

struct InCallback {
  InCallback() { ++callback_depth; }
  ~InCallback() { --callback_depth; }
};

}  // namespace

bool inside_callback() {
  return callback_depth > 0;
}

RequestState::RequestState(RequestId request_id, Request given, EventCallback callback,
                           std::shared_ptr<EngineCore> core)
    : id(request_id), request(std::move(given)), callback_(std::move(callback)), core_(std::move(core)) {}

void RequestState::notify(Notification notification) {
  if (!lane.run) return queue(std::move(notification));
  lane.run([self = shared_from_this(), held = std::make_shared<Notification>(std::move(notification))] {
    if (held->event == RequestEvent::Complete && self->lane.before_complete)
      self->lane.before_complete(*held->completion);
    self->queue(std::move(*held));
  });
}

void RequestState::queue(Notification notification) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(notification));
    if (draining_) return;
    draining_ = true;
  }
  if (const Executor& executor = core_->options().executor) {
    executor([self = shared_from_this()] { self->drain(); });
  } else {
    drain();
  }
}

void RequestState::request_cancel() {
  const std::lock_guard lock(mutex_);
  if (!completed_) cancel_requested_ = true;
}

bool RequestState::cancel_requested() const {
  const std::lock_guard lock(mutex_);
  return cancel_requested_;
}

void RequestState::drain() {
  Notification next;
  while (take_next(next)) {
    deliver(next);
    if (next.event == RequestEvent::Closing) core_->request_closed();
  }
}

// The next notification to deliver; false when there is none, and draining is over.
bool RequestState::take_next(Notification& next) {
  const std::lock_guard lock(mutex_);
  while (!queue_.empty()) {
    next = std::move(queue_.front());
    queue_.pop_front();
    if (next.event == RequestEvent::Complete) {
      completed_ = true;
      if (!failure_.ok()) {
        next.completion->status = failure_;
      } else if (cancel_requested_) {
        next.completion->status = Status(ErrorKind::Cancelled, "cancelled");
      }
      return true;
    }
    if (next.event == RequestEvent::Closing || !cancel_requested_) return true;
  }
  draining_ = false;
  return false;
}

bool RequestState::guarded(const std::function<void()>& call) {
  std::string what;
  try {
    call();
    return true;
  } catch (const std::exception& thrown) {
    what = std::string(": ") + thrown.what();
  } catch (...) {
  }
  {
    const std::lock_guard lock(mutex_);
    if (completed_) return false;
    failure_ = Status(ErrorKind::Internal, "a callback threw" + what);
    if (std::exchange(cancel_requested_, true)) return false;
  }
  core_->cancel(id);
  return false;
}

bool RequestState::pass_on_body(std::string&& bytes) {
  const InCallback inside;
  bool more = true;
  guarded([&] { more = request.on_body(id, std::move(bytes)); });
  return more;
}

Status RequestState::ask_redirect(const ResponseInfo& response, std::string_view to) {
  if (!request.on_redirect) return {};
  const InCallback inside;
  bool follow = false;
  if (!guarded([&] { follow = request.on_redirect(response, to); }))
    return Status(ErrorKind::Internal, "a callback threw");
  return follow ? Status() : Status(ErrorKind::RedirectRefused, "the redirect to " + std::string(to) + " was refused");
}

void RequestState::deliver(const Notification& notification) {
  const InCallback inside;
  if (callback_ && request.context != 0) {
    StatusEvent event;
    event.request = id;
    event.context = request.context;
    event.event = notification.event;
    event.time = notification.time;
    event.wall_time = notification.wall_time;
    event.text = notification.text;
    event.value = notification.value;
    event.total = notification.total;
    event.flag = notification.flag;
    event.headers = notification.headers.get();
    event.completion = notification.completion.get();
    guarded([this, &event] { callback_(event); });
  }
  if (notification.event == RequestEvent::Complete && on_complete) on_complete(*notification.completion);
}

}  // namespace pagehaul
