#pragma once
// A document's text as gumbo gets it: without what has no part in the tree, for gumbo takes hundreds of instructions a
// character. Of a long text or style sheet each character stands there once (which fonts are asked for depends on
// them); a script is a space, and where scripts run so is the content of noscript, which gumbo would take for markup.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pagehaul::html {

class TreeText {
 public:
  // From here to the next one the text is the document's.
  struct Stretch {
    std::size_t in_text, in_document;
  };

  // `document` (UTF-8, well-formed or not) must outlive this. `scripting`: the content of noscript is text. `whole`: of
  // all else nothing is left out.
  TreeText(std::string_view document, bool scripting, bool whole = false);
  TreeText(const TreeText&) = delete;
  TreeText& operator=(const TreeText&) = delete;

  std::string_view text() const { return text_; }
  // Where in the document what `in_text` points to stands: a tag or anything in one, or where the content of an element
  // that holds no markup begins or ends.
  std::size_t place_of(const char* in_text) const;
  // The whole content of such an element.
  std::string_view in_document(std::string_view in_text) const;
  // Is a piece of the text the document's own? Where SVG and MathML begin and end is gumbo's to say, and guessed here:
  // of what turns out to be a tag, say, this has to be asked.
  bool is_verbatim(std::string_view in_text) const { return in_document(in_text).size() == in_text.size(); }
  bool is_whole() const { return stretches_.size() == 1; }

 private:
  std::string_view document_;
  std::string_view text_;
  std::string written_;
  std::vector<Stretch> stretches_;
};

}  // namespace pagehaul::html
