#include "servers/cli/load/stop_signals.h"

namespace oofgg::load {

StopSignals::StopSignals() {
  sigemptyset(&stop_);
  sigaddset(&stop_, SIGINT);
  sigaddset(&stop_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_, &before_);
}

StopSignals::~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool StopSignals::WaitAMoment() {
  constexpr timespec kWait{0, 20'000'000};
  if (sigtimedwait(&stop_, nullptr, &kWait) > 0) stopped_ = true;
  return stopped_;
}

}  // namespace oofgg::load
