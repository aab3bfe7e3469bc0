#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/callback_guard.h"
#include "oofgg/stream.h"
#include "testing/memory_link.h"

namespace oofgg::testing {

/// Both ends of one stream on a link. Each end learns of the other's doings after the link's latency, in
/// order.
class MemoryStream : public StreamHost, public std::enable_shared_from_this<MemoryStream> {
 public:
  MemoryStream(std::shared_ptr<MemoryLink> link, TransportCall call, TransportStreamCallbacks callbacks);

  /// The client's end.
  void Start();
  bool Write(std::string message);
  void HalfClose();
  void Drop();

  /// The link broke: both ends learn of it at once.
  void Cut();

  /// StreamHost: the server's end.
  void Wake() override;
  void Finish(Status status) override;

 private:
  void Open();
  void Receive(const std::string& message);
  void Drain();
  void CloseServer();
  void ReportClosed(const Status& status);

  const std::shared_ptr<MemoryLink> link_;
  const TransportCall call_;
  internal::CallbackGuard guard_;
  TransportStreamCallbacks callbacks_;
  std::unique_ptr<ByteStream> server_;  // While the server's end is open.
  bool wakes_ = false;                  // A drain is posted.
  std::optional<Status> finish_;        // Said by the server; sent when it has been drained.
  bool client_closed_ = false;
  bool half_closed_ = false;
  int on_their_way_ = 0;  // Messages to the server.
};

}  // namespace oofgg::testing
