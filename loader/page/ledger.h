#pragma once
// The memory of a page load: which resources are wanted, running and done. Pure bookkeeping: no I/O, no threads, no
// clock.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "pagehaul/engine.h"
#include "pagehaul/page_load.h"

namespace pagehaul {

struct LedgerLimits {
  std::uint32_t max_resources = 10000;
  std::uint32_t max_frame_depth = 3;
  std::uint32_t max_style_depth = 16;
};

// How urgent it is.
Priority priority_of(ReferenceKind kind, bool lazy);

class Ledger {
 public:
  enum class Phase : std::uint8_t { Waiting, Running, Finished };
  struct Item {
    ReferenceKind kind = ReferenceKind::Other;  // the most urgent one that it was named as before it was started
    bool lazy = false;                          // the same
    ResourceId parent = kNoResource;
    Phase phase = Phase::Waiting;
    Outcome outcome = Outcome::Loaded;
    std::uint32_t frame_depth = 0;  // of the document it belongs to
    std::uint32_t style_depth = 0;  // 1 for a style sheet of a document, more for its imports
    bool named = true;              // by an authority; false: it is a guess so far
    bool confirmed = true;          // named by an authority that is itself confirmed: part of the page
    bool dropped = false;           // ended early since no authority named it
    std::vector<ResourceId> names;  // what it named, as an authority, before it was confirmed itself
  };
  enum class Added : std::uint8_t { Added, Duplicate, Refused };
  struct AddResult {
    Added added = Added::Added;
    ResourceId id = kNoResource;  // the new one, or the one it duplicates
    std::string_view reason;      // Refused: why
  };

  explicit Ledger(LedgerLimits limits) : limits_(limits) {}

  // The first one is the page's document, with parent kNoResource. `speculative`: not from an authority. A duplicate
  // from an authority names what was speculative; one of a more urgent kind makes it so. What a style sheet or frame
  // names is part of the page as soon as the sheet or frame is.
  AddResult add(const Reference& reference, ResourceId parent, bool speculative = false);
  // The most urgent one that waits, which then runs; nothing when none does.
  std::optional<ResourceId> next_to_start();
  void finished(ResourceId id, Outcome outcome);
  // The parser has read the whole document: takes note that nobody named these of its speculative children, which
  // the caller then ends. An authority that names one later gets it back as Added.
  std::vector<ResourceId> drop_unnamed_children(ResourceId parent);
  // When no one is outstanding that is part of the page: takes note that the guesses which still are were wrong, for
  // nobody is left to name them. The caller then ends them.
  std::vector<ResourceId> drop_guesses();
  // A running one was ended as dropped, but has been named meanwhile: it waits again.
  void restart(ResourceId id);

  std::optional<ResourceId> find(const std::string& url) const;
  // Is the resource of that URL wanted, and not finished?
  bool is_outstanding(const std::string& url) const;
  const Item& item(ResourceId id) const { return items_[id]; }
  std::size_t size() const { return items_.size(); }
  std::size_t outstanding() const { return outstanding_; }
  std::size_t outstanding_confirmed() const { return outstanding_confirmed_; }
  std::size_t running() const { return running_; }
  std::size_t waiting() const { return waiting_.size(); }
  // References that were refused, each URL once, with why; at most 1,000.
  const std::vector<std::pair<Reference, std::string_view>>& refused() const { return refused_; }
  bool hit_resource_limit() const { return hit_resource_limit_; }

 private:
  AddResult add_again(ResourceId id, const Reference& reference, ResourceId parent, bool speculative);
  void note_naming(ResourceId id, ResourceId parent);
  void confirm(ResourceId id);
  AddResult refuse(const Reference& reference, std::string_view reason);

  LedgerLimits limits_;
  std::deque<Item> items_;
  std::unordered_map<std::string, ResourceId> by_url_;
  std::set<std::pair<Priority, ResourceId>> waiting_;
  std::vector<std::pair<Reference, std::string_view>> refused_;
  std::set<std::string> refused_urls_;
  std::size_t outstanding_ = 0, outstanding_confirmed_ = 0, running_ = 0;
  bool hit_resource_limit_ = false;
};

}  // namespace pagehaul
