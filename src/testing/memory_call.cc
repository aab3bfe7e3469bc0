#include "testing/memory_call.h"

#include <utility>

#include "client/check_metadata.h"

namespace oofgg::testing {

MemoryCall::MemoryCall(std::shared_ptr<MemoryLink> link, TransportCall call, std::string request,
                       Transport::OnReply on_reply)
    : link_(std::move(link)),
      call_(std::move(call)),
      request_(std::move(request)),
      on_reply_(std::move(on_reply)) {}

void MemoryCall::Start() {
  link_->calls_.insert(shared_from_this());
  const std::weak_ptr<MemoryCall> weak = weak_from_this();
  if (call_.deadline != kNever) {
    deadline_ = ScopedTimer(link_->executor_, call_.deadline, [weak] {
      if (auto self = weak.lock())
        self->Finish(MakeStatus(StatusCode::kDeadlineExceeded, "Deadline Exceeded"));
    });
  }
  if (Status refused = internal::CheckMetadata(call_.metadata); !refused.ok()) {
    link_->After(Duration::zero(), [weak, refused] {
      if (auto self = weak.lock()) self->Finish(refused);
    });
  } else if (link_->is_up_) {
    // The server carries out what has been sent, whether or not somebody still waits.
    link_->After(link_->latency_, [self = shared_from_this()] { self->Arrive(); });
  } else {
    link_->After(Duration::zero(), [weak] {
      if (auto self = weak.lock()) self->Finish(LinkIsDown());
    });
  }
}

void MemoryCall::Arrive() {
  StatusOr<std::string> reply = Serve();
  if (std::exchange(link_->loses_next_reply_, false)) reply = LinkIsDown();
  link_->After(link_->latency_, [weak = weak_from_this(), reply = std::move(reply)]() mutable {
    if (auto self = weak.lock()) self->Finish(std::move(reply));
  });
}

StatusOr<std::string> MemoryCall::Serve() {
  const ServiceTable::Row* row = link_->services_.Find(call_.method);
  if (row == nullptr || !row->unary) {
    return MakeStatus(StatusCode::kUnimplemented, call_.method + " is not part of the test backend");
  }
  auto reply = row->unary(call_, request_);
  if (!reply.ok()) return AsReceived(reply.status());
  return reply;
}

void MemoryCall::Finish(StatusOr<std::string> reply) {
  Leave();
  guard_.Run([&] {
    if (auto on_reply = std::exchange(on_reply_, nullptr)) on_reply(std::move(reply));
  });
}

void MemoryCall::Drop() {
  Leave();
  guard_.Close();
  on_reply_ = nullptr;
}

void MemoryCall::Leave() {
  deadline_.Cancel();
  link_->calls_.erase(shared_from_this());
}

}  // namespace oofgg::testing
