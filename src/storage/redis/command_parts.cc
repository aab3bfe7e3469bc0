#include "storage/redis/command_parts.h"

#include <charconv>
#include <cstddef>

namespace oofgg::storage::redis {
namespace {

/// Reads `*NUMBER CRLF` or `$NUMBER CRLF` at `at`, which moves behind it.
std::size_t ReadCount(std::string_view bytes, std::size_t& at) {
  std::size_t count = 0;
  const char* const end = std::from_chars(bytes.data() + at + 1, bytes.data() + bytes.size(), count).ptr;
  at = static_cast<std::size_t>(end - bytes.data()) + 2;
  return count;
}

}  // namespace

std::vector<std::string_view> SplitCommands(std::string_view bytes) {
  std::vector<std::string_view> commands;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t start = at;
    for (std::size_t words = ReadCount(bytes, at); words > 0; --words) {
      const std::size_t size = ReadCount(bytes, at);
      at += size + 2;
    }
    commands.push_back(bytes.substr(start, at - start));
  }
  return commands;
}

}  // namespace oofgg::storage::redis
