// A stale response in the place of a network that has failed, or is slow (RFC 9111 section 4.2.4, RFC 5861 section 4).

#include "page/resource_fetch.h"

namespace pagehaul {

std::optional<std::size_t> ResourceFetch::stale_candidate() const {
  if (!hop_.may_stand_in) return std::nullopt;
  const CacheMode mode = spec_.stale_if_slow ? CacheMode::StaleIfError : spec_.mode;
  const bool may = may_serve_on_error(hop_.stored[*hop_.may_stand_in], environment_.now(), mode, spec_.headers);
  return may ? hop_.may_stand_in : std::nullopt;
}

bool ResourceFetch::serve_on_error(const Status& why) {
  if (!is_network_failure(why.kind())) return false;
  const auto candidate = stale_candidate();
  if (!candidate || hop_.passing_on) return false;
  serve(hop_.candidates[*candidate], CacheResult::Stale);
  return true;
}

// From when the answer is wanted: a wait for another fetch of the URL counts.
void ResourceFetch::watch_slowness() {
  if (!spec_.stale_if_slow) return;
  environment_.page_thread.post_at(std::chrono::steady_clock::now() + *spec_.stale_if_slow,
                                   [weak = weak_from_this(), step = step_] {
                                     if (const auto self = weak.lock()) self->answer_if_slow(step);
                                   });
}

void ResourceFetch::answer_if_slow(std::uint64_t step) {
  if (ended_ || cancelled_ || step != step_ || hop_.answered) return;
  const auto candidate = stale_candidate();
  if (!candidate) return;
  if (hop_.request.id() != 0) return leave_to_background()->serve_slow(*candidate);
  ++step_;  // it waits for another's request: that one goes on
  land_now();
  serve_slow(*candidate);
}

// The request goes on in this fetch, for the store. Who waits for the answer gets it from another one, which asks no
// more of this hop.
std::shared_ptr<ResourceFetch> ResourceFetch::leave_to_background() {
  answer_ = std::make_shared<ResourceFetch>(environment_, spec_, std::exchange(client_, {}));
  answer_->outcome_ = std::exchange(outcome_, {});
  answer_->chain_ = chain_;
  answer_->hop_.candidates = hop_.candidates;
  answer_->hop_.stored = hop_.stored;
  ++step_;
  go_on_in_background();
  return answer_;
}

void ResourceFetch::go_on_in_background() {
  spec_.max_redirects = 0;
  spec_.wants_body = false;
  client_.on_end = [ended = environment_.in_background(spec_.url, shared_from_this())](const FetchOutcome&) {
    ended();
  };
}

void ResourceFetch::serve_slow(std::size_t candidate) {
  Decision decision;
  decision.action = Decision::Action::Revalidate;
  decision.index = candidate;
  decision.reason = "stored, and the network has not begun to answer in time (RFC 9111 section 4.2.4)";
  hop_.cache_status = cache_status(cache_request(), hop_.stored, decision, environment_.now(), spec_.mode);
  serve(hop_.candidates[candidate], CacheResult::Stale);
}

}  // namespace pagehaul
