#include <optional>
#include <thread>

#include "oofgg/grpc_transport.h"
#include "tests/conformance/transport/grpc_echo_server.h"
#include "tests/conformance/transport/tcp_relay.h"
#include "tests/conformance/transport/transport_setting.h"

namespace oofgg::testing {
namespace {

/// Real gRPC on loopback, through a relay that can be cut.
class GrpcSetting final : public TransportSetting {
 public:
  Transport& transport() override { return *transport_; }
  const Clock& clock() const override { return Clock::System(); }
  bool RunUntil(const std::function<bool()>& done) override {
    const TimePoint limit = clock().Now() + std::chrono::seconds(60);
    while (!done() && clock().Now() < limit) std::this_thread::yield();
    return done();
  }
  Duration too_short() const override { return std::chrono::milliseconds(50); }
  void KillFarEnd() override { relay_.GoSilent(); }

 private:
  GrpcEchoServer server_;
  TcpRelay relay_{server_.port()};
  // All on one server; quick pings, so that a silent link is found while a test waits.
  std::shared_ptr<Transport> transport_ =
      MakeGrpcTransport({.endpoints = {relay_.address(), relay_.address(), relay_.address()},
                         .keepalive_interval = std::chrono::milliseconds(300),
                         .keepalive_timeout = std::chrono::milliseconds(300)});
};

}  // namespace

std::unique_ptr<TransportSetting> MakeGrpcSetting() { return std::make_unique<GrpcSetting>(); }

}  // namespace oofgg::testing
