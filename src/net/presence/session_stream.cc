#include "net/presence/session_stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using Outcome = SecureResult::Outcome;

SecureResult ResultOf(const SessionStream::Error& error, std::size_t bytes, Outcome not_yet) {
  if (!error) return {Outcome::kDone, bytes};
  if (error == asio::error::would_block || error == asio::error::try_again) return {not_yet};
  return {error == asio::error::eof ? Outcome::kEnd : Outcome::kFailed};
}

}  // namespace

SessionStream::SessionStream(Socket socket) : socket_(std::move(socket)) {
  Error ignored;  // Only of a descriptor that is none.
  socket_->non_blocking(true, ignored);
}

SecureResult SessionStream::Peek(std::span<char> into) {
  Error error;
  const std::size_t count =
      socket_->receive(asio::buffer(into.data(), into.size()), Socket::message_peek, error);
  return ResultOf(error, count, Outcome::kWantRead);
}

bool SessionStream::Secure(const SecureLayerFactory& factory) {
  layer_ = factory(socket_->native_handle());
  return layer_ != nullptr;
}

SecureResult SessionStream::Read(std::span<char> into) {
  if (layer_ != nullptr) return layer_->Read(into);
  Error error;
  const std::size_t count = socket_->read_some(asio::buffer(into.data(), into.size()), error);
  return ResultOf(error, count, Outcome::kWantRead);
}

SecureResult SessionStream::Write(std::string_view from) {
  if (layer_ != nullptr) return layer_->Write(from);
  Error error;
  const std::size_t count = socket_->write_some(asio::buffer(from), error);
  return ResultOf(error, count, Outcome::kWantWrite);
}

bool SessionStream::EndWriting() {
  if (layer_ != nullptr) layer_->SayEnd();
  Error error;
  socket_->shutdown(Socket::shutdown_send, error);
  return !error;
}

void SessionStream::Close() {
  if (layer_ != nullptr) layer_->SayEnd();
  layer_.reset();
  socket_.reset();
}

}  // namespace oofgg::net
