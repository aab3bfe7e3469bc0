#include "storage/jsonl/json_line.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/event_kinds.h"

namespace oofgg::storage {
namespace {

// RFC 3339, in UTC, to the millisecond.
std::string Timestamp(WallTime at) {
  using std::chrono::milliseconds;
  const auto millis = std::chrono::floor<milliseconds>(at.time_since_epoch()).count();
  const auto part = ((millis % 1000) + 1000) % 1000;
  const auto seconds = static_cast<std::time_t>((millis - part) / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(part));
  return std::string(date.data()) + fraction.data();
}

}  // namespace

std::string ToJsonLine(const EventRecord& record) {
  nlohmann::ordered_json line;
  line["v"] = kEventSchemaVersion;
  line["id"] = record.id;
  line["at"] = Timestamp(record.at);
  line["kind"] = record.kind;
  line["key"] = record.key;
  for (const auto& [name, value] : record.fields) {
    std::visit([&line, &key = name](const auto& inner) { line[key] = inner; }, value);
  }
  // Line feeds inside texts are escaped by JSON, so a record is always one line.
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace oofgg::storage
