// TLS sessions that outlive an engine: with a real server, which says itself whether a session was resumed.

#include "engine/tls_resumption.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/loopback.h"
#include "support/nginx.h"
#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using namespace std::chrono_literals;

WallTime now() {
  return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
}

// One line of the file.
struct Kept {
  std::string key;
  TlsSession session;
};

std::string encoded(SSL_SESSION* session) {
  std::vector<unsigned char> der(static_cast<std::size_t>(i2d_SSL_SESSION(session, nullptr)));
  unsigned char* at = der.data();
  i2d_SSL_SESSION(session, &at);
  std::string text(der.size() * 4 / 3 + 4, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), der.data(), static_cast<int>(der.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
Session decoded(const std::string& text) {
  std::vector<unsigned char> der(text.size());
  EVP_DecodeBlock(der.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  const unsigned char* at = der.data();
  return {d2i_SSL_SESSION(nullptr, &at, static_cast<long>(der.size())), &SSL_SESSION_free};
}

// Of a client that verifies nothing.
std::string unverified_session(std::uint16_t port) {
  static std::string text;
  text.clear();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context.get(), [](SSL*, SSL_SESSION* session) {
    text = encoded(session);
    return 0;
  });
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = test_support::loopback(port);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  SSL_set_fd(ssl.get(), fd);
  EXPECT_EQ(SSL_connect(ssl.get()), 1);
  EXPECT_NE(SSL_get_verify_result(ssl.get()), X509_V_OK);
  const std::string request = "GET / HTTP/1.0\r\n\r\n";
  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
  std::array<char, 1000> answer{};
  while (SSL_read(ssl.get(), answer.data(), static_cast<int>(answer.size())) > 0) continue;
  close(fd);
  return text;
}

class TlsResumptionTest : public ::testing::Test {
 protected:
  explicit TlsResumptionTest(const test_support::NginxOptions& options = {}) : nginx_(options) {
    nginx_.put("/a", "x");
    options_.ca_file = nginx_.ca_file();
    options_.tls_session_file = folder_.path() / "sessions";
    options_.max_retries = 0;
    options_.on_jar_failure = [this](const Status& status) { failures_.push_back(status.message()); };
  }

  // One request of an engine of its own.
  Completion fetch(const EngineOptions& options, const std::string& host = "localhost") {
    EventRecorder recorder;
    Engine engine(options);
    engine.start({.url = nginx_.url("/a", host), .context = 1, .on_event = recorder.callback()});
    Completion completion = recorder.wait();
    EXPECT_TRUE(completion.status.ok()) << completion.status.message();
    EXPECT_EQ(nginx_.wait_for_access(++asked_).back().tls_resumed, completion.response.tls_resumed);
    const auto told = recorder.all(RequestEvent::TlsEstablished);
    EXPECT_EQ(told.empty() ? -1 : told.back().value, completion.response.tls_resumed ? 1 : 0);
    return completion;
  }
  bool resumes(const EngineOptions& options, const std::string& host = "localhost") {
    return fetch(options, host).response.tls_resumed;
  }
  bool resumes() { return resumes(options_); }

  std::string file() const { return test_support::read_file(options_.tls_session_file); }
  std::vector<Kept> kept() const {
    std::vector<Kept> all;
    std::istringstream lines(file());
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      Kept one;
      std::int64_t ends = 0, check_by = 0;
      if (line.starts_with('#') || !(fields >> one.key >> one.session.id >> ends >> check_by >> one.session.text))
        continue;
      one.session.ends = WallTime(std::chrono::seconds(ends));
      one.session.check_by = WallTime(std::chrono::seconds(check_by));
      all.push_back(std::move(one));
    }
    return all;
  }
  // Writes a file that has this one alone.
  void put(const Kept& one) {
    TlsSessionStore store({});
    store.note(one.key, one.session, now());
    folder_.put("sessions", store.write_into("", now()));
    chmod(options_.tls_session_file.c_str(), 0600);
  }
  unsigned permissions() const {
    return static_cast<unsigned>(std::filesystem::status(options_.tls_session_file).permissions());
  }

  const test_support::TemporaryFolder folder_;
  test_support::Nginx nginx_;
  EngineOptions options_;
  std::vector<std::string> failures_;
  std::size_t asked_ = 0;
};

TEST_F(TlsResumptionTest, ALaterEngineResumesAndSoDoesTheOneAfterIt) {
  EXPECT_FALSE(resumes());
  EXPECT_EQ(permissions(), 0600U);
  EXPECT_EQ(kept().size(), 2U) << "nginx gives two";
  EXPECT_TRUE(resumes());
  EXPECT_TRUE(resumes());
  EXPECT_TRUE(resumes()) << "each brings what the next one needs";
  EXPECT_EQ(permissions(), 0600U);
  EXPECT_TRUE(failures_.empty()) << failures_.front();
}

TEST_F(TlsResumptionTest, WithoutAFileEachEngineBeginsAnew) {
  options_.tls_session_file.clear();
  EXPECT_FALSE(resumes());
  EXPECT_FALSE(resumes());
}

TEST_F(TlsResumptionTest, AnExpectedConnectionResumesToo) {
  EXPECT_FALSE(resumes());
  options_.expected_url = nginx_.url("/a");
  EXPECT_TRUE(resumes());
}

TEST_F(TlsResumptionTest, PlainHttpNeitherReadsNorWritesTheFile) {
  folder_.put("sessions", "nobody looks at this, or its mode would be complained of");
  EXPECT_EQ(Engine(options_).fetch({.url = nginx_.plain_url("/a")}).body, "x");
  EXPECT_TRUE(failures_.empty());
}

TEST_F(TlsResumptionTest, ASessionIsUsedOnce) {
  EXPECT_FALSE(resumes());
  const auto before = kept();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_TRUE(resumes());
  const auto after = kept();
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0].session.id, before[0].session.id);
  EXPECT_NE(after[1].session.id, before[1].session.id);
}

