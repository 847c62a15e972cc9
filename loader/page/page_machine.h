#pragma once
// The states of a page load and the legal moves between them, checked when it is compiled.

#include <array>
#include <optional>

#include "pagehaul/page_load.h"

namespace pagehaul {

enum class PageStep : std::uint8_t { Start, DocumentRead, AllLoaded, SomeMissing, Fail, Cancel };

struct PageMove {
  PageState from;
  PageStep step;
  PageState to;
};

constexpr bool is_terminal(PageState state) {
  return state >= PageState::Loaded;
}

inline constexpr std::array kPageMoves = {
    PageMove{PageState::Idle, PageStep::Start, PageState::LoadingDocument},
    PageMove{PageState::Idle, PageStep::Fail, PageState::Failed},
    PageMove{PageState::Idle, PageStep::Cancel, PageState::Cancelled},
    PageMove{PageState::LoadingDocument, PageStep::DocumentRead, PageState::LoadingResources},
    PageMove{PageState::LoadingDocument, PageStep::Fail, PageState::Failed},
    PageMove{PageState::LoadingDocument, PageStep::Cancel, PageState::Cancelled},
    PageMove{PageState::LoadingResources, PageStep::AllLoaded, PageState::Loaded},
    PageMove{PageState::LoadingResources, PageStep::SomeMissing, PageState::Incomplete},
    PageMove{PageState::LoadingResources, PageStep::Fail, PageState::Failed},
    PageMove{PageState::LoadingResources, PageStep::Cancel, PageState::Cancelled},
};

constexpr std::optional<PageState> next_state(PageState from, PageStep step) {
  for (const PageMove& move : kPageMoves) {
    if (move.from == from && move.step == step) return move.to;
  }
  return std::nullopt;
}

constexpr bool page_moves_are_sound() {
  for (const PageMove& move : kPageMoves) {
    if (is_terminal(move.from)) return false;
  }
  for (const PageState state : {PageState::Idle, PageState::LoadingDocument, PageState::LoadingResources}) {
    if (next_state(state, PageStep::Fail) != PageState::Failed) return false;
    if (next_state(state, PageStep::Cancel) != PageState::Cancelled) return false;
  }
  return true;
}
static_assert(page_moves_are_sound(), "no move leaves a terminal state; every live state accepts Fail and Cancel");

}  // namespace pagehaul
