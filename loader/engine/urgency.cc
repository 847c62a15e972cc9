#include "engine/urgency.h"

namespace pagehaul {

long stream_weight(Priority priority) {
  switch (priority) {
    case Priority::Document:
      return 256;
    case Priority::Critical:
      return 220;
    case Priority::High:
      return 110;
    case Priority::Normal:
      return 32;
    case Priority::Low:
      return 8;
    case Priority::Idle:
      return 1;
  }
  return 16;
}

// The default is 3; 7, the last, is for what nobody waits for.
std::string_view priority_field(Priority priority) {
  switch (priority) {
    case Priority::Document:
      return "u=0";
    case Priority::Critical:
      return "u=1";
    case Priority::High:
      return "u=2";
    case Priority::Normal:
      return "";
    case Priority::Low:
      return "u=4";
    case Priority::Idle:
      return "u=5";
  }
  return "";
}

}  // namespace pagehaul
