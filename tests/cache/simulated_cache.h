#pragma once
// A private cache made of nothing but the policy and a vector: what a caller of cache_policy.h does, with one URL, an
// origin that is a value, and a clock that the test moves. A header value "@-60" stands for the HTTP-date 60 seconds
// before now.

#include <charconv>
#include <ostream>
#include <vector>

#include "pagehaul/cache_policy.h"

namespace pagehaul {

inline constexpr int kConnectionLost = 0;

struct Origin {
  int status = 200;  // or kConnectionLost
  Headers headers;
  // Answers 304 with these headers when it is asked with a condition that names its validators.
  bool validates = true;
};

enum class Outcome { Cached, Stale, NotModified, EtagValidated, LastModifiedValidated, Fetched, Missed, Failed };

inline std::ostream& operator<<(std::ostream& out, Outcome outcome) {
  constexpr const char* kNames[] = {"Cached",  "Stale",  "NotModified", "EtagValidated", "LastModifiedValidated",
                                    "Fetched", "Missed", "Failed"};
  return out << kNames[static_cast<std::size_t>(outcome)];
}

class SimulatedCache {
 public:
  WallTime now = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(12));
  CacheMode mode = CacheMode::Default;
  std::vector<StoredResponse> stored;
  // Of the last request.
  Decision decision;
  Storing storing;
  int status = 0;   // what the client got
  Headers headers;  // what the client got

  Headers with_dates(const Headers& written) const {
    Headers result;
    for (const Headers::Field& field : written.fields()) {
      const std::string value(field.value);
      long offset = 0;
      const char* const end = value.data() + value.size();
      const bool date = value.starts_with("@") && std::from_chars(value.data() + 1, end, offset).ptr == end;
      result.add(field.name, date ? format_http_date(now + std::chrono::seconds(offset)) : value);
    }
    return result;
  }

  Outcome request(const Headers& written, const Origin& origin, std::string_view method = "GET") {
    const Headers request_headers = with_dates(written);
    const CacheRequest question{method, request_headers};
    storing = Storing();
    decision = decide(question, stored, now, mode);
    switch (decision.action) {
      case Decision::Action::Miss:
        status = 504;
        return Outcome::Missed;
      case Decision::Action::Serve:
        return serve();
      case Decision::Action::Fetch:
        return ask(question, origin, std::nullopt);
      case Decision::Action::Revalidate:
        break;
    }
    return ask(question, origin, decision.index);
  }
  Outcome get(const Origin& origin) { return request({}, origin); }

 private:
  Outcome serve() {
    const StoredResponse& response = stored.at(decision.index);
    status = decision.not_modified ? 304 : response.status;
    headers = answer_headers(response, now);
    if (decision.not_modified) return Outcome::NotModified;
    return decision.stale ? Outcome::Stale : Outcome::Cached;
  }

  Outcome ask(const CacheRequest& question, const Origin& origin, std::optional<std::size_t> validated) {
    const auto is_error = [](int code) {
      return code == 500 || (code >= 502 && code <= 504) || code == kConnectionLost;
    };
    if (is_error(origin.status) && validated && may_serve_on_error(stored.at(*validated), now, mode)) {
      status = stored[*validated].status;
      return Outcome::Stale;
    }
    if (origin.status == kConnectionLost) return Outcome::Failed;
    headers = with_dates(origin.headers);
    const bool not_modified = validated && origin.validates;
    status = not_modified ? 304 : origin.status;
    storing = on_response(question, status, headers, stored, validated, mode);
    const bool by_etag = decision.conditional.has("If-None-Match");
    apply(question);
    if (!not_modified) return Outcome::Fetched;
    if (storing.action != Storing::Action::Update) return Outcome::Failed;
    status = stored[storing.index].status;
    headers = stored[storing.index].headers;
    return by_etag ? Outcome::EtagValidated : Outcome::LastModifiedValidated;
  }

  void apply(const CacheRequest& question) {
    using Action = Storing::Action;
    StoredResponse response;
    if (storing.action == Action::Update) response = stored.at(storing.index);
    response.headers = storing.merged;
    response.request_time = response.response_time = now;
    response.invalidated = false;
    if (storing.action == Action::Update) stored[storing.index] = response;
    if (storing.action == Action::Store || storing.action == Action::StoreOffline) {
      response.status = status;
      response.reusable = storing.action == Action::Store;
      response.request_headers = selected_request_headers(question.headers, headers);
      std::erase_if(stored, [&](const auto& old) { return old.request_headers == response.request_headers; });
      stored.push_back(response);
    }
    if (!storing.invalidate_url) return;
    for (StoredResponse& old : stored) old.invalidated = true;
  }
};

}  // namespace pagehaul
