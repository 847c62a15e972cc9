#include "store/records.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>

namespace pagehaul::store {
namespace {

// Nothing we write comes near it (sqlite.cc has the same bound for reading).
constexpr std::uint64_t kMaxPayloadBytes = 32 << 20;
constexpr std::size_t kMaxColumns = 64;

enum class PageKind : unsigned char { IndexInterior = 2, TableInterior = 5, IndexLeaf = 10, TableLeaf = 13 };

// A b-tree page's header (section 1.6).
struct Node {
  PageKind kind;
  std::string_view page;
  std::size_t header;  // where it begins: after the file's header on page 1
  std::size_t cells;

  bool is_table() const { return kind == PageKind::TableLeaf || kind == PageKind::TableInterior; }
  bool is_interior() const { return kind == PageKind::IndexInterior || kind == PageKind::TableInterior; }
  std::size_t pointers() const { return header + (is_interior() ? 12 : 8); }
  std::size_t cell(std::size_t number) const {
    return static_cast<std::size_t>(big_endian(page.substr(pointers() + 2 * number, 2)));
  }
};

std::optional<Node> node_of(std::string_view page, std::uint32_t number, std::size_t usable) {
  const std::size_t header = number == 1 ? 100 : 0;
  const auto kind = static_cast<PageKind>(static_cast<unsigned char>(page[header]));
  if (kind != PageKind::IndexInterior && kind != PageKind::TableInterior && kind != PageKind::IndexLeaf &&
      kind != PageKind::TableLeaf)
    return std::nullopt;
  Node node{kind, page.substr(0, usable), header, static_cast<std::size_t>(big_endian(page.substr(header + 3, 2)))};
  if (node.pointers() + 2 * node.cells > usable) return std::nullopt;
  return node;
}

// Section 1.6: "variable-length integer". Nothing where the bytes end within it.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 9 && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 8 || byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return i == 8 ? value << 8 | byte : value << 7 | byte;
    }
    value = value << 7 | (byte & 0x7FU);
  }
  return std::nullopt;
}

// A cell's payload: what of it stands on the page, and the chain of overflow pages.
std::optional<std::string> payload_of(const PageFile& file, std::string_view rest, std::uint64_t size, bool table) {
  const std::uint64_t usable = file.usable_bytes();
  const std::uint64_t most = table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
  std::uint64_t local = size;
  if (size > most) {
    const std::uint64_t least = (usable - 12) * 32 / 255 - 23;
    local = least + (size - least) % (usable - 4);
    if (local > most) local = least;
  }
  if (size > kMaxPayloadBytes || size > file.pages() * usable || rest.size() < local + (local < size ? 4 : 0))
    return std::nullopt;
  std::string payload(rest.substr(0, local));
  if (local == size) return payload;
  payload.reserve(size);
  auto next = static_cast<std::uint32_t>(big_endian(rest.substr(local, 4)));
  while (payload.size() < size) {
    const std::optional<std::string> page = file.page(next);
    if (!page) return std::nullopt;
    payload.append(*page, 4, std::min<std::size_t>(usable - 4, size - payload.size()));
    next = static_cast<std::uint32_t>(big_endian(std::string_view(*page).substr(0, 4)));
  }
  return payload;
}

std::int64_t signed_integer(std::string_view bytes) {
  const auto unused = 64 - 8 * static_cast<int>(bytes.size());
  return static_cast<std::int64_t>(big_endian(bytes) << unused) >> unused;
}

// Section 2.1: a value by its serial type.
std::optional<RecordValue> read_value(std::uint64_t type, std::string_view& body) {
  static constexpr std::size_t kSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  if (type == 10 || type == 11) return std::nullopt;
  const std::uint64_t size = type < 10 ? kSizes[type] : (type - 12) / 2;
  if (size > body.size()) return std::nullopt;
  const std::string_view bytes = body.substr(0, size);
  body.remove_prefix(size);
  if (type == 0) return RecordValue(nullptr);
  if (type < 7) return RecordValue(signed_integer(bytes));
  if (type == 7) return RecordValue(std::bit_cast<double>(big_endian(bytes)));
  if (type < 10) return RecordValue(static_cast<std::int64_t>(type - 8));
  if (type % 2 == 0) return RecordValue(Blob{bytes});
  return RecordValue(bytes);
}

bool decode(std::string_view payload, std::vector<RecordValue>& values) {
  std::string_view types = payload;
  const std::optional<std::uint64_t> header = take_varint(types);
  if (!header || *header > payload.size() || payload.size() - types.size() > *header) return false;
  std::string_view body = payload.substr(*header);
  types = types.substr(0, *header - (payload.size() - types.size()));
  values.clear();
  while (!types.empty()) {
    const std::optional<std::uint64_t> type = take_varint(types);
    std::optional<RecordValue> value = type ? read_value(*type, body) : std::nullopt;
    if (!value || values.size() == kMaxColumns) return false;
    values.push_back(*value);
  }
  return body.empty();
}

// The record lends its bytes from `payload`.
bool read_cell(const PageFile& file, const Node& node, std::size_t number, std::string& payload, Record& record) {
  const std::size_t at = node.cell(number);
  if (at < node.pointers() + 2 * node.cells || at >= node.page.size()) return false;
  std::string_view rest = node.page.substr(at);
  if (node.is_interior()) rest.remove_prefix(std::min<std::size_t>(4, rest.size()));
  const std::optional<std::uint64_t> size = take_varint(rest);
  const std::optional<std::uint64_t> rowid =
      node.is_table() && size ? take_varint(rest) : std::optional<std::uint64_t>(0);
  if (!size || !rowid) return false;
  std::optional<std::string> found = payload_of(file, rest, *size, node.is_table());
  if (!found) return false;
  payload = std::move(*found);
  record.in_table = node.is_table();
  record.rowid = static_cast<std::int64_t>(*rowid);
  return decode(payload, record.values);
}

}  // namespace

Status read_records(const PageFile& file, std::uint32_t number, std::uint64_t& unreadable, const TakeRecord& take) {
  const std::optional<std::string> page = file.page(number);
  const std::optional<Node> node = page ? node_of(*page, number, file.usable_bytes()) : std::nullopt;
  if (!node || node->kind == PageKind::TableInterior) return {};
  std::string payload;
  Record record;
  for (std::size_t i = 0; i < node->cells; ++i) {
    if (!read_cell(file, *node, i, payload, record)) {
      ++unreadable;
    } else if (Status taken = take(record); !taken) {
      return taken;
    }
  }
  return {};
}

std::set<std::uint32_t> pages_of_tree(const PageFile& file, std::uint32_t root) {
  std::set<std::uint32_t> pages;
  std::vector<std::uint32_t> next = {root};
  while (!next.empty()) {
    const std::uint32_t number = next.back();
    next.pop_back();
    const std::optional<std::string> page = file.page(number);
    const std::optional<Node> node = page ? node_of(*page, number, file.usable_bytes()) : std::nullopt;
    if (!node || !pages.insert(number).second || !node->is_interior()) continue;
    next.push_back(static_cast<std::uint32_t>(big_endian(node->page.substr(node->header + 8, 4))));
    for (std::size_t i = 0; i < node->cells; ++i) {
      const std::size_t at = node->cell(i);
      if (at + 4 <= node->page.size()) next.push_back(static_cast<std::uint32_t>(big_endian(node->page.substr(at, 4))));
    }
  }
  return pages;
}

}  // namespace pagehaul::store
