#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "oofgg/status.h"
#include "oofgg/stream.h"

namespace oofgg::rpc {

/// The open streams of a server, which have no end of their own and so must be told of a drain.
/// Threads: safe.
class StreamRegistry {
 public:
  /// False once `EndAll` was called: the stream is to be refused with `DrainStatus()`.
  [[nodiscard]] bool Add(const std::shared_ptr<StreamHost>& stream);
  void Remove(const StreamHost* stream);

  /// Tells every stream, and every later one, to go elsewhere.
  void EndAll();

  [[nodiscard]] std::size_t size() const;

  /// kUnavailable with reason SERVER_DRAINING, to be retried at once, elsewhere.
  [[nodiscard]] static Status DrainStatus();

 private:
  mutable std::mutex mutex_;
  bool ended_ = false;
  std::unordered_map<const StreamHost*, std::weak_ptr<StreamHost>> streams_;
};

}  // namespace oofgg::rpc
