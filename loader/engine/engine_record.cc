// What curl's callbacks recorded becomes phases, events and pieces of bodies.

#include "engine/engine_core.h"

namespace pagehaul {

void EngineCore::drain_touched() {
  while (!touched_.empty()) {
    std::vector<Transfer*> touched;
    touched.swap(touched_);
    std::vector<RequestId> ids;
    for (Transfer* transfer : touched) {
      transfer->touched = false;
      ids.push_back(transfer->id());
    }
    for (const RequestId id : ids) {
      if (Job* job = find(id); job != nullptr && job->transfer) read_record(*job);
    }
  }
}

// Turns what curl's callbacks recorded into phases, events and body pieces.
void EngineCore::read_record(Job& job) {
  Transfer& transfer = *job.transfer;
  job.last_activity = std::chrono::steady_clock::now();
  if (transfer.learned) scheduler_.learn(job.origin, *transfer.learned);
  if (transfer.learned && transfer.learned_near) scheduler_.set_near(job.origin);
  transfer.learned.reset();
  std::vector<TransferMark> marks;
  marks.swap(transfer.marks);
  for (TransferMark& mark : marks) apply_mark(job, mark);
  // (Of a connection alone curl may have sent CONNECT, to a proxy.)
  if (job.phase == RequestPhase::Sending && !job.next.connect_only && transfer.request_written()) {
    step(job, RequestStep::Sent);
    notify(job, RequestEvent::RequestSent);
  }
  deliver_body(job);
  if (transfer.ftp() != nullptr && transfer.ftp()->is_storing() && job.phase == RequestPhase::Receiving)
    report_progress(job, false);
  if (transfer.ftp() != nullptr && !job.ended) look_soon(job);
}

void EngineCore::apply_mark(Job& job, TransferMark& mark) {
  switch (mark.event) {
    case RequestEvent::ResolvingName:
      step(job, RequestStep::Resolve);
      if (job.timeouts.resolve.count() > 0) job.resolve_deadline = mark.time + job.timeouts.resolve;
      arm(job);
      break;
    case RequestEvent::Connecting:
      step(job, RequestStep::Connect);
      job.resolve_deadline.reset();
      break;
    case RequestEvent::Connected:
      step(job, RequestStep::Send);
      if (job.next.proxy.empty()) note_address(job, mark.text);
      set_phase_deadline(job, job.timeouts.first_byte);
      break;
    case RequestEvent::InterimResponse:
    case RequestEvent::HeadersReceived:
      if (job.phase == RequestPhase::Sending) {
        step(job, RequestStep::Sent);
        TransferMark sent;
        sent.event = RequestEvent::RequestSent;
        sent.time = mark.time;
        sent.wall_time = mark.wall_time;
        tell(job, std::move(sent));
      }
      if (mark.event == RequestEvent::HeadersReceived && job.phase == RequestPhase::Waiting) {
        step(job, RequestStep::FirstByte);
        set_phase_deadline(job, job.timeouts.stall);
      }
      break;
    default:
      break;
  }
  if (mark.event == RequestEvent::ClosingConnection || mark.event == RequestEvent::ConnectionClosed)
    return tell(job, std::move(mark));
  job.challenge.reset();
  if (mark.event == RequestEvent::HeadersReceived) {
    take_cookies(job, mark);
    note_hsts(job, *mark.headers);
    job.come_again = may_come_again(job, job.transfer->info());
    if (leads_elsewhere(job)) return;  // Redirect or Retrying tells of it
    if (job.transfer->may_answer_challenge(static_cast<int>(mark.value))) {
      job.challenge = std::move(mark);
      return;
    }
  }
  tell(job, std::move(mark));
}

// `peer`: address and port.
void EngineCore::note_address(Job& job, std::string_view peer) {
  if (!options_.private_address(peer.substr(0, peer.rfind(':')))) job.reached_public = true;
}

void EngineCore::tell(Job& job, TransferMark mark) {
  Notification notification;
  notification.event = mark.event;
  notification.text = std::move(mark.text);
  notification.value = mark.value;
  notification.flag = mark.flag;
  notification.headers = std::move(mark.headers);
  notification.time = mark.time;
  notification.wall_time = mark.wall_time;
  job.state->notify(std::move(notification));
}

void EngineCore::tell_challenge(Job& job) {
  if (!job.challenge) return;
  tell(job, std::move(*job.challenge));
  job.challenge.reset();
}

// Is what is being received a redirect that will be followed, or will it be asked for again? Its body is nobody's.
bool EngineCore::leads_elsewhere(const Job& job) {
  const ResponseInfo& info = job.transfer->info();
  return job.come_again.has_value() || (job.follow && is_redirect(info.status, info.headers));
}

// Hands the body that has arrived on.
void EngineCore::deliver_body(Job& job) {
  Transfer& transfer = *job.transfer;
  if (transfer.body.empty() || job.paused) return;
  std::vector<std::string> pieces;
  pieces.swap(transfer.body);
  if (leads_elsewhere(job)) return;
  tell_challenge(job);
  report_progress(job, false);
  if (!job.state->request.on_body) return;
  for (auto piece = pieces.begin(); piece != pieces.end(); ++piece) {
    if (job.state->cancel_requested()) return;
    if (job.paused) {
      transfer.body.assign(std::make_move_iterator(piece), std::make_move_iterator(pieces.end()));
      return;
    }
    if (!job.state->pass_on_body(std::move(*piece)) && !job.paused) pause(job);
  }
}

// An HTTP/2 connection is read on while one of its requests is not paused, and curl keeps what comes for those that
// are, up to 32 MB each. So all of them wait together.
void EngineCore::pause(Job& job) {
  job.paused = true;
  if (!job.held) curl_easy_pause(job.transfer->easy(), CURLPAUSE_RECV);
  if (scheduler_.protocol(job.origin) != Scheduler::Protocol::Http2) return;
  for (auto& [id, other] : jobs_) {
    if (&other == &job || !other.transfer || other.paused || other.held || other.origin != job.origin) continue;
    other.held = true;
    curl_easy_pause(other.transfer->easy(), CURLPAUSE_RECV);
  }
}

void EngineCore::unpause(Job& job) {
  job.paused = false;
  std::vector<CURL*> ready;  // first all of them: what curl has kept comes while it is told to go on
  if (!job.held && job.transfer && !job.ended) ready.push_back(job.transfer->easy());
  for (auto& [id, other] : jobs_) {
    if (!other.held || other.origin != job.origin) continue;
    other.held = false;
    other.last_activity = std::chrono::steady_clock::now();
    if (!other.paused && other.transfer) ready.push_back(other.transfer->easy());
  }
  for (CURL* easy : ready) curl_easy_pause(easy, CURLPAUSE_CONT);
}

void EngineCore::report_progress(Job& job, bool last) {
  const std::uint64_t bytes = job.transfer->body_bytes();
  if (bytes == job.progress_bytes || leads_elsewhere(job)) return;
  const auto now = std::chrono::steady_clock::now();
  if (!last && now - job.last_progress < std::chrono::milliseconds(100)) return;
  job.last_progress = now;
  job.progress_bytes = bytes;
  Notification notification;
  notification.event = RequestEvent::Progress;
  notification.value = static_cast<std::int64_t>(bytes);
  notification.total = job.transfer->expected_bytes();
  job.state->notify(std::move(notification));
}

void EngineCore::notify(Job& job, RequestEvent event, std::string text, std::int64_t value) {
  Notification notification;
  notification.event = event;
  notification.text = std::move(text);
  notification.value = value;
  job.state->notify(std::move(notification));
}

}  // namespace pagehaul
