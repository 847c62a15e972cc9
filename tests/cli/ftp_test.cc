// pagehaul ftp, as a process, with a real server.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "process.h"
#include "support/ftp_server.h"
#include "support/scripted_ftp_server.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;
using test_support::FtpServer;

class FtpCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (!FtpServer::is_installed()) GTEST_SKIP() << FtpServer::missing();
    begin({});
  }
  void begin(const test_support::FtpServerOptions& options) {
    server_ = std::make_unique<FtpServer>(options);
    server_->put("pub/a.txt", "hello\n");
    server_->put("pub/b c.txt", "two words");
    server_->put("pub/sub/deep", "d");
  }
  ProcessResult ftp(std::vector<std::string> arguments, ProcessOptions options = {}) {
    arguments.insert(arguments.begin(), "ftp");
    return run(std::move(arguments), std::move(options));
  }
  std::string url(const std::string& path) const { return server_->url(path, "ada:secret@"); }
  bool exists(const std::string& path) const { return std::filesystem::exists(server_->root() / path); }

  ScratchFolder folder_;
  std::unique_ptr<FtpServer> server_;
};

TEST_F(FtpCommand, LsPrintsATableOrJson) {
  const ProcessResult table = ftp({"ls", server_->url("/pub/")});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  ASSERT_EQ(lines(table.out).size(), 4U) << table.out;
  EXPECT_TRUE(lines(table.out)[1].ends_with("a.txt")) << table.out;
  const ProcessResult json = ftp({"ls", "--json", url("/pub")});
  ASSERT_EQ(lines(json.out).size(), 3U) << json.err;
  const Json entry = Json::parse(lines(json.out)[1]);
  EXPECT_EQ(entry["schema"], "pagehaul.ftp-entry/1");
  EXPECT_EQ(entry["name"], "b c.txt");
  EXPECT_EQ(entry["type"], "file");
  EXPECT_EQ(entry["size"], 9);
  EXPECT_EQ(entry["exact_time"], true);
  EXPECT_EQ(entry["link_target"], nullptr);
  EXPECT_EQ(Json::parse(lines(json.out)[2])["type"], "directory");
}

TEST_F(FtpCommand, GetWritesToStandardOutputOrAFileAndGoesOn) {
  EXPECT_EQ(ftp({"get", url("/pub/a.txt")}).out, "hello\n");
  const std::string file = folder_.path("out");
  EXPECT_EQ(ftp({"get", "-o", file, url("/pub/b%20c.txt")}).exit_code, 0);
  EXPECT_EQ(read_file(file), "two words");
  folder_.write("out", "two ");
  const ProcessResult resumed = ftp({"get", "-C", "-o", file, url("/pub/b%20c.txt")});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(read_file(file), "two words");
  EXPECT_EQ(ftp({"get", "-C", url("/pub/a.txt")}).exit_code, 2);
}

TEST_F(FtpCommand, CtrlCEndsPutWhileStandardInputIsQuiet) {
  ProcessOptions quiet;
  quiet.input = "so far";
  quiet.input_stays_open = true;
  Process process(program({"ftp", "put", "-v", "-", url("/pub/in")}), quiet);
  ASSERT_TRUE(process.wait_for_output("headers-received"));
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().exit_code, 130);
}

// A file of a tebibyte comes until the client goes.
TEST(FtpProgress, IsShownOnATerminalAndTakenAwayWhenInterrupted) {
  constexpr std::uint64_t kEver = std::uint64_t{1} << 40;
  test_support::ScriptedFtpServer server([](auto& session, const std::string& command) {
    if (command.starts_with("SIZE ")) {
      session.reply("213 " + std::to_string(kEver));
      return true;
    }
    if (!command.starts_with("RETR ")) return false;
    session.reply("150 here it comes");
    session.send_data_repeatedly(std::string(4096, 'x'), kEver / 4096);
    return true;
  });
  ProcessOptions terminal;
  terminal.terminal = std::pair(60, 12);
  Process process(program({"ftp", "get", "-o", "/dev/null", server.url("/large")}), terminal);
  ASSERT_TRUE(process.wait_for_output("0 % of 1.0 TiB"));
  process.signal(SIGINT);
  const ProcessResult ended = process.wait();
  EXPECT_EQ(ended.exit_code, 130) << ended.out;
  const std::size_t last_line = ended.out.rfind(" of 1.0 TiB");
  EXPECT_NE(ended.out.find("\x1b[J", last_line), std::string::npos) << "nothing of it stays";
}

// A file of a tebibyte, all of it a hole, goes until the program is interrupted.
TEST(FtpProgress, IsShownOfWhatIsStoredToo) {
  constexpr std::uint64_t kEver = std::uint64_t{1} << 40;
  std::atomic<std::uint64_t> received = 0;
  std::optional<test_support::ScriptedFtpServer> server;
  server.emplace([&received](auto& session, const std::string& command) {
    if (!command.starts_with("STOR ")) return false;
    session.reply("150 send it");
    received = session.receive_data();
    return true;
  });
  const ScratchFolder folder;
  const std::string large = folder.write("large", "");
  std::filesystem::resize_file(large, kEver);
  ProcessOptions terminal;
  terminal.terminal = std::pair(60, 12);
  Process process(program({"ftp", "put", large, server->url("/large")}), terminal);
  ASSERT_TRUE(process.wait_for_output("0 % of 1.0 TiB"));
  process.signal(SIGINT);
  const ProcessResult ended = process.wait();
  EXPECT_EQ(ended.exit_code, 130) << ended.out;
  EXPECT_NE(ended.out.find("\x1b[J", ended.out.rfind(" of 1.0 TiB")), std::string::npos) << "nothing of it stays";
  server.reset();  // its threads have ended
  EXPECT_GT(received, 0U);
}

