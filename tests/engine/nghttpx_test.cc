// HTTP/2 against nghttpx, which passes what it is sent on to the fixture server.

#include <gtest/gtest.h>

#include <algorithm>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/nghttpx.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

std::size_t count_of(const fixture::Request& request, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [name](const auto& field) { return equals_ignoring_case(field.first, name); }));
}

TEST(EngineWithNghttpx, AnInterimResponseTellsOfItsVersionOfHttp) {
  fixture::Server server;
  server.on("/a", [](const fixture::Request&, fixture::Response& response) {
    response.interim(103, {{"Link", "</style.css>; rel=preload"}});
    response.reply(200, {}, "x");
  });
  const test_support::Nghttpx front(server.port());
  EngineOptions options;
  options.ca_file = front.ca_file();
  EventRecorder recorder;
  Engine engine(options);
  engine.start({.url = front.url("/a"), .context = 1, .on_event = recorder.callback()});
  EXPECT_EQ(recorder.wait().response.http_version, "2");
  EXPECT_EQ(recorder.all(RequestEvent::InterimResponse).at(0).text, "2");
}

// curl sends it again on the same handle, with the answer to the challenge.
TEST(EngineWithNghttpx, ARequestThatIsSentTwiceSaysItsUrgencyOnceEachTime) {
  fixture::Server server;
  server.on("/a", [](const fixture::Request& request, fixture::Response& response) {
    if (request.has_header("Authorization")) return (void)response.reply(200, {}, "in");
    response.reply(401, {{"WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256"}}, "");
  });
  const test_support::Nghttpx front(server.port());
  EngineOptions options;
  options.ca_file = front.ca_file();
  Engine engine(options);
  const Response response = engine.fetch({.url = front.url("/a"), .user = "name:pass", .priority = Priority::Critical});
  EXPECT_EQ(response.body, "in");
  EXPECT_EQ(response.completion.response.request_headers.get("Priority"), "u=1");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  for (const fixture::Request& request : requests) {
    EXPECT_EQ(count_of(request, "Priority"), 1U);
    EXPECT_EQ(request.header("Priority"), "u=1");
  }
}

}  // namespace
}  // namespace pagehaul
