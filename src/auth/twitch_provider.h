#pragma once

#include <chrono>
#include <string>

#include "auth/identity_provider.h"
#include "base/http_client.h"

namespace oofgg::auth {

struct TwitchOptions {
  std::string base_url = "https://id.twitch.tv";  ///< Without a slash at the end.
  /// The application that the tokens must be made for. A token that some other application got from its users
  /// would otherwise sign those in here.
  std::string client_id;
  std::chrono::milliseconds timeout{5000};
};

/// Asks Twitch's validate endpoint (`GET /oauth2/validate`) whose user access token it is.
/// Threads: safe. `Verify` waits for the network, `timeout` at most.
class TwitchProvider final : public IdentityProvider {
 public:
  /// `http` must outlive the provider.
  TwitchProvider(HttpClient& http, TwitchOptions options) : http_(http), options_(std::move(options)) {}

  [[nodiscard]] std::string name() const override { return "twitch"; }
  [[nodiscard]] std::string audience() const override { return options_.client_id; }
  [[nodiscard]] StatusOr<ExternalIdentity> Verify(const std::string& credential) override;

 private:
  HttpClient& http_;
  const TwitchOptions options_;
};

}  // namespace oofgg::auth
