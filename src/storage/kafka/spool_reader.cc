#include "storage/kafka/spool_reader.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "oofgg/log.h"

namespace oofgg::storage {
namespace {

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::size_t kLargeChunk = 2 * kMaxSpoolRecord;  // Any record fits.

}  // namespace

bool SpoolReader::AtEnd() const {
  const Spool::Extent extent = spool_.ExtentOf(place_.segment);
  return place_.offset >= extent.size && extent.next == 0;
}

StatusOr<std::vector<SpooledRecord>> SpoolReader::Next() {
  for (;;) {
    const Spool::Extent extent = spool_.ExtentOf(place_.segment);
    if (place_.offset >= extent.size) {
      if (extent.next == 0) return std::vector<SpooledRecord>();
      place_ = {extent.next, 0};
      file_.reset();
      continue;
    }
    OOFGG_ASSIGN_OR_RETURN(auto records, ReadChunk(extent.size, kChunk));
    if (records.empty()) {
      OOFGG_ASSIGN_OR_RETURN(records, ReadChunk(extent.size, kLargeChunk));
    }
    if (!records.empty()) return records;
    SkipDamage(extent.size);
  }
}

StatusOr<std::vector<SpooledRecord>> SpoolReader::ReadChunk(std::uint64_t size, std::size_t bytes) {
  if (!file_.has_value()) {
    OOFGG_ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(spool_.PathOf(place_.segment)));
    file_.emplace(std::move(file));
  }
  const auto wanted = static_cast<std::size_t>((std::min)(size - place_.offset, std::uint64_t{bytes}));
  OOFGG_ASSIGN_OR_RETURN(const std::string text, file_->Read(place_.offset, wanted));
  std::vector<SpooledRecord> records;
  std::string_view rest = text;
  for (SpoolFrame frame = FromFrame(rest); frame.state == SpoolFrame::State::kWhole;
       frame = FromFrame(rest)) {
    rest.remove_prefix(frame.size);
    place_.offset += frame.size;
    records.push_back({std::move(frame.record), place_});
  }
  return records;
}

void SpoolReader::SkipDamage(std::uint64_t size) {
  const std::string path = spool_.PathOf(place_.segment);
  std::error_code ignored;  // It was kept before, or the disk is worse than that.
  std::filesystem::create_hard_link(path, path + ".damaged", ignored);
  Log(LogLevel::kError, "event_log",
      path + " is damaged: from byte " + std::to_string(place_.offset) + " on, " +
          std::to_string(size - place_.offset) +
          " bytes of records cannot be read and are not sent; they stay in " + path + ".damaged");
  place_.offset = size;
}

}  // namespace oofgg::storage
