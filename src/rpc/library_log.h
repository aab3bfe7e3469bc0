#pragma once

namespace oofgg::rpc {

/// Has gRPC and protobuf, which would write to stderr, write to our log instead, in the room "rpc": what a
/// peer can cause as debug lines, errors of gRPC as warnings, at most ten at once and then one a second,
/// since each failed handshake is an error to it. For the whole process; may be called again. Threads: safe.
void TakeLogsOfLibraries();

/// While it lives, gRPC's errors on this thread are debug lines: the caller tells why in a status.
class QuietScope {
 public:
  QuietScope();
  ~QuietScope();
  QuietScope(const QuietScope&) = delete;
  QuietScope& operator=(const QuietScope&) = delete;
};

}  // namespace oofgg::rpc
