#include "pagehaul/references.h"

namespace pagehaul {

std::string_view parser_library_version() {
  return PAGEHAUL_GUMBO_VERSION;
}

std::string_view parser_fingerprint() {
  return PAGEHAUL_PARSER_FINGERPRINT;
}

}  // namespace pagehaul
