#pragma once
// The rows of a damaged cache file, put into a sound one.

#include <memory>

#include "pagehaul/store_repair.h"
#include "store/page_file.h"
#include "store/sqlite.h"

namespace pagehaul::store {

// Copies what fits our tables by the number and types of its columns, page by page; pages of other tables are left
// out, and so are free ones. `into` is an empty cache, does not enforce references, is in no transaction, and is closed
// afterwards. The rows need not fit together then: tidy() sees to that.
Status salvage(const PageFile& from, std::unique_ptr<Connection> into, RepairReport& report);

}  // namespace pagehaul::store
