// Who a real FTP server takes us for, and TLS with it.

#include "ftp_connection_fixture.h"
#include "support/event_recorder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

TEST_F(FtpConnectionTest, AWrongPasswordIsAnAuthenticationError) {
  FtpConnection wrong(*engine, {.url = server->url("/", "ada:wrong@")});
  const Completion denied = wrong.perform({FtpOperation::List});
  EXPECT_EQ(denied.status.kind(), ErrorKind::Authentication) << denied.status.message();
  EXPECT_EQ(denied.response.status, 530);
  EXPECT_EQ(denied.attempts, 1);
}

TEST_F(FtpConnectionTest, AnonymousMayReadAndIsToldWhereItMayNotWrite) {
  FtpConnection anonymous(*engine, {.url = server->url()});
  EXPECT_EQ(names(anonymous.perform({FtpOperation::List, "pub"})).size(), 3U);
  const Completion refused = anonymous.perform({FtpOperation::CreateDirectory, "mine"});
  EXPECT_EQ(refused.status.kind(), ErrorKind::HttpStatus) << refused.status.message();
  EXPECT_FALSE(exists("mine"));
}

TEST_F(FtpConnectionTest, TheLoginMayComeFromOptionsOrNetrc) {
  FtpConnection given(*engine, {.url = server->url(), .user = "ada:secret"});
  EXPECT_TRUE(given.perform({FtpOperation::CreateDirectory, "one"}).status.ok());
  const std::string netrc = local.put("netrc", "machine 127.0.0.1 login ada password secret\n").string();
  FtpConnection looked_up(*engine, {.url = server->url(), .netrc_file = netrc});
  const Completion made = looked_up.perform({FtpOperation::CreateDirectory, "two"});
  EXPECT_TRUE(made.status.ok()) << made.status.message();
}

TEST_F(FtpConnectionTest, TheAddressPolicyHolds) {
  FtpConnection guarded(*engine, {.url = server->url(), .refuse_private_addresses = true});
  EXPECT_EQ(guarded.perform({FtpOperation::List}).status.kind(), ErrorKind::AddressRefused);
  EXPECT_EQ(server->connections(), 0);
}

TEST_F(FtpConnectionTest, TlsIsUsedForCommandsAndDataWhereItIsOffered) {
  begin({.tls = true});
  engine.reset();
  engine = std::make_unique<Engine>(EngineOptions{.ca_file = server->ca_file().string()});
  FtpConnection secure(*engine, {.url = server->url("/", "ada:secret@")});
  EventRecorder events;
  FtpRequest request{FtpOperation::List, "pub"};
  request.context = 1;
  request.on_event = events.callback();
  secure.start(std::move(request));
  const Completion listed = events.wait();
  ASSERT_TRUE(listed.status.ok()) << listed.status.message();
  EXPECT_EQ(names(listed).size(), 3U);
  EXPECT_EQ(listed.response.tls_version.substr(0, 4), "TLSv");
  EXPECT_EQ(events.count(RequestEvent::TlsEstablished), 1U);
  EXPECT_EQ(count_of("PROT P"), 1);
  FtpRequest store{FtpOperation::Store, "pub/tls"};
  store.local_file = local.put("tls", std::string(1'000'000, 't')).string();
  const Completion put = secure.perform(std::move(store));
  ASSERT_TRUE(put.status.ok()) << put.status.message();
  EXPECT_EQ(server->read("pub/tls").size(), 1'000'000U);
}

TEST_F(FtpConnectionTest, AServerThatInsistsOnTlsIsServed) {
  begin({.tls = true, .tls_required = true});
  engine.reset();
  engine = std::make_unique<Engine>(EngineOptions{.ca_file = server->ca_file().string()});
  FtpConnection secure(*engine, {.url = server->url("/", "ada:secret@"), .tls = FtpTls::Require});
  EXPECT_TRUE(secure.perform({FtpOperation::List}).status.ok());
  FtpConnection plain(*engine, {.url = server->url("/", "ada:secret@"), .tls = FtpTls::Off});
  EXPECT_FALSE(plain.perform({FtpOperation::List}).status.ok());
}

TEST_F(FtpConnectionTest, TlsThatIsRequiredAndNotOfferedEndsBeforeThePassword) {
  FtpConnection secure(*engine, {.url = server->url("/", "ada:secret@"), .tls = FtpTls::Require});
  const Completion listed = secure.perform({FtpOperation::List});
  EXPECT_EQ(listed.status.kind(), ErrorKind::Tls) << listed.status.message();
  EXPECT_EQ(count_of("USER"), 0);
  EXPECT_EQ(count_of("PASS"), 0);
}

TEST_F(FtpConnectionTest, AnUntrustedCertificateIsRefusedUnlessThatIsWanted) {
  begin({.tls = true});
  const Completion refused = perform(FtpOperation::List);
  EXPECT_EQ(refused.status.kind(), ErrorKind::Tls) << refused.status.message();
  EXPECT_EQ(count_of("PASS"), 0);
  engine = std::make_unique<Engine>(EngineOptions{.insecure = true});
  FtpConnection careless(*engine, {.url = server->url("/", "ada:secret@")});
  EXPECT_TRUE(careless.perform({FtpOperation::List}).status.ok());
}

}  // namespace
}  // namespace pagehaul
