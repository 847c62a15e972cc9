#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

// curl gives the header lines that it reads while a request waits in one piece afterwards.
TEST(PausedConnection, OverHttp2LosesNoHeaderOfAnyResponse) {
  constexpr int kRounds = 10;
  constexpr std::size_t kOthers = 80;
  test_support::Nginx nginx;
  nginx.put("/long", std::string(kBodyBytes / 4, 'x'));
  nginx.put("/short", std::string(20000, 'y'));
  EngineOptions options;
  options.ca_file = nginx.ca_file().string();
  Engine engine(std::move(options));
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<RequestId> paused;
  bool over = false;
  std::thread resumer([&] {
    std::unique_lock lock(mutex);
    while (!over) {
      for (const RequestId id : std::exchange(paused, {})) engine.resume(id);
      changed.wait(lock, [&] { return over || !paused.empty(); });
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    std::size_t open = kOthers + 1;
    std::vector<Completion> ended;
    for (std::size_t i = 0; i <= kOthers; ++i) {
      Request request;
      request.url = nginx.url((i == 10 ? "/long?" : "/short?") + std::to_string(i));
      request.context = 1;
      request.on_body = [&, pauses = i == 10](RequestId id, std::string&&) {
        if (!pauses) return true;
        const std::lock_guard lock(mutex);
        paused.push_back(id);
        changed.notify_all();
        return false;
      };
      request.on_event = [&](const StatusEvent& event) {
        if (event.event != RequestEvent::Complete) return;
        const std::lock_guard lock(mutex);
        ended.push_back(*event.completion);
        --open;
        changed.notify_all();
      };
      engine.start(std::move(request));
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open == 0; });
    for (const Completion& completion : ended) {
      EXPECT_TRUE(completion.status.ok()) << completion.status.message();
      EXPECT_EQ(completion.response.status, 200) << completion.response.url;
      EXPECT_EQ(completion.response.headers.get("content-length"), std::to_string(completion.response.body_bytes));
    }
  }
  {
    const std::lock_guard lock(mutex);
    over = true;
  }
  changed.notify_all();
  resumer.join();
}

}  // namespace
}  // namespace pagehaul
