#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace oofgg::internal {

/// Counts the calls that gRPC still holds, so that a transport can outwait them. Threads: safe.
class InFlight {
 public:
  /// One call, from its start until gRPC has let go of it.
  class Token {
   public:
    explicit Token(InFlight& calls) : calls_(calls) {
      std::lock_guard lock(calls_.mutex_);
      ++calls_.count_;
    }
    ~Token() {
      std::lock_guard lock(calls_.mutex_);
      if (--calls_.count_ == 0) calls_.none_.notify_all();
    }
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

   private:
    InFlight& calls_;
  };

  void WaitForNone() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
};

}  // namespace oofgg::internal
