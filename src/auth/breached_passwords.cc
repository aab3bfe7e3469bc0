#include "auth/breached_passwords.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace oofgg::auth {
namespace {

constexpr std::size_t kHashDigits = 40;
/// Some 80 lines: halving stops there, and none is longer.
constexpr std::size_t kBlock = 4096;
constexpr std::uint64_t kSamples = 64;

Status SystemError(const std::string& path) {
  const StatusCode code = errno == ENOENT   ? StatusCode::kNotFound
                          : errno == EACCES ? StatusCode::kPermissionDenied
                                            : StatusCode::kUnavailable;
  return MakeStatus(code, "cannot read " + path + ": " + std::strerror(errno));
}

/// A file that is closed with the last copy of what reads it.
class OpenFd {
 public:
  explicit OpenFd(int fd) : fd_(fd) {}
  ~OpenFd() { close(fd_); }
  OpenFd(const OpenFd&) = delete;
  OpenFd& operator=(const OpenFd&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  const int fd_;
};

StatusOr<std::string> ReadAt(int fd, const std::string& path, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count = pread(fd, bytes.data() + got, size - got, static_cast<off_t>(offset + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError(path);
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  bytes.resize(got);
  return bytes;
}

bool IsUpperHex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// 40 digits, and a count behind them or not.
bool IsLine(std::string_view line) {
  if (line.size() < kHashDigits) return false;
  const std::string_view hash = line.substr(0, kHashDigits);
  const std::string_view rest = line.substr(kHashDigits);
  if (!std::all_of(hash.begin(), hash.end(), IsUpperHex)) return false;
  if (rest.empty()) return true;
  return rest.size() > 1 && rest[0] == ':' && std::all_of(rest.begin() + 1, rest.end(), IsDigit);
}

Status NotAList(std::uint64_t at, std::string_view why) {
  return MakeStatus(StatusCode::kFailedPrecondition,
                    "at byte " + std::to_string(at) + " " + std::string(why) +
                        "; a list has a SHA-1 in 40 upper-case hexadecimal digits on each line, perhaps with "
                        ":COUNT, in ascending order, as Have I Been Pwned's for download, ordered by hash");
}

}  // namespace

/// The whole lines that begin in a piece of the text.
struct BreachedPasswords::Block {
  std::vector<std::string_view> lines{};  ///< Without their ends.
  std::uint64_t begin = 0;                ///< Where the first of them begins …
  std::uint64_t end = 0;                  ///< … and what comes after the last.
  std::string bytes{};
};

// From the middle of a line that line is left out, as it began before.
StatusOr<BreachedPasswords::Block> BreachedPasswords::ReadBlock(std::uint64_t from) const {
  const std::uint64_t before = from == 0 ? 0 : 1;  // To see whether a line begins just here.
  Block block;
  OOFGG_ASSIGN_OR_RETURN(block.bytes, read_(from - before, kBlock));
  const bool at_end = from - before + block.bytes.size() >= size_;
  std::string_view rest = block.bytes;
  if (before != 0) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  const auto place = [&] { return from - before + (block.bytes.size() - rest.size()); };
  block.begin = block.end = place();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos && !at_end) break;
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    block.lines.push_back(line);
    block.end = place();
  }
  return block;
}

StatusOr<std::unique_ptr<BreachedPasswords>> BreachedPasswords::OpenFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return SystemError(path);
  const auto file = std::make_shared<OpenFd>(fd);
  struct stat info {};
  if (fstat(fd, &info) != 0) return SystemError(path);
  if (!S_ISREG(info.st_mode)) return MakeStatus(StatusCode::kFailedPrecondition, path + " is no file");
  return std::make_unique<BreachedPasswords>(static_cast<std::uint64_t>(info.st_size),
                                             [file, path](std::uint64_t offset, std::size_t size) {
                                               return ReadAt(file->get(), path, offset, size);
                                             });
}

Status BreachedPasswords::CheckSamples() const {
  if (size_ == 0) return MakeStatus(StatusCode::kFailedPrecondition, "is empty");
  std::string last;
  std::uint64_t checked = 0;
  for (std::uint64_t sample = 0; sample <= kSamples; ++sample) {
    std::uint64_t from = size_ / kSamples * sample;
    if (sample == kSamples) from = std::max(checked, size_ - std::min<std::uint64_t>(size_, kBlock / 2));
    if (from < checked) continue;
    OOFGG_ASSIGN_OR_RETURN(const Block block, ReadBlock(from));
    const bool is_tail = block.bytes.size() < kBlock;
    if (block.lines.empty() && !is_tail) return NotAList(from, "is a line that is too long");
    std::uint64_t at = block.begin;
    for (const std::string_view line : block.lines) {
      if (!IsLine(line)) return NotAList(at, "is another kind of line");
      const std::string_view hash = line.substr(0, kHashDigits);
      if (hash <= last) return NotAList(at, "the lines are not in ascending order");
      last = hash;
      at += line.size() + 1;
    }
    checked = block.end;
  }
  return last.empty() ? NotAList(0, "is another kind of line") : Status();
}

StatusOr<bool> BreachedPasswords::Contains(std::string_view hash) const {
  std::uint64_t low = 0;       // The line can only begin from here …
  std::uint64_t high = size_;  // … to before here.
  while (low < high) {
    const std::uint64_t middle = high - low <= kBlock ? low : low + (high - low) / 2;
    OOFGG_ASSIGN_OR_RETURN(const Block block, ReadBlock(middle));
    if (block.lines.empty() || block.begin >= high) {
      if (middle == low) return false;
      high = middle;
      continue;
    }
    if (hash < block.lines.front().substr(0, kHashDigits)) {
      if (middle == low) return false;
      high = middle;
      continue;
    }
    const auto line = std::lower_bound(
        block.lines.begin(), block.lines.end(), hash,
        [](std::string_view left, std::string_view right) { return left.substr(0, kHashDigits) < right; });
    if (line != block.lines.end()) return line->substr(0, kHashDigits) == hash;
    low = block.end;
  }
  return false;
}

}  // namespace oofgg::auth
