#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace oofgg::testing {

/// For what a server, the kernel or another thread comes to without a word to anybody: asks until `condition`
/// holds; false if it does not within a minute. Where there is an event, such as a callback (inbox.h), a line
/// (child_process.h) or a file (folder_watch.h), wait for that instead.
[[nodiscard]] inline bool Eventually(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace oofgg::testing
