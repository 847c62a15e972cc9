#include "request_arguments.h"

#include <fmt/core.h>

#include <algorithm>

#include "exit_code.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

Status check_value(std::string_view text) {
  return is_field_value(text) ? Status() : usage_error(fmt::format("'{}' has a line break or NUL in it", text));
}

}  // namespace

Setter header_into(Headers& headers) {
  return [&headers](const std::string& text) {
    const std::size_t end = text.find_first_of(":;");
    const std::string_view name = std::string_view(text).substr(0, end);
    if (end == std::string::npos || !is_token(name) || (text[end] == ';' && end + 1 != text.size()))
      return usage_error(
          fmt::format("'{}' is no header field: write 'Name: value', or 'Name;' for an empty one", text));
    const std::string_view value = trim_ows(std::string_view(text).substr(end + 1));
    if (text[end] == ':' && value.empty())
      return usage_error(fmt::format("'{}' has no value: write '{};' to send an empty one", text, name));
    if (const Status status = check_value(value); !status.ok()) return status;
    headers.add(std::string(name), std::string(value));
    return Status();
  };
}

Setter field_value_into(std::string& target) {
  return [&target](const std::string& text) {
    target = text;
    return check_value(text);
  };
}

Setter field_into(Headers& headers, std::string name) {
  return [&headers, name = std::move(name)](const std::string& text) {
    headers.set(name, text);
    return check_value(text);
  };
}

Setter method_into(std::string& target) {
  return [&target](const std::string& text) {
    target = text;
    return is_token(text) ? Status() : usage_error(fmt::format("'{}' is no method", text));
  };
}

Setter user_into(std::string& target) {
  return [&target](const std::string& text) {
    target = text;
    return text.find(':') != std::string::npos ? check_value(text)
                                               : usage_error("write NAME:PASSWORD; the password may be empty");
  };
}

Setter bearer_into(Headers& headers) {
  return [&headers](const std::string& text) {
    headers.set("Authorization", "Bearer " + text);
    // RFC 6750 section 2.1: b64token.
    constexpr std::string_view kToken = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
    return !text.empty() && text.find_first_not_of(kToken) == std::string::npos
               ? Status()
               : usage_error("a bearer token has letters, digits and -._~+/= only");
  };
}

Setter connect_to_into(std::vector<std::string>& target) {
  return [&target](const std::string& text) {
    std::size_t colons = 0;
    bool inside = false;  // of an IPv6 address's brackets
    for (const char c : text) {
      if (c == '[') inside = true;
      if (c == ']') inside = false;
      if (c == ':' && !inside) ++colons;
    }
    if (colons != 3) return usage_error(fmt::format("'{}' is not HOST1:PORT1:HOST2:PORT2", text));
    target.push_back(text);
    return check_value(text);
  };
}

Setter resolve_into(std::vector<std::string>& target) {
  return [&target](const std::string& text) {
    const std::size_t host = text.find(':');
    const std::size_t port = host == std::string::npos ? host : text.find(':', host + 1);
    const bool formed = host != 0 && port != std::string::npos && port + 1 < text.size() &&
                        parse_count(std::string_view(text).substr(host + 1, port - host - 1), 1, 65535).ok();
    if (!formed) return usage_error(fmt::format("'{}' is not HOST:PORT:ADDRESS", text));
    target.push_back(text);
    return Status();
  };
}

}  // namespace pagehaul::cli
