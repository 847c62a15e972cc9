// What a page from a public address may reach, through the program: its names resolve as --resolve says, and a
// preloaded library has the fixture server answer at a public address (tests/tools/public_address.cc).

#include <gtest/gtest.h>

#include "fixture_server.h"
#include "process.h"

namespace pagehaul::test {
namespace {

constexpr const char* kPublic = "44.0.0.1";

class AddressPolicy : public testing::Test {
 protected:
  // Two servers, since curl keeps what a name resolved to, for each port: "rebind.test" is public for the page's port
  // and wherever a test says for the image's.
  void SetUp() override {
    page_.serve("/", 200, {{"Content-Type", "text/html"}},
                "<img src='" + image_.url("/image.png", "rebind.test") + "'><img src='own.png'>");
    page_.serve("/own.png", 200, {{"Content-Type", "image/png"}}, "x");
    page_.serve("/redirected.html", 200, {{"Content-Type", "text/html"}}, "<img src='out.png'>");
    page_.redirect("/out.png", 302, image_.url("/image.png"));
    image_.serve("/image.png", 200, {{"Content-Type", "image/png"}}, "secret");
  }

  // `command` of what `path` says, with the image at this address.
  ProcessResult reach(const std::string& command, const std::string& path, const std::string& address,
                      const std::vector<std::string>& more = {}) {
    const auto resolve = [](const fixture::Server& server, const std::string& to) {
      return "rebind.test:" + std::to_string(server.port()) + ":" + to;
    };
    std::vector<std::string> arguments = {command,
                                          "--no-store",
                                          "--retry",
                                          "0",
                                          "--resolve",
                                          resolve(page_, kPublic),
                                          "--resolve",
                                          resolve(image_, address),
                                          page_.url(path, "rebind.test")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(std::move(arguments), {.environment = {{"LD_PRELOAD", PAGEHAUL_PUBLIC_ADDRESS}}});
  }

  // Refused with exit 12 and a line that names what was refused and why; and nothing of it left.
  void expect_refused(const ProcessResult& result, const std::string& url, const std::string& address) {
    EXPECT_EQ(result.exit_code, 12) << result.out << result.err;
    for (const std::string& part : {url, std::string("address-refused"), "private address " + address + ","})
      EXPECT_NE((result.out + result.err).find(part), std::string::npos) << part << "\n" << result.out << result.err;
    EXPECT_EQ(image_.counts().accepted, 0U);
  }

  // 44.0.0.1 leads to 127.0.0.1, on which these listen.
  fixture::Server page_, image_;
};

TEST_F(AddressPolicy, ANameReboundToLoopbackForThePagesImageIsRefusedWithExitTwelve) {
  const ProcessResult result = reach("load", "/", "127.0.0.1");
  expect_refused(result, "/image.png", "127.0.0.1");
  EXPECT_NE(result.out.find("2 of 3 loaded, 1 failed"), std::string::npos) << result.out;
  EXPECT_EQ(page_.count("/own.png"), 1U) << "the page's own server is still asked";
}

TEST_F(AddressPolicy, ALoopbackAddressMappedIntoIpv6IsRefusedToo) {
  expect_refused(reach("load", "/", "[::ffff:127.0.0.1]"), "/image.png", "::ffff:127.0.0.1");
}

TEST_F(AddressPolicy, ARedirectToAPrivateAddressIsRefused) {
  expect_refused(reach("load", "/redirected.html", kPublic), "/out.png", "127.0.0.1");
  const ProcessResult get = reach("get", "/out.png", kPublic);
  EXPECT_EQ(get.exit_code, 12) << get.err;
  EXPECT_EQ(get.out, "");
  EXPECT_NE(get.err.find("private address 127.0.0.1"), std::string::npos) << get.err;
  EXPECT_EQ(image_.counts().accepted, 0U);
}

TEST_F(AddressPolicy, AllowPrivateLiftsIt) {
  for (const std::string address : {"127.0.0.1", "[::ffff:127.0.0.1]"}) {
    const ProcessResult result = reach("load", "/", address, {"--allow-private"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  }
  EXPECT_EQ(reach("load", "/redirected.html", kPublic, {"--allow-private"}).exit_code, 0);
  EXPECT_EQ(reach("get", "/out.png", kPublic, {"--allow-private"}).out, "secret");
  EXPECT_EQ(image_.count("/image.png"), 4U);
}

TEST_F(AddressPolicy, APublicImageAndAPrivatePageAreNoneOfItsBusiness) {
  EXPECT_EQ(reach("load", "/", kPublic).exit_code, 0);
  EXPECT_EQ(run({"load", "--no-store", page_.url("/redirected.html")}).exit_code, 0);
  EXPECT_EQ(image_.count("/image.png"), 2U);
}

}  // namespace
}  // namespace pagehaul::test
