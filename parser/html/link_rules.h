#pragma once
// link and script: the link types of the HTML standard that fetch, and which scripts are fetched.

#include "html/rule_context.h"

namespace pagehaul::html {

// A link of a style sheet that is fetched; alternate ones among them.
bool is_style_sheet_link(const Element& link);
bool is_alternate_link(const Element& link);
void add_link(RuleContext& context, const Element& link);
void add_script(RuleContext& context, const Element& script);

}  // namespace pagehaul::html
