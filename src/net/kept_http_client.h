#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/http_client.h"

namespace boost::asio {
class io_context;
}

namespace oofgg::net {

struct KeptHttpOptions {
  std::size_t max_connections_per_host = 64;  ///< A call that wants one more is kResourceExhausted.
  std::size_t max_connections = 4096;         ///< Of all hosts; the same.
  std::chrono::milliseconds idle_timeout{10'000};
};

/// Makes HTTP calls on the threads of an `io_context`, over connections that it keeps. A call of a handler
/// that runs there is written at once, and its answer is read there too: no other thread has to be woken,
/// which is most of what a short call between near servers costs. `http::CurlClient` is for all other calls:
/// this one knows no TLS and no names, takes whole bodies only, and tells of a kept connection that the peer
/// closes just then as of any other that breaks.
///
/// Threads: safe; the io_context is run by its owner, must outlive this, and is stopped before this is
/// destroyed. Time-outs are kept to a tenth of a second. Errors: those of `HttpClient`; kInvalidArgument also
/// for `https`, for a host that is no address, and for `on_data`; kResourceExhausted also where there are too
/// many connections.
class KeptHttpClient final : public HttpClient {
 public:
  explicit KeptHttpClient(boost::asio::io_context& io, KeptHttpOptions options = {});
  /// Ends what is under way with kCancelled.
  ~KeptHttpClient() override;
  KeptHttpClient(const KeptHttpClient&) = delete;
  KeptHttpClient& operator=(const KeptHttpClient&) = delete;

  void Send(HttpCall call, OnReply on_reply) override;

  /// How many connections there are, used and idle.
  [[nodiscard]] std::size_t connections() const;

 private:
  class Pool;
  std::shared_ptr<Pool> pool_;
};

}  // namespace oofgg::net
