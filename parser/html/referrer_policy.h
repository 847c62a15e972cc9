#pragma once
// What elements say about the requests for what they name: Referer (HTML, "referrer policy attribute" and the meta
// element's "referrer") and CORS (HTML, "CORS settings attribute").

#include <optional>
#include <string_view>

#include "html/element.h"
#include "pagehaul/references.h"

namespace pagehaul::html {

// The element's referrerpolicy attribute; nothing where it has none that is a policy.
std::optional<ReferrerPolicy> referrer_policy_attribute(const Element& element);

// The element's crossorigin attribute, else `otherwise`.
Cors cors_attribute(const Element& element, Cors otherwise = Cors::None);

// What a meta element sets its document's policy to; nothing for one that sets none.
std::optional<ReferrerPolicy> meta_referrer_policy(const Element& meta);

}  // namespace pagehaul::html
