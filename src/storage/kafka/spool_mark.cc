#include "storage/kafka/spool_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <string_view>
#include <utility>

#include "storage/jsonl/append_file.h"
#include "storage/kafka/crc32.h"

namespace oofgg::storage {
namespace {

// "SEGMENT______ OFFSET_______ CHECKSUM\n": always as long, within one sector, written at once.
constexpr std::size_t kPlaceSize = 41;
constexpr std::size_t kTextSize = kPlaceSize + 1 + 8 + 1;

std::string ToMarkText(SpoolPlace place) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%020" PRIu64 " %020" PRIu64, place.segment, place.offset);
  const std::string places = text.data();
  std::snprintf(text.data(), text.size(), " %08" PRIx32 "\n", Crc32(places));
  return places + text.data();
}

}  // namespace

StatusOr<SpoolMark> SpoolMark::Open(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return EventLogFailed("open " + path, errno);
  return SpoolMark(path, descriptor);
}

SpoolMark::~SpoolMark() {
  if (descriptor_ >= 0) close(descriptor_);
}

SpoolMark::SpoolMark(SpoolMark&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

std::optional<SpoolPlace> SpoolMark::Read() const {
  std::array<char, kTextSize + 1> text{};
  if (pread(descriptor_, text.data(), kTextSize, 0) != static_cast<ssize_t>(kTextSize)) return std::nullopt;
  SpoolPlace place;
  if (std::sscanf(text.data(), "%" SCNu64 " %" SCNu64, &place.segment, &place.offset) != 2) {
    return std::nullopt;
  }
  if (ToMarkText(place) != text.data()) return std::nullopt;
  return place;
}

Status SpoolMark::Write(SpoolPlace place) {
  const std::string text = ToMarkText(place);
  const ssize_t written = pwrite(descriptor_, text.data(), text.size(), 0);
  if (written == static_cast<ssize_t>(text.size())) return {};
  return EventLogFailed("write " + path_, written < 0 ? errno : ENOSPC);
}

}  // namespace oofgg::storage
