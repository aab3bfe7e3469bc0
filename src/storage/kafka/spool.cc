#include "storage/kafka/spool.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "oofgg/log.h"
#include "oofgg/parse.h"

namespace oofgg::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSegmentSuffix = ".spool";
constexpr std::size_t kNumberDigits = 20;
constexpr std::chrono::milliseconds kRetryDelay{5000};
constexpr int kParts = 8;  // A limit is made of, so that a small one works too.

SpoolOptions Sensible(SpoolOptions options) {
  options.segment_bytes = (std::min)(options.segment_bytes, options.limit_bytes / kParts);
  options.reserve_bytes = (std::min)(options.reserve_bytes, options.limit_bytes / kParts);
  return options;
}

StatusOr<std::vector<std::uint64_t>> ListSegments(const std::string& folder) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.size() != kNumberDigits + kSegmentSuffix.size() || !name.ends_with(kSegmentSuffix)) continue;
    const auto number = ParseInteger<std::uint64_t>(std::string_view(name).substr(0, kNumberDigits));
    if (number.ok() && *number > 0) numbers.push_back(*number);
  }
  if (error) return EventLogFailed("list " + folder, error.value());
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string Mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace

StatusOr<std::unique_ptr<Spool>> Spool::Open(std::string folder, SpoolOptions options) {
  OOFGG_RETURN_IF_ERROR(MakeEventFolder(folder));
  OOFGG_ASSIGN_OR_RETURN(FolderLock lock, FolderLock::Take(folder));
  OOFGG_ASSIGN_OR_RETURN(SpoolMark mark, SpoolMark::Open(folder + "/shipped"));
  std::unique_ptr<Spool> spool(
      new Spool(std::move(folder), Sensible(options), std::move(lock), std::move(mark)));
  OOFGG_RETURN_IF_ERROR(spool->Load());
  return spool;
}

Spool::Spool(std::string folder, SpoolOptions options, FolderLock lock, SpoolMark mark)
    : folder_(std::move(folder)), options_(options), lock_(std::move(lock)), mark_(std::move(mark)) {}

Status Spool::Load() {
  OOFGG_ASSIGN_OR_RETURN(const auto numbers, ListSegments(folder_));
  shipped_ = mark_.Read().value_or(SpoolPlace());
  for (const std::uint64_t number : numbers) {
    OOFGG_ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(PathOf(number)));
    const bool is_last = number == numbers.back();
    bool goes_on = is_last;
    if (is_last) OOFGG_RETURN_IF_ERROR(MendEnd(file, goes_on));
    sizes_[number] = file.size();
    total_ += file.size();
    if (goes_on) current_ = std::make_shared<AppendFile>(std::move(file));
  }
  // No number is used twice, or the mark could mean another segment.
  if (current_ == nullptr) {
    const std::uint64_t last = numbers.empty() ? 0 : numbers.back();
    OOFGG_RETURN_IF_ERROR(Begin((std::max)(last, shipped_.segment) + 1));
  }
  PlaceMark();
  OOFGG_RETURN_IF_ERROR(MarkShipped(shipped_));
  room_ = current_->Reserve(options_.reserve_bytes);
  return {};
}

/// What a crash may have left of it: too little, and then records are sent again, or, after a power cut that
/// took more of the segments than of the mark, too much.
void Spool::PlaceMark() {
  const auto known = sizes_.lower_bound(shipped_.segment);
  if (known == sizes_.end()) {
    shipped_ = {sizes_.rbegin()->first, sizes_.rbegin()->second};
  } else if (known->first != shipped_.segment) {
    shipped_ = {known->first, 0};
  } else {
    shipped_.offset = (std::min)(shipped_.offset, known->second);
  }
}

/// Cuts off half a record. What is more than that is left for the reader, who keeps it and says so, and new
/// records go elsewhere.
Status Spool::MendEnd(AppendFile& last, bool& goes_on) {
  OOFGG_ASSIGN_OR_RETURN(const std::string bytes, last.Read(0, last.size()));
  const SpoolEnd end = FindEnd(bytes);
  goes_on = !end.is_damaged;
  if (end.is_damaged || end.whole == bytes.size()) return {};
  Log(LogLevel::kWarning, "event_log",
      last.path() + " ends in " + std::to_string(bytes.size() - end.whole) +
          " bytes that are no whole record, as a crash leaves them; they are cut off");
  return last.Cut(end.whole);
}

Status Spool::CheckRoom() {
  const std::lock_guard lock(mutex_);
  if (!room_.ok() || IsLong()) room_ = MakeRoom();
  if (!room_.ok()) return Refuse(room_);
  if (total_ + options_.reserve_bytes <= options_.limit_bytes) return {};
  return Refuse(MakeStatus(StatusCode::kUnavailable, "the event log is full: " + Mebibytes(Waiting()) +
                                                         " of records wait for Kafka; try again later"));
}

