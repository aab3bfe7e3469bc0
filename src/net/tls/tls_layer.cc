#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "net/tls/openssl.h"
#include "net/tls/tls_source.h"

namespace oofgg::net {
namespace {

/// OpenSSL's own socket BIO writes in a way that kills a process that does not ignore SIGPIPE when its peer
/// has gone; a library cannot ask that of whoever links it. The BIO's data points to the socket's number.
int DescriptorOf(BIO* bio) { return *static_cast<const int*>(BIO_get_data(bio)); }

int Outcome(BIO* bio, ssize_t moved, int retry_flag) {
  BIO_clear_retry_flags(bio);
  if (moved < 0 && (errno == EAGAIN || errno == EINTR))
    BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(moved);
}

int Send(BIO* bio, const char* data, int size) {
  const ssize_t sent = send(DescriptorOf(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  return Outcome(bio, sent, BIO_FLAGS_WRITE);
}

int Receive(BIO* bio, char* data, int size) {
  const ssize_t received = recv(DescriptorOf(bio), data, static_cast<std::size_t>(size), 0);
  return Outcome(bio, received, BIO_FLAGS_READ);
}

long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* SocketMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "oofgg socket");
    BIO_meth_set_write(made, Send);
    BIO_meth_set_read(made, Receive);
    BIO_meth_set_ctrl(made, Control);
    return made;
  }();
  return method;
}

BIO* SocketBio(int* descriptor) {
  BIO* bio = BIO_new(SocketMethod());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, descriptor);
  BIO_set_init(bio, 1);
  return bio;
}

int Clamp(std::size_t size) { return static_cast<int>((std::min)(size, std::size_t{INT_MAX})); }

class TlsLayer final : public SecureLayer {
 public:
  explicit TlsLayer(int descriptor) : descriptor_(descriptor) {}

  /// False if there is no memory for it.
  bool Begin(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    BIO* const bio = SocketBio(&descriptor_);
    if (ssl_ == nullptr || bio == nullptr) {
      BIO_free(bio);
      return false;
    }
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
    return true;
  }

  SecureResult Handshake() override {
    return Try([](SSL* ssl) { return SSL_do_handshake(ssl); });
  }

  SecureResult Read(std::span<char> into) override {
    return Try([into](SSL* ssl) { return SSL_read(ssl, into.data(), Clamp(into.size())); });
  }

  SecureResult Write(std::span<const char> from) override {
    return Try([from](SSL* ssl) { return SSL_write(ssl, from.data(), Clamp(from.size())); });
  }

  void SayEnd() override {
    if (failed_ || SSL_in_init(ssl_.get()) != 0) return;
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

 private:
  template <typename Attempt>
  SecureResult Try(Attempt attempt) {
    using Outcome = SecureResult::Outcome;
    // The queue of errors is the thread's, and what another connection left there would be taken for ours.
    ERR_clear_error();
    const int result = attempt(ssl_.get());
    if (result > 0) return {Outcome::kDone, static_cast<std::size_t>(result)};
    const int error = SSL_get_error(ssl_.get(), result);
    ERR_clear_error();
    if (error == SSL_ERROR_WANT_READ) return {Outcome::kWantRead};
    if (error == SSL_ERROR_WANT_WRITE) return {Outcome::kWantWrite};
    if (error == SSL_ERROR_ZERO_RETURN) return {Outcome::kEnd};
    failed_ = true;  // OpenSSL must not be asked to shut down after that.
    return {Outcome::kFailed};
  }

  int descriptor_;  // The BIO points to it.
  SslPtr ssl_;
  bool failed_ = false;
};

}  // namespace

SecureLayerFactory TlsLayers(std::shared_ptr<TlsSource> source) {
  return [source = std::move(source)](int descriptor) -> std::unique_ptr<SecureLayer> {
    auto layer = std::make_unique<TlsLayer>(descriptor);
    // A connection keeps the context it began with.
    if (!layer->Begin(source->Current()->context.get())) return nullptr;
    return layer;
  };
}

}  // namespace oofgg::net
