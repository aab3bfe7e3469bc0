#pragma once

#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/request_scope.h"
#include "oofgg/stream.h"
#include "rpc/admission.h"
#include "rpc/call_record.h"
#include "rpc/stream_pump.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::rpc {

template <class M>
using HandlerPtr = StreamHandlerPtr<typename M::Request, typename M::Response>;

/// What both kinds of streams share: the handler, the message being written, and gRPC's `OnDone`.
/// `Reactor` is gRPC's base class.
template <class M, class Reactor>
class StreamCall : public Reactor, public StreamPump {
 public:
  StreamCall(ServiceHost& host, grpc::CallbackServerContext& call)
      : StreamPump(host), host_(host), call_(call), record_(RecordOf<M>(host, call)) {}

  /// Begins, unless `request` is an error or the caller is not let in. gRPC holds the stream until `OnDone`.
  void Begin(const Status& request) {
    self_ = std::static_pointer_cast<StreamCall>(this->shared_from_this());
    const std::uint64_t checked_in = host_.streams().generation();
    auto context = Admit(host_, call_, M::kNeedsToken);
    if (!context.ok()) return Start(context.status());
    context_ = *std::move(context);
    Start(request, context_.caller.has_value() ? context_.caller->session_id : std::string(), checked_in);
  }

  void OnWriteDone(bool ok) final { OnWritten(ok); }
  void OnCancel() final { OnCancelled(); }
  void OnDone() final {
    host_.streams().Remove(this);
    const auto last = std::move(self_);  // May be the end of this object.
  }

 protected:
  using Convert = typename wire::ProtoOf<M>::Convert;

  /// Asks the facade for a handler.
  virtual StatusOr<HandlerPtr<M>> MakeHandler(const CallContext& context,
                                              std::shared_ptr<StreamHost> host) = 0;

  Status OpenHandler() final {
    const RequestScope scope(record_.request_id());
    auto handler = MakeHandler(context_, this->shared_from_this());
    if (!handler.ok()) return handler.status();
    handler_ = *std::move(handler);
    this->StartSendInitialMetadata();  // Tells a client that has nothing to hear yet that it was let in.
    return {};
  }

  bool IsAtHand() const final { return handler_ != nullptr && handler_->IsAtHand(); }

  bool StartWriting() final {
    if (handler_ == nullptr) return false;
    if (!std::exchange(has_ahead_, false) && !Pull()) return false;
    written_.Swap(&ahead_);
    // Where more is to be said at once, gRPC waits for it: many small messages go in one packet.
    has_ahead_ = handler_->IsAtHand() && Pull();
    grpc::WriteOptions options;
    if (has_ahead_) options.set_buffer_hint();
    this->StartWrite(&written_, options);
    return true;
  }

  void CloseHandler() final {
    if (const auto handler = std::exchange(handler_, nullptr)) handler->OnClose();
  }

  void CountHeard() { host_.calls().CountHeard(MethodIdOf<M>()); }

  void FinishCall(const Status& status) final;
  void CancelCall() final;

  HandlerPtr<M> handler_;

 private:
  /// The handler's next message into `ahead_`.
  bool Pull() {
    const std::optional<typename M::Response> next = handler_->Next();
    if (!next.has_value()) return false;
    ahead_.Clear();
    Convert::ToProto(*next, ahead_);
    host_.calls().CountSaid(MethodIdOf<M>());
    return true;
  }

  ServiceHost& host_;
  grpc::CallbackServerContext& call_;
  const CallRecord record_;
  CallContext context_;
  typename wire::ProtoOf<M>::Response written_;
  typename wire::ProtoOf<M>::Response ahead_;
  bool has_ahead_ = false;
  std::shared_ptr<StreamCall> self_;
};

/// gRPC's part of StreamCall, apart so that its headers are included once.
[[nodiscard]] grpc::Status EndOfStream(const Status& status);
void CancelStream(grpc::CallbackServerContext& call);

