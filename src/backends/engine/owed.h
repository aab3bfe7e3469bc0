#pragma once

#include <utility>

#include "oofgg/status.h"

namespace oofgg::backends {

/// A callback that somebody waits for: runs at most once, and if it never ran by the time it is dropped, says
/// that the backend is shutting down.
template <typename Callback, typename Result>
class Owed {
 public:
  explicit Owed(Callback callback) : callback_(std::move(callback)) {}
  ~Owed() { Pay(MakeStatus(StatusCode::kCancelled, "the backend is shutting down")); }
  Owed(const Owed&) = delete;
  Owed& operator=(const Owed&) = delete;

  void Pay(Result result) {
    if (Callback callback = std::exchange(callback_, nullptr)) callback(std::move(result));
  }

 private:
  Callback callback_;
};

}  // namespace oofgg::backends
