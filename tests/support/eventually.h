#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "tests/support/patience.h"

namespace oofgg::testing {

/// For what a server, the kernel or another thread comes to without a word to anybody: asks until `condition`
/// holds; false if it does not within `kPatience`. Where there is an event, such as a callback (inbox.h), a
/// line (child_process.h) or a file (folder_watch.h), wait for that instead.
[[nodiscard]] inline bool Eventually(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    // Leaves the processor to what it waits for, which has few of them.
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

}  // namespace oofgg::testing
