#pragma once

#include <memory>
#include <string>

#include "client/callback_guard.h"
#include "testing/memory_link.h"

namespace oofgg::testing {

/// One unary call on a link.
class MemoryCall : public std::enable_shared_from_this<MemoryCall> {
 public:
  MemoryCall(std::shared_ptr<MemoryLink> link, TransportCall call, std::string request,
             Transport::OnReply on_reply);

  void Start();
  /// Answers, unless that was done. Ends the call.
  void Finish(StatusOr<std::string> reply);
  /// Ends the call without an answer.
  void Drop();

 private:
  void Arrive();
  StatusOr<std::string> Serve();
  void Leave();

  const std::shared_ptr<MemoryLink> link_;
  const TransportCall call_;
  const std::string request_;
  internal::CallbackGuard guard_;
  Transport::OnReply on_reply_;
  ScopedTimer deadline_;
};

}  // namespace oofgg::testing
