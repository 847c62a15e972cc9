#include "language.h"

#include <gtest/gtest.h>

#include "fixture_server.h"
#include "process.h"

namespace pagehaul {
namespace {

TEST(Language, IsTheLocalesAndThenEnglish) {
  using cli::accept_language_of_locale;
  EXPECT_EQ(accept_language_of_locale("de_AT.UTF-8@euro"), "de-AT,de;q=0.9,en-US;q=0.8,en;q=0.7");
  EXPECT_EQ(accept_language_of_locale("ast"), "ast,en-US;q=0.9,en;q=0.8");
  EXPECT_EQ(accept_language_of_locale("en_US.UTF-8"), "en-US,en;q=0.9");
  EXPECT_EQ(accept_language_of_locale("en_GB"), "en-GB,en;q=0.9");
  for (const char* english : {"", "C", "POSIX", "C.UTF-8", "en", "german", "d\r\nX: y", "DE_de"})
    EXPECT_EQ(accept_language_of_locale(english), "en-US,en;q=0.9") << english;
  EXPECT_EQ(accept_language_of_locale("de_\r\n"), "de,en-US;q=0.9,en;q=0.8");
}

TEST(Language, OfTheEnvironmentIsWhatPagesAreAskedForIn) {
  fixture::Server server;
  server.serve("/", 200, {{"Content-Type", "text/html"}}, "text");
  const test::ScratchFolder folder;
  const auto asked = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"load", "--cache", folder.path("c.db"), "--no-store", "-q", server.url("/")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    test::ProcessOptions options;
    options.environment = {{"LC_ALL", ""}, {"LC_MESSAGES", "pt_BR.UTF-8"}, {"LANG", "de_DE"}};
    const test::ProcessResult result = test::run(std::move(arguments), options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return std::string(server.requests("/").back().header("Accept-Language"));
  };
  EXPECT_EQ(asked({}), "pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7");
  EXPECT_EQ(asked({"-H", "Accept-Language: fr"}), "fr");
}

}  // namespace
}  // namespace pagehaul
