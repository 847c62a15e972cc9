#pragma once
// link and script: the link types of the HTML standard that fetch, and which scripts are fetched.

#include "html/rule_context.h"

namespace pagehaul::html {

void add_link(RuleContext& context, const Element& link);
void add_script(RuleContext& context, const Element& script);

}  // namespace pagehaul::html
