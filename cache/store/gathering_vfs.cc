#include "store/gathering_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace pagehaul::store {
namespace {

// Below 128 KiB: SQLite's VFS for Unix takes the length of a read or write modulo that (3.40, seekAndWriteFd).
constexpr std::int64_t kGatheredBytes = 120 << 10;

// https://www.sqlite.org/fileformat2.html section 4.1: a frame is its header and a page.
constexpr int kFrameHeaderBytes = 24;
// https://www.sqlite.org/walformat.html section 2.3: what the locks of a log's index are for.
constexpr int kWriteLock = 0;
constexpr int kCheckpointLock = 1;
constexpr int kFirstReadLock = 3;

// Then the header has the size of the database in pages there, else 0.
bool ends_transaction(const char* frame_header) {
  return std::any_of(frame_header + 4, frame_header + 8, [](char byte) { return byte != 0; });
}

int write_to(sqlite3_file* file, const void* bytes, std::int64_t size, std::int64_t offset) {
  return file->pMethods->xWrite(file, bytes, static_cast<int>(size), offset);
}

// What is to be written to a file, one piece behind the other. Once some of it could not be written, nothing can until
// it is forgotten.
class GatheredWrites {
 public:
  explicit GatheredWrites(sqlite3_file* file) : file_(file) {}

  int write(const void* bytes, std::int64_t size, std::int64_t offset) {
    const bool fits = offset == begin_ + size_ && size_ + size <= kGatheredBytes;
    if (!fits) flush();
    if (failure_ != SQLITE_OK) return failure_;
    if (!bytes_) bytes_.reset(new (std::nothrow) char[kGatheredBytes]);
    if (!bytes_ || size > kGatheredBytes) return write_to(file_, bytes, size, offset);
    if (size_ == 0) begin_ = offset;
    std::memcpy(bytes_.get() + size_, bytes, static_cast<std::size_t>(size));
    size_ += size;
    return SQLITE_OK;
  }
  int flush() {
    if (size_ > 0) failure_ = write_to(file_, bytes_.get(), size_, begin_);
    size_ = 0;
    return failure_;
  }
  void forget() {
    size_ = 0;
    failure_ = SQLITE_OK;
  }
  bool holds_of(std::int64_t offset, std::int64_t size) const {
    return size_ > 0 && offset < begin_ + size_ && begin_ < offset + size;
  }
  // Why what lies before `end` is not all in the file.
  int failure_before(std::int64_t end) const { return begin_ < end ? failure_ : SQLITE_OK; }

 private:
  sqlite3_file* file_;
  std::unique_ptr<char[]> bytes_;
  std::int64_t begin_ = 0;
  std::int64_t size_ = 0;
  int failure_ = SQLITE_OK;
};

// A file of the system's, with what SQLite asks of it.
class File {
 public:
  // `real`: not open yet.
  explicit File(std::unique_ptr<std::byte[]> real)
      : memory_(std::move(real)), real_(reinterpret_cast<sqlite3_file*>(memory_.get())), gathered_(real_) {}
  virtual ~File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  sqlite3_file* real() const { return real_; }
  const sqlite3_io_methods& system() const { return *real_->pMethods; }

  virtual int read(void* bytes, int size, std::int64_t offset) {
    if (gathered_.holds_of(offset, size)) {
      if (const int flushed = gathered_.flush(); flushed != SQLITE_OK) return flushed;
    }
    return system().xRead(real_, bytes, size, offset);
  }
  virtual int write(const void* bytes, int size, std::int64_t offset) = 0;
  virtual int truncate(std::int64_t size) {
    const int flushed = gathered_.flush();
    return flushed != SQLITE_OK ? flushed : system().xTruncate(real_, size);
  }
  int sync(int flags) {
    const int flushed = gathered_.flush();
    return flushed != SQLITE_OK ? flushed : system().xSync(real_, flags);
  }
  int size(sqlite3_int64* bytes) {
    const int flushed = gathered_.flush();
    return flushed != SQLITE_OK ? flushed : system().xFileSize(real_, bytes);
  }
  virtual int control(int what, void* argument) { return system().xFileControl(real_, what, argument); }
  virtual int lock_index(int first, int count, int flags) { return system().xShmLock(real_, first, count, flags); }
  virtual int close() { return system().xClose(real_); }

 protected:
  GatheredWrites& gathered() { return gathered_; }

