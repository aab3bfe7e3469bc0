#include "backends/process/server_log.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace oofgg::backends {
namespace {

/// A file that is closed at the end of the scope.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Status CannotBound(const std::string& path) {
  return MakeStatus(StatusCode::kUnavailable, "cannot shorten " + path + ": " + std::strerror(errno));
}

}  // namespace

StatusOr<bool> BoundLog(const std::string& path, const std::string& older, std::uint64_t max_bytes) {
  const OpenFile log(path, O_RDWR);
  struct stat about {};
  if (log.fd() < 0 || fstat(log.fd(), &about) != 0) return CannotBound(path);
  const auto size = static_cast<std::uint64_t>(about.st_size);
  if (size <= max_bytes) return false;
  const OpenFile copy(older, O_WRONLY | O_CREAT | O_TRUNC);
  if (copy.fd() < 0) return CannotBound(path);
  auto offset = static_cast<off_t>(size - max_bytes);
  ssize_t sent = 1;
  while (sent > 0 && offset < about.st_size) {
    sent = sendfile(copy.fd(), log.fd(), &offset, static_cast<std::size_t>(about.st_size - offset));
  }
  // Shortened even if the disk had no room for the copy: then all the more.
  if (ftruncate(log.fd(), 0) != 0) return CannotBound(path);
  return true;
}

}  // namespace oofgg::backends
