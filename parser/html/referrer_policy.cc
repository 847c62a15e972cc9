#include "html/referrer_policy.h"

#include <array>
#include <utility>

#include "html/ascii.h"

namespace pagehaul {
namespace {

constexpr std::array<std::pair<std::string_view, ReferrerPolicy>, 8> kReferrerPolicies = {{
    {"no-referrer", ReferrerPolicy::NoReferrer},
    {"no-referrer-when-downgrade", ReferrerPolicy::NoReferrerWhenDowngrade},
    {"same-origin", ReferrerPolicy::SameOrigin},
    {"origin", ReferrerPolicy::Origin},
    {"strict-origin", ReferrerPolicy::StrictOrigin},
    {"origin-when-cross-origin", ReferrerPolicy::OriginWhenCrossOrigin},
    {"strict-origin-when-cross-origin", ReferrerPolicy::StrictOriginWhenCrossOrigin},
    {"unsafe-url", ReferrerPolicy::UnsafeUrl},
}};

// HTML, "referrer", step 4: what meta elements said before the policies had their names.
constexpr std::array<std::pair<std::string_view, ReferrerPolicy>, 4> kLegacyReferrerPolicies = {{
    {"never", ReferrerPolicy::NoReferrer},
    {"default", kDefaultReferrerPolicy},
    {"always", ReferrerPolicy::UnsafeUrl},
    {"origin-when-crossorigin", ReferrerPolicy::OriginWhenCrossOrigin},
}};

template <typename Table>
std::optional<ReferrerPolicy> policy_named(const Table& table, std::string_view name) {
  for (const auto& [known, policy] : table) {
    if (html::equals_ignoring_ascii_case(name, known)) return policy;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ReferrerPolicy> referrer_policy_from_name(std::string_view name) {
  return policy_named(kReferrerPolicies, name);
}

namespace html {

std::optional<ReferrerPolicy> referrer_policy_attribute(const Element& element) {
  return referrer_policy_from_name(element.value("referrerpolicy"));
}

Cors cors_attribute(const Element& element, Cors otherwise) {
  const auto setting = element.attribute("crossorigin");
  if (!setting) return otherwise;
  return equals_ignoring_ascii_case(*setting, "use-credentials") ? Cors::UseCredentials : Cors::Anonymous;
}

std::optional<ReferrerPolicy> meta_referrer_policy(const Element& meta) {
  if (!equals_ignoring_ascii_case(meta.value("name"), "referrer")) return std::nullopt;
  const std::string_view content = meta.value("content");
  const auto legacy = policy_named(kLegacyReferrerPolicies, content);
  return legacy ? legacy : referrer_policy_from_name(content);
}

}  // namespace html
}  // namespace pagehaul
