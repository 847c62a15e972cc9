#include "pagehaul/references.h"

int main() {
  const auto url = pagehaul::Url::parse("https://example.org/a/");
  if (!url) return 1;
  const auto page = pagehaul::extract_document_references("<img src=b.png>", *url, "text/html", {});
  return page.references.size() == 1 && page.references[0].url == "https://example.org/a/b.png" ? 0 : 1;
}
