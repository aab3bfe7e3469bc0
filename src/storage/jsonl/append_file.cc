#include "storage/jsonl/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace oofgg::storage {

Status EventLogFailed(const std::string& what, int error) {
  return MakeStatus(StatusCode::kUnavailable,
                    "event log: could not " + what + ": " + std::generic_category().message(error));
}

Status MakeEventFolder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return EventLogFailed("make " + folder, error.value());
  return {};
}

StatusOr<AppendFile> AppendFile::Open(std::string path) {
  // Read as well, for what a crash left. O_NOFOLLOW: whoever may write to the folder shall not choose the
  // file.
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return EventLogFailed("open " + path, errno);
  struct stat info {};
  if (fstat(descriptor, &info) != 0) {
    const int error = errno;
    close(descriptor);
    return EventLogFailed("read " + path, error);
  }
  return AppendFile(std::move(path), descriptor, static_cast<std::uint64_t>(info.st_size));
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      reserved_(other.reserved_) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  std::swap(reserved_, other.reserved_);
  return *this;
}

Status AppendFile::Append(std::string_view bytes) {
  const std::uint64_t before = size_;
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      // Half a record, as from a full disk, would spoil the next one.
      if (size_ != before) OOFGG_RETURN_IF_ERROR(Cut(before));
      return EventLogFailed("write to " + path_, error);
    }
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status AppendFile::Reserve(std::uint64_t ahead) {
  if (reserved_ >= size_ + ahead / 2) return {};
  while (fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(size_), static_cast<off_t>(ahead)) !=
         0) {
    if (errno == EINTR) continue;
    if (errno == EOPNOTSUPP) break;  // Then a full disk is seen when it is full, and not before.
    return EventLogFailed("get room for " + path_, errno);
  }
  reserved_ = size_ + ahead;
  return {};
}

Status AppendFile::Cut(std::uint64_t size) {
  if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return EventLogFailed("cut " + path_, errno);
  size_ = size;
  reserved_ = size;
  return {};
}

StatusOr<std::string> AppendFile::Read(std::uint64_t offset, std::size_t bytes) const {
  std::string text(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        pread(descriptor_, text.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return EventLogFailed("read " + path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

Status AppendFile::Sync() const {
  if (fdatasync(descriptor_) == 0) return {};
  return EventLogFailed("sync " + path_, errno);
}

}  // namespace oofgg::storage
