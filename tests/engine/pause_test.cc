#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "pagehaul/engine.h"
#include "support/nginx.h"

namespace pagehaul {
namespace {

constexpr std::size_t kBodyBytes = 16 << 20;

// Two long bodies from one nginx. The first piece of the two is not to be followed by more until resume().
class Pausing : public testing::Test {
 protected:
  void load_both(bool http2) {
    test_support::Nginx nginx({.http2 = http2});
    nginx.put("/long", std::string(kBodyBytes, 'x'));
    nginx.put("/short", "short");
    EngineOptions options;
    options.ca_file = nginx.ca_file().string();
    Engine engine(std::move(options));
    std::vector<RequestHandle> handles;
    for (const char* path : {"/long?1", "/long?2"}) {
      Request request;
      request.url = nginx.url(path);
      request.context = 1;
      request.on_body = [this](RequestId id, std::string&& bytes) { return take(id, bytes.size()); };
      request.on_event = [this](const StatusEvent& event) {
        if (event.event == RequestEvent::Complete) complete(event.request, event.completion->status);
      };
      handles.push_back(engine.start(std::move(request)));
    }
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return paused_ != 0; });
    }
    Request other;
    other.url = nginx.plain_url("/short");
    EXPECT_EQ(engine.fetch(std::move(other)).body, "short") << "another connection goes on";
    {
      const std::lock_guard lock(mutex_);
      EXPECT_LT(bytes_[paused_], kBodyBytes);
      resumed_ = true;
      if (http2) {
        EXPECT_TRUE(ended_.empty()) << "its connection waits as a whole";
      }
    }
    engine.resume(paused_);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_.size() == 2; });
    for (const RequestHandle& handle : handles) {
      EXPECT_TRUE(ended_[handle.id()].ok()) << ended_[handle.id()].message();
      EXPECT_EQ(bytes_[handle.id()], kBodyBytes);
    }
    EXPECT_FALSE(unasked_) << "a piece came between the pause and the resume()";
  }

 private:
  bool take(RequestId id, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    bytes_[id] += bytes;
    if (paused_ == id && !resumed_) unasked_ = true;
    if (paused_ != 0) return true;
    paused_ = id;
    changed_.notify_all();
    return false;
  }
  void complete(RequestId id, const Status& status) {
    const std::lock_guard lock(mutex_);
    ended_[id] = status;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<RequestId, std::size_t> bytes_;
  std::map<RequestId, Status> ended_;
  RequestId paused_ = 0;
  bool resumed_ = false, unasked_ = false;
};

TEST_F(Pausing, over_http2_holds_its_whole_connection_until_resumed) {
  load_both(true);
}

TEST_F(Pausing, over_http1_holds_one_request_until_resumed) {
  load_both(false);
}

}  // namespace
}  // namespace pagehaul