Status Spool::Refuse(const Status& why) {
  ++refusals_;
  return RetryLater(StatusCode::kUnavailable, std::string(why.message()), kRetryDelay);
}

Status Spool::Append(const SpoolRecord& record) {
  if (record.key.size() > UINT16_MAX || record.key.size() + record.value.size() > kMaxSpoolRecord) {
    return MakeStatus(StatusCode::kInvalidArgument, "the record is too large for the event log");
  }
  const std::string frame = ToFrame(record);
  const std::lock_guard lock(mutex_);
  if (IsLong()) room_ = MakeRoom();
  if (total_ + frame.size() > options_.limit_bytes) {
    return Refuse(MakeStatus(StatusCode::kUnavailable, "the event log is full"));
  }
  if (const Status written = current_->Append(frame); !written.ok()) {
    room_ = written;
    return Refuse(written);
  }
  sizes_.rbegin()->second = current_->size();
  total_ += frame.size();
  if (room_.ok()) room_ = current_->Reserve(options_.reserve_bytes);
  WarnOfFilling();
  return {};
}

/// Begins a new segment where it is time to; where the disk has no room for it, the current one has what was
/// reserved, for those who were let in.
Status Spool::MakeRoom() {
  if (IsLong()) {
    OOFGG_RETURN_IF_ERROR(Begin(sizes_.rbegin()->first + 1));
    OOFGG_RETURN_IF_ERROR(RemoveShipped());
  }
  return current_->Reserve(options_.reserve_bytes);
}

Status Spool::Begin(std::uint64_t segment) {
  OOFGG_ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(PathOf(segment)));
  // Before it takes the place of the one that still has room.
  if (Status room = file.Reserve(options_.reserve_bytes); !room.ok()) {
    std::remove(file.path().c_str());
    return room;
  }
  if (current_ != nullptr) unsynced_.push_back(std::move(current_));
  current_ = std::make_shared<AppendFile>(std::move(file));
  sizes_[segment] = current_->size();
  return {};
}

void Spool::WarnOfFilling() {
  const std::uint64_t waiting = Waiting();
  if (!warned_ && waiting > options_.limit_bytes / 2) {
    warned_ = true;
    Log(LogLevel::kWarning, "event_log",
        "half of the event log's " + Mebibytes(options_.limit_bytes) +
            " is full: Kafka is away or too slow; when all is full, calls are refused");
  } else if (warned_ && waiting < options_.limit_bytes / 4) {
    warned_ = false;
  }
}

Status Spool::Sync() {
  std::vector<std::shared_ptr<AppendFile>> files;
  {
    const std::lock_guard lock(mutex_);
    files = std::exchange(unsynced_, {});
    files.push_back(current_);
  }
  Status first_error;
  for (const auto& file : files) {
    if (Status synced = file->Sync(); first_error.ok()) first_error = std::move(synced);
  }
  return first_error;
}

SpoolPlace Spool::shipped() const {
  const std::lock_guard lock(mutex_);
  return shipped_;
}

Status Spool::MarkShipped(SpoolPlace place) {
  const std::lock_guard lock(mutex_);
  shipped_ = place;
  return RemoveShipped();
}

Status Spool::RemoveShipped() {
  // The end of a segment is the begin of the next: else it would stay, with all that it takes of the limit.
  const auto at = sizes_.find(shipped_.segment);
  if (at != sizes_.end() && std::next(at) != sizes_.end() && shipped_.offset >= at->second) {
    shipped_ = {std::next(at)->first, 0};
  }
  OOFGG_RETURN_IF_ERROR(mark_.Write(shipped_));
  while (sizes_.begin()->first < shipped_.segment) {
    std::remove(PathOf(sizes_.begin()->first).c_str());
    total_ -= sizes_.begin()->second;
    sizes_.erase(sizes_.begin());
  }
  return {};
}

Spool::Extent Spool::ExtentOf(std::uint64_t segment) const {
  const std::lock_guard lock(mutex_);
  const auto known = sizes_.find(segment);
  const auto next = sizes_.upper_bound(segment);
  return {.size = known == sizes_.end() ? 0 : known->second, .next = next == sizes_.end() ? 0 : next->first};
}

std::string Spool::PathOf(std::uint64_t segment) const {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "/%020" PRIu64 ".spool", segment);
  return folder_ + name.data();
}

bool Spool::IsLong() const { return current_->size() >= options_.segment_bytes; }

std::uint64_t Spool::Waiting() const { return total_ - (std::min)(total_, shipped_.offset); }

std::uint64_t Spool::waiting_bytes() const {
  const std::lock_guard lock(mutex_);
  return Waiting();
}

std::uint64_t Spool::refusals() const {
  const std::lock_guard lock(mutex_);
  return refusals_;
}

}  // namespace oofgg::storage
