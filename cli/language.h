#pragma once
// The language that pages are asked for in.

#include <string>
#include <string_view>

namespace pagehaul::cli {

// Accept-Language for a POSIX locale, "language[_territory][.codeset][@modifier]": "de_AT.UTF-8" is
// "de-AT,de;q=0.9,en-US;q=0.8,en;q=0.7", English last as browsers have it. What is no such name, and "C", is English.
std::string accept_language_of_locale(std::string_view locale);

// The environment's locale for messages: LC_ALL, else LC_MESSAGES, else LANG (POSIX, section 8.2); "" none.
std::string locale_of_environment();

}  // namespace pagehaul::cli
