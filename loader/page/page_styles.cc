#include "page/page_styles.h"

#include <utility>

namespace pagehaul {

void PageStyles::add_document(ResourceId id, Reading document, Part part) {
  if (const auto before = waiting_.find(id); before != waiting_.end()) {
    bytes_ -= before->second.document.memory_bytes();
    waiting_.erase(before);
  }
  const std::vector<SheetLink>& links = document.links();
  if (links.empty()) return;
  const std::size_t bytes = document.memory_bytes();
  if (bytes > max_bytes_ - bytes_) return;
  bytes_ += bytes;
  Waiting waiting;
  waiting.part = part;
  waiting.links = links;
  waiting.document = std::move(document);
  waiting_.insert_or_assign(id, std::move(waiting));
}

void PageStyles::add_sheet(const std::string& url, ResourceId id, Reading sheet) {
  Sheet added{id, std::nullopt, sheet.references().references};
  const std::size_t bytes = sheet.memory_bytes();
  if (bytes <= max_bytes_ - bytes_) {
    bytes_ += bytes;
    added.sheet = std::move(sheet);
  }
  sheets_.insert_or_assign(url, std::move(added));
}

std::vector<PageStyles::Ready> PageStyles::take_ready(const std::function<bool(const std::string&)>& pending) {
  std::vector<Ready> list;
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    if (!ready(waiting->second, pending)) {
      ++waiting;
      continue;
    }
    const Part part = waiting->second.part;
    if (part == Part::Prefix) bytes_ -= waiting->second.document.memory_bytes();
    Ready done{waiting->first, std::move(waiting->second.document), part, {}};
    for (const std::string& url : waiting->second.seen) {
      const auto sheet = sheets_.find(url);
      if (sheet == sheets_.end() || !sheet->second.sheet) continue;
      done.sheets.emplace(url, *sheet->second.sheet);
      if (part == Part::Whole) claimed_.insert(url);
    }
    list.push_back(std::move(done));
    waiting = waiting_.erase(waiting);
  }
  return list;
}

// Looks at the links, and at the imports of their sheets, as far as nothing is pending.
bool PageStyles::ready(Waiting& waiting, const std::function<bool(const std::string&)>& pending) {
  while (!waiting.links.empty()) {
    const SheetLink link = waiting.links.back();
    if (waiting.seen.contains(link.url)) {
      waiting.links.pop_back();
      continue;
    }
    if (!link.applies) {
      if (waiting.part == Part::Whole) claimed_.insert(link.url);  // also what it imports
      waiting.links.pop_back();
      continue;
    }
    if (pending(link.url)) return false;
    waiting.links.pop_back();
    waiting.seen.insert(link.url);
    const auto sheet = sheets_.find(link.url);
    if (sheet == sheets_.end() || !sheet->second.sheet) continue;
    const std::vector<SheetLink>& imports = sheet->second.sheet->links();
    waiting.links.insert(waiting.links.end(), imports.begin(), imports.end());
  }
  return true;
}

std::vector<PageStyles::Unclaimed> PageStyles::take_unclaimed() {
  std::vector<std::string> open(claimed_.begin(), claimed_.end());
  while (!open.empty()) {  // imports of what is claimed, but does not apply
    const auto sheet = sheets_.find(open.back());
    open.pop_back();
    if (sheet == sheets_.end() || !sheet->second.sheet) continue;
    for (const SheetLink& import : sheet->second.sheet->links()) {
      if (claimed_.insert(import.url).second) open.push_back(import.url);
    }
  }
  std::vector<Unclaimed> list;
  for (auto& [url, sheet] : sheets_) {
    if (!claimed_.insert(url).second) continue;
    if (!sheet.references.empty()) list.push_back({sheet.id, std::move(sheet.references)});
  }
  return list;
}

}  // namespace pagehaul