 private:
  std::unique_ptr<std::byte[]> memory_;
  sqlite3_file* real_;
  GatheredWrites gathered_;
};

class MainFile;

// A write-ahead log. Frames that follow each other are gathered up to the end of their transaction.
class LogFile final : public File {
 public:
  LogFile(std::unique_ptr<std::byte[]> real, MainFile* main);

  int read(void* bytes, int size, std::int64_t offset) override {
    if (const int lost = gathered().failure_before(offset + size); lost != SQLITE_OK) return lost;
    if (ahead_bytes_ == 0 || size > kGatheredBytes) return File::read(bytes, size, offset);
    if (offset < ahead_begin_ || offset + size > ahead_begin_ + ahead_size_) {
      const bool next = offset == read_end_ + kFrameHeaderBytes;
      read_end_ = offset + size;
      const std::int64_t more = std::min(kGatheredBytes, ahead_bytes_ - offset);
      if (!next || more < size) return File::read(bytes, size, offset);
      ahead_size_ = 0;
      if (const int failed = File::read(ahead_.get(), static_cast<int>(more), offset); failed != SQLITE_OK)
        return failed;
      ahead_begin_ = offset;
      ahead_size_ = more;
    }
    read_end_ = offset + size;
    std::memcpy(bytes, ahead_.get() + (offset - ahead_begin_), static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  int write(const void* bytes, int size, std::int64_t offset) override {
    const bool header = size == kFrameHeaderBytes;
    if (header) ending_ = ends_transaction(static_cast<const char*>(bytes));
    const bool follows = offset == written_end_;
    written_end_ = offset + size;
    const int taken = gathered().write(bytes, size, offset);
    return taken == SQLITE_OK && ((ending_ && !header) || !follows) ? gathered().flush() : taken;
  }
  int truncate(std::int64_t size) override {
    written_end_ = -1;
    return File::truncate(size);
  }
  int close() override;
  // It is open, and the database it belongs to knows of it until it is closed.
  void join();

  // Nobody writes from now on, until stop_reading_ahead().
  void read_ahead() {
    if (!ahead_) ahead_.reset(new (std::nothrow) char[kGatheredBytes]);
    sqlite3_int64 bytes = 0;
    if (ahead_ && size(&bytes) == SQLITE_OK) ahead_bytes_ = bytes;
  }
  void stop_reading_ahead() { ahead_bytes_ = ahead_size_ = 0; }
  // Of a transaction that did not come to its end.
  void forget() { gathered().forget(); }

 private:
  MainFile* main_;
  std::int64_t written_end_ = -1;
  bool ending_ = false;
  std::unique_ptr<char[]> ahead_;
  std::int64_t ahead_bytes_ = 0;  // the log's, while one reads ahead
  std::int64_t ahead_begin_ = 0;
  std::int64_t ahead_size_ = 0;
  std::int64_t read_end_ = 0;
};

// The database. What a checkpoint copies there is gathered when nobody writes meanwhile and no reader holds a part of
// it back: only then does SQLite cut the file to its size, before the index says what is in it.
class MainFile final : public File {
 public:
  using File::File;

  int write(const void* bytes, int size, std::int64_t offset) override {
    return gathering_ ? gathered().write(bytes, size, offset) : write_to(real(), bytes, size, offset);
  }
  int control(int what, void* argument) override {
    if (what == SQLITE_FCNTL_CKPT_START && has_write_lock_ && !held_back_) {
      gathering_ = true;
      if (log_ != nullptr) log_->read_ahead();
    }
    if (what == SQLITE_FCNTL_CKPT_DONE && gathering_) {
      gathering_ = false;
      if (log_ != nullptr) log_->stop_reading_ahead();
      gathered().flush();  // truncate(), which comes now, says how that went
    }
    return File::control(what, argument);
  }
  int lock_index(int first, int count, int flags) override {
    const auto has = [first, count](int lock) { return first <= lock && lock < first + count; };
    const bool unlock = (flags & SQLITE_SHM_UNLOCK) != 0;
    if (unlock && has(kWriteLock)) {
      has_write_lock_ = false;
      if (log_ != nullptr) log_->forget();  // from now on others write there
    }
    if (unlock && has(kCheckpointLock)) gathered().forget();  // what failed has been told
    const int done = File::lock_index(first, count, flags);
    if (unlock || (flags & SQLITE_SHM_EXCLUSIVE) == 0) return done;
    if (done == SQLITE_OK && has(kWriteLock)) has_write_lock_ = true;
    if (done == SQLITE_OK && has(kCheckpointLock)) held_back_ = false;
    if (done != SQLITE_OK && first + count > kFirstReadLock) held_back_ = true;
    return done;
  }

  void set_log(LogFile* log) { log_ = log; }

 private:
  LogFile* log_ = nullptr;
  bool has_write_lock_ = false;
  bool held_back_ = false;  // by a reader, since the checkpoint lock was taken
  bool gathering_ = false;
};

LogFile::LogFile(std::unique_ptr<std::byte[]> real, MainFile* main) : File(std::move(real)), main_(main) {}

void LogFile::join() {
  if (main_ != nullptr) main_->set_log(this);
}

int LogFile::close() {
  if (main_ != nullptr) main_->set_log(nullptr);
  return File::close();
}

// What SQLite keeps of an open file.
struct Handle {
  sqlite3_file base;
  File* file;
};

File& file_of(sqlite3_file* handle) {
  return *reinterpret_cast<Handle*>(handle)->file;
}

constexpr sqlite3_io_methods methods_of_version(int version) {
  sqlite3_io_methods methods{};
  methods.iVersion = version;
  methods.xClose = [](sqlite3_file* handle) {
    const std::unique_ptr<File> file(&file_of(handle));
    return file->close();
  };
  methods.xRead = [](sqlite3_file* handle, void* bytes, int size, sqlite3_int64 offset) {
    return file_of(handle).read(bytes, size, offset);
  };
  methods.xWrite = [](sqlite3_file* handle, const void* bytes, int size, sqlite3_int64 offset) {
    return file_of(handle).write(bytes, size, offset);
  };
  methods.xTruncate = [](sqlite3_file* handle, sqlite3_int64 size) { return file_of(handle).truncate(size); };
  methods.xSync = [](sqlite3_file* handle, int flags) { return file_of(handle).sync(flags); };
  methods.xFileSize = [](sqlite3_file* handle, sqlite3_int64* size) { return file_of(handle).size(size); };
  methods.xFileControl = [](sqlite3_file* handle, int what, void* argument) {
    return file_of(handle).control(what, argument);
  };
  methods.xShmLock = [](sqlite3_file* handle, int first, int count, int flags) {
    return file_of(handle).lock_index(first, count, flags);
  };
  methods.xLock = [](sqlite3_file* handle, int level) {
    File& file = file_of(handle);
    return file.system().xLock(file.real(), level);
  };
  methods.xUnlock = [](sqlite3_file* handle, int level) {
    File& file = file_of(handle);
    return file.system().xUnlock(file.real(), level);
  };
  methods.xCheckReservedLock = [](sqlite3_file* handle, int* reserved) {
    File& file = file_of(handle);
    return file.system().xCheckReservedLock(file.real(), reserved);
  };
  methods.xSectorSize = [](sqlite3_file* handle) {
    File& file = file_of(handle);
    return file.system().xSectorSize(file.real());
  };
  methods.xDeviceCharacteristics = [](sqlite3_file* handle) {
    File& file = file_of(handle);
    return file.system().xDeviceCharacteristics(file.real());
  };
  methods.xShmMap = [](sqlite3_file* handle, int region, int size, int extend, void volatile** memory) {
    File& file = file_of(handle);
    return file.system().xShmMap(file.real(), region, size, extend, memory);
  };
  methods.xShmBarrier = [](sqlite3_file* handle) {
    File& file = file_of(handle);
    file.system().xShmBarrier(file.real());
  };
  methods.xShmUnmap = [](sqlite3_file* handle, int remove) {
    File& file = file_of(handle);
    return file.system().xShmUnmap(file.real(), remove);
  };
  methods.xFetch = [](sqlite3_file* handle, sqlite3_int64 offset, int size, void** memory) {
    File& file = file_of(handle);
    return file.system().xFetch(file.real(), offset, size, memory);
  };
  methods.xUnfetch = [](sqlite3_file* handle, sqlite3_int64 offset, void* memory) {
    File& file = file_of(handle);
    return file.system().xUnfetch(file.real(), offset, memory);
  };
  return methods;
}

// By version - 1: a file offers what the system's does.
constexpr std::array<sqlite3_io_methods, 3> kMethods = {methods_of_version(1), methods_of_version(2),
                                                        methods_of_version(3)};

sqlite3_vfs* system_of(sqlite3_vfs* vfs) {
  return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* flags_out) {
  sqlite3_vfs* system = system_of(vfs);
  const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (!is_log && (flags & SQLITE_OPEN_MAIN_DB) == 0) return system->xOpen(system, name, handle, flags, flags_out);
  handle->pMethods = nullptr;  // not open
  std::unique_ptr<std::byte[]> memory(new (std::nothrow) std::byte[static_cast<std::size_t>(system->szOsFile)]{});
  if (!memory) return SQLITE_NOMEM;
  std::unique_ptr<File> file;
  if (is_log) {
    auto* main = dynamic_cast<MainFile*>(&file_of(sqlite3_database_file_object(name)));
    file.reset(new (std::nothrow) LogFile(std::move(memory), main));
  } else {
    file.reset(new (std::nothrow) MainFile(std::move(memory)));
  }
  if (!file) return SQLITE_NOMEM;
  const int opened = system->xOpen(system, name, file->real(), flags, flags_out);
  if (opened != SQLITE_OK) {
    if (file->real()->pMethods != nullptr) (void)file->close();
    return opened;
  }
  if (is_log) static_cast<LogFile&>(*file).join();
  const int version = file->system().xShmMap == nullptr ? 1 : std::clamp(file->system().iVersion, 1, 3);
  handle->pMethods = &kMethods[static_cast<std::size_t>(version - 1)];
  reinterpret_cast<Handle*>(handle)->file = file.release();
  return SQLITE_OK;
}

sqlite3_vfs make_vfs(sqlite3_vfs* system) {
  sqlite3_vfs vfs{};
  vfs.iVersion = std::min(system->iVersion, 2);
  vfs.szOsFile = std::max(system->szOsFile, static_cast<int>(sizeof(Handle)));
  vfs.mxPathname = system->mxPathname;
  vfs.zName = "pagehaul-gathering";
  vfs.pAppData = system;
  vfs.xOpen = open_file;
  vfs.xDelete = [](sqlite3_vfs* self, const char* name, int sync) {
    return system_of(self)->xDelete(system_of(self), name, sync);
  };
  vfs.xAccess = [](sqlite3_vfs* self, const char* name, int flags, int* result) {
    return system_of(self)->xAccess(system_of(self), name, flags, result);
  };
  vfs.xFullPathname = [](sqlite3_vfs* self, const char* name, int size, char* path) {
    return system_of(self)->xFullPathname(system_of(self), name, size, path);
  };
  vfs.xDlOpen = [](sqlite3_vfs* self, const char* name) { return system_of(self)->xDlOpen(system_of(self), name); };
  vfs.xDlError = [](sqlite3_vfs* self, int size, char* message) {
    system_of(self)->xDlError(system_of(self), size, message);
  };
  vfs.xDlSym = [](sqlite3_vfs* self, void* library, const char* symbol) {
    return system_of(self)->xDlSym(system_of(self), library, symbol);
  };
  vfs.xDlClose = [](sqlite3_vfs* self, void* library) { system_of(self)->xDlClose(system_of(self), library); };
  vfs.xRandomness = [](sqlite3_vfs* self, int size, char* bytes) {
    return system_of(self)->xRandomness(system_of(self), size, bytes);
  };
  vfs.xSleep = [](sqlite3_vfs* self, int microseconds) {
    return system_of(self)->xSleep(system_of(self), microseconds);
  };
  vfs.xCurrentTime = [](sqlite3_vfs* self, double* now) { return system_of(self)->xCurrentTime(system_of(self), now); };
  vfs.xGetLastError = [](sqlite3_vfs* self, int size, char* message) {
    return system_of(self)->xGetLastError(system_of(self), size, message);
  };
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs* self, sqlite3_int64* now) {
    return system_of(self)->xCurrentTimeInt64(system_of(self), now);
  };
  return vfs;
}

}  // namespace

const char* gathering_vfs() {
  static sqlite3_vfs vfs;
  static const bool registered = [] {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    if (system == nullptr) return false;
    vfs = make_vfs(system);
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  return registered && sqlite3_vfs_find(nullptr) == system_of(&vfs) ? vfs.zName : nullptr;
}

}  // namespace pagehaul::store
