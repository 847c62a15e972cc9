#pragma once
// Which documents of a page wait for which of their style sheets, and what is matched with what once those have come.
// Pure bookkeeping: no I/O, no threads.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "page/document_reader.h"
#include "pagehaul/page_load.h"

namespace pagehaul {

class PageStyles {
 public:
  // `max_bytes`: of documents and sheets kept. What is over it is not kept: such sheets are not matched, and count as
  // unclaimed.
  explicit PageStyles(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  enum class Part : std::uint8_t { Prefix, Whole };
  // A document was read, or its first part while more arrives, in whose place the next is put. It waits when it links
  // sheets.
  void add_document(ResourceId id, Reading document, Part part = Part::Whole);
  // A sheet was read, requested by this URL.
  void add_sheet(const std::string& url, ResourceId id, Reading sheet);

  using Sheets = std::unordered_map<std::string, Reading>;
  struct Ready {
    ResourceId id = 0;
    Reading document;
    Part part = Part::Whole;
    Sheets sheets;  // by the URLs they were requested by
  };
  // Documents that wait no longer, each once, and first parts of documents. A sheet is waited for while `pending` says
  // that its URL is being requested or read, and it applies on the screen.
  std::vector<Ready> take_ready(const std::function<bool(const std::string&)>& pending);
  // Nothing more will come: sheets that no document linked, each once, with all that they name. It cannot be decided
  // what they are for (a preload that a script would use).
  struct Unclaimed {
    ResourceId id = 0;
    std::vector<Reference> references;
  };
  std::vector<Unclaimed> take_unclaimed();

 private:
  struct Sheet {
    ResourceId id = 0;
    std::optional<Reading> sheet;       // nothing: not kept
    std::vector<Reference> references;  // what it names, until it is claimed
  };
  struct Waiting {
    Reading document;
    Part part = Part::Whole;
    std::vector<SheetLink> links;  // those not looked at yet, from the last
    std::unordered_set<std::string> seen;
  };
  bool ready(Waiting& waiting, const std::function<bool(const std::string&)>& pending);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::map<ResourceId, Waiting> waiting_;
  std::map<std::string, Sheet> sheets_;
  std::unordered_set<std::string> claimed_;
};

}  // namespace pagehaul
