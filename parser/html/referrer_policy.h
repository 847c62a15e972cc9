#pragma once
// What elements say about the Referer of requests (HTML, "referrer policy attribute" and the meta element's
// "referrer").

#include <optional>
#include <string_view>

#include "html/element.h"
#include "pagehaul/references.h"

namespace pagehaul::html {

// The element's referrerpolicy attribute; nothing where it has none that is a policy.
std::optional<ReferrerPolicy> referrer_policy_attribute(const Element& element);

// What a meta element sets its document's policy to; nothing for one that sets none.
std::optional<ReferrerPolicy> meta_referrer_policy(const Element& meta);

}  // namespace pagehaul::html
