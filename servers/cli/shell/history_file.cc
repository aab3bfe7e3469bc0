#include "servers/cli/shell/history_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "servers/cli/shell/private_file.h"
#include "servers/cli/shell/secrets.h"

namespace oofgg::cli {
namespace {

void Write(const std::string& path, int flags, const std::string& text) {
  const int fd = OpenPrivate(path, flags);
  if (fd < 0) return;
  [[maybe_unused]] const auto written = write(fd, text.data(), text.size());  // What cannot be is not missed.
  close(fd);
}

}  // namespace

HistoryFile::HistoryFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  std::error_code ignored;
  const auto folder = std::filesystem::path(path_).parent_path();
  if (std::filesystem::create_directories(folder, ignored)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) lines_.push_back(line);
  if (lines_.size() <= 2 * kMostLines) return;
  lines_.erase(lines_.begin(), lines_.end() - kMostLines);
  std::string text;
  for (const std::string& line : lines_) text += line + '\n';
  Write(path_, O_TRUNC, text);
}

bool HistoryFile::Add(const std::string& line) {
  if (line.empty() || HasSecret(line) || (!lines_.empty() && lines_.back() == line)) return false;
  lines_.push_back(line);
  if (!path_.empty()) Write(path_, O_APPEND, line + '\n');
  return true;
}

}  // namespace oofgg::cli
