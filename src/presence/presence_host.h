#pragma once

#include <cstdint>

#include "oofgg/status.h"

namespace oofgg::presence {

/// Names a connection to its host, which chose it.
using HostTag = std::uint64_t;

/// A listener's half of its presence connections: one for each, or one for all, told apart by tag.
/// Threads: safe from any thread; no call blocks, and none calls back into the hub inline.
class PresenceHost {
 public:
  virtual ~PresenceHost() = default;

  /// The connection may have something to say. Cheap, and may be called too often, or late.
  virtual void Wake(HostTag tag) = 0;

  /// The same, of one among the many who hear of a celebrity: they may wait behind others.
  virtual void WakeOneOfMany(HostTag tag) { Wake(tag); }

  /// The hub has ended the connection, or refused it.
  virtual void Finish(HostTag tag, Status status) = 0;
};

}  // namespace oofgg::presence
