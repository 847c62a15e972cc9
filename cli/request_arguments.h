#pragma once
// What may be put into a request from a command line: nothing that could change its form.

#include "command_line.h"
#include "pagehaul/headers.h"

namespace pagehaul::cli {

// curl's -H: "Name: value", or "Name;" for an empty value. The name is a token (RFC 9110 section 5.6.2), the value
// without CR, LF and NUL.
Setter header_into(Headers& headers);
// The value of one field, as -A and -e give it.
Setter field_value_into(std::string& target);
Setter field_into(Headers& headers, std::string name);
// A method is a token (RFC 9110 section 9.1).
Setter method_into(std::string& target);
// "name:password"; the password may be empty.
Setter user_into(std::string& target);
// A bearer token as the Authorization field (RFC 6750 section 2.1).
Setter bearer_into(Headers& headers);
// curl's --connect-to: "HOST1:PORT1:HOST2:PORT2", where each part may be empty.
Setter connect_to_into(std::vector<std::string>& target);
// curl's --resolve: "HOST:PORT:ADDRESS[,ADDRESS...]".
Setter resolve_into(std::vector<std::string>& target);

}  // namespace pagehaul::cli
