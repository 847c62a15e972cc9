#pragma once
// Sites (HTML standard, "obtain a site"): what a scheme and a registrable domain have in common. Pure.

#include <string>

namespace pagehaul {

class Url;

// The scheme and the registrable domain ("https://example.co.uk" of www.example.co.uk), or the host where there is
// none, as of an address or a public suffix.
std::string site_of(const Url& url);

}  // namespace pagehaul
