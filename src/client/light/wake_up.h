#pragma once

namespace oofgg::internal {

/// Ends the `poll` of another thread. Threads: safe.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void Ring() const;
  /// What rang before is forgotten.
  void Clear() const;
  /// Readable while it rings.
  [[nodiscard]] int fd() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace oofgg::internal
