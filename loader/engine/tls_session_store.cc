#include "engine/tls_session_store.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace pagehaul {
namespace {

constexpr std::string_view kFirstLine =
    "# TLS sessions of pagehaul, for one connection each. Whoever can read this can pass for these servers.\n";

// FNV-1a. Against accidents: a session with a wrong bit may make the server end the handshake. Who can write the file
// on purpose could as well write a right sum of any kind.
std::string check_sum(std::string_view text) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sum, 16).ptr;
  return {digits.data(), end};
}

std::int64_t seconds_of(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::optional<WallTime> parse_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t kYear9999 = 253402300799;
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > kYear9999)
    return std::nullopt;
  return WallTime(std::chrono::seconds(seconds));
}

struct Line {
  std::string_view key, id, text, sum;
  WallTime ends, check_by;
  std::string_view summed;  // what the sum is of
};
std::optional<Line> parse_line(std::string_view line) {
  std::array<std::string_view, 6> fields;
  std::string_view rest = line;
  for (std::string_view& field : fields) {
    field = rest.substr(0, rest.find(' '));
    if (field.empty()) return std::nullopt;
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
  }
  const auto ends = parse_seconds(fields[2]), check_by = parse_seconds(fields[3]);
  if (!rest.empty() || !ends || !check_by) return std::nullopt;
  return Line{
      fields[0], fields[1], fields[4], fields[5], *ends, *check_by, line.substr(0, line.size() - fields[5].size())};
}

std::optional<TlsSession> session_of(std::string_view text, WallTime now) {
  const auto line = parse_line(text);
  if (!line || std::min(line->ends, line->check_by) <= now || line->sum != check_sum(line->summed)) return std::nullopt;
  return TlsSession{std::string(line->id), std::string(line->text), line->ends, line->check_by};
}

std::string format_line(const std::string& key, const TlsSession& session) {
  std::string line = key + ' ' + session.id + ' ' + std::to_string(seconds_of(session.ends)) + ' ' +
                     std::to_string(seconds_of(session.check_by)) + ' ' + session.text + ' ';
  return line + check_sum(line);
}

}  // namespace

void TlsSessionStore::note(const std::string& key, TlsSession session, WallTime now) {
  session.ends = std::min({session.ends, session.check_by, now + WallTime::duration(kLongestTlsSession)});
  if (session.ends <= now || session.text.size() > limits_.max_session_bytes) return;
  auto text = std::make_shared<const std::string>(format_line(key, session));
  const std::string_view line = *text;
  keep(key, {std::move(text), line, line.substr(key.size() + 1, session.id.size()), session.ends, 0, true});
}

void TlsSessionStore::keep(const std::string& key, Kept session) {
  if (limits_.max_origins == 0 || limits_.max_per_origin == 0) return;
  if (!keys_.contains(key) && keys_.size() >= limits_.max_origins)
    keys_.erase(std::ranges::min_element(keys_, {}, [](const auto& one) { return one.second.back().number; }));
  session.number = ++last_number_;
  Sessions& sessions = keys_[key];
  sessions.push_back(std::move(session));
  if (sessions.size() > limits_.max_per_origin) sessions.erase(sessions.begin());
}

void TlsSessionStore::used(const Kept& session) {
  if (!session.noted) used_.emplace(session.id);
}

std::optional<TlsSession> TlsSessionStore::take(const std::string& key, WallTime now) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return std::nullopt;
  std::optional<TlsSession> taken;
  while (!taken && !found->second.empty()) {
    const Kept last = std::move(found->second.back());
    found->second.pop_back();
    used(last);
    taken = session_of(last.line, now);
  }
  if (found->second.empty()) keys_.erase(found);
  return taken;
}

std::optional<TlsSession> TlsSessionStore::next(const std::string& key, WallTime now) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? std::nullopt : session_of(found->second.back().line, now);
}

void TlsSessionStore::forget(const std::string& key, std::string_view id) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return;
  std::erase_if(found->second, [&](const Kept& session) {
    if (session.id == id) used(session);
    return session.id == id;
  });
  if (found->second.empty()) keys_.erase(found);
}

void TlsSessionStore::forget_all(const std::string& key) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return;
  for (const Kept& session : found->second) used(session);
  keys_.erase(found);
}

// From the end, where the newest are, so that what is beyond the limits need not be kept first.
void TlsSessionStore::read(std::string file, WallTime now) {
  const auto whole = std::make_shared<const std::string>(std::move(file));
  const WallTime latest_end = now + WallTime::duration(kLongestTlsSession);
  const WallTime latest_check = now + WallTime::duration(limits_.max_age);
  std::vector<std::pair<std::string_view, Kept>> found;
  std::map<std::string_view, std::size_t> counts;
  std::set<std::string_view> ids;
  for (std::string_view rest = *whole; !rest.empty();) {
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    const void* const before = memrchr(rest.data(), '\n', rest.size());  // rfind() takes each byte by itself
    const std::string_view text =
        before == nullptr ? rest
                          : rest.substr(static_cast<std::size_t>(static_cast<const char*>(before) - rest.data()) + 1);
    rest.remove_suffix(text.size());
    const auto line = parse_line(text);
    if (!line || line->text.size() > limits_.max_session_bytes) continue;
    if (line->ends <= now || line->ends > latest_end || line->check_by <= now || line->check_by > latest_check)
      continue;
    if (!counts.contains(line->key) && counts.size() >= limits_.max_origins) continue;
    if (counts[line->key] >= limits_.max_per_origin || !ids.insert(line->id).second) continue;
    ++counts[line->key];
    found.emplace_back(line->key, Kept{whole, text, line->id, std::min(line->ends, line->check_by)});
  }
  for (auto one = found.rbegin(); one != found.rend(); ++one) keep(std::string(one->first), std::move(one->second));
}

bool TlsSessionStore::has_changed() const {
  return !used_.empty() ||
         std::ranges::any_of(keys_, [](const auto& one) { return std::ranges::any_of(one.second, &Kept::noted); });
}

std::string TlsSessionStore::write(WallTime now) const {
  std::vector<const Kept*> sessions;
  for (const auto& [key, kept] : keys_)
    for (const Kept& session : kept)
      if (session.ends > now) sessions.push_back(&session);
  std::ranges::sort(sessions, std::ranges::greater(), &Kept::number);
  std::size_t bytes = kFirstLine.size(), count = 0;
  for (; count < sessions.size(); ++count) {
    bytes += sessions[count]->line.size() + 1;
    if (bytes > limits_.max_file_bytes) break;
  }
  std::string text;
  text.reserve(bytes);
  text = kFirstLine;
  while (count > 0) text.append(sessions[--count]->line).append("\n");
  return text;
}

std::string TlsSessionStore::write_into(std::string file, WallTime now) const {
  TlsSessionStore merged(limits_);
  merged.read(std::move(file), now);
  for (auto& [key, kept] : merged.keys_)
    std::erase_if(kept, [this](const Kept& session) { return used_.contains(session.id); });
  std::erase_if(merged.keys_, [](const auto& one) { return one.second.empty(); });
  std::vector<std::pair<std::string, Kept>> noted;
  for (const auto& [key, kept] : keys_) {
    for (const Kept& session : kept)
      if (session.noted) noted.emplace_back(key, session);
  }
  std::ranges::sort(noted, {}, [](const auto& one) { return one.second.number; });
  for (auto& [key, session] : noted) merged.keep(key, std::move(session));
  return merged.write(now);
}

}  // namespace pagehaul