TEST_F(TlsResumptionTest, WhatCurlHasUsedItselfIsNotKept) {
  options_.tls_session_limits.max_per_origin = 10;
  options_.http2 = false;
  Request request{.url = nginx_.url("/a")};
  request.headers.set("Connection", "close");
  {
    Engine engine(options_);
    EXPECT_FALSE(engine.fetch(request).completion.response.tls_resumed);
    EXPECT_TRUE(engine.fetch(request).completion.response.tls_resumed);
  }
  EXPECT_EQ(kept().size(), 2U) << "two came with the first connection, of which the second used one and brought one";
  asked_ = 2;
  EXPECT_TRUE(resumes());
}

TEST_F(TlsResumptionTest, AnotherHostHasSessionsOfItsOwn) {
  EXPECT_FALSE(resumes());
  EXPECT_FALSE(resumes(options_, "www.localhost"));
  EXPECT_TRUE(resumes());
  EXPECT_TRUE(resumes(options_, "www.localhost"));
}

TEST_F(TlsResumptionTest, NothingIsKeptOrOfferedWhereCertificatesAreNotVerified) {
  EngineOptions insecure = options_;
  insecure.insecure = true;
  EXPECT_FALSE(resumes(insecure));
  EXPECT_FALSE(std::filesystem::exists(options_.tls_session_file));
  EXPECT_FALSE(resumes());
  const std::string before = file();
  EXPECT_FALSE(resumes(insecure));
  EXPECT_EQ(file(), before);
  EXPECT_TRUE(resumes());
}

TEST_F(TlsResumptionTest, ASessionOfAnUnverifiedConnectionIsNotOfferedEvenIfItIsInTheFile) {
  EXPECT_FALSE(resumes());
  Kept one = kept().back();
  EXPECT_TRUE((put(one), resumes())) << "the file is made as it should be";
  one.session.text = unverified_session(nginx_.port());
  ASSERT_NE(one.session.text, "");
  ++asked_;  // by that client
  put(one);
  EXPECT_FALSE(resumes());
  EXPECT_TRUE(resumes()) << "a full handshake was made";
}

TEST_F(TlsResumptionTest, AnotherTrustHasSessionsOfItsOwn) {
  EXPECT_FALSE(resumes());
  EngineOptions other = options_;
  other.ca_file = folder_.put("same.pem", test_support::read_file(nginx_.ca_file()));
  EXPECT_FALSE(resumes(other));
  EXPECT_TRUE(resumes(other));
  std::filesystem::last_write_time(other.ca_file, std::filesystem::file_time_type::clock::now() - 1h);
  EXPECT_FALSE(resumes(other)) << "the file has changed";
  other = options_;
  other.http2 = false;
  EXPECT_FALSE(resumes(other));
  EXPECT_TRUE(resumes());
}

