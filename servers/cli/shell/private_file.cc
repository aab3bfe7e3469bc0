#include "servers/cli/shell/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace oofgg::cli {
namespace {

constexpr mode_t kMode = 0600;

/// Not of a device, which is everybody's.
bool MakePrivate(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && (!S_ISREG(status.st_mode) || fchmod(fd, kMode) == 0);
}

}  // namespace

int OpenPrivate(const std::string& path, int flags) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, kMode);
  if (fd < 0 || MakePrivate(fd)) return fd;
  const int why = errno;
  close(fd);
  errno = why;
  return -1;
}

}  // namespace oofgg::cli
