#include "storage/kafka/spool_frame.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <system_error>

#include "storage/kafka/crc32.h"

namespace oofgg::storage {
namespace {

// "LENGTH__ CHECKSUM " and then, of that length and with that sum, "STREAM KEY_ MILLISECONDS " key value
// "\n".
constexpr std::size_t kHeadSize = 18;
constexpr std::size_t kFieldsSize = 20;
constexpr std::size_t kMaxRest = kFieldsSize + kMaxSpoolRecord + 1;
constexpr std::string_view kStreamLetters = "lsm";

template <typename T>
std::optional<T> FromHex(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<SpoolRecord> FromRest(std::string_view rest) {
  if (rest.size() <= kFieldsSize || rest.back() != '\n') return std::nullopt;
  const std::size_t stream = kStreamLetters.find(rest[0]);
  const auto key_size = FromHex<std::uint16_t>(rest.substr(2, 4));
  const auto at_ms = FromHex<std::int64_t>(rest.substr(7, 12));
  if (stream == std::string_view::npos || !key_size.has_value() || !at_ms.has_value()) return std::nullopt;
  rest = rest.substr(kFieldsSize, rest.size() - kFieldsSize - 1);
  if (*key_size > rest.size()) return std::nullopt;
  return SpoolRecord{.stream = static_cast<EventStream>(stream),
                     .at_ms = *at_ms,
                     .key = std::string(rest.substr(0, *key_size)),
                     .value = std::string(rest.substr(*key_size))};
}

bool HasFrameWithin(std::string_view bytes) {
  for (std::size_t end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n', end + 1)) {
    if (FromFrame(bytes.substr(end + 1)).state == SpoolFrame::State::kWhole) return true;
  }
  return false;
}

}  // namespace

std::string ToFrame(const SpoolRecord& record) {
  constexpr std::uint64_t kMillisecondMask = (std::uint64_t{1} << 48U) - 1;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%c %04x %012llx ",
                kStreamLetters[static_cast<std::size_t>(record.stream)],
                static_cast<unsigned>(record.key.size()) & 0xFFFFU,
                static_cast<unsigned long long>(static_cast<std::uint64_t>(record.at_ms) & kMillisecondMask));
  const std::string rest = text.data() + record.key + record.value + "\n";
  std::snprintf(text.data(), text.size(), "%08zx %08x ", rest.size(), static_cast<unsigned>(Crc32(rest)));
  return text.data() + rest;
}

SpoolFrame FromFrame(std::string_view bytes) {
  using State = SpoolFrame::State;
  if (bytes.size() < kHeadSize) return {.state = State::kCut};
  const auto size = FromHex<std::uint32_t>(bytes.substr(0, 8));
  const auto sum = FromHex<std::uint32_t>(bytes.substr(9, 8));
  if (!size.has_value() || !sum.has_value() || *size > kMaxRest) return {};
  if (bytes.size() - kHeadSize < *size) return {.state = State::kCut};
  const std::string_view rest = bytes.substr(kHeadSize, *size);
  if (Crc32(rest) != *sum) return {};
  auto record = FromRest(rest);
  if (!record.has_value()) return {};
  return {.state = State::kWhole, .size = kHeadSize + *size, .record = *std::move(record)};
}

SpoolEnd FindEnd(std::string_view bytes) {
  using State = SpoolFrame::State;
  std::string_view rest = bytes;
  SpoolFrame frame = FromFrame(rest);
  for (; frame.state == State::kWhole; frame = FromFrame(rest)) rest.remove_prefix(frame.size);
  const bool is_nothing = rest.find_first_not_of('\0') == rest.npos;
  // A length that was damaged reads as a frame that is cut.
  const bool is_torn = frame.state == State::kCut && !HasFrameWithin(rest);
  return {.whole = bytes.size() - rest.size(), .is_damaged = !is_nothing && !is_torn};
}

}  // namespace oofgg::storage
