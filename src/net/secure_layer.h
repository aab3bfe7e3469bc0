#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace oofgg::net {

/// What an attempt on a connection came to.
struct SecureResult {
  enum class Outcome {
    kDone,       ///< `bytes` were moved; after a handshake: it is complete.
    kWantRead,   ///< Nothing yet: try again when the socket can be read, …
    kWantWrite,  ///< … or written.
    kEnd,        ///< The peer has said that it is done.
    kFailed,     ///< The connection is good for nothing any more.
  };
  Outcome outcome;
  std::size_t bytes = 0;
};

/// The encryption of one accepted connection, on a socket that does not block. Whoever drives it waits for
/// the socket; the layer only ever tries. Threads: one at a time. Lifetime: not used once the socket is
/// closed.
class SecureLayer {
 public:
  virtual ~SecureLayer() = default;
  [[nodiscard]] virtual SecureResult Handshake() = 0;
  [[nodiscard]] virtual SecureResult Read(std::span<char> into) = 0;
  /// May take less than all. What is tried again must begin with the same bytes.
  [[nodiscard]] virtual SecureResult Write(std::span<const char> from) = 0;
  /// Tells the peer that no more will come, if that takes no waiting.
  virtual void SayEnd() = 0;
};

/// Makes the layer of a connection on the socket `descriptor`; null if there is no memory for it. Called from
/// any thread.
using SecureLayerFactory = std::function<std::unique_ptr<SecureLayer>(int descriptor)>;

}  // namespace oofgg::net