TEST_F(TlsResumptionTest, AConnectionThatShowsACertificateOfItsOwnHasNone) {
  const auto fetch_with_certificate = [this] {
    Request request{.url = nginx_.url("/a")};
    request.client_certificate = {nginx_.folder() / "good.crt", nginx_.folder() / "good.key", ""};
    return Engine(options_).fetch(request).completion;
  };
  EXPECT_TRUE(fetch_with_certificate().status.ok());
  EXPECT_FALSE(std::filesystem::exists(options_.tls_session_file));
  asked_ = 1;
  EXPECT_FALSE(resumes());
  EXPECT_FALSE(fetch_with_certificate().response.tls_resumed);
}

TEST_F(TlsResumptionTest, CertificatesAreCheckedAgainInTimeHoweverOftenASessionIsResumed) {
  options_.tls_session_limits.max_age = 1h;
  EXPECT_FALSE(resumes());
  const WallTime latest = now() + 1h;
  options_.tls_session_limits.max_age = 2h;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(resumes());
  ASSERT_EQ(kept().size(), 2U);
  for (const Kept& one : kept()) EXPECT_LE(one.session.check_by, latest);
  options_.tls_session_limits.max_age = 0s;
  const std::string before = file();
  EXPECT_FALSE(resumes()) << "what was checked before now is checked again";
  EXPECT_EQ(file(), before) << "and nothing new is kept";
}

TEST_F(TlsResumptionTest, NoSessionOutlivesACertificate) {
  EXPECT_FALSE(resumes());
  for (const Kept& one : kept()) {
    EXPECT_LE(one.session.check_by, now() + 24h) << "when the server's is over; the limit is 7 days";
    EXPECT_GT(one.session.check_by, now() + 23h);
  }
}

TEST_F(TlsResumptionTest, AnExpiredSessionIsNotOffered) {
  EXPECT_FALSE(resumes());
  Kept one = kept().back();
  EXPECT_GT(one.session.ends, now() + 200s);
  EXPECT_LE(one.session.ends, now() + 300s) << "nginx's ssl_session_timeout is 5 minutes";
  one.session.ends = now();
  TlsSessionStore past({});
  past.note(one.key, one.session, now() - 1h);
  folder_.put("sessions", past.write_into("", now() - 1h));
  EXPECT_EQ(kept().size(), 1U);
  EXPECT_FALSE(resumes());
}

TEST_F(TlsResumptionTest, AFileThatOthersMayTouchIsNotUsedButReplaced) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0666U}) {
    std::filesystem::remove(options_.tls_session_file);
    EXPECT_FALSE(resumes());
    const auto before = kept();
    failures_.clear();
    chmod(options_.tls_session_file.c_str(), mode);
    EXPECT_FALSE(resumes());
    ASSERT_EQ(failures_.size(), 1U);
    EXPECT_NE(failures_[0].find("0600"), std::string::npos) << failures_[0];
    EXPECT_EQ(permissions(), 0600U);
    for (const Kept& old : before) EXPECT_EQ(file().find(old.session.id), std::string::npos);
    EXPECT_TRUE(resumes());
  }
}

TEST_F(TlsResumptionTest, ALinkIsNotFollowed) {
  const std::filesystem::path other = folder_.put("other", "somebody's own file");
  chmod(other.c_str(), 0600);
  std::filesystem::create_symlink(other, options_.tls_session_file);
  EXPECT_FALSE(resumes());
  ASSERT_EQ(failures_.size(), 1U);
  EXPECT_NE(failures_[0].find("symbolic link"), std::string::npos) << failures_[0];
  EXPECT_EQ(std::filesystem::file_size(other), 19U);
  EXPECT_FALSE(resumes());
}

TEST_F(TlsResumptionTest, NoFileMakesARequestFail) {
  const auto put_private = [this](const std::string& text) {
    folder_.put("sessions", text);
    chmod(options_.tls_session_file.c_str(), 0600);
  };
  EXPECT_FALSE(resumes());
  const std::string good = file();
  for (const std::string& bad : {std::string("garbage"), std::string(100000, '\0'), std::string(100000, '\n'),
                                 good.substr(0, good.size() - 1000), good.substr(0, good.size() / 3)}) {
    put_private(bad);
    fetch(options_);
    EXPECT_TRUE(resumes());
  }
  EXPECT_TRUE(failures_.empty());
  options_.tls_session_limits.max_file_bytes = 10000;
  put_private(std::string(10001, 'x'));
  EXPECT_FALSE(resumes());
  ASSERT_EQ(failures_.size(), 1U);
  EXPECT_NE(failures_[0].find("10000 bytes"), std::string::npos) << failures_[0];
  EXPECT_TRUE(resumes()) << "it was replaced";
  std::filesystem::remove(options_.tls_session_file);
  std::filesystem::create_directory(options_.tls_session_file);
  EXPECT_FALSE(resumes());
  EXPECT_EQ(failures_.size(), 3U) << "neither read nor written";
  options_.tls_session_file = folder_.path() / "none" / "sessions";
  EXPECT_FALSE(resumes());
  EXPECT_EQ(failures_.size(), 4U) << "a missing one is empty; and it cannot be written";
}

