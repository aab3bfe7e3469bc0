#include "storage/jsonl/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace oofgg::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kName = "events.jsonl";
constexpr std::string_view kAsidePrefix = "events-";
constexpr std::string_view kSuffix = ".jsonl";

Status Failed(const std::string& what, int error) {
  return MakeStatus(StatusCode::kUnavailable,
                    "event log: could not " + what + ": " + std::generic_category().message(error));
}

std::string PathIn(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name);
}

StatusOr<int> OpenFile(const std::string& path) {
  // Read as well, for the last byte. O_NOFOLLOW: whoever may write to the folder shall not choose the file.
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return Failed("open " + path, errno);
  return descriptor;
}

bool EndsInLineFeed(int descriptor, std::uint64_t size) {
  char last = 0;
  return size == 0 || (pread(descriptor, &last, 1, static_cast<off_t>(size - 1)) == 1 && last == '\n');
}

// Names sort by time: the milliseconds since 1970 keep their number of digits until the year 2286.
std::string AsideName(WallTime now, int attempt) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::string tie = attempt == 0 ? "" : "-" + std::to_string(attempt);
  return std::string(kAsidePrefix) + std::to_string(millis) + tie + std::string(kSuffix);
}

void RemoveOldest(const std::string& folder, std::size_t keep) {
  std::vector<std::string> aside;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name.starts_with(kAsidePrefix) && name.ends_with(kSuffix)) aside.push_back(std::move(name));
  }
  std::sort(aside.begin(), aside.end());
  for (std::size_t i = 0; i + keep < aside.size(); ++i) fs::remove(PathIn(folder, aside[i]), error);
}

}  // namespace

StatusOr<LogFile> LogFile::Open(std::string folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return Failed("make " + folder, error.value());
  const std::string path = PathIn(folder, kName);
  OOFGG_ASSIGN_OR_RETURN(const int descriptor, OpenFile(path));
  struct stat info {};
  if (fstat(descriptor, &info) != 0) {
    close(descriptor);
    return Failed("read " + path, errno);
  }
  LogFile file(std::move(folder), descriptor, static_cast<std::uint64_t>(info.st_size));
  if (!EndsInLineFeed(descriptor, file.size_)) OOFGG_RETURN_IF_ERROR(file.Append("\n"));
  return file;
}

LogFile::~LogFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

LogFile::LogFile(LogFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

Status LogFile::Append(std::string_view bytes) {
  const std::uint64_t before = size_;
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      // Half a line, as from a full disk, would spoil the next one.
      if (size_ != before && ftruncate(descriptor_, static_cast<off_t>(before)) == 0) size_ = before;
      return Failed("write to " + folder_, error);
    }
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status LogFile::Sync() {
  if (fdatasync(descriptor_) == 0) return {};
  return Failed("sync " + folder_, errno);
}

Status LogFile::Rotate(WallTime now, std::size_t keep) {
  OOFGG_RETURN_IF_ERROR(Sync());
  const std::string path = PathIn(folder_, kName);
  std::string aside = PathIn(folder_, AsideName(now, 0));
  for (int attempt = 1; fs::exists(aside); ++attempt) aside = PathIn(folder_, AsideName(now, attempt));
  if (rename(path.c_str(), aside.c_str()) != 0) return Failed("rename " + path, errno);
  OOFGG_ASSIGN_OR_RETURN(const int fresh, OpenFile(path));
  close(std::exchange(descriptor_, fresh));
  size_ = 0;
  RemoveOldest(folder_, keep);
  return {};
}

}  // namespace oofgg::storage
