#include "auth/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/private_mode.h"

namespace oofgg::auth {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return StatusCode::kNotFound;
    case EEXIST:
      return StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return StatusCode::kPermissionDenied;
    default:
      return StatusCode::kUnavailable;
  }
}

Status ErrnoStatus(int error, std::string_view action, const std::string& path) {
  return MakeStatus(CodeOf(error),
                    std::string(action) + " " + path + ": " + std::generic_category().message(error));
}

Status Refuse(const std::string& path, std::string_view why) {
  return MakeStatus(StatusCode::kFailedPrecondition, path + " " + std::string(why));
}

Status CheckFile(const Fd& file, const std::string& path, bool is_private) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return ErrnoStatus(errno, "reading", path);
  if (!S_ISREG(info.st_mode)) return Refuse(path, "is not a regular file");
  return is_private ? base::CheckPrivateMode(path, info.st_mode) : Status();
}

StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes, bool is_private) {
  // Not blocking, so that a FIFO is refused below rather than waited for.
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) return ErrnoStatus(errno, "opening", path);
  OOFGG_RETURN_IF_ERROR(CheckFile(file, path, is_private));
  std::string content;
  std::array<char, 4096> chunk;
  while (true) {
    const ssize_t got = read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "reading", path);
    if (got == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(got));
    if (content.size() > max_bytes) return Refuse(path, "is too large");
  }
}

Status WriteAll(const Fd& file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t put = write(file.get(), content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return ErrnoStatus(errno, "writing", path);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  if (fsync(file.get()) != 0) return ErrnoStatus(errno, "syncing", path);
  return {};
}

std::string DirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status SyncDirectory(const std::string& path) {
  const Fd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || fsync(directory.get()) != 0) return ErrnoStatus(errno, "syncing", path);
  return {};
}

Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return ErrnoStatus(errno, "making", path);
}

Status MakeDirectories(const std::string& path) {
  Status made = MakeDirectory(path);
  const std::string parent = DirectoryOf(path);
  if (made.code() != StatusCode::kNotFound || parent == path) return made;
  OOFGG_RETURN_IF_ERROR(MakeDirectories(parent));
  return MakeDirectory(path);
}

}  // namespace

Status EnsurePrivateDirectory(const std::string& path) {
  OOFGG_RETURN_IF_ERROR(MakeDirectories(path));
  return CheckPrivateDirectory(path);
}

Status CheckPrivateDirectory(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "opening", path);
  if (!S_ISDIR(info.st_mode)) return Refuse(path, "is not a directory");
  if ((info.st_mode & 022) != 0) {
    return Refuse(path, "holds keys and group or others can write to it: run chmod 700 " + path);
  }
  return {};
}

StatusOr<std::string> ReadPrivateFile(const std::string& path, std::size_t max_bytes) {
  return ReadFile(path, max_bytes, /*is_private=*/true);
}

StatusOr<std::string> ReadPublicFile(const std::string& path, std::size_t max_bytes) {
  return ReadFile(path, max_bytes, /*is_private=*/false);
}

Status CreatePrivateFile(const std::string& path, std::string_view content) {
  std::string draft = path + ".XXXXXX";
  const Fd file(mkostemp(draft.data(), O_CLOEXEC));  // Mode 0600 whatever the umask lets through.
  if (!file.ok()) return ErrnoStatus(errno, "making", path);
  Status status = WriteAll(file, content, path);
  // A link, unlike a rename, never replaces.
  if (status.ok() && link(draft.c_str(), path.c_str()) != 0) status = ErrnoStatus(errno, "making", path);
  unlink(draft.c_str());
  if (!status.ok()) return status;
  return SyncDirectory(DirectoryOf(path));
}

Status RenameFile(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return ErrnoStatus(errno, "renaming", from);
  return SyncDirectory(DirectoryOf(to));
}

Status RemoveFile(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return ErrnoStatus(errno, "removing", path);
  return SyncDirectory(DirectoryOf(path));
}

StatusOr<DirectoryLock> DirectoryLock::Take(const std::string& directory) {
  Fd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, "opening", directory);
  while (flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return ErrnoStatus(errno, "locking", directory);
  }
  return DirectoryLock(fd.Release());
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace oofgg::auth
