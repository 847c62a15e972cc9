#pragma once
// Rows of a sound SQLite file that do not fit together, and what to do about them.

#include <string>
#include <vector>

#include "pagehaul/store_repair.h"
#include "store/sqlite.h"

namespace pagehaul::store {

// The complete bodies that are not what their rows say. Takes as long as reading all of them; no batch is open.
Result<std::vector<BodyId>> suspect_bodies(Connection& connection);

// In the transaction that is open, on a connection that does not enforce references: corrects what follows from other
// rows, and removes what cannot be served and what refers to nothing. Of the bodies only `suspects` are read.
Status tidy(Connection& connection, const std::vector<BodyId>& suspects, RepairReport& report);

// Adds a sentence, unless there are very many already.
void add_loss(RepairReport& report, std::string sentence);

}  // namespace pagehaul::store
