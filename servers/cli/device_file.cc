#include "servers/cli/device_file.h"

#include "auth/private_file.h"
#include "oofgg/account_client.h"

namespace oofgg::cli {
namespace {

constexpr std::size_t kLeastSecret = 32;
constexpr std::size_t kMaxFileBytes = 256;

StatusOr<std::string> Load(const std::string& path) {
  OOFGG_ASSIGN_OR_RETURN(std::string secret, auth::ReadPrivateFile(path, kMaxFileBytes));
  if (!secret.empty() && secret.back() == '\n') secret.pop_back();
  if (secret.size() >= kLeastSecret) return secret;
  return MakeStatus(StatusCode::kFailedPrecondition,
                    path + " is no device secret; move it away to begin as a new guest");
}

}  // namespace

StatusOr<std::string> LoadOrMakeDeviceSecret(const std::string& path) {
  StatusOr<std::string> secret = Load(path);
  if (secret.status().code() != StatusCode::kNotFound) return secret;
  const Status made = auth::CreatePrivateFile(path, NewDeviceSecret() + "\n");
  // Another process may have been first; its guest is then ours.
  if (!made.ok() && made.code() != StatusCode::kAlreadyExists) return made;
  return Load(path);
}

}  // namespace oofgg::cli
