#include "support/fake_resolver.h"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

namespace test_support {
namespace {

struct Names {
  std::mutex mutex;
  std::condition_variable released;
  bool active = false;
  std::map<std::string, std::vector<std::string>> answers;
  std::set<std::string> held;
  std::map<std::string, int> lookups;
};

Names& names() {
  static Names names;
  return names;
}

// The address to look up instead of the name; the name itself when nothing is known of it.
std::string replacement(const std::string& name) {
  Names& all = names();
  std::unique_lock lock(all.mutex);
  if (!all.active) return name;
  const int before = all.lookups[name]++;
  all.released.wait(lock, [&] { return !all.held.contains(name); });
  const auto found = all.answers.find(name);
  if (found == all.answers.end()) return name;
  return found->second[std::min(static_cast<std::size_t>(before), found->second.size() - 1)];
}

}  // namespace

FakeResolver::FakeResolver() {
  const std::lock_guard lock(names().mutex);
  names().active = true;
}

FakeResolver::~FakeResolver() {
  release();
  const std::lock_guard lock(names().mutex);
  names().active = false;
  names().answers.clear();
  names().lookups.clear();
}

void FakeResolver::answer(const std::string& name, std::vector<std::string> addresses) {
  const std::lock_guard lock(names().mutex);
  names().answers[name] = std::move(addresses);
}

void FakeResolver::hold(const std::string& name) {
  const std::lock_guard lock(names().mutex);
  names().held.insert(name);
}

void FakeResolver::release() {
  const std::lock_guard lock(names().mutex);
  names().held.clear();
  names().released.notify_all();
}

int FakeResolver::lookups(const std::string& name) const {
  const std::lock_guard lock(names().mutex);
  return names().lookups[name];
}

}  // namespace test_support

// Stands before the C library's: the program's own symbols come first.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node, const char* service,
                                                                  const addrinfo* hints, addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node == nullptr) return real(node, service, hints, result);
  return real(test_support::replacement(node).c_str(), service, hints, result);
}
