#pragma once
// Which declarations of one block stand.

#include <array>
#include <vector>

#include "css/properties.h"
#include "css/style_sheet.h"
#include "css/values.h"

namespace pagehaul::css {

// The cascade within one block (CSS Cascade level 5, section 6): of a slot's declarations the last valid one wins, an
// important one before others. Unclear ones neither win nor lose, and load as well.
class BlockCascade {
 public:
  void add(const Declaration& declaration, Slot slot, Validity validity) {
    if (validity == Validity::Invalid) return;
    const bool valid = validity == Validity::Valid;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (!declaration.important && slots_[i].important_stands && resets(static_cast<Slot>(i), slot)) return;
    }
    for (std::size_t i = 0; i < slots_.size() && valid; ++i) {
      if (!resets(slot, static_cast<Slot>(i))) continue;
      slots_[i].normal.clear();
      if (declaration.important) slots_[i].important.clear();
    }
    SlotState& state = slots_[static_cast<std::size_t>(slot)];
    (declaration.important ? state.important : state.normal).push_back(&declaration);
    state.important_stands |= valid && declaration.important;
  }

  std::vector<const Declaration*> winners() const {
    std::vector<const Declaration*> all;
    for (const SlotState& state : slots_) {
      all.insert(all.end(), state.normal.begin(), state.normal.end());
      all.insert(all.end(), state.important.begin(), state.important.end());
    }
    return all;
  }

 private:
  struct SlotState {
    std::vector<const Declaration*> normal, important;
    bool important_stands = false;
  };
  std::array<SlotState, static_cast<std::size_t>(Slot::All) + 1> slots_;
};

}  // namespace pagehaul::css
