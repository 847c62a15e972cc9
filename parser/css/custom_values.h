#pragma once
// Custom properties along the path from the root to the element being styled (CSS Variables level 1).

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "css/rule_index.h"

namespace pagehaul::css {

class CustomValues {
 public:
  using Text = std::function<std::string_view(std::uint32_t source)>;  // a source's sheet text
  CustomValues(const RuleIndex& index, Text text) : index_(index), text_(std::move(text)) {}

  void push() { frames_.emplace_back(); }
  void pop() { frames_.pop_back(); }
  // Declares, in cascade order, for the element pushed last. Not `certain`: earlier ones may stand, too.
  void declare(std::uint32_t declaration, bool certain);

  // Declarations of that property that stand, or may, at the element pushed last; a certain one is the last added.
  // `certain`: one of them is.
  struct Found {
    std::vector<std::uint32_t> declarations;
    bool certain = false;
  };
  Found find(std::uint32_t custom) const;

  // A declaration's value with each var() replaced. Nothing when that makes it invalid, or once exhausted.
  std::optional<std::string> substituted(std::uint32_t declaration) const;
  // So many bytes of values have been read, for all elements together, that nothing more will be.
  bool exhausted() const { return work_ == 0; }

 private:
  static constexpr std::size_t kMaxWork = std::size_t{128} << 20;

  void spend(std::size_t bytes) const { work_ -= bytes < work_ ? bytes : work_; }
  struct Value {
    std::uint32_t custom;
    std::uint32_t declaration;
    bool certain;
  };
  bool substitute(std::string_view source, Cursor cursor, int depth, std::string& out) const;
  bool substitute_var(std::string_view source, Cursor arguments, int depth, std::string& out) const;
  bool is_initial(const StyleDeclaration& declaration) const;

  const RuleIndex& index_;
  Text text_;
  std::vector<std::vector<Value>> frames_;
  mutable std::size_t work_ = kMaxWork;
  mutable std::size_t steps_ = 0;  // of the substitution now running
};

}  // namespace pagehaul::css
