#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "oofgg/light_presence.h"
#include "oofgg/status.h"

namespace oofgg::internal {

/// The client's end of TLS (1.2 or above) over whatever carries bytes. Threads: not safe; one owner.
class LightTls {
 public:
  /// The files are read here. `host`: whose certificate is expected, unless the options say.
  [[nodiscard]] static StatusOr<std::unique_ptr<LightTls>> Make(const LightPresenceTls& options,
                                                                const std::string& host);

  /// Kept until the handshake is done. An error: the link is broken, or the certificate is refused.
  Status Send(std::string_view plain);
  /// What has come, and in `plain` what it says.
  Status Receive(std::string_view bytes, std::string& plain);
  /// Whether some of what was sent waits for the handshake.
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  /// What is to be carried to the server.
  [[nodiscard]] std::string TakeOutput();

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  using ContextPtr = std::unique_ptr<SSL_CTX, Free>;

  LightTls() = default;
  Status Flush();
  [[nodiscard]] Status Broken() const;

  std::unique_ptr<SSL, Free> ssl_;
  BIO* incoming_ = nullptr;  // Both are of ssl_.
  BIO* outgoing_ = nullptr;
  std::string unsent_;
};

}  // namespace oofgg::internal
