#include "pagehaul/headers.h"
#include "pagehaul/status.h"

int main() {
  pagehaul::Headers headers;
  headers.add("Content-Type", "text/html");
  return headers.has("content-type") && pagehaul::error_name(pagehaul::ErrorKind::Tls) == "tls" ? 0 : 1;
}
