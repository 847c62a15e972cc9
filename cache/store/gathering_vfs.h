#pragma once
// SQLite writes a log, and what goes from it into the file, page by page: two writes for a page in the log, a read and
// a write when it goes into the file. This VFS (https://www.sqlite.org/vfs.html), between SQLite and the system's,
// makes few large ones of them.
//
// What others may rely on is written when they may: a transaction's frames with the one that ends it, before the log's
// index tells of it; a checkpoint's pages before the index says that they are in the file, in a call whose failure
// SQLite heeds. That is certain only for a whole checkpoint, so no other is gathered (wal.c of SQLite 3.40: after the
// last page comes SQLITE_FCNTL_CKPT_DONE, then xTruncate, then what the index says).

namespace pagehaul::store {

// Its name, for sqlite3_open_v2. nullptr, which is the program's default, when it cannot be registered or the default
// is not the one any more that it was put before. Any thread.
const char* gathering_vfs();

}  // namespace pagehaul::store
