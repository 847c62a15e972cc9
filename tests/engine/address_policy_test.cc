// The address policy where it matters: at the address connected to, at every hop, whatever a name says.

#include <gtest/gtest.h>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/fake_resolver.h"

namespace pagehaul {
namespace {

fixture::ServerOptions two_addresses() {
  fixture::ServerOptions options;
  options.addresses = {"127.0.0.1", "127.0.0.2"};
  return options;
}

// On loopback there is no public address, so the policy's question is answered as if 127.0.0.2 were one.
EngineOptions with_a_public_address() {
  EngineOptions options;
  options.private_address = [](std::string_view address) { return address != "127.0.0.2"; };
  return options;
}

TEST(AddressPolicyOfEngine, ANameThatIsReboundToAPrivateAddressIsRefused) {
  test_support::FakeResolver resolver;
  resolver.answer("rebind.test", {"127.0.0.2", "127.0.0.1"});
  fixture::Server first(two_addresses()), second(two_addresses());
  first.serve("/", 200, {}, "page");
  second.serve("/image", 200, {}, "secret");
  Engine engine(with_a_public_address());
  const auto get = [&engine](std::string url) {
    return engine.fetch({.url = std::move(url), .refuse_private_addresses = true});
  };
  EXPECT_EQ(get(first.url("/", "rebind.test")).body, "page");
  // Another port needs a connection, whose lookup is answered by curl's memory or, a minute later, anew: a new engine.
  Engine later(with_a_public_address());
  const Completion refused =
      later.fetch({.url = second.url("/image", "rebind.test"), .refuse_private_addresses = true}).completion;
  EXPECT_EQ(refused.status.kind(), ErrorKind::AddressRefused) << refused.status.message();
  EXPECT_NE(refused.status.message().find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(second.counts().requests, 0U);
  EXPECT_EQ(resolver.lookups("rebind.test"), 2);
}

TEST(AddressPolicyOfEngine, ARedirectFromAPublicToAPrivateAddressIsRefusedUnlessAllowed) {
  fixture::Server server(two_addresses());
  server.redirect("/out", 302, server.url("/hop", "127.0.0.2"));
  server.redirect("/hop", 302, server.url("/inner", "127.0.0.1"));
  server.serve("/inner", 200, {}, "secret");
  Engine engine(with_a_public_address());
  const Completion refused = engine.fetch({.url = server.url("/out", "127.0.0.2")}).completion;
  EXPECT_EQ(refused.status.kind(), ErrorKind::AddressRefused) << refused.status.message();
  EXPECT_EQ(refused.hops.size(), 2U);
  EXPECT_EQ(server.count("/inner"), 0U);
  Request allowed{.url = server.url("/out", "127.0.0.2")};
  allowed.allow_private_after_public = true;
  EXPECT_EQ(engine.fetch(allowed).body, "secret");
  EXPECT_EQ(engine.fetch({.url = server.url("/out")}).completion.status.kind(), ErrorKind::AddressRefused)
      << "private, public, and private again";
  EXPECT_EQ(engine.fetch({.url = server.url("/inner")}).body, "secret") << "the user's own wish";
}

TEST(AddressPolicyOfEngine, APooledConnectionIsAskedToo) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  Engine engine({});
  EXPECT_EQ(engine.fetch({.url = server.url("/a")}).body, "x");
  EXPECT_EQ(engine.fetch({.url = server.url("/a"), .refuse_private_addresses = true}).completion.status.kind(),
            ErrorKind::AddressRefused);
  EXPECT_EQ(server.counts().requests, 1U);
  EXPECT_EQ(server.counts().accepted, 1U);
}

}  // namespace
}  // namespace pagehaul
