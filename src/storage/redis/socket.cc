#include "storage/redis/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace oofgg::storage::redis {
namespace {

std::string ErrnoText(int error) { return std::generic_category().message(error); }

Status Broken(const std::string& how) { return MakeStatus(StatusCode::kUnavailable, how); }

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

StatusOr<Addresses> LookUp(const HostPort& address) {
  const addrinfo hints{.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG,
                       .ai_family = AF_UNSPEC,
                       .ai_socktype = SOCK_STREAM,
                       .ai_protocol = IPPROTO_TCP,
                       .ai_addrlen = 0,
                       .ai_addr = nullptr,
                       .ai_canonname = nullptr,
                       .ai_next = nullptr};
  addrinfo* list = nullptr;
  const int error = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (error != 0) return Broken(std::string("its name cannot be looked up: ") + gai_strerror(error));
  return Addresses(list, &freeaddrinfo);
}

void Set(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

/// A peer that vanished without a word is noticed by the kernel as well as by our PINGs.
void Tune(int fd) {
  Set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  Set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  Set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 2);
  Set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
  Set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  Set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
}

Status Connect(int fd, const addrinfo& to, TimePoint deadline, const Bell& stop) {
  if (connect(fd, to.ai_addr, to.ai_addrlen) == 0) return absl::OkStatus();
  if (errno != EINPROGRESS) return Broken(ErrnoText(errno));
  OOFGG_RETURN_IF_ERROR(WaitFor(fd, POLLOUT, deadline, stop));
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? absl::OkStatus() : Broken(ErrnoText(error));
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}
Socket::Socket(Socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      ssl_(std::move(other.ssl_)),
      read_waits_to_write_(other.read_waits_to_write_),
      write_waits_to_read_(other.write_waits_to_read_) {}

StatusOr<Socket> Socket::Open(const HostPort& address, const RedisUrl& url, TimePoint deadline,
                              const Bell& stop) {
  SslPtr ssl;
  if (url.tls) {
    OOFGG_ASSIGN_OR_RETURN(ssl, NewTlsSession(address, url));
  }
  OOFGG_ASSIGN_OR_RETURN(const Addresses addresses, LookUp(address));
  Status failure = Broken("it has no address");
  for (const addrinfo* to = addresses.get(); to != nullptr; to = to->ai_next) {
    Socket opened(socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (opened.fd_ < 0) return Broken(ErrnoText(errno));
    Tune(opened.fd_);
    failure = Connect(opened.fd_, *to, deadline, stop);
    if (!failure.ok()) continue;
    if (ssl) OOFGG_RETURN_IF_ERROR(opened.ShakeHands(std::move(ssl), deadline, stop));
    return opened;
  }
  return failure;
}

Status Socket::ShakeHands(SslPtr ssl, TimePoint deadline, const Bell& stop) {
  ssl_ = std::move(ssl);
  SSL_set_fd(ssl_.get(), fd_);
  SSL_set_connect_state(ssl_.get());
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return absl::OkStatus();
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      OOFGG_RETURN_IF_ERROR(WaitFor(fd_, events, deadline, stop));
      continue;
    }
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict == X509_V_OK) return Broken("the TLS handshake failed: " + LastTlsError());
    return MakeStatus(StatusCode::kPermissionDenied,
                      std::string("its certificate is refused: ") + X509_verify_cert_error_string(verdict));
  }
}

Status Socket::TlsOutcome(int result, bool& waits_for_the_other) {
  waits_for_the_other = false;
  const int error = SSL_get_error(ssl_.get(), result);
  const bool reading = &waits_for_the_other == &read_waits_to_write_;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    waits_for_the_other = (error == SSL_ERROR_WANT_WRITE) == reading;
    return absl::OkStatus();
  }
  if (error == SSL_ERROR_ZERO_RETURN || (error == SSL_ERROR_SYSCALL && ERR_peek_error() == 0)) {
    return Broken("the server closed the connection");
  }
  return Broken("TLS: " + LastTlsError());
}

StatusOr<std::size_t> Socket::Write(std::string_view bytes) {
  if (ssl_) {
    ERR_clear_error();
    constexpr std::size_t kMost = std::numeric_limits<int>::max();
    const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kMost)));
    if (sent > 0) {
      write_waits_to_read_ = false;
      return static_cast<std::size_t>(sent);
    }
    OOFGG_RETURN_IF_ERROR(TlsOutcome(sent, write_waits_to_read_));
    return std::size_t{0};
  }
  const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return Broken(ErrnoText(errno));
}

StatusOr<std::size_t> Socket::Read(std::span<char> into) {
  if (ssl_) {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
    if (got > 0) {
      read_waits_to_write_ = false;
      return static_cast<std::size_t>(got);
    }
    OOFGG_RETURN_IF_ERROR(TlsOutcome(got, read_waits_to_write_));
    return std::size_t{0};
  }
  const ssize_t got = recv(fd_, into.data(), into.size(), 0);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got == 0) return Broken("the server closed the connection");
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return Broken(ErrnoText(errno));
}

short Socket::Events(bool has_more) const {
  const bool writing = (has_more && !write_waits_to_read_) || read_waits_to_write_;
  return static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN);
}

void BlockSigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace oofgg::storage::redis
