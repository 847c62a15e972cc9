#include "store/found_entries.h"

namespace pagehaul::store {
namespace {

std::size_t bytes_of(const Headers& headers) {
  std::size_t bytes = 0;
  for (const Headers::Field& field : headers.fields()) bytes += field.name.size() + field.value.size();
  return bytes;
}

}  // namespace

void FoundEntries::at_version(std::uint32_t version) {
  if (version == version_) return;
  version_ = version;
  known_.clear();
  bytes_ = 0;
}

const std::vector<Entry>* FoundEntries::find(std::string_view url, std::string_view method) const {
  const auto found = known_.find(Less::View(url, method));
  return found == known_.end() ? nullptr : &found->second;
}

void FoundEntries::keep(std::string_view url, std::string_view method, const std::vector<Entry>& entries) {
  constexpr std::size_t kOwn = 512;  // about, of an entry in memory
  std::size_t bytes = kOwn + url.size();
  for (const Entry& entry : entries) {
    bytes += kOwn + url.size() + bytes_of(entry.response.headers) + bytes_of(entry.response.request_headers);
  }
  if (bytes_ + bytes > kMostBytes) return;
  if (known_.emplace(Key(url, method), entries).second) bytes_ += bytes;
}

}  // namespace pagehaul::store
