#include "servers/cli/fleet_credential.h"

#include <cstdio>
#include <memory>
#include <string>

#include "auth/private_file.h"
#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "servers/cli/operator_token.h"

namespace oofgg::cli {
namespace {

constexpr std::size_t kMaxBytes = 4096;

std::unique_ptr<Client> ClientOf(const std::string& auth_address) {
  GrpcTransportOptions options;
  options.endpoints.auth = auth_address;
  return std::make_unique<Client>(MakeGrpcTransport(options));
}

/// False if the auth server does not know it, as after its data were deleted.
StatusOr<bool> IsGood(const std::string& file, const std::string& auth_address) {
  const auto credential = auth::ReadPrivateFile(file, kMaxBytes);
  if (credential.status().code() == StatusCode::kNotFound) return false;
  if (!credential.ok()) return credential.status();
  const Status status = ClientOf(auth_address)->account().ServiceLogin({.credential = *credential}).status();
  if (status.code() == StatusCode::kUnauthenticated) return false;
  if (!status.ok()) return status;
  return true;
}

}  // namespace

Status EnsureFleetCredential(const std::string& file, const std::string& auth_address,
                             const std::string& keys_directory) {
  OOFGG_ASSIGN_OR_RETURN(const bool good, IsGood(file, auth_address));
  if (good) return {};
  OOFGG_ASSIGN_OR_RETURN(SessionTokens tokens, SignOperatorTokens({.directory = keys_directory}));
  const auto client = ClientOf(auth_address);
  client->SetTokens(std::move(tokens));
  OOFGG_ASSIGN_OR_RETURN(const ServiceCredentialInfo made,
                         client->admin().CreateServiceCredential({.name = "oofgg up", .game_id = {}}));
  std::remove(file.c_str());  // One that is not good, if any.
  return auth::CreatePrivateFile(file, made.credential);
}

}  // namespace oofgg::cli
