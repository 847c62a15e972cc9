#pragma once
// What a program decides of the SQLite that its stores use: for the whole process, so that it is not a library's to
// decide.

namespace pagehaul {

// SQLite counts the memory it uses, with a lock at each allocation, which the connections of several threads wait for.
// This has it not do so; sqlite3_memory_used() and its limits for the heap are without effect then. To be called before
// anything in the process uses SQLite: false, and nothing changed, when it is too late.
bool have_sqlite_count_no_memory();

}  // namespace pagehaul
