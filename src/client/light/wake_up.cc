#include "client/light/wake_up.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace oofgg::internal {

WakeUp::WakeUp() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

WakeUp::~WakeUp() { close(fd_); }

void WakeUp::Ring() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);  // Full: it rings already.
}

void WakeUp::Clear() const {
  std::uint64_t rung = 0;
  [[maybe_unused]] const auto count = read(fd_, &rung, sizeof rung);
}

}  // namespace oofgg::internal
