#include "pagehaul/store.h"

int main() {
  pagehaul::StoreOptions options;
  options.mode = pagehaul::StoreOptions::Mode::ReadOnly;
  const auto missing = pagehaul::Store::open("/nonexistent/cache.db", options, {});
  return missing.status().kind() == pagehaul::ErrorKind::CacheFile ? 0 : 1;
}
