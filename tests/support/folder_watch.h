#pragma once

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>

#include "tests/support/patience.h"

namespace oofgg::testing {

/// What processes do to the files of a folder, from now on: each open, read, write, close, rename and removal
/// is an event (inotify(7)). Threads: one owner.
class FolderWatch {
 public:
  explicit FolderWatch(const std::string& folder) : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (inotify_add_watch(fd_, folder.c_str(), IN_ALL_EVENTS) < 0) std::abort();
  }
  ~FolderWatch() { close(fd_); }
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  /// How many there were so far.
  int Count() {
    while (ReadSome(std::chrono::milliseconds(0))) {
    }
    return count_;
  }

  /// Whether there come to be so many within 20 s.
  bool WaitForCount(int count) {
    while (count_ < count) {
      if (!ReadSome(kPatience)) return false;
    }
    return true;
  }

 private:
  bool ReadSome(std::chrono::milliseconds patience) {
    pollfd readable{fd_, POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return false;
    alignas(inotify_event) std::array<char, sizeof(inotify_event) + 256> buffer;
    const ssize_t size = read(fd_, buffer.data(), buffer.size());
    if (size <= 0) return false;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size); ++count_) {
      at += sizeof(inotify_event) + reinterpret_cast<const inotify_event*>(buffer.data() + at)->len;
    }
    return true;
  }

  int fd_;
  int count_ = 0;
};

}  // namespace oofgg::testing
