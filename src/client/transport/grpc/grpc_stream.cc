#include "client/transport/grpc/grpc_stream.h"

#include <deque>
#include <mutex>
#include <utility>

#include "client/callback_guard.h"
#include "client/transport/grpc/grpc_bytes.h"

namespace oofgg::internal {
namespace {

constexpr std::size_t kMaxQueuedWrites = 512;

/// Keeps itself alive until OnDone. One hold stands for our side, which may start writes at any time; it is
/// let go of when the handle is dropped or nothing more can be read, whichever is first.
class StreamReactor final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                            public std::enable_shared_from_this<StreamReactor> {
 public:
  StreamReactor(InFlight& in_flight, TransportStreamCallbacks callbacks)
      : token_(in_flight), callbacks_(std::move(callbacks)) {}

  void Start(grpc::GenericStub& stub, const Clock& clock, const TransportCall& call) {
    self_ = shared_from_this();
    refused_ = Prepare(context_, call, clock);
    stub.PrepareBidiStreamingCall(&context_, call.method, {}, this);
    AddHold();
    StartCall();
  }

  bool Write(const std::string& message) {
    std::lock_guard lock(mutex_);
    if (closed_ || half_closed_ || outgoing_.size() >= kMaxQueuedWrites) return false;
    outgoing_.push_back(ToBuffer(message));
    if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
    return true;
  }

  void HalfClose() {
    std::lock_guard lock(mutex_);
    if (closed_ || std::exchange(half_closed_, true)) return;
    if (outgoing_.empty()) StartWritesDone();
  }

  void Drop() {
    guard_.Close();
    context_.TryCancel();
    LetGo();
  }

 private:
  // Reads begin here, lest callbacks are concurrent.
  void OnReadInitialMetadataDone(bool ok) override {
    if (ok && callbacks_.on_accepted) guard_.Run([&] { callbacks_.on_accepted(); });
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return LetGo();
    std::string message = ToString(incoming_);
    incoming_.Clear();
    guard_.Run([&] { callbacks_.on_message(std::move(message)); });
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    outgoing_.pop_front();
    if (!ok) closed_ = true;
    if (closed_) return;
    if (!outgoing_.empty()) return StartWrite(&outgoing_.front());
    if (half_closed_) StartWritesDone();
  }

  void OnDone(const grpc::Status& status) override {
    guard_.Run([&] { callbacks_.on_closed(refused_.ok() ? ToStatus(status) : refused_); });
    self_.reset();  // Perhaps the last owner: nothing may follow.
  }

  void LetGo() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      if (std::exchange(let_go_, true)) return;
    }
    RemoveHold();
  }

  const InFlight::Token token_;
  std::shared_ptr<StreamReactor> self_;
  grpc::ClientContext context_;
  CallbackGuard guard_;
  TransportStreamCallbacks callbacks_;
  grpc::ByteBuffer incoming_;
  Status refused_;  // What gRPC was spared.

  std::mutex mutex_;
  std::deque<grpc::ByteBuffer> outgoing_;  // The first is being written.
  bool half_closed_ = false;
  bool closed_ = false;
  bool let_go_ = false;
};

class StreamHandle final : public TransportStream {
 public:
  explicit StreamHandle(std::shared_ptr<StreamReactor> reactor) : reactor_(std::move(reactor)) {}
  ~StreamHandle() override { reactor_->Drop(); }
  bool Write(std::string message) override { return reactor_->Write(message); }
  void HalfClose() override { reactor_->HalfClose(); }

 private:
  const std::shared_ptr<StreamReactor> reactor_;
};

}  // namespace

std::unique_ptr<TransportStream> StartGrpcStream(grpc::GenericStub& stub, InFlight& in_flight,
                                                 const Clock& clock, const TransportCall& call,
                                                 TransportStreamCallbacks callbacks) {
  auto reactor = std::make_shared<StreamReactor>(in_flight, std::move(callbacks));
  reactor->Start(stub, clock, call);
  return std::make_unique<StreamHandle>(std::move(reactor));
}

}  // namespace oofgg::internal
