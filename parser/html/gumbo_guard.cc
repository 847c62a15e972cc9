#include "html/gumbo_guard.h"

#include <dlfcn.h>
#include <gumbo.h>

#include <csetjmp>
#include <cstdint>
#include <cstdlib>

#include "html/arena.h"

// gumbo's failed assertions call this symbol; being the program's own definition, it is found before libc's. Inside a
// guarded parse it leaves the parse; anywhere else it does what libc's does.
extern "C" __attribute__((visibility("default"), noreturn)) void __assert_fail(const char* assertion, const char* file,
                                                                               unsigned int line,
                                                                               const char* function) noexcept;

namespace pagehaul::html {
namespace {

// A body before a frameset is freed by recursion, a frame a level: far below any thread's stack.
constexpr std::uintptr_t kMaxStackBytes = std::uintptr_t{256} << 10;
constexpr unsigned kCallsPerClockRead = 64;

struct Guard {
  Arena* arena;
  std::chrono::steady_clock::time_point deadline;
  std::uintptr_t stack_base = 0;
  unsigned calls = 0;
  ParseStop stop = ParseStop::None;
  std::jmp_buf exit;
};

thread_local Guard* active_guard = nullptr;

[[noreturn]] void leave(Guard& guard, ParseStop stop) {
  guard.stop = stop;
  std::longjmp(guard.exit, 1);
}

void check_limits(Guard& guard) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const std::uintptr_t depth = guard.stack_base > here ? guard.stack_base - here : here - guard.stack_base;
  if (depth > kMaxStackBytes) leave(guard, ParseStop::StackDepth);
  if (++guard.calls % kCallsPerClockRead == 0 && std::chrono::steady_clock::now() >= guard.deadline) {
    leave(guard, ParseStop::Deadline);
  }
}

void* allocate(void* userdata, std::size_t size) {
  Guard& guard = *static_cast<Guard*>(userdata);
  check_limits(guard);
  void* piece = guard.arena->allocate(size);
  if (piece == nullptr) leave(guard, ParseStop::Memory);
  return piece;
}

void release(void* userdata, void* piece) {
  Guard& guard = *static_cast<Guard*>(userdata);
  check_limits(guard);
  guard.arena->release(piece);
}

// Nothing with a destructor lives here: longjmp returns into this frame.
__attribute__((noinline)) const GumboInternalNode* parse(Guard* guard, const char* data, std::size_t size) {
  guard->stack_base = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (setjmp(guard->exit) != 0) return nullptr;
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = allocate;
  options.deallocator = release;
  options.userdata = guard;
  options.max_errors = 0;
  return gumbo_parse_with_options(&options, data, size)->document;
}

// Whether libgumbo's assertions reach our __assert_fail. They do in a program; a plugin loaded into one that does not
// export the symbol gets libc's.
bool assertions_are_guarded() {
  static const bool guarded = [] {
    Dl_info ours{};
    Dl_info gumbo{};
    const auto* self = reinterpret_cast<const void*>(&__assert_fail);
    if (dladdr(self, &ours) == 0) return false;
    if (dladdr(reinterpret_cast<const void*>(&gumbo_parse_with_options), &gumbo) == 0) return false;
    return ours.dli_fbase == gumbo.dli_fbase || dlsym(RTLD_DEFAULT, "__assert_fail") == self;
  }();
  return guarded;
}

}  // namespace

std::string_view parse_stop_message(ParseStop stop) {
  switch (stop) {
    case ParseStop::None:
      return "";
    case ParseStop::Memory:
      return "parse stopped: memory limit";
    case ParseStop::Deadline:
      return "parse stopped: deadline";
    case ParseStop::Assertion:
      return "parse stopped: the HTML parser's assertion failed";
    case ParseStop::StackDepth:
      return "parse stopped: nested too deep";
    case ParseStop::Unguarded:
      return "parse not tried: the HTML parser's assertions cannot be guarded in this program";
  }
  return "parse stopped";
}

GuardedParse::GuardedParse(std::string_view utf8, const GuardLimits& limits)
    : arena_(std::make_unique<Arena>(limits.max_memory_bytes)) {
  if (!assertions_are_guarded()) {
    stop_ = ParseStop::Unguarded;
    return;
  }
  Guard guard{};
  guard.arena = arena_.get();
  guard.deadline = limits.deadline;
  Guard* outer = active_guard;
  active_guard = &guard;
  document_ = parse(&guard, utf8.data(), utf8.size());
  active_guard = outer;
  stop_ = guard.stop;
  if (document_ == nullptr) {
    arena_.reset();
  } else {
    memory_bytes_ = limits.max_memory_bytes - arena_->bytes_left();
  }
}

GuardedParse::~GuardedParse() = default;

}  // namespace pagehaul::html

void __assert_fail(const char* assertion, const char* file, unsigned int line, const char* function) noexcept {
  using namespace pagehaul::html;
  if (active_guard != nullptr) leave(*active_guard, ParseStop::Assertion);
  using AssertFail = void (*)(const char*, const char*, unsigned int, const char*);
  static const auto real = reinterpret_cast<AssertFail>(dlsym(RTLD_NEXT, "__assert_fail"));
  if (real != nullptr) real(assertion, file, line, function);
  std::abort();
}
