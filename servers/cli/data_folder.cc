#include "servers/cli/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace oofgg::cli {
namespace {

namespace fs = std::filesystem;

Status CannotUse(const std::string& path, const std::string& why) {
  return MakeStatus(StatusCode::kUnavailable, "--data: cannot use " + path + ": " + why);
}

/// The pid that the owner of the lock wrote, in words.
std::string OwnerOf(int lock) {
  std::array<char, 32> text{};
  const ssize_t length = pread(lock, text.data(), text.size(), 0);
  const std::string pid(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  return pid.empty() ? std::string() : ", pid " + pid.substr(0, pid.find('\n')) + ",";
}

}  // namespace

StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(const std::string& path) {
  std::error_code error;
  const std::string absolute = fs::absolute(path, error).lexically_normal().string();
  if (!error && fs::create_directories(absolute, error))
    fs::permissions(absolute, fs::perms::owner_all, error);
  if (error) return CannotUse(path, error.message());
  const std::string lock_path = absolute + "/up.lock";
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) return CannotUse(path, std::strerror(errno));
  std::unique_ptr<DataFolder> folder(new DataFolder(absolute, lock));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "another `oofgg up`" + OwnerOf(lock) + " runs on " + absolute +
                          "; end it, or give this one a folder of its own with --data");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(lock, 0) != 0 || pwrite(lock, pid.data(), pid.size(), 0) < 0)
    return CannotUse(path, std::strerror(errno));
  return folder;
}

DataFolder::~DataFolder() { close(lock_); }

}  // namespace oofgg::cli
