#include <array>

#include "pagehaul/references.h"

namespace pagehaul {
namespace {
constexpr std::array<std::string_view, 15> kNames = {"document", "frame",  "style",   "script",   "image",
                                                     "audio",    "video",  "track",   "font",     "icon",
                                                     "manifest", "object", "preload", "prefetch", "other"};
static_assert(kNames.size() == static_cast<std::size_t>(ReferenceKind::Other) + 1);
}  // namespace

std::string_view reference_kind_name(ReferenceKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<ReferenceKind> reference_kind_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<ReferenceKind>(i);
  }
  return std::nullopt;
}

}  // namespace pagehaul
