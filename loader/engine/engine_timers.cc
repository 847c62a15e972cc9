// Deadlines: which one a job waits for, and what it means when it has passed.

#include <algorithm>

#include "engine/engine_core.h"

namespace pagehaul {
namespace {

// So many time-outs' time a response may wait behind others of its HTTP/2 connection.
constexpr int kMostTimeouts = 10;

}  // namespace

void EngineCore::set_phase_deadline(Job& job, std::chrono::milliseconds after) {
  job.phase_deadline.reset();
  if (after.count() > 0) job.phase_deadline = std::chrono::steady_clock::now() + after;
  arm(job);
}

// Puts the nearest of a job's deadlines into the timers.
void EngineCore::arm(Job& job) {
  std::optional<SteadyTime> nearest;
  for (const auto& deadline :
       {job.phase_deadline, job.resolve_deadline, job.total_deadline, job.retry_at, job.look_at}) {
    if (deadline && (!nearest || *deadline < *nearest)) nearest = deadline;
  }
  if (nearest == job.timer) return;
  if (job.timer) timers_.erase({*job.timer, job.state->id});
  job.timer = nearest;
  if (nearest) timers_.insert({*nearest, job.state->id});
}

// Something came: what follows may already be there.
void EngineCore::look_soon(Job& job) {
  job.look_delay = std::chrono::milliseconds(2);
  job.look_at = job.last_activity + job.look_delay;
  arm(job);
}

void EngineCore::run_timers() {
  const auto now = std::chrono::steady_clock::now();
  if (curl_deadline_ && *curl_deadline_ <= now) {
    curl_deadline_.reset();
    run_curl(CURL_SOCKET_TIMEOUT, 0);
    drain_touched();
    drain_finished();
  }
  sockets_ahead_.close_old(now);
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const RequestId id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    if (Job* job = find(id)) {
      job->timer.reset();
      timed_out(*job, now);
    }
  }
}

void EngineCore::timed_out(Job& job, SteadyTime now) {
  const auto seconds = [](std::chrono::milliseconds time) {
    std::string text = std::to_string(static_cast<double>(time.count()) / 1000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text + " s";
  };
  const std::string server =
      job.origin.substr(0, job.origin.find(' '));  // without the name of an FTP connection's queue
  if (job.look_at && *job.look_at <= now) {
    job.look_delay = std::min(job.look_delay * 2, std::chrono::milliseconds(250));
    job.look_at = now + job.look_delay;
    if (job.transfer && job.transfer->ftp() != nullptr && !job.paused && !job.held) job.transfer->ftp()->look_again();
  }
  if (job.total_deadline && *job.total_deadline <= now) {
    return fail(job, Status(ErrorKind::TotalTimeout, "not complete within " + seconds(job.timeouts.total)));
  }
  if (job.retry_at && *job.retry_at <= now) {
    job.retry_at.reset();
    arm(job);
    return enqueue(job);
  }
  if (job.phase == RequestPhase::Resolving && job.resolve_deadline && *job.resolve_deadline <= now) {
    ResponseInfo info = cut_short(job);
    return complete(job,
                    Status(ErrorKind::ResolveTimeout,
                           "the name of " + server + " was not resolved within " + seconds(job.timeouts.resolve)),
                    std::move(info));
  }
  if (job.phase != RequestPhase::Resolving) job.resolve_deadline.reset();
  if (!job.phase_deadline || *job.phase_deadline > now || !job.transfer) return arm(job);
  FtpExchange* const ftp = job.transfer->ftp();
  if (job.paused || job.held || (ftp != nullptr && ftp->is_waiting_for_source())) {  // we ourselves hold the bytes up
    job.phase_deadline = now + std::max(job.timeouts.stall, std::chrono::milliseconds(1000));
    return arm(job);
  }
  // Behind others of its HTTP/2 connection, which the server may send first. Not for ever: it may have been forgotten.
  const auto is_held_up = [&job, now](SteadyTime since, std::chrono::milliseconds timeout) {
    job.phase_deadline = std::min(job.transfer->connection_heard() + timeout, since + kMostTimeouts * timeout);
    return *job.phase_deadline > now;
  };
  Status status;
  switch (job.phase) {
    case RequestPhase::Queued:
    case RequestPhase::Connecting:
      status =
          Status(ErrorKind::ConnectTimeout, "no connection to " + server + " within " + seconds(job.timeouts.connect));
      break;
    case RequestPhase::Resolving:
      status = Status(ErrorKind::ResolveTimeout,
                      "the name of " + server + " was not resolved within " + seconds(job.timeouts.connect));
      break;
    case RequestPhase::Sending:
    case RequestPhase::Waiting:
      if (is_held_up(job.dispatched_at, job.timeouts.first_byte)) return arm(job);
      status = Status(ErrorKind::FirstByteTimeout, "no response began within " + seconds(job.timeouts.first_byte));
      break;
    default: {
      const SteadyTime idle_until = job.last_activity + job.timeouts.stall;
      if (idle_until > now) {  // bytes came since the deadline was set
        job.phase_deadline = idle_until;
        return arm(job);
      }
      if (is_held_up(job.last_activity, job.timeouts.stall)) return arm(job);
      status = Status(ErrorKind::StallTimeout, "no byte arrived for " + seconds(job.timeouts.stall));
    }
  }
  // A connection that was begun ahead, and is silent: probably so are others.
  if (job.transfer->is_on_socket_ahead()) sockets_ahead_.drop(job.transfer->socket_ahead_peer());
  ResponseInfo info = cut_short(job);
  if (!retry(job, status)) complete(job, std::move(status), std::move(info));
}

std::optional<SteadyTime> EngineCore::next_wake() const {
  std::optional<SteadyTime> next = curl_deadline_;
  if (!timers_.empty() && (!next || timers_.begin()->first < *next)) next = timers_.begin()->first;
  if (!waiting_for_early_.empty()) {
    if (const auto end = early_connection_.deadline(); end && (!next || *end < *next)) next = end;
  }
  if (const auto end = sockets_ahead_.deadline(); end && (!next || *end < *next)) next = end;
  if (const auto start = scheduler_.next_start(); start && (!next || *start < *next)) next = start;
  return next;
}

}  // namespace pagehaul
