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

// "Determine request's Referrer" (section 8.3): the field's value, "" for none. `referrer` is the URL of the document
// or style sheet that asks, or what an earlier hop of the same request said.
std::string referer_for(ReferrerPolicy policy, std::optional<Url> referrer, const Url& target);

// "Is url potentially trustworthy?" (W3C Secure Contexts section 3.2), of http and https: encrypted, or this machine.
bool is_potentially_trustworthy(const Url& url);

}  // namespace pagehaul
