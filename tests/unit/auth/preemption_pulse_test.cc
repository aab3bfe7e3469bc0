#include "auth/preemption_pulse.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>

namespace oofgg::auth {
namespace {

using std::chrono::microseconds;

/// Holds SIGURG back from this thread, so that it can be waited for.
class HeldSignal {
 public:
  HeldSignal() {
    sigemptyset(&urgent_);
    sigaddset(&urgent_, SIGURG);
    pthread_sigmask(SIG_BLOCK, &urgent_, &before_);
  }
  ~HeldSignal() {
    while (Take({.tv_sec = 0, .tv_nsec = 0})) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  HeldSignal(const HeldSignal&) = delete;
  HeldSignal& operator=(const HeldSignal&) = delete;

  [[nodiscard]] bool Take(timespec patience) const {
    return sigtimedwait(&urgent_, nullptr, &patience) == SIGURG;
  }

 private:
  sigset_t urgent_{};
  sigset_t before_{};
};

TEST(PreemptionPulseTest, BeatsInItsThreadWhileItLives) {
  const HeldSignal held;
  std::optional<PreemptionPulse> pulse(microseconds(200));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(held.Take({.tv_sec = 30, .tv_nsec = 0}));
  pulse.reset();
  while (held.Take({.tv_sec = 0, .tv_nsec = 0})) {
  }
  EXPECT_FALSE(held.Take({.tv_sec = 0, .tv_nsec = 5'000'000})) << "a beat after its end";
}

TEST(PreemptionPulseTest, ComputationsGoOnUnderIt) {
  volatile std::uint64_t sum = 0;
  const PreemptionPulse pulse(microseconds(50));
  for (std::uint64_t i = 0; i < 20'000'000; ++i) sum = sum + i;
  EXPECT_EQ(sum, 199'999'990'000'000U);
}

}  // namespace
}  // namespace oofgg::auth
