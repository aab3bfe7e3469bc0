#include <condition_variable>
#include <mutex>

#include "oofgg/grpc_transport.h"
#include "tests/conformance/transport/grpc_echo_server.h"
#include "tests/conformance/transport/transport_setting.h"
#include "tests/support/patience.h"

namespace oofgg::testing {
namespace {

/// Real gRPC on loopback.
class GrpcSetting final : public TransportSetting {
 public:
  Transport& transport() override { return *transport_; }
  const Clock& clock() const override { return Clock::System(); }
  bool RunUntil(const std::function<bool()>& done) override {
    std::unique_lock lock(mutex_);
    return happened_.wait_for(lock, oofgg::testing::kPatience, done);
  }
  void Notify() override {
    std::lock_guard lock(mutex_);
    happened_.notify_all();
  }
  Duration too_short() const override { return std::chrono::milliseconds(50); }
  void KillFarEnd() override { server_.Stop(); }

 private:
  std::mutex mutex_;  // Taken before any of the tests' own.
  std::condition_variable happened_;
  GrpcEchoServer server_;
  std::shared_ptr<Transport> transport_ =
      MakeGrpcTransport({.endpoints = {server_.address(), server_.address(), server_.address()}});
};

}  // namespace

std::unique_ptr<TransportSetting> MakeGrpcSetting() { return std::make_unique<GrpcSetting>(); }

}  // namespace oofgg::testing
