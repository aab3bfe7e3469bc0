// Somebody who speaks gRPC without our client.

#include <grpcpp/create_channel.h>
#include <oofgg/stubs.h>

int main() {
  const auto channel = grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials());
  const auto stub = v1::api::auth::AuthService::NewStub(channel);
  const auto ours = oofgg::v1::MatchHistoryService::NewStub(channel);
  v1::api::auth::LoginRequest request;
  request.set_username("ann");
  return stub != nullptr && ours != nullptr && request.SerializeAsString().size() == 5 ? 0 : 1;
}