TEST_F(FtpCommand, PutStoresAFileOrStandardInput) {
  const std::string file = folder_.write("up.txt", "up and up");
  EXPECT_EQ(ftp({"put", file, url("/pub/")}).exit_code, 0);
  EXPECT_EQ(server_->read("pub/up.txt"), "up and up");
  EXPECT_EQ(ftp({"put", "-a", file, url("/pub/a.txt")}).exit_code, 0);
  EXPECT_EQ(server_->read("pub/a.txt"), "hello\nup and up");
  ProcessOptions typed;
  typed.input = "typed";
  EXPECT_EQ(ftp({"put", "-", url("/pub/in")}, typed).exit_code, 0);
  EXPECT_EQ(server_->read("pub/in"), "typed");
  EXPECT_EQ(ftp({"put", "-", url("/pub/")}).exit_code, 2);
  const ProcessResult missing = ftp({"put", folder_.path("none"), url("/pub/none")});
  EXPECT_EQ(missing.exit_code, 3) << missing.err;
  EXPECT_FALSE(exists("pub/none"));
}

TEST_F(FtpCommand, DirectoriesAndFilesAreMadeMovedAndRemoved) {
  EXPECT_EQ(ftp({"mkdir", url("/pub/one"), url("/pub/two")}).exit_code, 0);
  EXPECT_TRUE(exists("pub/two"));
  EXPECT_EQ(ftp({"mv", url("/pub/a.txt"), "z.txt"}).exit_code, 0);
  EXPECT_TRUE(exists("pub/z.txt"));
  EXPECT_EQ(ftp({"rm", url("/pub/z.txt")}).exit_code, 0);
  EXPECT_FALSE(exists("pub/z.txt"));
  EXPECT_EQ(ftp({"rmdir", url("/pub/one")}).exit_code, 0);
  EXPECT_FALSE(exists("pub/one"));
  const ProcessResult full = ftp({"rmdir", url("/pub/sub")});
  EXPECT_EQ(full.exit_code, 8) << full.err;
  EXPECT_EQ(ftp({"size", url("/pub/b%20c.txt")}).out, "9\n");
  EXPECT_EQ(ftp({"pwd", url("/pub/sub")}).out, (server_->root() / "pub/sub").string() + "\n");
  EXPECT_EQ(ftp({"pwd", url("/")}).out, server_->root().string() + "\n");
}

TEST_F(FtpCommand, TheRootIsReachedByASecondSlash) {
  EXPECT_EQ(ftp({"get", url("/" + (server_->root() / "pub/a.txt").string())}).out, "hello\n");
}

TEST_F(FtpCommand, ExitCodesSayWhatWentWrong) {
  const ProcessResult denied = ftp({"ls", server_->url("/", "ada:wrong@")});
  EXPECT_EQ(denied.exit_code, 6) << denied.err;
  EXPECT_EQ(ftp({"get", url("/pub/none")}).exit_code, 8);
  EXPECT_EQ(ftp({"get", "-o", folder_.path("no/folder"), url("/pub/a.txt")}).exit_code, 3);
  EXPECT_EQ(ftp({"ls", "--tls", "require", url("/")}).exit_code, 5);
  EXPECT_EQ(ftp({"ls", "ftp://127.0.0.1:1/"}).exit_code, 4);
  EXPECT_EQ(ftp({"ls", "http://127.0.0.1/"}).exit_code, 2);
  EXPECT_EQ(ftp({"ls", "--max-entries", "2", url("/pub")}).exit_code, 12);
  const ProcessResult bad = ftp({"rm", url("/pub/x%0d%0aDELE%20pub%2fa.txt")});
  EXPECT_EQ(bad.exit_code, 2) << bad.err;
  EXPECT_TRUE(exists("pub/a.txt"));
}

TEST_F(FtpCommand, TheLoginComesFromTheOptionOrNetrc) {
  EXPECT_EQ(ftp({"mkdir", "-u", "ada:secret", server_->url("/pub/u")}).exit_code, 0);
  const std::string netrc = folder_.write("netrc", "machine 127.0.0.1 login ada password secret\n");
  const ProcessResult made = ftp({"mkdir", "--netrc-file", netrc, server_->url("/pub/n")});
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(ftp({"mkdir", server_->url("/pub/nobody")}).exit_code, 8);
}

TEST_F(FtpCommand, TlsIsTriedAndItsCertificateVerified) {
  begin({.tls = true});
  const ProcessResult untrusted = ftp({"ls", url("/pub")});
  EXPECT_EQ(untrusted.exit_code, 5) << untrusted.err;
  EXPECT_EQ(ftp({"ls", "-k", url("/pub")}).exit_code, 0);
  const ProcessResult trusted =
      ftp({"get", "--tls", "require", "--cacert", server_->ca_file().string(), url("/pub/a.txt")});
  EXPECT_EQ(trusted.out, "hello\n") << trusted.err;
}

TEST_F(FtpCommand, GetAndLoadTakeFtpUrls) {
  const std::string cache = folder_.path("cache.db");
  EXPECT_EQ(run({"get", "--cache", cache, server_->url("/pub/a.txt")}).out, "hello\n");
  EXPECT_EQ(run({"get", "--cache", cache, server_->url("/pub/none")}).exit_code, 8);
  server_->put("pub/index.html", "<img src=a.txt>");
  const ProcessResult loaded = run({"load", "--cache", cache, server_->url("/pub/index.html")});
  EXPECT_EQ(loaded.exit_code, 0) << loaded.err;
  EXPECT_EQ(run({"load", "--cache", cache, server_->url("/pub/none.html")}).exit_code, 8);
}

}  // namespace
}  // namespace pagehaul::test
