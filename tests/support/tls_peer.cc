#include "tests/support/tls_peer.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace oofgg::testing {
namespace {

int Connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  // Else a request waits for the acknowledgement of our last word in the handshake, to which nobody answers.
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

void Show(SSL_CTX* context, const TestCertificate& own) {
  BIO* reader = BIO_new_mem_buf(own.certificate.data(), -1);
  X509* certificate = PEM_read_bio_X509(reader, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, certificate);
  X509_free(certificate);
  BIO_free(reader);
  reader = BIO_new_mem_buf(own.key.data(), -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(reader, nullptr, nullptr, nullptr);
  SSL_CTX_use_PrivateKey(context, key);
  EVP_PKEY_free(key);
  BIO_free(reader);
}

}  // namespace

TlsPeer::TlsPeer(std::uint16_t port, const Options& options) : fd_(Connect(port)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's sockets raise it.
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);  // So that the server alone refuses what is old.
  if (options.max_version != 0) {
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), options.max_version);
  }
  if (options.own != nullptr) Show(context.get(), *options.own);
  ssl_.reset(SSL_new(context.get()), &SSL_free);
  if (!options.protocols.empty()) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(options.protocols.data()),
                        static_cast<unsigned>(options.protocols.size()));
  }
  SSL_set_fd(ssl_.get(), fd_);
  connected_ = SSL_connect(ssl_.get()) == 1;
}

TlsPeer::~TlsPeer() {
  if (fd_ >= 0) close(fd_);
}

std::string TlsPeer::server_name() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  std::array<char, 128> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
  return name.data();
}

std::string TlsPeer::protocol() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

void TlsPeer::Send(std::string_view text) {
  SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
}

std::string TlsPeer::ReadAll() {
  std::string all;
  std::array<char, 4096> chunk{};
  for (int got = 0; (got = SSL_read(ssl_.get(), chunk.data(), chunk.size())) > 0;) {
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return all;
}

std::string TlsPeer::ReadUntil(std::string_view end) {
  std::string text;
  char c = 0;
  while (!text.ends_with(end) && SSL_read(ssl_.get(), &c, 1) == 1) text += c;
  return text;
}

}  // namespace oofgg::testing
