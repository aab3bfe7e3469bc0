#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/light/light_socket.h"
#include "servers/cli/shell/event_loop.h"

namespace oofgg::cli {

/// A connection on which bytes go as they are typed. Threads: where the loop is served.
class RawLink {
 public:
  /// Gets what comes; an error: why the link is lost.
  using OnBytes = std::function<void(const StatusOr<std::string_view>& bytes)>;

  /// Over TCP waits for the connection. kUnavailable: there is none, and why.
  [[nodiscard]] static StatusOr<std::unique_ptr<RawLink>> Open(EventLoop& loop,
                                                               LightPresenceTransport transport,
                                                               const std::string& address, OnBytes on_bytes);
  ~RawLink() { loop_.Forget(socket_.fd()); }
  RawLink(const RawLink&) = delete;
  RawLink& operator=(const RawLink&) = delete;

  /// kUnavailable: the link is lost, and why.
  Status Send(std::string_view bytes);

 private:
  RawLink(EventLoop& loop, OnBytes on_bytes) : loop_(loop), on_bytes_(std::move(on_bytes)) {}
  Status AwaitConnection();
  void Read();

  EventLoop& loop_;
  const OnBytes on_bytes_;
  internal::LightSocket socket_;
};

}  // namespace oofgg::cli
