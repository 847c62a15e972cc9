#pragma once
// Which URLs the processes that share a cache file are asking the network for, so that they make one transfer, too. A
// flight is a lock on one byte of a file beside the cache file, at the hash of the URL: an open file description's lock
// (fcntl(2), "Open file description locks"), which ends with the process however that ends, so that nobody waits for a
// dead one. Nothing here blocks. Page thread.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pagehaul {

class SharedFlights {
 public:
  // "": there is nobody to share with, and every claim is made.
  explicit SharedFlights(const std::filesystem::path& cache_file);
  // Gives up all claims. The last to go removes the file.
  ~SharedFlights();
  SharedFlights(const SharedFlights&) = delete;
  SharedFlights& operator=(const SharedFlights&) = delete;

  // False: another one of the processes, or another loader of this one, has the claim. Where the file cannot be had (a
  // full disk, say), every claim is made: two transfers are better than none.
  bool claim(std::string_view url);
  // A URL that was not claimed is none of its business.
  void release(std::string_view url);

  // Beside the cache file, once a link to it is followed.
  static std::filesystem::path file_beside(const std::filesystem::path& cache_file);

 private:
  void open();
  bool lock(int type, std::int64_t byte) const;

  std::filesystem::path file_;  // "": none
  int descriptor_ = -1;
  bool tried_ = false;
  std::map<std::string, std::int64_t, std::less<>> claimed_;  // and where
  std::unordered_map<std::int64_t, int> places_;              // with how many claims each
};

}  // namespace pagehaul
