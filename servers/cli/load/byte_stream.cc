#include "servers/cli/load/byte_stream.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "servers/cli/load/links.h"

namespace oofgg::load {
namespace {

using State = Transfer::State;

constexpr const char* kClosed = "the server closed the connection without a word";

Transfer Plain(ssize_t count, State wait) {
  if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
  if (count == 0) return {.state = State::kEnded, .why = kClosed};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {.state = wait};
  return {.state = State::kEnded, .why = std::string(SocketTrouble(errno).message())};
}

std::string TlsTrouble(const SSL* tls) {
  if (const long verdict = SSL_get_verify_result(tls); verdict != X509_V_OK) {
    return std::string("the server's certificate is not to be trusted: ") +
           X509_verify_cert_error_string(verdict) + "; name its authority with --ca";
  }
  std::array<char, 160> words{};
  const unsigned long error = ERR_get_error();
  if (error == 0) return kClosed;
  ERR_error_string_n(error, words.data(), words.size());
  return std::string("TLS: ") + words.data();
}

Transfer Encrypted(SSL* tls, int count) {
  if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
  switch (SSL_get_error(tls, count)) {
    case SSL_ERROR_WANT_READ:
      return {.state = State::kWaitsToRead};
    case SSL_ERROR_WANT_WRITE:
      return {.state = State::kWaitsToWrite};
    default:
      return {.state = State::kEnded, .why = TlsTrouble(tls)};
  }
}

}  // namespace

Transfer SendSome(int fd, SSL* tls, std::string_view bytes) {
  if (tls == nullptr) return Plain(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), State::kWaitsToWrite);
  ERR_clear_error();
  return Encrypted(tls, SSL_write(tls, bytes.data(), static_cast<int>(bytes.size())));
}

Transfer ReceiveSome(int fd, SSL* tls, std::span<char> buffer) {
  if (tls == nullptr) return Plain(recv(fd, buffer.data(), buffer.size(), 0), State::kWaitsToRead);
  ERR_clear_error();
  return Encrypted(tls, SSL_read(tls, buffer.data(), static_cast<int>(buffer.size())));
}

}  // namespace oofgg::load
