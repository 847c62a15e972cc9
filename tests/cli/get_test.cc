#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "fixture_server.h"
#include "process.h"
#include "sample_cache.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

// What no coding makes smaller, and another at each call.
std::string random_bytes(std::size_t size) {
  static std::uint64_t state = 1;
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

class GetCommand : public testing::Test {
 protected:
  ProcessResult get(std::vector<std::string> arguments, ProcessOptions options = {}) {
    return run(command(std::move(arguments)), std::move(options));
  }
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "get");
    arguments.insert(arguments.end(), {"--cache", folder_.path("cache.db")});
    return arguments;
  }
  Json json(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const ProcessResult result = get(std::move(arguments));
    const auto list = lines(result.out);
    EXPECT_EQ(list.size(), 1U) << result.out << result.err;
    Json answer = list.empty() ? Json() : Json::parse(list[0]);
    answer["exit_code"] = result.exit_code;
    return answer;
  }

  ScratchFolder folder_;
  fixture::Gate gate_;
  fixture::Server server_;
};

TEST_F(GetCommand, TheBodyGoesToStandardOutput) {
  server_.serve("/a", 200, {{"Content-Type", "image/png"}}, picture());
  const ProcessResult result = get({server_.url("/a")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, picture());
  EXPECT_EQ(result.err, "");
}

TEST_F(GetCommand, ASchemelessUrlIsHttp) {
  server_.serve("/a", 200, {}, "here");
  EXPECT_EQ(get({server_.authority() + "/a"}).out, "here");
}

TEST_F(GetCommand, AFreshAnswerComesFromTheCache) {
  server_.serve("/a", 200, {{"Cache-Control", "max-age=3600"}, {"X-Unknown", "kept"}, {"x-unknown", "twice"}}, "fresh");
  EXPECT_EQ(json({server_.url("/a")})["cache"], "miss");
  const Json again = json({server_.url("/a")});
  EXPECT_EQ(again["cache"], "hit");
  EXPECT_EQ(again["body"], "fresh");
  EXPECT_EQ(server_.count("/a"), 1U);
  std::vector<std::string> kept;
  for (const Json& field : again["headers"])
    if (field[0] == "X-Unknown" || field[0] == "x-unknown") kept.push_back(field[1]);
  EXPECT_EQ(kept, (std::vector<std::string>{"kept", "twice"}));
}

TEST_F(GetCommand, CacheStatusIsToldInTheWordsOfRfc9211) {
  server_.on("/a", [](const fixture::Request& request, fixture::Response& response) {
    const bool same = request.header("If-None-Match") == "\"1\"";
    response.reply(same ? 304 : 200, {{"Cache-Control", "max-age=3600"}, {"ETag", "\"1\""}}, same ? "" : "body");
  });
  const auto status = [this](std::vector<std::string> arguments) {
    arguments.push_back(server_.url("/a"));
    return json(std::move(arguments))["cache_status"].get<std::string>();
  };
  EXPECT_TRUE(status({}).starts_with("pagehaul; fwd=uri-miss")) << "nothing is stored yet";
  EXPECT_TRUE(status({}).starts_with("pagehaul; hit; ttl=3"));
  const std::string validated = status({"-H", "Cache-Control: no-cache"});
  EXPECT_TRUE(validated.starts_with("pagehaul; fwd=request")) << validated;
  EXPECT_TRUE(validated.ends_with("; fwd-status=304")) << validated;
  const std::string anew = status({"--reload"});
  EXPECT_TRUE(anew.starts_with("pagehaul; fwd=request")) << anew;
  EXPECT_TRUE(anew.ends_with("; fwd-status=200; stored")) << anew;
  EXPECT_EQ(status({"--no-store"}), "pagehaul; fwd=bypass; fwd-status=200");
}

TEST_F(GetCommand, MaxCacheEvictsWhatWasNotUsedForLong) {
  for (const char* path : {"/old", "/new"}) {
    server_.serve(path, 200, {{"Cache-Control", "max-age=360000"}}, random_bytes(400000));
  }
  ASSERT_EQ(get({server_.url("/old")}).exit_code, 0);
  ProcessOptions later;
  later.environment = {{"PAGEHAUL_CLOCK_OFFSET", "1h"}};
  const ProcessResult result = get({"--max-cache", "700K", server_.url("/new")}, later);
  ASSERT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(get({"--offline", server_.url("/old")}, later).exit_code, 10);
  EXPECT_EQ(get({"--offline", server_.url("/new")}, later).exit_code, 0);
  // What this very fetch used stays, also where that is more than the limit.
  const ProcessResult small = get({"--max-cache", "10K", server_.url("/new")}, later);
  EXPECT_EQ(small.exit_code, 0);
  EXPECT_NE(small.err.find("more than --max-cache"), std::string::npos) << small.err;
  EXPECT_EQ(get({"--offline", server_.url("/new")}, later).exit_code, 0);
}

TEST_F(GetCommand, CacheModesAreTold) {
  server_.serve("/a", {.headers = {{"Cache-Control", "max-age=3600"}, {"ETag", "\"1\""}}, .body = "x"});
  EXPECT_EQ(json({"--offline", server_.url("/a")})["cache"], "offline-miss");
  EXPECT_EQ(json({"--no-store", server_.url("/a")})["cache"], "bypass");
  EXPECT_EQ(json({server_.url("/a")})["cache"], "miss");
  EXPECT_EQ(json({"--offline", server_.url("/a")})["cache"], "hit");
  EXPECT_EQ(json({"--revalidate", server_.url("/a")})["cache"], "revalidated");
  EXPECT_EQ(json({"--reload", server_.url("/a")})["status"], 200);
  EXPECT_EQ(server_.count("/a"), 4U);
}

TEST_F(GetCommand, OfflineAndNotStoredIsTenAndSendsNothing) {
  const ProcessResult result = get({"--offline", server_.url("/a")});
  EXPECT_EQ(result.exit_code, 10);
  EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
  EXPECT_EQ(server_.counts().accepted, 0U);
}

TEST_F(GetCommand, NoStoreLeavesNoFile) {
  server_.serve("/a", 200, {}, "x");
  EXPECT_EQ(get({"--no-store", server_.url("/a")}).out, "x");
  EXPECT_FALSE(std::filesystem::exists(folder_.path("cache.db")));
}

TEST_F(GetCommand, JsonHasTheContractsFields) {
  server_.serve("/a", 200, {{"Content-Type", "text/plain"}}, "h\xC3\xA9llo");
  const Json answer = json({server_.url("/a")});
  EXPECT_EQ(answer["schema"], "pagehaul.get/1");
  EXPECT_EQ(answer["url"], server_.url("/a"));
  EXPECT_EQ(answer["final_url"], server_.url("/a"));
  EXPECT_EQ(answer["status"], 200);
  EXPECT_EQ(answer["http_version"], "1.1");
  EXPECT_EQ(answer["headers"][0], Json::array({"Content-Type", "text/plain"}));
  EXPECT_EQ(answer["interim"], Json::array());
  EXPECT_EQ(answer["body"], "h\xC3\xA9llo");
  EXPECT_EQ(answer["body_encoding"], "utf-8");
  EXPECT_EQ(answer["body_bytes"], 6);
  EXPECT_EQ(answer["body_sha256"], "3c48591d8d098a4538f5e013dfcf406e948eac4d3277b10bf614e295d6068179");
  EXPECT_EQ(answer["error"], nullptr);
  EXPECT_TRUE(answer["timings_ms"].is_object());
  EXPECT_GE(answer["timings_ms"]["ended"].get<double>(), 0);
}

TEST_F(GetCommand, ABodyThatIsNoTextIsBase64) {
  server_.serve("/a", 200, {}, "\xFF\x01\x02");
  const Json answer = json({server_.url("/a")});
  EXPECT_EQ(answer["body"], "/wEC");
  EXPECT_EQ(answer["body_encoding"], "base64");
  EXPECT_EQ(answer["body_bytes"], 3);
}

TEST_F(GetCommand, InterimResponsesAreInJson) {
  server_.on("/a", [](const fixture::Request&, fixture::Response& response) {
    response.interim(103, {{"Link", "</s.css>; rel=preload"}});
    response.reply(200, {}, "x");
  });
  const Json answer = json({server_.url("/a")});
  ASSERT_EQ(answer["interim"].size(), 1U);
  EXPECT_EQ(answer["interim"][0][0], 103);
  EXPECT_EQ(answer["interim"][0][1][0], Json::array({"Link", "</s.css>; rel=preload"}));
}

TEST_F(GetCommand, ContentCodingsAreRemovedUnlessRaw) {
  write_sample_cache(folder_.path("cache.db"));
  EXPECT_EQ(get({"--offline", kStyleUrl}).out, style_sheet());
  const ProcessResult raw = get({"--offline", "--raw", kStyleUrl});
  EXPECT_TRUE(raw.out.starts_with("\x1F\x8B"));
}

TEST_F(GetCommand, ABrokenContentCodingIsSeven) {
  server_.serve("/a", 200, {{"Content-Encoding", "gzip"}}, "this is no gzip");
  const ProcessResult result = get({server_.url("/a")});
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
}

TEST_F(GetCommand, AnUnknownContentCodingIsPassedOnAsItIs) {
  server_.serve("/a", 200, {{"Content-Encoding", "rot13"}}, "x");
  const ProcessResult result = get({server_.url("/a")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "x");
}

TEST_F(GetCommand, RedirectsAreFollowedOrNot) {
  server_.redirect("/a", 302, "/b");
  server_.serve("/b", 200, {}, "there");
  const Json followed = json({server_.url("/a")});
  EXPECT_EQ(followed["url"], server_.url("/a"));
  EXPECT_EQ(followed["final_url"], server_.url("/b"));
  EXPECT_EQ(followed["body"], "there");
  server_.forget_requests();
  const Json first = json({"--no-follow", "--reload", server_.url("/a")});
  EXPECT_EQ(first["status"], 302);
  EXPECT_EQ(first["exit_code"], 0);
  EXPECT_EQ(server_.count("/b"), 0U);
}

TEST_F(GetCommand, TooManyRedirectsAreTwelveAndALoopIsSeven) {
  server_.on("/n/*", [](const fixture::Request& request, fixture::Response& response) {
    response.reply(302, {{"Location", request.path + "x"}});
  });
  EXPECT_EQ(get({"--max-redirs", "3", server_.url("/n/")}).exit_code, 12);
  EXPECT_EQ(server_.counts().requests, 4U);
  server_.redirect("/loop", 302, "/loop");
  EXPECT_EQ(get({server_.url("/loop")}).exit_code, 7);
}

TEST_F(GetCommand, AnErrorAnswerIsEightAndItsBodyIsStillPrinted) {
  for (const int status : {400, 404, 410, 500, 503}) {
    server_.serve("/a", status, {}, "sorry");
    const ProcessResult result = get({"--reload", server_.url("/a")});
    EXPECT_EQ(result.exit_code, 8) << status;
    EXPECT_EQ(result.out, "sorry");
  }
  server_.serve("/a", 401, {{"WWW-Authenticate", "Basic realm=x"}}, "who?");
  EXPECT_EQ(get({"--reload", server_.url("/a")}).exit_code, 6);
}

TEST_F(GetCommand, AnOutputFileIsWrittenWholeOrNotAtAll) {
  server_.serve("/a", 200, {}, "new");
  const std::string file = folder_.write("out", "old");
  EXPECT_EQ(get({"-o", file, server_.url("/a")}).exit_code, 0);
  EXPECT_EQ(read_file(file), "new");
  server_.on("/cut", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", "100"}});
    response.write("half");
  });
  EXPECT_EQ(get({"-o", file, server_.url("/cut")}).exit_code, 7);
  EXPECT_EQ(read_file(file), "new");
  std::vector<std::string> left;
  for (const auto& item : std::filesystem::directory_iterator(folder_.path()))
    if (item.path().filename().string().starts_with("out")) left.push_back(item.path().filename());
  EXPECT_EQ(left, std::vector<std::string>{"out"});
  const Json answer = json({"-o", file, server_.url("/a")});
  EXPECT_EQ(answer["body"], "new");
}

TEST_F(GetCommand, AnOutputThatIsNoRegularFileIsWrittenInPlace) {
  server_.serve("/a", 200, {}, "new");
  const std::string pipe = folder_.path("pipe"), link = folder_.path("link"), target = folder_.write("target", "old");
  // A reader that is also a writer: nobody waits for the other end.
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  EXPECT_EQ(get({"-o", pipe, server_.url("/a")}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  char bytes[8] = {};
  EXPECT_EQ(::read(reader, bytes, sizeof bytes), 3);
  ::close(reader);
  std::filesystem::create_symlink(target, link);
  EXPECT_EQ(get({"-o", link, server_.url("/a")}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(target), "new");
  EXPECT_EQ(get({"-o", "/dev/null", server_.url("/a")}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(GetCommand, AnOutputThatCannotBeWrittenIsThree) {
  server_.serve("/a", 200, {}, "x");
  const ProcessResult result = get({"-o", folder_.path("no/such/folder"), server_.url("/a")});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
  EXPECT_EQ(server_.counts().requests, 0U);
  const ProcessResult full = get({server_.url("/a")}, {.stdout_file = "/dev/full"});
  EXPECT_EQ(full.exit_code, 3);
  EXPECT_EQ(full.err, "pagehaul: cannot write to standard output: No space left on device\n");
}

TEST_F(GetCommand, AReaderThatWentAwayEndsItQuietly) {
  server_.on("/a", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", "100000000"}});
    response.write_pattern(100'000'000);
  });
  Process process(program(command({server_.url("/a")})));
  process.close_output();
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err, "");
}

TEST_F(GetCommand, WhatIsSentIsAsCurlSendsIt) {
  server_.serve("/a", 200, {}, "");
  const auto sent = [&](std::vector<std::string> arguments) {
    server_.forget_requests();
    arguments.push_back(server_.url("/a"));
    const ProcessResult result = get(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto requests = server_.requests();
    return requests.empty() ? fixture::Request() : requests.back();
  };
  fixture::Request request = sent({"-d", "a=1", "--data-raw", "@b", "-d", "c"});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, "a=1&@b&c");
  EXPECT_EQ(request.header("Content-Type"), "application/x-www-form-urlencoded");
  request = sent({"-d", "@" + folder_.write("data", "x\r\ny\n")});
  EXPECT_EQ(request.body, "xy");
  request = sent({"-X", "PUT", "-d", "{}", "-H", "Content-Type: application/json"});
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.header("Content-Type"), "application/json");
  request =
      sent({"--reload", "-A", "agent/1", "-e", "http://from.example/", "-H", "X-A: 1", "-H", "X-Empty;", "-b", "c=d"});
  EXPECT_EQ(request.header("User-Agent"), "agent/1");
  EXPECT_EQ(request.header("Referer"), "http://from.example/");
  EXPECT_EQ(request.header("X-A"), "1");
  EXPECT_TRUE(request.has_header("X-Empty"));
  EXPECT_EQ(request.header("Cookie"), "c=d");
}

TEST_F(GetCommand, CookiesAreKeptInAFileAndAMissingOneIsAnEmptyJar) {
  const std::string jar = folder_.path("jar");
  server_.serve("/set", 200, {{"Set-Cookie", "a=1; Max-Age=3600"}}, "");
  server_.serve("/see", 200, {}, "");
  EXPECT_EQ(get({"-b", folder_.path("missing"), "-c", jar, server_.url("/set")}).exit_code, 0);
  EXPECT_EQ(permissions_of(jar), 0600U);
  EXPECT_EQ(get({"-b", jar, server_.url("/see")}).exit_code, 0);
  EXPECT_EQ(server_.requests("/see").at(0).header("Cookie"), "a=1");
}

TEST_F(GetCommand, NetworkFailuresHaveTheirCodes) {
  const auto code = [&](std::vector<std::string> arguments) {
    const ProcessResult result = get(std::move(arguments));
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
    return result.exit_code;
  };
  EXPECT_EQ(code({"--retry", "0", "http://nowhere.invalid/"}), 4);
  server_.on("/reset", [](const fixture::Request&, fixture::Response& response) { response.reset(); });
  EXPECT_EQ(code({"--retry", "0", server_.url("/reset")}), 4);
  server_.on("/hang", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  EXPECT_EQ(code({"--max-time", "200ms", server_.url("/hang")}), 4);
  server_.on("/nonsense",
             [](const fixture::Request&, fixture::Response& response) { response.raw("HTTP/9 what\r\n\r\n"); });
  EXPECT_EQ(code({"--retry", "0", server_.url("/nonsense")}), 7);
  server_.serve("/big", 200, {}, std::string(5000, 'x'));
  EXPECT_EQ(code({"--max-size", "4K", server_.url("/big")}), 12);
  const std::string refused = server_.url("/");
  server_.stop();
  EXPECT_EQ(code({"--retry", "0", refused}), 4);
}

TEST_F(GetCommand, AnErrorIsInJsonToo) {
  server_.on("/reset", [](const fixture::Request&, fixture::Response& response) { response.reset(); });
  const Json answer = json({"--retry", "0", server_.url("/reset")});
  EXPECT_EQ(answer["exit_code"], 4);
  EXPECT_EQ(answer["status"], 0);
  EXPECT_EQ(answer["error"]["kind"], "connection-lost");
  EXPECT_FALSE(answer["error"]["message"].get<std::string>().empty());
}

TEST_F(GetCommand, AnInterruptIsAHundredAndThirty) {
  server_.on("/hang", [&](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", "100"}});
    response.wait(gate_);
  });
  const std::string file = folder_.write("out", "old");
  Process process(program(command({"-o", file, server_.url("/hang")})));
  gate_.wait_for_arrivals(1);
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(read_file(file), "old");
  for (const auto& item : std::filesystem::directory_iterator(folder_.path()))
    EXPECT_FALSE(item.path().filename().string().starts_with("out.")) << item.path();
}

TEST_F(GetCommand, ProxyVariablesOfTheEnvironmentAreHonoured) {
  server_.on("/*", [](const fixture::Request& request, fixture::Response& response) {
    response.reply(200, {}, request.target);
  });
  const std::string proxy = server_.url("/");
  EXPECT_EQ(get({"http://far.example/a"}, {.environment = {{"http_proxy", proxy}}}).out, "http://far.example/a");
  EXPECT_EQ(get({"-x", proxy, "http://far.example/b"}).out, "http://far.example/b");
  EXPECT_EQ(get({"--reload", server_.url("/direct")},
                {.environment = {{"http_proxy", "http://127.0.0.1:1/"}, {"no_proxy", "127.0.0.1"}}})
                .out,
            "/direct");
}

TEST_F(GetCommand, MistakesAreTwoOrThreeAndSendNothing) {
  const std::string url = server_.url("/a");
  for (const auto& [arguments, code, named] : std::vector<std::tuple<std::vector<std::string>, int, std::string>>{
           {{}, 2, "URL"},
           {{"file:///etc/passwd"}, 2, "file:///etc/passwd"},
           {{url, "extra"}, 2, "'extra'"},
           {{url, "-H", "no colon"}, 2, "--header"},
           {{url, "-H", ": nameless"}, 2, "--header"},
           {{url, "-H", "Bad Name: x"}, 2, "--header"},
           {{url, "-H", "X: a\r\nInjected: yes"}, 2, "--header"},
           {{url, "-A", "a\nb"}, 2, "--user-agent"},
           {{url, "-e", "a\rb"}, 2, "--referer"},
           {{url, "-X", "GE T"}, 2, "--request"},
           {{url, "-X", "GET / HTTP/1.1\r\nX: y"}, 2, "--request"},
           {{url, "-u", "nameonly"}, 2, "--user"},
           {{url, "--resolve", "nonsense"}, 2, "--resolve"},
           {{url, "--max-time", "soon"}, 2, "--max-time"},
           {{url, "--offline", "--reload"}, 2, "--offline and --reload"},
           {{url, "-d", "@" + folder_.path("none")}, 3, folder_.path("none")},
           {{url, "--cacert", folder_.path("none")}, 3, folder_.path("none")},
           {{url, "-c", folder_.path("no/jar")}, 3, folder_.path("no/jar")}}) {
    const ProcessResult result = get(arguments);
    EXPECT_EQ(result.exit_code, code) << named << "\n" << result.err;
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
    EXPECT_NE(result.err.find(named), std::string::npos) << result.err;
  }
  EXPECT_EQ(server_.counts().requests, 0U);
}

TEST_F(GetCommand, AForeignOrUnwritableCacheFileIsThree) {
  server_.serve("/a", 200, {}, "x");
  const std::string diary = folder_.write("diary.txt", "dear diary");
  const ProcessResult foreign = run({"get", "--cache", diary, server_.url("/a")});
  EXPECT_EQ(foreign.exit_code, 3);
  EXPECT_NE(foreign.err.find(diary), std::string::npos) << foreign.err;
  EXPECT_EQ(read_file(diary), "dear diary");
  EXPECT_EQ(run({"get", "--cache", "/proc/none/cache.db", server_.url("/a")}).exit_code, 3);
}

}  // namespace
}  // namespace pagehaul::test
