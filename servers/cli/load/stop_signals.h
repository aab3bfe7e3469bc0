#pragma once

#include <csignal>

namespace oofgg::load {

/// SIGINT and SIGTERM, blocked while it lives so that they are obeyed in order; in processes forked meanwhile
/// too. One may live within another.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Waits a moment of 20 ms. True from the first SIGINT or SIGTERM on.
  bool WaitAMoment();
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  sigset_t stop_{};
  sigset_t before_{};
  bool stopped_ = false;
};

}  // namespace oofgg::load
