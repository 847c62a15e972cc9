#include <gtest/gtest.h>

#include "process.h"

namespace pagehaul::test {
namespace {

struct Mistake {
  std::vector<std::string> arguments;
  std::string named;  // must be in the line
};

class UsageErrors : public testing::TestWithParam<Mistake> {};

TEST_P(UsageErrors, ExitWithTwoAndOneLineThatNamesTheArgumentAndTheHelp) {
  const ProcessResult result = run(GetParam().arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  ASSERT_EQ(lines(result.err).size(), 1U) << result.err;
  EXPECT_TRUE(result.err.starts_with("pagehaul: ")) << result.err;
  EXPECT_NE(result.err.find(GetParam().named), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("--help'"), std::string::npos) << result.err;
}

INSTANTIATE_TEST_SUITE_P(Program, UsageErrors,
                         testing::Values(Mistake{{"nonsense"}, "'nonsense'"}, Mistake{{"--nonsense"}, "'--nonsense'"},
                                         Mistake{{"url"}, "INPUT"}, Mistake{{"url", "a", "b", "c"}, "'c'"},
                                         Mistake{{"url", "--bach"}, "--batch"},
                                         Mistake{{"url", "--batch=1"}, "--batch"}));

TEST(Usage, WithoutACommandTheOverviewIsShown) {
  const ProcessResult result = run({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("usage: pagehaul COMMAND"), std::string::npos);
}

TEST(Usage, HelpIsForReadersAndScripts) {
  const ProcessResult result = run({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find("usage: pagehaul COMMAND"), std::string::npos);
}

class EveryCommand : public testing::TestWithParam<const char*> {};

TEST_P(EveryCommand, HasHelpWithAnExample) {
  const ProcessResult result = run({GetParam(), "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.out.find("\nExample"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find(std::string("pagehaul ") + GetParam()), std::string::npos) << result.out;
}

INSTANTIATE_TEST_SUITE_P(Program, EveryCommand, testing::Values("load", "get", "refs", "url", "cache"));

TEST(Usage, VersionNamesTheProgramFirst) {
  const ProcessResult result = run({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.out.starts_with("pagehaul ")) << result.out;
}

TEST(Usage, AFullDeviceIsAFileErrorInOneLine) {
  const ProcessResult result = run({"url", "http://a/"}, {.stdout_file = "/dev/full"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err, "pagehaul: cannot write to standard output: No space left on device\n");
}

TEST(Usage, AReaderThatWentAwayIsNoReasonToComplain) {
  std::string questions;
  for (int i = 0; i < 20'000; ++i) questions += "{\"input\":\"http://a/\"}\n";
  Process process(program({"url", "--batch"}), {.input = questions});
  process.close_output();
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.signal, 0);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err, "");
}

TEST(Usage, AHostileArgumentIsShownEscaped) {
  const ProcessResult result = run({"url", "\x1B[2J\xE2\x80\xAE"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "pagehaul: '\\x1B[2J\\u{202E}' is no URL\n");
}

TEST(Usage, HelpFitsTheTerminalAndHonoursNoColor) {
  const ProcessResult coloured = run({"url", "--help"}, {.terminal = std::pair(60, 24)});
  EXPECT_NE(coloured.out.find('\x1B'), std::string::npos);
  const ProcessResult plain =
      run({"url", "--help"}, {.environment = {{"NO_COLOR", "1"}}, .terminal = std::pair(60, 24)});
  EXPECT_EQ(plain.out.find('\x1B'), std::string::npos);
  for (const std::string& line : lines(plain.out))
    EXPECT_LE(line.size(), 61U) << line;  // a terminal ends lines with \r\n
}

}  // namespace
}  // namespace pagehaul::test
