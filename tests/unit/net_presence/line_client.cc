#include "tests/unit/net_presence/line_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "tests/support/patience.h"

namespace oofgg::net {
namespace {

SSL_CTX* ClientContext() {
  static SSL_CTX* const context = [] {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's sockets raise it.
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return made;
  }();
  return context;
}

/// What `Line` says of a read that gave nothing.
std::string EndOf(SSL* ssl, int result) {
  const bool told = ssl == nullptr ? result == 0 : SSL_get_error(ssl, result) == SSL_ERROR_ZERO_RETURN;
  if (told) return "<end>";
  if (errno == ECONNRESET) return "<reset>";
  return errno == EAGAIN ? "<silence>" : "<cut>";
}

}  // namespace

LineClient::LineClient(std::uint16_t port, const Options& options) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{testing::kPatience.count(), 0};
  const int yes = 1;
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (options.receive_buffer > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  if (options.tls) ShakeHands();
}

void LineClient::ShakeHands() {
  ssl_.reset(SSL_new(ClientContext()), SSL_free);
  SSL_set_fd(ssl_.get(), fd_);
  EXPECT_EQ(SSL_connect(ssl_.get()), 1);
}

LineClient::~LineClient() { Close(); }

LineClient::LineClient(LineClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)), received_(std::move(other.received_)) {}

long LineClient::Write(std::string_view bytes) {
  if (ssl_ == nullptr) return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ERR_clear_error();
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

LineClient& LineClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const long sent = Write(bytes);
    if (sent <= 0) break;  // Refused half-way; the test reads why.
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return *this;
}

std::size_t LineClient::TrySend(std::string_view bytes) {
  pollfd writable{fd_, POLLOUT, 0};
  if (poll(&writable, 1, 10) <= 0) return 0;
  const int flags = fcntl(fd_, F_GETFL);
  fcntl(fd_, F_SETFL, flags | O_NONBLOCK);
  const long sent = Write(bytes);
  fcntl(fd_, F_SETFL, flags);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

std::string LineClient::Line() {
  for (;;) {
    if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    errno = 0;
    ERR_clear_error();
    const int count = ssl_ == nullptr ? static_cast<int>(recv(fd_, buffer, sizeof buffer, 0))
                                      : SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (count <= 0) return EndOf(ssl_.get(), count);
    received_.append(buffer, static_cast<std::size_t>(count));
  }
}

bool LineClient::IsSilent() {
  char byte;
  return received_.empty() && recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

void LineClient::ChangeKeys() { EXPECT_EQ(SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED), 1); }

std::string LineClient::SayEnd() {
  SSL_shutdown(ssl_.get());
  return Line();
}

void LineClient::Close() {
  if (fd_ >= 0 && ssl_ != nullptr) SSL_shutdown(ssl_.get());
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

void LineClient::Abort() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ssl_.reset();
  Close();
}

}  // namespace oofgg::net
