#pragma once
// While one lives, no other process that takes one of the same file changes it. The folder is locked, as the file is
// replaced. Who has held it for a second is not waited for: then the last one wins.

#include <filesystem>

namespace pagehaul {

class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& file);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace pagehaul
