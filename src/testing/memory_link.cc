#include "testing/memory_link.h"

#include <utility>

#include "testing/memory_call.h"
#include "testing/memory_stream.h"
#include "wire/status_details.h"

namespace oofgg::testing {
namespace {

class CallHandle final : public TransportHandle {
 public:
  explicit CallHandle(std::shared_ptr<MemoryCall> call) : call_(std::move(call)) {}
  ~CallHandle() override { call_->Drop(); }

 private:
  const std::shared_ptr<MemoryCall> call_;
};

class StreamHandle final : public TransportStream {
 public:
  explicit StreamHandle(std::shared_ptr<MemoryStream> stream) : stream_(std::move(stream)) {}
  ~StreamHandle() override { stream_->Drop(); }
  bool Write(std::string message) override { return stream_->Write(std::move(message)); }
  void HalfClose() override { stream_->HalfClose(); }

 private:
  const std::shared_ptr<MemoryStream> stream_;
};

}  // namespace

std::unique_ptr<TransportHandle> MemoryLink::StartUnary(TransportCall call, std::string request,
                                                        OnReply on_reply) {
  auto state = std::make_shared<MemoryCall>(shared_from_this(), std::move(call), std::move(request),
                                            std::move(on_reply));
  state->Start();
  return std::make_unique<CallHandle>(std::move(state));
}

std::unique_ptr<TransportStream> MemoryLink::StartStream(TransportCall call,
                                                         TransportStreamCallbacks callbacks) {
  auto state = std::make_shared<MemoryStream>(shared_from_this(), std::move(call), std::move(callbacks));
  state->Start();
  return std::make_unique<StreamHandle>(std::move(state));
}

void MemoryLink::Drop() {
  is_up_ = false;
  // Copies, since what ends leaves the sets.
  for (const auto& call : std::set(calls_)) {
    After(Duration::zero(), [weak = std::weak_ptr(call)] {
      if (auto self = weak.lock()) self->Finish(LinkIsDown());
    });
  }
  for (const auto& stream : std::set(streams_)) stream->Cut();
}

Status LinkIsDown() { return MakeStatus(StatusCode::kUnavailable, "the link is down"); }

Status AsReceived(const Status& status) {
  return wire::DecodeStatus(static_cast<int>(status.code()), std::string(status.message()),
                            wire::EncodeStatusDetails(status));
}

}  // namespace oofgg::testing
