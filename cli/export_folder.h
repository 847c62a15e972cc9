#pragma once
// A folder that files are exported into: nothing is written outside of it, whatever links somebody put there.

#include <functional>
#include <string>
#include <string_view>

#include "pagehaul/status.h"

namespace pagehaul::cli {

class ExportFolder {
 public:
  ExportFolder() = default;
  ~ExportFolder();
  ExportFolder(const ExportFolder&) = delete;
  ExportFolder& operator=(const ExportFolder&) = delete;

  // Makes it where it is missing.
  Status open(const std::string& folder, bool replace);
  // `name` is relative, as ExportNames gives it. The file appears when `fill`, which gives its bytes to the function it
  // is given (false: no more), has succeeded; one that is there is replaced only where open() said so.
  using Sink = std::function<bool(std::string_view)>;
  Status write(const std::string& name, const std::function<Status(const Sink&)>& fill);

 private:
  Status failure(const std::string& name, int error) const;
  Status put(int folder, const std::string& part, const std::string& name,
             const std::function<Status(const Sink&)>& fill) const;
  std::string folder_;
  bool replace_ = false;
  int descriptor_ = -1;
};

}  // namespace pagehaul::cli
