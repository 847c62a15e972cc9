// The caching rules, and the store: what a lookup, a body and a batch cost, and how that grows with the file.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <map>
#include <string>

#include "pagehaul/cache_policy.h"
#include "pagehaul/store.h"
#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

const WallTime kNow{std::chrono::hours(24 * 365 * 50)};

StoredResponse stored(std::chrono::seconds age) {
  StoredResponse response;
  response.headers.add("Content-Type", "image/png");
  response.headers.add("Cache-Control", "public, max-age=3600, stale-while-revalidate=60");
  response.headers.add("ETag", "\"5f2a\"");
  response.headers.add("Vary", "Accept-Encoding");
  response.request_headers.add("Accept-Encoding", "gzip, br, zstd");
  response.request_time = response.response_time = kNow - age;
  return response;
}

void decide_on(benchmark::State& state) {
  std::vector<StoredResponse> variants(static_cast<std::size_t>(state.range(0)), stored(std::chrono::seconds(60)));
  Headers request;
  request.add("Accept-Encoding", "gzip, br, zstd");
  for (auto _ : state) {
    const Decision decision = decide({"GET", request}, variants, kNow, CacheMode::Default);
    if (decision.action != Decision::Action::Serve) state.SkipWithError("not served");
    benchmark::DoNotOptimize(decision);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decide_on)->Arg(1)->Arg(10)->Arg(100);

std::string url_of(std::int64_t i) {
  return "https://host" + std::to_string(i % 1000) + ".example/path/to/resource-" + std::to_string(i) + ".png";
}

bool put(Store& store, std::int64_t i, const std::string& body) {
  Entry entry;
  entry.url = url_of(i);
  entry.response = stored(std::chrono::seconds(60));
  entry.kind = "image";
  const auto id = store.create_body(false, kNow);
  if (!id.ok() || !store.append_body(*id, body).ok()) return false;
  const auto info = store.finish_body(*id);
  if (!info.ok()) return false;
  entry.body = *info;
  return store.put_entry(entry).ok();
}

// A file with that many entries, made once for all who ask.
const std::string& file_of(std::int64_t entries) {
  static test_support::TemporaryFolder folder;
  static std::map<std::int64_t, std::string> files;
  const auto [it, fresh] = files.try_emplace(entries, (folder.path() / (std::to_string(entries) + ".db")).string());
  if (!fresh) return it->second;
  const auto store = Store::open(it->second, {}, kNow);
  for (std::int64_t i = 0; i < entries;) {
    if (!(*store)->begin().ok()) std::abort();
    for (const std::int64_t end = std::min(entries, i + 10000); i < end; ++i) {
      if (!put(**store, i, "body " + std::to_string(i))) std::abort();
    }
    if (!(*store)->commit(kNow).ok()) std::abort();
  }
  return it->second;
}

const auto sizes = [](benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t entries : {1000, 10000, 100000, 1000000}) benchmark->Arg(entries);
};

void open_store(benchmark::State& state) {
  const std::string& file = file_of(state.range(0));
  for (auto _ : state) {
    const auto store = Store::open(file, {}, kNow);
    if (!store.ok()) state.SkipWithError("not opened");
  }
}
BENCHMARK(open_store)->Arg(0)->Apply(sizes)->Unit(benchmark::kMillisecond);

void look_up(benchmark::State& state) {
  const auto store = Store::open(file_of(state.range(0)), {}, kNow);
  std::uint64_t random = 1;
  for (auto _ : state) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    const auto found =
        (*store)->find(url_of(static_cast<std::int64_t>((random >> 33) % static_cast<std::uint64_t>(state.range(0)))));
    if (!found.ok() || found->size() != 1) state.SkipWithError("not found");
  }
  state.SetItemsProcessed(state.iterations());
  state.SetComplexityN(state.range(0));
}
BENCHMARK(look_up)->Apply(sizes)->Complexity(benchmark::oLogN)->Unit(benchmark::kMicrosecond);

