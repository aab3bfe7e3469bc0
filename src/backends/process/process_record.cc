#include "backends/process/process_record.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "oofgg/parse.h"

namespace oofgg::backends {
namespace {

constexpr std::string_view kSuffix = ".server.json";
constexpr std::string_view kLogSuffix = ".log";
constexpr std::string_view kOldLogSuffix = ".old.log";

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Status WriteWhole(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (written && std::rename(draft.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return MakeStatus(StatusCode::kUnavailable, "cannot write " + path);
}

std::optional<ProcessRecord> Parse(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto number = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  };
  const auto word = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  ProcessRecord record;
  record.id = word("id");
  record.fleet = word("fleet");
  record.pid = static_cast<pid_t>(number("pid"));
  record.start_time = number("start_time");
  record.boot_id = word("boot_id");
  record.port = static_cast<std::uint16_t>(number("port"));
  record.control_port = static_cast<std::uint16_t>(number("control_port"));
  if (record.id.empty() || record.pid <= 1 || record.control_port == 0) return std::nullopt;
  return record;
}

}  // namespace

std::optional<std::uint64_t> StartTimeOf(pid_t pid) {
  const std::string stat = ReadWhole("/proc/" + std::to_string(pid) + "/stat");
  // The second field is the program's name in parentheses and may hold any character.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return std::nullopt;
  std::string_view rest = std::string_view(stat).substr(name_end + 2);
  if (rest.front() == 'Z' || rest.front() == 'X') return std::nullopt;
  for (int field = 3; field < 22; ++field) {
    const auto space = rest.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(space + 1);
  }
  const auto ticks = ParseInteger<std::uint64_t>(rest.substr(0, rest.find(' ')));
  if (!ticks.ok()) return std::nullopt;
  return *ticks;
}

std::string CurrentBootId() {
  std::string id = ReadWhole("/proc/sys/kernel/random/boot_id");
  if (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

bool StillRuns(const ProcessRecord& record) {
  return record.boot_id == CurrentBootId() && StartTimeOf(record.pid) == record.start_time;
}

Status ProcessRecords::Prepare() const {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (!error && access(directory_.c_str(), W_OK) == 0) return absl::OkStatus();
  return MakeStatus(StatusCode::kFailedPrecondition, "cannot write to the directory " + directory_);
}

std::string ProcessRecords::PathOf(std::string_view id) const {
  return directory_ + "/" + std::string(id) + std::string(kSuffix);
}

std::string ProcessRecords::LogPath(std::string_view id) const {
  return directory_ + "/" + std::string(id) + std::string(kLogSuffix);
}

std::string ProcessRecords::OldLogPath(std::string_view id) const {
  return directory_ + "/" + std::string(id) + std::string(kOldLogSuffix);
}

Status ProcessRecords::Write(const ProcessRecord& record) const {
  const nlohmann::json json{{"id", record.id},
                            {"fleet", record.fleet},
                            {"pid", static_cast<std::uint64_t>(record.pid)},
                            {"start_time", record.start_time},
                            {"boot_id", record.boot_id},
                            {"port", record.port},
                            {"control_port", record.control_port}};
  return WriteWhole(PathOf(record.id), json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void ProcessRecords::Erase(std::string_view id) const {
  std::error_code ignored;
  std::filesystem::remove(PathOf(id), ignored);
  PruneLogs();
}

void ProcessRecords::PruneLogs() const {
  std::vector<std::pair<std::filesystem::file_time_type, std::filesystem::path>> logs;
  std::error_code error;
  for (std::filesystem::directory_iterator next(directory_, error), end; !error && next != end;
       next.increment(error)) {
    std::error_code gone;
    const std::filesystem::path& path = next->path();
    const std::string name = path.filename().string();
    if (!name.ends_with(kLogSuffix)) continue;
    const auto suffix = name.ends_with(kOldLogSuffix) ? kOldLogSuffix : kLogSuffix;
    if (std::filesystem::exists(PathOf(name.substr(0, name.size() - suffix.size())), gone)) continue;
    const auto written = std::filesystem::last_write_time(path, gone);
    if (!gone) logs.emplace_back(written, path);
  }
  if (logs.size() <= kKeptLogs) return;
  std::sort(logs.begin(), logs.end(), std::greater<>());
  for (std::size_t i = kKeptLogs; i < logs.size(); ++i) std::filesystem::remove(logs[i].second, error);
}

std::vector<ProcessRecord> ProcessRecords::ReadAll() const {
  std::vector<ProcessRecord> records;
  std::error_code error;
  for (std::filesystem::directory_iterator next(directory_, error), end; !error && next != end;
       next.increment(error)) {
    const std::string path = next->path().string();
    if (!path.ends_with(kSuffix)) continue;
    if (auto record = Parse(ReadWhole(path))) records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace oofgg::backends
