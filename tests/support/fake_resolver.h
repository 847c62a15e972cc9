#pragma once
// Names of this process that resolve as a test says: getaddrinfo of the test program stands before the C library's, and
// libcurl calls it.
//
//   FakeResolver resolver;
//   resolver.answer("rebind.test", {"127.0.0.2", "127.0.0.1"});   // the first time, then the second and ever after
//   resolver.hold("slow.test");                                   // until release() or the end
//
// One at a time in a process; names it knows nothing of go to the system's resolver.

#include <string>
#include <vector>

namespace test_support {

class FakeResolver {
 public:
  FakeResolver();
  ~FakeResolver();
  FakeResolver(const FakeResolver&) = delete;
  FakeResolver& operator=(const FakeResolver&) = delete;

  void answer(const std::string& name, std::vector<std::string> addresses);
  void hold(const std::string& name);
  void release();
  int lookups(const std::string& name) const;
};

}  // namespace test_support
