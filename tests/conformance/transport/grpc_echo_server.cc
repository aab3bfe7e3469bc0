#include "tests/conformance/transport/grpc_echo_server.h"

#include <deque>
#include <mutex>
#include <optional>

#include "client/transport/grpc/grpc_bytes.h"
#include "tests/conformance/transport/transport_setting.h"
#include "wire/status_details.h"

namespace oofgg::testing {
namespace {

grpc::Status ToGrpc(const Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      wire::EncodeStatusDetails(status));
}

Metadata MetadataOf(const grpc::CallbackServerContext& context) {
  Metadata metadata;
  for (const auto& [name, value] : context.client_metadata()) {
    metadata.emplace_back(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
  }
  return metadata;
}

/// One call, unary or stream. Reactions may overlap, hence the lock.
class EchoReactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit EchoReactor(grpc::GenericCallbackServerContext& context)
      : method_(context.method()), metadata_(MetadataOf(context)) {
    if (method_ == "/suite.Echo/Unread") return;
    if (method_ != "/suite.Echo/Stream" && method_ != "/suite.Echo/Unary" &&
        method_ != "/suite.Echo/Headers") {
      is_finished_ = true;
      Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such method"));
    } else {
      if (method_ == "/suite.Echo/Stream") StartSendInitialMetadata();
      StartRead(&incoming_);
    }
  }

 private:
  void OnReadDone(bool ok) override {
    std::lock_guard lock(mutex_);
    if (is_finished_) return;
    if (!ok) {
      end_ = absl::OkStatus();
      return Advance();
    }
    if (method_ == "/suite.Echo/Stream") return OnStreamMessage();
    for (const auto& [name, value] : metadata_) {
      if (name == "x-hang") return;
    }
    auto answer = EchoUnary(method_, metadata_, internal::ToString(incoming_));
    if (answer.ok()) waiting_.push_back(*std::move(answer));
    end_ = answer.status();
    Advance();
  }

  void OnStreamMessage() {
    auto answers = EchoStream(internal::ToString(incoming_));
    if (answers.ok()) {
      waiting_.insert(waiting_.end(), answers->begin(), answers->end());
      StartRead(&incoming_);
    } else {
      end_ = answers.status();
    }
    Advance();
  }

  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    is_writing_ = false;
    if (ok) Advance();
  }

  void OnCancel() override {
    std::lock_guard lock(mutex_);
    if (!std::exchange(is_finished_, true)) Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { delete this; }

  void Advance() {
    if (is_writing_ || is_finished_) return;
    if (!waiting_.empty()) {
      is_writing_ = true;
      outgoing_ = internal::ToBuffer(waiting_.front());
      waiting_.pop_front();
      return StartWrite(&outgoing_);
    }
    if (!end_) return;
    is_finished_ = true;
    Finish(ToGrpc(*end_));
  }

  const std::string method_;
  const Metadata metadata_;
  std::mutex mutex_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  std::deque<std::string> waiting_;
  std::optional<Status> end_;
  bool is_writing_ = false;
  bool is_finished_ = false;
};

}  // namespace

GrpcEchoServer::GrpcEchoServer() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  // Pings as often as the suite's transport sends them are no attack.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 100);
  builder.RegisterCallbackGenericService(&service_);
  server_ = builder.BuildAndStart();
}

GrpcEchoServer::~GrpcEchoServer() { Stop(); }

void GrpcEchoServer::Stop() { server_->Shutdown(std::chrono::system_clock::now()); }

grpc::ServerGenericBidiReactor* GrpcEchoServer::Service::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new EchoReactor(*context);
}

}  // namespace oofgg::testing
