#include "tests/integration/cli/scripted_server.h"

#include "client/transport/grpc/grpc_bytes.h"
#include "rpc/grpc_status.h"

namespace oofgg::testing {
namespace {

/// One unary call.
class Reactor final : public grpc::ServerGenericBidiReactor {
 public:
  Reactor(ScriptedServer& server, grpc::GenericCallbackServerContext& context)
      : server_(server), path_(context.method()) {
    for (const auto& [name, value] : context.client_metadata()) {
      request_.metadata.emplace_back(std::string(name.data(), name.size()),
                                     std::string(value.data(), value.size()));
    }
    StartRead(&incoming_);
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    request_.bytes = internal::ToString(incoming_);
    const auto answer = server_.Serve(path_, std::move(request_));
    if (!answer.ok()) return Finish(rpc::ToGrpc(answer.status()));
    outgoing_ = internal::ToBuffer(*answer);
    StartWriteAndFinish(&outgoing_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void OnDone() override { delete this; }

  ScriptedServer& server_;
  const std::string path_;
  ScriptedServer::Request request_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
};

}  // namespace

ScriptedServer::ScriptedServer() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterCallbackGenericService(&service_);
  server_ = builder.BuildAndStart();
}

ScriptedServer::~ScriptedServer() { server_->Shutdown(std::chrono::system_clock::now()); }

grpc::ServerGenericBidiReactor* ScriptedServer::Service::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new Reactor(server_, *context);
}

StatusOr<std::string> ScriptedServer::Serve(const std::string& path, Request request) {
  const std::lock_guard lock(mutex_);
  requests_[path].push_back(std::move(request));
  const auto answer = answers_.find(path);
  if (answer != answers_.end()) return answer->second;
  return MakeStatus(StatusCode::kUnimplemented, "the test has no answer for " + path);
}

void ScriptedServer::Put(std::string_view path, StatusOr<std::string> answer) {
  const std::lock_guard lock(mutex_);
  answers_.insert_or_assign(std::string(path), std::move(answer));
}

std::vector<ScriptedServer::Request> ScriptedServer::RequestsOf(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(path);
  return found == requests_.end() ? std::vector<Request>() : found->second;
}

ScriptedServer::Request ScriptedServer::Last(std::string_view path) const {
  const auto requests = RequestsOf(path);
  EXPECT_FALSE(requests.empty()) << path << " was not called";
  return requests.empty() ? Request() : requests.back();
}

}  // namespace oofgg::testing
