#include "orchestration/server_id.h"

#include <cstdint>

namespace oofgg::orchestration {
namespace {

constexpr std::string_view kPrefix = "gs-";
constexpr std::size_t kUuid = 36;
constexpr std::size_t kDigits = 8;

// FNV-1a: the same in every process and version, which std::hash is not.
void Mix(std::uint64_t& hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash = (hash ^ 0xFFU) * 0x100000001b3U;  // Ends the text: no text has this byte.
}

}  // namespace

std::string RevisionOf(std::string_view image, std::string_view command) {
  if (image.empty() && command.empty()) return "";
  std::uint64_t hash = 0xcbf29ce484222325U;
  Mix(hash, image);
  Mix(hash, command);
  hash ^= hash >> 32U;
  std::string digits;
  for (std::size_t i = 0; i < kDigits; ++i) digits += "0123456789abcdef"[(hash >> (4 * i)) & 0xFU];
  return digits;
}

std::string NewServerId(std::string_view revision, std::string_view uuid) {
  std::string id(kPrefix);
  if (!revision.empty()) id.append(revision).append("-");
  return id.append(uuid);
}

std::optional<std::string> RevisionIn(std::string_view server_id) {
  if (server_id.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  const std::string_view rest = server_id.substr(kPrefix.size());
  if (rest.size() == kUuid) return "";
  if (rest.size() != kDigits + 1 + kUuid || rest[kDigits] != '-') return std::nullopt;
  return std::string(rest.substr(0, kDigits));
}

}  // namespace oofgg::orchestration
