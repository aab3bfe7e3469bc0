#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "base/mailer.h"
#include "oofgg/backoff.h"
#include "oofgg/random.h"

namespace oofgg::servers {

/// Sends by `sender`, and tries again a few times while that is unavailable: a relay that restarts costs
/// nobody a code. Threads: safe.
class RetryingMailer final : public Mailer {
 public:
  using Pause = std::function<void(std::chrono::milliseconds)>;

  /// Waits by `pause`, four seconds at most each time, and not any more once `stopping`: a server that ends
  /// is not held up.
  RetryingMailer(std::unique_ptr<Mailer> sender, RandomSource& random, std::function<bool()> stopping,
                 Pause pause = SleepFor)
      : sender_(std::move(sender)),
        random_(random),
        stopping_(std::move(stopping)),
        pause_(std::move(pause)) {}

  /// Of the last attempt.
  [[nodiscard]] Status Send(const Mail& mail) override;

 private:
  static void SleepFor(std::chrono::milliseconds time);

  const std::unique_ptr<Mailer> sender_;
  RandomSource& random_;
  const std::function<bool()> stopping_;
  const Pause pause_;
};

}  // namespace oofgg::servers