template <class M, class Reactor>
void StreamCall<M, Reactor>::FinishCall(const Status& status) {
  Reactor::Finish(EndOfStream(record_.End(status)));
}

template <class M, class Reactor>
void StreamCall<M, Reactor>::CancelCall() {
  CancelStream(call_);
}

/// A bidirectional stream. `open` is `StatusOr<HandlerPtr<M>>(const CallContext&,
/// std::shared_ptr<StreamHost>)`.
template <class M, class OpenFunction>
class BidiCall final : public StreamCall<M, grpc::ServerBidiReactor<typename wire::ProtoOf<M>::Request,
                                                                    typename wire::ProtoOf<M>::Response>> {
  using Base = StreamCall<
      M, grpc::ServerBidiReactor<typename wire::ProtoOf<M>::Request, typename wire::ProtoOf<M>::Response>>;

 public:
  BidiCall(ServiceHost& host, grpc::CallbackServerContext& call, OpenFunction open)
      : Base(host, call), open_(std::move(open)) {}

  void OnReadDone(bool ok) final { this->OnRead(ok); }

 private:
  StatusOr<HandlerPtr<M>> MakeHandler(const CallContext& context, std::shared_ptr<StreamHost> host) final {
    return open_(context, std::move(host));
  }

  void StartReading() final { this->StartRead(&read_); }

  Status Deliver() final {
    this->CountHeard();
    typename M::Request message;
    OOFGG_RETURN_IF_ERROR(Base::Convert::FromProto(read_, message, wire::Reading::kStrict));
    this->handler_->OnMessage(std::move(message));
    StartReading();
    return {};
  }

  OpenFunction open_;
  typename wire::ProtoOf<M>::Request read_;
};

/// A server stream. `open` is
/// `StatusOr<HandlerPtr<M>>(const CallContext&, const M::Request&, std::shared_ptr<StreamHost>)`.
template <class M, class OpenFunction>
class ServerStreamCall final
    : public StreamCall<M, grpc::ServerWriteReactor<typename wire::ProtoOf<M>::Response>> {
  using Base = StreamCall<M, grpc::ServerWriteReactor<typename wire::ProtoOf<M>::Response>>;

 public:
  ServerStreamCall(ServiceHost& host, grpc::CallbackServerContext& call, typename M::Request request,
                   OpenFunction open)
      : Base(host, call), request_(std::move(request)), open_(std::move(open)) {}

 private:
  StatusOr<HandlerPtr<M>> MakeHandler(const CallContext& context, std::shared_ptr<StreamHost> host) final {
    return open_(context, request_, std::move(host));
  }

  void StartReading() final {}
  Status Deliver() final { return {}; }

  typename M::Request request_;
  OpenFunction open_;
};

/// Serves one call of the bidirectional method M.
template <class M, class OpenFunction>
auto* ServeBidi(ServiceHost& host, grpc::CallbackServerContext* call, OpenFunction open) {
  static_assert(M::kKind == wire::Kind::kBidiStream);
  const auto stream = std::make_shared<BidiCall<M, OpenFunction>>(host, *call, std::move(open));
  stream->Begin({});
  return stream.get();
}

/// Serves one call of the server-streaming method M.
template <class M, class OpenFunction>
auto* ServeStream(ServiceHost& host, grpc::CallbackServerContext* call,
                  const typename wire::ProtoOf<M>::Request* message, OpenFunction open) {
  static_assert(M::kKind == wire::Kind::kServerStream);
  typename M::Request request;
  const Status ready = wire::ProtoOf<M>::Convert::FromProto(*message, request, wire::Reading::kStrict);
  const auto stream =
      std::make_shared<ServerStreamCall<M, OpenFunction>>(host, *call, std::move(request), std::move(open));
  stream->Begin(ready);
  return stream.get();
}

}  // namespace oofgg::rpc
