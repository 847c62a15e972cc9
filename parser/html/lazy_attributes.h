#pragma once
// What pages leave to scripts to load: attributes that common lazy-loading scripts read (lazysizes, LazyLoad, WordPress
// plugins). No standard names them.

#include "html/rule_context.h"

namespace pagehaul::html {

// With `lazy_attributes`: what img, source, iframe, video, audio, embed and anything with a data-bg would have loaded
// by such a script, as lazy references.
void add_lazy_attributes(RuleContext& context, const Element& element);

// All of them, for readers that look at attributes' bytes.
bool is_lazy_attribute(std::string_view name);

}  // namespace pagehaul::html
