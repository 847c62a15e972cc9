#include "page/ledger.h"

#include <algorithm>
#include <utility>

namespace pagehaul {
namespace {
constexpr std::size_t kRefusedKept = 1000;
}

Priority priority_of(ReferenceKind kind, bool lazy) {
  if (lazy) return Priority::Idle;
  switch (kind) {
    case ReferenceKind::Document:
      return Priority::Document;
    case ReferenceKind::Style:  // leads on to others
      return Priority::Critical;
    case ReferenceKind::Frame:
    case ReferenceKind::Font:
    case ReferenceKind::Script:
    case ReferenceKind::Preload:
      return Priority::High;
    case ReferenceKind::Image:
    case ReferenceKind::Object:
    case ReferenceKind::Other:
      return Priority::Normal;
    case ReferenceKind::Icon:
    case ReferenceKind::Manifest:
    case ReferenceKind::Track:
    case ReferenceKind::Audio:
    case ReferenceKind::Video:
      return Priority::Low;
    case ReferenceKind::Prefetch:
      return Priority::Idle;
  }
  return Priority::Normal;
}

Ledger::AddResult Ledger::add(const Reference& reference, ResourceId parent, bool speculative) {
  if (const auto known = by_url_.find(reference.url); known != by_url_.end())
    return add_again(known->second, reference, parent, speculative);
  Item item;
  item.kind = reference.kind;
  item.lazy = reference.lazy;
  item.parent = parent;
  item.named = item.confirmed = false;
  if (parent != kNoResource) {
    item.frame_depth = items_[parent].frame_depth;
    if (reference.kind == ReferenceKind::Frame) ++item.frame_depth;
    if (reference.kind == ReferenceKind::Style) item.style_depth = items_[parent].style_depth + 1;
  }
  if (item.frame_depth > limits_.max_frame_depth) return refuse(reference, "frames nested too deeply (--frame-depth)");
  if (item.style_depth > limits_.max_style_depth) return refuse(reference, "style sheet imports nested too deeply");
  if (items_.size() >= limits_.max_resources) {
    hit_resource_limit_ = true;
    return refuse(reference, "too many resources (--max-resources)");
  }
  const auto id = static_cast<ResourceId>(items_.size());
  items_.push_back(std::move(item));
  by_url_.emplace(reference.url, id);
  waiting_.insert({priority_of(reference.kind, reference.lazy), id});
  ++outstanding_;
  if (!speculative) note_naming(id, parent);
  return {Added::Added, id, {}};
}

Ledger::AddResult Ledger::add_again(ResourceId id, const Reference& reference, ResourceId parent, bool speculative) {
  Item& item = items_[id];
  if (!speculative) {
    note_naming(id, parent);
    if (std::exchange(item.dropped, false) && item.phase == Phase::Finished) {
      item.kind = reference.kind;  // what it is named as now: the guess may have been of another kind
      item.lazy = reference.lazy;
      item.phase = Phase::Waiting;
      waiting_.insert({priority_of(item.kind, item.lazy), id});
      ++outstanding_;
      if (item.confirmed) ++outstanding_confirmed_;
      return {Added::Added, id, {}};
    }
  }
  const Priority before = priority_of(item.kind, item.lazy);
  if (item.phase == Phase::Waiting && priority_of(reference.kind, reference.lazy) < before) {
    waiting_.erase({before, id});
    item.kind = reference.kind;
    item.lazy = reference.lazy;
    waiting_.insert({priority_of(item.kind, item.lazy), id});
  }
  return {Added::Duplicate, id, {}};
}

void Ledger::note_naming(ResourceId id, ResourceId parent) {
  items_[id].named = true;
  if (parent == kNoResource || items_[parent].confirmed) {
    confirm(id);
  } else {
    items_[parent].names.push_back(id);
  }
}

void Ledger::confirm(ResourceId id) {
  std::vector<ResourceId> todo{id};
  while (!todo.empty()) {
    Item& item = items_[todo.back()];
    todo.pop_back();
    if (std::exchange(item.confirmed, true)) continue;
    if (item.phase != Phase::Finished) ++outstanding_confirmed_;
    todo.insert(todo.end(), item.names.begin(), item.names.end());
    item.names = {};
  }
}

Ledger::AddResult Ledger::refuse(const Reference& reference, std::string_view reason) {
  if (refused_.size() < kRefusedKept && refused_urls_.insert(reference.url).second)
    refused_.emplace_back(reference, reason);
  return {Added::Refused, kNoResource, reason};
}

std::optional<ResourceId> Ledger::next_to_start() {
  if (waiting_.empty()) return std::nullopt;
  const ResourceId id = waiting_.begin()->second;
  waiting_.erase(waiting_.begin());
  items_[id].phase = Phase::Running;
  ++running_;
  return id;
}

void Ledger::finished(ResourceId id, Outcome outcome) {
  Item& item = items_[id];
  if (item.phase == Phase::Finished) return;
  if (item.phase == Phase::Waiting) {
    waiting_.erase({priority_of(item.kind, item.lazy), id});
  } else {
    --running_;
  }
  item.phase = Phase::Finished;
  item.outcome = outcome;
  --outstanding_;
  if (item.confirmed) --outstanding_confirmed_;
}

std::vector<ResourceId> Ledger::drop_unnamed_children(ResourceId parent) {
  std::vector<ResourceId> ids;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.parent != parent || item.named || item.phase == Phase::Finished) continue;
    item.dropped = true;
    ids.push_back(static_cast<ResourceId>(i));
  }
  return ids;
}

std::vector<ResourceId> Ledger::drop_guesses() {
  std::vector<ResourceId> ids;
  if (outstanding_ == 0 || outstanding_confirmed_ > 0) return ids;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.phase != Phase::Finished && !std::exchange(item.dropped, true)) ids.push_back(static_cast<ResourceId>(i));
  }
  return ids;
}

std::optional<ResourceId> Ledger::find(const std::string& url) const {
  const auto known = by_url_.find(url);
  if (known == by_url_.end()) return std::nullopt;
  return known->second;
}

bool Ledger::is_outstanding(const std::string& url) const {
  const auto id = find(url);
  return id && items_[*id].phase != Phase::Finished;
}

void Ledger::restart(ResourceId id) {
  items_[id].phase = Phase::Waiting;
  waiting_.insert({priority_of(items_[id].kind, items_[id].lazy), id});
  --running_;
}

}  // namespace pagehaul
