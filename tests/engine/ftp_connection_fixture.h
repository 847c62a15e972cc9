#pragma once
// A real FTP server with a few files, and a connection of an engine's to it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pagehaul/ftp.h"
#include "support/ftp_server.h"
#include "support/temporary_folder.h"

namespace pagehaul {

class FtpConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test_support::FtpServer::is_installed()) GTEST_SKIP() << test_support::FtpServer::missing();
    begin({});
  }
  void begin(const test_support::FtpServerOptions& options, EngineOptions engine_options = {}) {
    ftp.reset();
    engine.reset();
    server = std::make_unique<test_support::FtpServer>(options);
    server->put("pub/a.txt", "hello\n");
    server->put("pub/b c.txt", "two words");
    server->put("pub/sub/deep.bin", std::string(300'000, 'x'));
    engine = std::make_unique<Engine>(std::move(engine_options));
    ftp = std::make_unique<FtpConnection>(*engine, FtpOptions{.url = server->url("/", "ada:secret@")});
  }
  Completion perform(FtpOperation operation, std::string path = {}, std::string to = {}) {
    return ftp->perform({operation, std::move(path), std::move(to)});
  }
  std::vector<std::string> names(const Completion& listed) {
    std::vector<std::string> found;
    for (const FtpEntry& entry : listed.response.ftp->entries) found.push_back(entry.name);
    std::sort(found.begin(), found.end());
    return found;
  }
  bool exists(const std::string& path) { return std::filesystem::exists(server->root() / path); }
  int count_of(const std::string& command) {
    const auto all = server->commands();
    return static_cast<int>(
        std::count_if(all.begin(), all.end(), [&](const std::string& line) { return line.starts_with(command); }));
  }

  std::unique_ptr<test_support::FtpServer> server;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<FtpConnection> ftp;
  test_support::TemporaryFolder local;
};

}  // namespace pagehaul
