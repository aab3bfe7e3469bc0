#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace oofgg::servers {

/// Something to call whose doer comes later, and goes earlier, than those who call it; until then, and
/// afterwards, a call does nothing. Threads: safe; calls run one at a time.
template <class... Args>
class LateHook {
 public:
  using Function = std::function<void(Args...)>;

  /// Takes the function away again, once no call of it is under way.
  class Hold {
   public:
    explicit Hold(LateHook& hook) : hook_(hook) {}
    ~Hold() { hook_.Put({}); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    LateHook& hook_;
  };

  LateHook() = default;
  LateHook(const LateHook&) = delete;
  LateHook& operator=(const LateHook&) = delete;

  /// `function` must not call the hook; what it uses outlives what is returned, and the hook outlives both.
  [[nodiscard]] Hold Set(Function function) {
    Put(std::move(function));
    return Hold(*this);
  }

  void operator()(Args... args) const {
    const std::lock_guard lock(mutex_);
    if (function_) function_(args...);
  }

 private:
  void Put(Function function) {
    const std::lock_guard lock(mutex_);
    function_ = std::move(function);
  }

  mutable std::mutex mutex_;  // Held during a call.
  Function function_;
};

}  // namespace oofgg::servers
