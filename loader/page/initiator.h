#pragma once
// Who asks for a resource, and what its requests tell of that, hop by hop: Referer (W3C Referrer Policy), Origin (Fetch
// standard) and Sec-Fetch-* (W3C Fetch Metadata). Pure.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "page/referrer_policy.h"
#include "pagehaul/headers.h"
#include "pagehaul/references.h"

namespace pagehaul {

class Initiator {
 public:
  // The user: who loads a page, or asks for one resource without any.
  Initiator() = default;
  // What asks: `document` of the document (of a style sheet, the one that it belongs to), `referrer` of the document or
  // sheet itself. Neither is null.
  Initiator(std::shared_ptr<const Referrer> document, std::shared_ptr<const Referrer> referrer, ReferrerPolicy policy);

  // What the resource is for decides Sec-Fetch-Dest and -Mode. Before it is told, no field is written or removed.
  void asks_for(const Reference& reference);
  // The fields that `own` has are the user's, and stay as they are.
  void keeps(const Headers& own);

  // Writes the fields for the next hop, in place of those of the last one.
  void set_fields(Headers& headers, std::string_view url);
  // Whether the next hop may carry cookies and other credentials: not to another origin than the document's in
  // anonymous CORS mode, nor after one (Fetch standard, "HTTP-network-or-cache fetch", includeCredentials).
  bool sends_credentials() const { return !(crossed_ && cors_ == Cors::Anonymous); }
  // Before that, a redirect's own policy counts from here on (Fetch standard, "set request's referrer policy on
  // redirect").
  void redirected(const Headers& response);

 private:
  enum class Site : std::uint8_t { SameOrigin, SameSite, CrossSite };
  void set_origin(Headers& headers, const std::string& target);
  void set(Headers& headers, std::string_view name, std::string_view value) const;

  std::shared_ptr<const Referrer> document_, referrer_;  // null: the user
  ReferrerPolicy policy_ = kDefaultReferrerPolicy;
  std::string_view destination_, mode_;  // literals
  Site site_ = Site::SameOrigin;         // the farthest of all hops
  Cors cors_ = Cors::None;               // in CORS mode: with credentials or not
  std::string last_origin_;              // of the hop before, in CORS mode
  bool crossed_ = false;                 // a hop, in CORS mode, was to another origin
  bool tainted_ = false;                 // and led to a third
  Headers own_;
};

// Sec-Fetch-Dest of a reference ("destination" of the Fetch standard), and Sec-Fetch-Mode as the HTML standard asks for
// such elements.
std::string_view fetch_destination(const Reference& reference);
std::string_view fetch_mode(const Reference& reference);

}  // namespace pagehaul
