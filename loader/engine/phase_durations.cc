#include <algorithm>

#include "pagehaul/engine.h"

namespace pagehaul {

PhaseDurations phase_durations(const Timings& timings) {
  PhaseDurations phases;
  phases.queued = timings.queued_ms;
  double reached = 0;
  const auto until = [&reached](double milestone) {
    const double took = std::max(milestone - reached, 0.0);  // -1: not reached
    reached += took;
    return took;
  };
  phases.resolving = until(timings.resolved_ms);
  phases.connecting = until(timings.connected_ms);
  phases.tls = until(timings.tls_ms);
  phases.sending = until(timings.sent_ms);
  phases.waiting = until(timings.first_byte_ms);
  phases.receiving = until(timings.ended_ms);
  return phases;
}

}  // namespace pagehaul
