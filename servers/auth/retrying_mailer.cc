#include "servers/auth/retrying_mailer.h"

#include <thread>

namespace oofgg::servers {
namespace {

constexpr int kAttempts = 3;
constexpr BackoffOptions kPauses{.initial = std::chrono::seconds(2), .maximum = std::chrono::seconds(4)};

}  // namespace

Status RetryingMailer::Send(const Mail& mail) {
  Backoff backoff(random_, kPauses);
  Status sent = sender_->Send(mail);
  for (int attempt = 1; attempt < kAttempts && sent.code() == StatusCode::kUnavailable; ++attempt) {
    if (stopping_()) break;
    pause_(backoff.Next());
    sent = sender_->Send(mail);
  }
  return sent;
}

void RetryingMailer::SleepFor(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

}  // namespace oofgg::servers
