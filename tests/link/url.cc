#include "pagehaul/url.h"

int main() {
  const auto url = pagehaul::Url::parse("https://B\u00dcCHER.example/");
  return url && url->host() == "xn--bcher-kva.example" ? 0 : 1;
}
