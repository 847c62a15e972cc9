#include "pagehaul/store_merge.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "store/store_impl.h"

namespace pagehaul {
namespace {

using store::StoreImpl;

// What one batch takes before other writers get their turn.
constexpr std::uint64_t kBatchBytes = 16 << 20;
constexpr int kBatchEntries = 1000;

class Merge {
 public:
  Merge(StoreImpl& into, StoreImpl& from, WallTime now) : into_(into), from_(from), now_(now) {}

  Status run() {
    Status status = merge_entries();
    if (status) status = merge_pages();
    if (!status) into_.rollback();
    return status;
  }
  const MergeReport& report() const { return report_; }

 private:
  Status merge_entries() {
    const auto ids = from_.entry_ids();
    if (!ids) return ids.status();
    for (const EntryId id : *ids) {
      const auto entry = from_.entry(id);
      if (!entry) return entry.status();
      if (!*entry) continue;
      if (Status begun = begin_unless_begun(); !begun) return begun;
      if (Status merged = merge_entry(**entry); !merged) return merged;
      if (++batch_entries_ >= kBatchEntries || batch_bytes_ >= kBatchBytes) {
        if (Status committed = commit(); !committed) return committed;
      }
    }
    return commit();
  }

  Status merge_entry(Entry entry) {
    const auto there = into_.find(entry.url, entry.method);
    if (!there) return there.status();
    const auto same = std::ranges::find_if(
        *there, [&](const Entry& other) { return other.response.request_headers == entry.response.request_headers; });
    if (same != there->end() && same->response.response_time >= entry.response.response_time) {
      ++report_.kept;
      entries_[entry.id] = same->id;
      return entry.pinned && !same->pinned ? into_.pin(same->id, true) : Status();
    }
    const EntryId id = entry.id;
    if (entry.body.id != 0) {
      const auto body = copied(entry.body);
      if (!body) return body.status();
      entry.body = *body;
    }
    const auto put = into_.put_entry(entry);
    if (!put) return put.status();
    entries_[id] = *put;
    ++(same != there->end() ? report_.replaced : report_.added);
    return {};
  }

  // The same body in the other file.
  Result<BodyInfo> copied(const BodyInfo& body) {
    const auto there = into_.body_with(body.sha256, body.bytes);
    if (!there) return there.status();
    if (*there) return **there;
    const auto made = into_.create_body(body.stored_bytes < body.bytes, now_);
    if (!made) return made.status();
    const auto reader = from_.read_body(body.id);
    if (!reader) return reader.status();
    while (true) {
      const auto piece = (*reader)->next();
      if (!piece) return piece.status();
      if (piece->empty()) break;
      if (Status appended = into_.append_body(*made, *piece); !appended) return appended;
    }
    report_.body_bytes += body.bytes;
    batch_bytes_ += body.bytes;
    return into_.finish_body(*made);
  }

  // One load of one page is the same in both files: nothing else has its URL, moment and duration.
  static std::tuple<std::string, WallTime, double> identity(const PageRecord& page) {
    return {page.url, page.started, page.duration_ms};
  }

  Status merge_pages() {
    const auto there = into_.pages();
    if (!there) return there.status();
    std::set<std::tuple<std::string, WallTime, double>> known;
    for (const PageRecord& page : *there) known.insert(identity(page));
    auto pages = from_.pages();
    if (!pages) return pages.status();
    std::ranges::reverse(*pages);  // oldest first, as they would have been recorded
    for (const PageRecord& summary : *pages) {
      if (known.contains(identity(summary))) {
        ++report_.known_pages;
        continue;
      }
      auto page = from_.page(summary.id);
      if (!page) return page.status();
      if (!*page) continue;
      if (Status begun = begin_unless_begun(); !begun) return begun;
      if (Status put = put_page(**page); !put) return put;
      if (Status committed = commit(); !committed) return committed;
      ++report_.pages;
    }
    return {};
  }

  Status put_page(PageRecord& page) {
    for (ResourceRecord& resource : page.resources) {
      for (ExchangeRecord& exchange : resource.exchanges) {
        if (exchange.entry) {
          const auto mapped = entries_.find(*exchange.entry);
          exchange.entry = mapped != entries_.end() ? std::optional(mapped->second) : std::nullopt;
        }
        if (!exchange.body) continue;
        const auto info = from_.body_info(*exchange.body);
        if (!info) return info.status();
        exchange.body.reset();
        if (!*info) continue;  // being written still, or not ours to show
        const auto body = copied(**info);
        if (!body) return body.status();
        exchange.body = body->id;
      }
    }
    const auto put = into_.put_page(page, page.resources.size(),
                                    [&page](std::size_t number) { return std::move(page.resources[number]); });
    return put ? Status() : put.status();
  }

  Status begin_unless_begun() {
    if (begun_) return {};
    const Status status = into_.begin();
    begun_ = status.ok();
    return status;
  }

  Status commit() {
    if (!begun_) return {};
    begun_ = false;
    batch_entries_ = 0;
    batch_bytes_ = 0;
    return into_.commit(now_);
  }

  StoreImpl& into_;
  StoreImpl& from_;
  const WallTime now_;
  MergeReport report_;
  std::unordered_map<EntryId, EntryId> entries_;
  bool begun_ = false;
  int batch_entries_ = 0;
  std::uint64_t batch_bytes_ = 0;
};

}  // namespace

Result<MergeReport> merge_store(Store& into, const std::filesystem::path& from, WallTime now) {
  StoreOptions options;
  options.mode = StoreOptions::Mode::ReadOnly;
  const auto opened = Store::open(from, options, now);
  if (!opened) return opened.status();
  // Store::open makes nothing else.
  Merge merge(static_cast<StoreImpl&>(into), static_cast<StoreImpl&>(**opened), now);
  if (Status merged = merge.run(); !merged) return merged;
  return merge.report();
}

}  // namespace pagehaul
