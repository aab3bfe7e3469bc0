#pragma once

#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "base/mailer.h"
#include "oofgg/bounded_executor.h"

namespace oofgg::auth::testing {

/// Keeps what is sent. Threads: safe; what was posted before is there when it is asked for.
class KeptMail final : public Mailer {
 public:
  Status Send(const Mail& mail) override {
    const std::lock_guard lock(mutex_);
    sent_.push_back(mail);
    return {};
  }

  /// The one thread that sends.
  [[nodiscard]] BoundedExecutor& executor() { return executor_; }

  [[nodiscard]] std::size_t count() {
    Wait();
    const std::lock_guard lock(mutex_);
    return sent_.size();
  }
  /// An empty one if there was none.
  [[nodiscard]] Mail LastTo(const std::string& address) {
    Wait();
    const std::lock_guard lock(mutex_);
    for (auto mail = sent_.rbegin(); mail != sent_.rend(); ++mail) {
      if (mail->to == address) return *mail;
    }
    return {};
  }

 private:
  /// Until what was posted has run.
  void Wait();

  std::mutex mutex_;
  std::vector<Mail> sent_;
  BoundedExecutor executor_{1, 1000};  // Last: ends before what it uses.
};

inline void KeptMail::Wait() {
  std::promise<void> reached;
  while (!executor_.TryPost([&] { reached.set_value(); })) {
  }
  reached.get_future().wait();
}

}  // namespace oofgg::auth::testing
