#pragma once
// The tables and views of a cache file, version kStoreSchemaVersion. docs/cache.md describes the views: they are
// public.

#include <span>
#include <string>
#include <string_view>

#include "pagehaul/headers.h"
#include "pagehaul/status.h"
#include "store/sqlite.h"

namespace pagehaul::store {

struct SchemaObject {
  std::string_view type;  // "table", "index", "view"
  std::string_view name;
  std::string_view sql;  // character by character what sqlite_schema keeps
  bool required = true;  // false: files from before it do without
};
std::span<const SchemaObject> schema_objects();

// Into a file from before there was one, when the first reading is kept.
extern const std::string_view kReading;

// In the transaction that is open: everything, and the two numbers of the file's header.
Status create_schema(Connection& connection, WallTime now);

// What `meta` says of when the file was made: RFC 3339, 24 characters, "" of a year that is not written in four digits.
std::string created_at(WallTime now);

// Is this file ours, of a version we know, and are its tables exactly ours? A file from elsewhere may carry triggers,
// generated columns or a view where we expect a table; it is refused rather than obeyed. Tables and views of other
// names are the user's own.
Status check_schema(Connection& connection);

// application_id and user_version, judged.
Status check_identity(const std::string& name, std::int64_t application_id, std::int64_t version);

}  // namespace pagehaul::store
