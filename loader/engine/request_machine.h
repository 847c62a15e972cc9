#pragma once
// The phases of a request and the legal moves between them: a table, checked when it is compiled.
//
//   Queued -> Resolving -> Connecting -> Sending -> Waiting -> Receiving -> Done
//
// A pooled connection goes from Queued to Sending; a pooled connection that turns out dead goes back from Sending or
// Waiting to Resolving or Connecting; a redirect or a retry goes back to Queued; what wants a connection only is
// done in Sending, when it is there, or in Queued, when it is of no use; Fail and Cancel are legal in every live phase.

#include <array>
#include <cstdint>
#include <optional>

namespace pagehaul {

enum class RequestPhase : std::uint8_t {
  Queued,      // waits in the scheduler, for a retry's delay, or inside curl for a connection
  Resolving,   // the name is being looked up
  Connecting,  // TCP and TLS
  Sending,     // a connection is ours, the request is being written
  Waiting,     // written; nothing of the response yet
  Receiving,   // the response is arriving
  Done,        // terminal: the response arrived
  Failed,      // terminal
  Cancelled,   // terminal
};
inline constexpr std::size_t kRequestPhases = 9;

enum class RequestStep : std::uint8_t { Resolve, Connect, Send, Sent, FirstByte, Requeue, Finish, Fail, Cancel };

struct RequestMove {
  RequestPhase from;
  RequestStep step;
  RequestPhase to;
};

constexpr bool is_terminal(RequestPhase phase) {
  return phase >= RequestPhase::Done;
}

inline constexpr auto kRequestMoves = [] {
  using P = RequestPhase;
  using S = RequestStep;
  return std::array{
      RequestMove{P::Queued, S::Resolve, P::Resolving},
      RequestMove{P::Queued, S::Connect, P::Connecting},
      RequestMove{P::Queued, S::Send, P::Sending},
      RequestMove{P::Resolving, S::Connect, P::Connecting},
      RequestMove{P::Resolving, S::Send, P::Sending},
      RequestMove{P::Connecting, S::Connect, P::Connecting},
      RequestMove{P::Connecting, S::Send, P::Sending},
      RequestMove{P::Sending, S::Sent, P::Waiting},
      RequestMove{P::Sending, S::FirstByte, P::Receiving},
      RequestMove{P::Waiting, S::FirstByte, P::Receiving},
      RequestMove{P::Receiving, S::Finish, P::Done},
      RequestMove{P::Queued, S::Finish, P::Done},   // a connection was wanted, and is of no use
      RequestMove{P::Sending, S::Finish, P::Done},  // or is there
      // A dead pooled connection, and the second request of a digest handshake.
      RequestMove{P::Sending, S::Resolve, P::Resolving},
      RequestMove{P::Sending, S::Connect, P::Connecting},
      RequestMove{P::Sending, S::Send, P::Sending},
      RequestMove{P::Waiting, S::Resolve, P::Resolving},
      RequestMove{P::Waiting, S::Connect, P::Connecting},
      RequestMove{P::Waiting, S::Send, P::Sending},
      RequestMove{P::Receiving, S::Resolve, P::Resolving},
      RequestMove{P::Receiving, S::Connect, P::Connecting},
      RequestMove{P::Receiving, S::Send, P::Sending},
      RequestMove{P::Queued, S::Requeue, P::Queued},
      RequestMove{P::Resolving, S::Requeue, P::Queued},
      RequestMove{P::Connecting, S::Requeue, P::Queued},
      RequestMove{P::Sending, S::Requeue, P::Queued},
      RequestMove{P::Waiting, S::Requeue, P::Queued},
      RequestMove{P::Receiving, S::Requeue, P::Queued},
      RequestMove{P::Queued, S::Fail, P::Failed},
      RequestMove{P::Resolving, S::Fail, P::Failed},
      RequestMove{P::Connecting, S::Fail, P::Failed},
      RequestMove{P::Sending, S::Fail, P::Failed},
      RequestMove{P::Waiting, S::Fail, P::Failed},
      RequestMove{P::Receiving, S::Fail, P::Failed},
      RequestMove{P::Queued, S::Cancel, P::Cancelled},
      RequestMove{P::Resolving, S::Cancel, P::Cancelled},
      RequestMove{P::Connecting, S::Cancel, P::Cancelled},
      RequestMove{P::Sending, S::Cancel, P::Cancelled},
      RequestMove{P::Waiting, S::Cancel, P::Cancelled},
      RequestMove{P::Receiving, S::Cancel, P::Cancelled},
  };
}();

constexpr std::optional<RequestPhase> next_phase(RequestPhase from, RequestStep step) {
  for (const RequestMove& move : kRequestMoves) {
    if (move.from == from && move.step == step) return move.to;
  }
  return std::nullopt;
}

constexpr bool request_moves_are_sound() {
  for (const RequestMove& move : kRequestMoves) {
    if (is_terminal(move.from)) return false;
  }
  for (std::size_t i = 0; i < kRequestPhases; ++i) {
    const auto phase = static_cast<RequestPhase>(i);
    if (is_terminal(phase)) continue;
    if (next_phase(phase, RequestStep::Fail) != RequestPhase::Failed) return false;
    if (next_phase(phase, RequestStep::Cancel) != RequestPhase::Cancelled) return false;
  }
  return true;
}
static_assert(request_moves_are_sound(), "no move leaves a terminal phase; every live phase accepts Fail and Cancel");

}  // namespace pagehaul
