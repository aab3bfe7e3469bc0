#pragma once

#include <memory>
#include <string>

#include "base/http_client.h"

namespace oofgg::http {

struct CurlClientOptions {
  std::size_t max_connections_per_host = 16;
  std::size_t max_idle_connections = 256;  ///< Kept open for the next call.
  /// Whether `http_proxy` and its kin are obeyed. Calls to game servers must not leave the network
  /// they are on, so this is for calls to the outside world.
  bool use_environment_proxy = false;
  std::string user_agent = "oofgg";
  std::string unix_socket = {};  ///< Connects to this path, whatever host a URL names.
  // PEM, read again for each connection that is made.
  std::string ca_file = {};           ///< Trusted instead of the system's authorities.
  std::string certificate_file = {};  ///< Shown to servers that ask for one, …
  std::string key_file = {};          ///< … with this key.
};

/// `HttpClient` on libcurl's multi interface: one thread, kept connections, any number of calls.
/// Lifetime: the destructor ends what is under way with kCancelled and joins its thread, so it must
/// not run inside a callback.
class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(CurlClientOptions options = {});
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  void Send(HttpCall call, OnReply on_reply) override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

/// Makes one call and waits for its end. Not for a thread on which callbacks of `client` run.
[[nodiscard]] StatusOr<HttpReply> Fetch(HttpClient& client, HttpCall call);

}  // namespace oofgg::http