void list_one_host(benchmark::State& state) {
  const auto store = Store::open(file_of(state.range(0)), {}, kNow);
  EntryFilter filter;
  filter.host = "host7.example";
  for (auto _ : state) {
    const auto list = (*store)->list(filter);
    if (!list.ok() || static_cast<std::int64_t>(list->size()) != state.range(0) / 1000)
      state.SkipWithError("not listed");
  }
}
BENCHMARK(list_one_host)->Apply(sizes)->Unit(benchmark::kMillisecond);

void statistics(benchmark::State& state) {
  const auto store = Store::open(file_of(state.range(0)), {}, kNow);
  for (auto _ : state) {
    const auto stats = (*store)->stats();
    if (!stats.ok() || stats->entries != static_cast<std::uint64_t>(state.range(0))) state.SkipWithError("not counted");
  }
}
BENCHMARK(statistics)->Apply(sizes)->Unit(benchmark::kMillisecond);

// Each time from a copy of its own.
void evict_a_tenth(benchmark::State& state) {
  const test_support::TemporaryFolder folder;
  const std::filesystem::path copy = folder.path() / "copy.db";
  std::uint64_t evicted = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::filesystem::copy_file(file_of(state.range(0)), copy, std::filesystem::copy_options::overwrite_existing);
    {
      const auto store = Store::open(copy, {}, kNow);
      const std::uint64_t used = std::filesystem::file_size(copy);
      state.ResumeTiming();
      const auto eviction =
          (*store)->evict(used - used / 10, kNow + std::chrono::hours(1), kNow + std::chrono::hours(2));
      state.PauseTiming();
      if (!eviction.ok() || eviction->entries == 0) state.SkipWithError("not evicted");
      if (eviction.ok()) evicted = eviction->entries;
    }
    state.ResumeTiming();
  }
  state.counters["entries"] = static_cast<double>(evicted);
  state.SetItemsProcessed(static_cast<std::int64_t>(evicted) * state.iterations());
}
BENCHMARK(evict_a_tenth)->Arg(10000)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond)->Iterations(1);

// A batch of 100 bodies of that size, made durable.
void store_bodies(benchmark::State& state) {
  test_support::TemporaryFolder folder;
  const auto store = Store::open(folder.path() / "cache.db", {}, kNow);
  std::string body(static_cast<std::size_t>(state.range(0)), 'x');
  std::int64_t i = 0;
  for (auto _ : state) {
    bool ok = (*store)->begin().ok();
    for (int n = 0; n < 100; ++n) {
      body.replace(0, std::min<std::size_t>(20, body.size()), std::to_string(++i));  // each one new
      ok = ok && put(**store, i, body);
    }
    if (!ok || !(*store)->commit(kNow).ok()) state.SkipWithError("not stored");
  }
  state.SetItemsProcessed(state.iterations() * 100);
  state.SetBytesProcessed(state.iterations() * 100 * state.range(0));
}
BENCHMARK(store_bodies)->Arg(100)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

void read_bodies(benchmark::State& state) {
  test_support::TemporaryFolder folder;
  const auto store = Store::open(folder.path() / "cache.db", {}, kNow);
  bool ok = (*store)->begin().ok() && put(**store, 1, std::string(static_cast<std::size_t>(state.range(0)), 'x')) &&
            (*store)->commit(kNow).ok();
  if (!ok) state.SkipWithError("not stored");
  const BodyId id = (*(*store)->find(url_of(1)))[0].body.id;
  for (auto _ : state) {
    auto reader = (*store)->read_body(id);
    std::size_t bytes = 0;
    for (auto piece = (*reader)->next(); piece.ok() && !piece->empty(); piece = (*reader)->next())
      bytes += piece->size();
    if (bytes != static_cast<std::size_t>(state.range(0))) state.SkipWithError("not read");
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_bodies)->Arg(10000)->Arg(10000000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pagehaul
