#include "engine/request_check.h"

namespace pagehaul {
Status check_request(const Request& request) {
  if (!is_token(request.method)) return Status(ErrorKind::Usage, "not an HTTP method: \"" + request.method + "\"");
  for (const Headers::Field& field : request.headers.fields()) {
    if (!is_token(field.name))
      return Status(ErrorKind::Usage, "not a header field name: \"" + std::string(field.name) + "\"");
    if (!is_field_value(field.value)) {
      return Status(ErrorKind::Usage, "the header field " + std::string(field.name) + " has a line break in its value");
    }
  }
  return {};
}

}  // namespace pagehaul
