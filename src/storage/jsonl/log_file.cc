#include "storage/jsonl/log_file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
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

std::string PathIn(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name);
}

StatusOr<bool> EndsInLineFeed(const AppendFile& file) {
  if (file.size() == 0) return true;
  OOFGG_ASSIGN_OR_RETURN(const std::string last, file.Read(file.size() - 1, 1));
  return last == "\n";
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
  OOFGG_RETURN_IF_ERROR(MakeEventFolder(folder));
  OOFGG_ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(PathIn(folder, kName)));
  OOFGG_ASSIGN_OR_RETURN(const bool is_whole, EndsInLineFeed(file));
  if (!is_whole) OOFGG_RETURN_IF_ERROR(file.Append("\n"));
  return LogFile(std::move(folder), std::move(file));
}

Status LogFile::Rotate(WallTime now, std::size_t keep) {
  OOFGG_RETURN_IF_ERROR(current_->Sync());
  const std::string path = PathIn(folder_, kName);
  std::string aside = PathIn(folder_, AsideName(now, 0));
  for (int attempt = 1; fs::exists(aside); ++attempt) aside = PathIn(folder_, AsideName(now, attempt));
  if (std::rename(path.c_str(), aside.c_str()) != 0) return EventLogFailed("rename " + path, errno);
  auto fresh = AppendFile::Open(path);
  if (!fresh.ok()) {
    std::rename(aside.c_str(), path.c_str());
    return fresh.status();
  }
  current_ = std::make_shared<AppendFile>(*std::move(fresh));
  RemoveOldest(folder_, keep);
  return {};
}

}  // namespace oofgg::storage
