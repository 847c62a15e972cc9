#pragma once
// Which Referer a request carries (W3C Referrer Policy). Pure.

#include <optional>
#include <string>
#include <string_view>

#include "pagehaul/references.h"
#include "pagehaul/url.h"

namespace pagehaul {

class Headers;

// "Parse a referrer policy from a Referrer-Policy header" (section 8.1): the last member that is one; nothing when none
// is.
std::optional<ReferrerPolicy> referrer_policy_of(const Headers& response);

// The URL of a document or style sheet that asks for others, or what an earlier hop of the same request told of it;
// with what each request may tell, made once for all of them.
class Referrer {
 public:
  explicit Referrer(std::string_view url);
  // What a policy has left of one.
  Referrer(const Referrer& whole, std::string told);
  const std::string& origin() const { return origin_; }  // serialized; "" when it is no URL
  const std::string& site() const { return site_; }      // as site_of(); the same
  // Without credentials and fragment, and only the origin where that is long; "" for what is not of http or https.
  const std::string& whole() const { return whole_; }
  bool trustworthy() const { return trustworthy_; }

 private:
  std::string origin_, site_, whole_;
  bool trustworthy_ = false;
};

// What of a request's URL counts.
struct RequestTarget {
  explicit RequestTarget(const Url& url);
  explicit RequestTarget(const Referrer& of_the_same_origin);
  std::string origin;
  bool http = false;         // or https
  bool trustworthy = false;  // and that
};

// Does a URL, as the parser serializes it, begin with this origin? Another one that has credentials may be of it, too.
bool begins_with_origin(std::string_view url, std::string_view origin);

// "Determine request's Referrer" (section 8.3): the field's value, "" for none.
std::string referer_for(ReferrerPolicy policy, const Referrer& referrer, const RequestTarget& target);

// "Is url potentially trustworthy?" (W3C Secure Contexts section 3.2), of http and https: encrypted, or this machine.
bool is_potentially_trustworthy(const Url& url);

}  // namespace pagehaul
