#include "storage/kafka/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace oofgg::storage {

StatusOr<FolderLock> FolderLock::Take(const std::string& folder) {
  const std::string path = folder + "/lock";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    return MakeStatus(StatusCode::kFailedPrecondition, "opening " + path + ": " + std::strerror(errno));
  }
  FolderLock lock(descriptor);
  // A child that a killed server was just starting still has its descriptors, for milliseconds.
  constexpr int kTries = 100;
  constexpr std::chrono::milliseconds kPause{10};
  for (int tries = 1; flock(descriptor, LOCK_EX | LOCK_NB) != 0; ++tries) {
    const int error = errno;
    if (error == EINTR) continue;
    if (error != EWOULDBLOCK) {
      return MakeStatus(StatusCode::kFailedPrecondition, "locking " + path + ": " + std::strerror(error));
    }
    if (tries == kTries) {
      return MakeStatus(StatusCode::kFailedPrecondition,
                        folder + " is in use by another server; stop that one, or give each its own folder");
    }
    std::this_thread::sleep_for(kPause);
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace oofgg::storage
