#include "waterfall.h"

#include <algorithm>
#include <cmath>

namespace pagehaul::cli {

std::optional<Span> span_of(const ResourceRecord& resource, WallTime page_started) {
  std::optional<Span> span;
  for (const ExchangeRecord& exchange : resource.exchanges) {
    if (exchange.ended_ms < 0) continue;
    const auto offset = static_cast<double>((exchange.started - page_started).count());
    if (!span) span = Span{offset - std::max(exchange.queued_ms, 0.0), 0, 0};
    span->first_byte = offset + (exchange.first_byte_ms < 0 ? exchange.ended_ms : exchange.first_byte_ms);
    span->end = offset + exchange.ended_ms;
  }
  return span;
}

std::string waterfall_bar(const Span& span, double total_ms, std::size_t width) {
  if (width == 0) return "";
  const auto column = [&](double ms) {
    const double share = total_ms > 0 && std::isfinite(ms) ? std::clamp(ms / total_ms, 0.0, 1.0) : 0.0;
    return static_cast<std::size_t>(share * static_cast<double>(width));
  };
  const std::size_t begin = std::min(column(span.begin), width - 1);
  const std::size_t end = std::max(column(span.end), begin + 1);
  const std::size_t first_byte = std::clamp(column(span.first_byte), begin, end - 1);
  return std::string(begin, ' ') + std::string(first_byte - begin, '-') + std::string(end - first_byte, '=');
}

}  // namespace pagehaul::cli
