#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/parse.h"
#include "oofgg/status.h"
#include "storage/redis/bell.h"
#include "storage/redis/redis_url.h"
#include "storage/redis/tls_session.h"

namespace oofgg::storage::redis {

/// A TCP connection, with TLS where `url` wants it: 1.2 or later, the server's certificate checked against
/// its name. Non-blocking once it is open. Errors end it; kUnavailable says why. Threads: one owner, which
/// has SIGPIPE blocked
/// (`BlockSigpipe`), since OpenSSL writes without MSG_NOSIGNAL.
class Socket {
 public:
  /// Tries each address of the host. kUnavailable, kCancelled (`stop` rang), kPermissionDenied (a certificate
  /// is refused), kFailedPrecondition (our own files are of no use). A name is looked up without regard to
  /// `deadline`.
  [[nodiscard]] static StatusOr<Socket> Open(const HostPort& address, const RedisUrl& url, TimePoint deadline,
                                             const Bell& stop);
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;

  /// How many bytes went; 0 where the peer must take some first.
  [[nodiscard]] StatusOr<std::size_t> Write(std::string_view bytes);
  /// How many bytes came; 0 where none are there. A peer that has closed is an error.
  [[nodiscard]] StatusOr<std::size_t> Read(std::span<char> into);

  [[nodiscard]] int fd() const { return fd_; }
  /// What to `poll` for; `has_more` says that there is something to write.
  [[nodiscard]] short Events(bool has_more) const;

 private:
  explicit Socket(int fd) : fd_(fd) {}
  [[nodiscard]] Status ShakeHands(SslPtr ssl, TimePoint deadline, const Bell& stop);
  /// After an SSL call that gave `result`: OK if it only has to wait, of which it then takes note.
  [[nodiscard]] Status TlsOutcome(int result, bool& waits_for_the_other);

  int fd_;
  SslPtr ssl_;
  bool read_waits_to_write_ = false;  // TLS may have to speak before it can hear, and the other way round.
  bool write_waits_to_read_ = false;
};

/// For the calling thread, and for ever.
void BlockSigpipe();

}  // namespace oofgg::storage::redis
