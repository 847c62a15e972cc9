#pragma once
// What find() has given, for as long as nothing has been written to the file since: what many pages share is asked for
// again and again.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/store.h"

namespace pagehaul::store {

class FoundEntries {
 public:
  // `version` of the file (Connection::version_read): forgets what is from another one.
  void at_version(std::uint32_t version);
  // Null: it is not known.
  const std::vector<Entry>* find(std::string_view url, std::string_view method) const;
  // Few and small ones are kept, at most kMostBytes of URLs and header fields in all.
  void keep(std::string_view url, std::string_view method, const std::vector<Entry>& entries);

  static constexpr std::size_t kMostBytes = std::size_t{256} << 10;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Less {
    using is_transparent = void;
    using View = std::pair<std::string_view, std::string_view>;
    static View view(const auto& key) { return {key.first, key.second}; }
    bool operator()(const auto& a, const auto& b) const { return view(a) < view(b); }
  };
  std::map<Key, std::vector<Entry>, Less> known_;
  std::size_t bytes_ = 0;
  std::uint32_t version_ = 0;
};

}  // namespace pagehaul::store