TEST_F(TlsResumptionTest, ASessionThatMakesTheHandshakeFailIsDoneWithout) {
  EXPECT_FALSE(resumes());
  Kept one = kept().back();
  const Session session = decoded(one.session.text);
  ASSERT_NE(session, nullptr);
  const std::array<unsigned char, 48> wrong{};
  ASSERT_EQ(SSL_SESSION_set1_master_key(session.get(), wrong.data(), wrong.size()), 1);
  one.session.text = encoded(session.get());
  put(one);
  const Completion completion = fetch(options_);
  EXPECT_FALSE(completion.response.tls_resumed);
  EXPECT_EQ(completion.attempts, 2);
  EXPECT_TRUE(resumes());
}

TEST_F(TlsResumptionTest, AServerThatKnowsTheSessionNoMoreMakesAFullHandshake) {
  EXPECT_FALSE(resumes());
  const auto sessions = kept();
  const test_support::Nginx other;  // with a key of its own for tickets
  other.put("/a", "y");
  Kept one = sessions.back();
  one.key = "https://localhost:" + std::to_string(other.port()) + one.key.substr(one.key.find('#'));
  options_.ca_file = folder_.put("ca.pem", test_support::read_file(other.ca_file()));
  EXPECT_EQ(Engine(options_).fetch({.url = other.url("/a")}).body, "y");
  one.key = kept().back().key;
  put(one);
  const Response response = Engine(options_).fetch({.url = other.url("/a")});
  EXPECT_EQ(response.body, "y") << response.completion.status.message();
  EXPECT_EQ(response.completion.attempts, 1);
  EXPECT_FALSE(response.completion.response.tls_resumed);
}

TEST_F(TlsResumptionTest, TwoEnginesAtOnceKeepEachOthersSessions) {
  {
    Engine first(options_), second(options_);
    EXPECT_EQ(first.fetch({.url = nginx_.url("/a")}).body, "x");
    EXPECT_EQ(second.fetch({.url = nginx_.url("/a", "www.localhost")}).body, "x");
  }
  asked_ = 2;
  EXPECT_TRUE(resumes());
  EXPECT_TRUE(resumes(options_, "www.localhost"));
}

TEST_F(TlsResumptionTest, ManyEnginesAtOnceLeaveAFileThatIsWhole) {
  std::vector<std::unique_ptr<Engine>> engines;
  for (int i = 0; i < 8; ++i) engines.push_back(std::make_unique<Engine>(options_));
  std::vector<std::thread> threads;
  for (auto& engine : engines) {
    threads.emplace_back([&] {
      for (const char* host : {"localhost", "www.localhost", "static.localhost"})
        EXPECT_EQ(engine->fetch({.url = nginx_.url("/a", host)}).body, "x");
      engine.reset();
    });
  }
  for (std::thread& thread : threads) thread.join();
  asked_ = 24;
  EXPECT_EQ(kept().size(), 6U);
  for (const char* host : {"localhost", "www.localhost", "static.localhost"}) EXPECT_TRUE(resumes(options_, host));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1) << "nothing else is left";
}

TEST(TlsResumption, KeepsNothingOfOlderVersions) {
  const test_support::Nginx nginx({.server_config = "ssl_protocols TLSv1.2; ssl_session_cache shared:tls:1m;"});
  nginx.put("/a", "x");
  const test_support::TemporaryFolder folder;
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  options.tls_session_file = folder.path() / "sessions";
  const Response response = Engine(options).fetch({.url = nginx.url("/a")});
  EXPECT_EQ(response.completion.response.tls_version, "TLSv1.2");
  EXPECT_FALSE(std::filesystem::exists(options.tls_session_file));
}

}  // namespace
}  // namespace pagehaul
