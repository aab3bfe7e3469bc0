#include "net/byte_stream.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <span>

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using Outcome = SecureResult::Outcome;

ByteStream::Error ErrorOf(Outcome outcome) {
  if (outcome == Outcome::kEnd) return asio::error::eof;
  if (outcome == Outcome::kFailed) return asio::error::connection_reset;
  return {};
}

}  // namespace

void ByteStream::Secure(std::unique_ptr<SecureLayer> layer, Done done) {
  Error ignored;
  socket_.non_blocking(true, ignored);
  layer_ = std::move(layer);
  Try([](SecureLayer& secure) { return secure.Handshake(); }, std::move(done));
}

void ByteStream::Read(asio::mutable_buffer into, Done done) {
  if (layer_ == nullptr) return socket_.async_read_some(into, std::move(done));
  Try([bytes = std::span(static_cast<char*>(into.data()), into.size())](
          SecureLayer& secure) { return secure.Read(bytes); },
      std::move(done));
}

void ByteStream::Write(asio::const_buffer from, Done done) {
  if (layer_ == nullptr) return socket_.async_write_some(from, std::move(done));
  Try([bytes = std::span(static_cast<const char*>(from.data()), from.size())](
          SecureLayer& secure) { return secure.Write(bytes); },
      std::move(done));
}

/// Tries until it need not wait for the socket. `done` never runs before this returns, as Boost demands.
void ByteStream::Try(Attempt attempt, Done done) {
  // A closed socket's number may be another connection's by now.
  const SecureResult result =
      socket_.is_open() && layer_ != nullptr ? attempt(*layer_) : SecureResult{Outcome::kFailed};
  if (result.outcome != Outcome::kWantRead && result.outcome != Outcome::kWantWrite) {
    asio::post(get_executor(),
               [done = std::move(done), result]() mutable { done(ErrorOf(result.outcome), result.bytes); });
    return;
  }
  const auto what = result.outcome == Outcome::kWantRead ? Socket::wait_read : Socket::wait_write;
  socket_.async_wait(
      what, [this, attempt = std::move(attempt), done = std::move(done)](const Error& error) mutable {
        if (error) return done(error, 0);
        Try(std::move(attempt), std::move(done));
      });
}

void ByteStream::EndWriting() {
  Error ignored;
  if (layer_ != nullptr && socket_.is_open()) layer_->SayEnd();
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void ByteStream::Close() {
  EndWriting();
  Error ignored;
  socket_.shutdown(Socket::shutdown_receive, ignored);
  socket_.close(ignored);
}

}  // namespace oofgg::net
