#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "oofgg/auth/token_issuer.h"
#include "servers/common/event_log.h"
#include "servers/common/server_flags.h"

namespace oofgg::servers {

inline constexpr const char* kProgram = "oofgg-auth";

/// What oofgg-auth is told.
struct AuthSettings {
  ServerSettings server{
      .listen = "127.0.0.1:50051", .ops_listen = "127.0.0.1:9101", .database = "sqlite:oofgg-data/auth.db"};
  std::string keys = "oofgg-data/auth-keys";
  EventLogSettings event_log{.folder = "oofgg-data/log/auth"};
  std::string issuer = auth::kDefaultIssuer;
  std::chrono::milliseconds access_token_ttl{15 * 60'000};
  std::chrono::milliseconds refresh_token_ttl{std::int64_t{30} * 24 * 3600 * 1000};
  std::chrono::milliseconds session_lifetime{std::int64_t{365} * 24 * 3600 * 1000};
  std::int64_t attempts_per_address = 5;
  std::int64_t attempts = 0;  ///< 0: no limit but the cores.
  std::int64_t calls_per_address = 100;
  std::string breached_passwords;  ///< A file; empty: only the built-in list.
  std::string twitch_url = "https://id.twitch.tv";
  std::string twitch_client_id;  ///< Empty: no Twitch logins.
  std::string mail_hook;         ///< This, the next, or neither.
  std::string smtp_url;
  std::string smtp_from;
  std::string smtp_user;
  std::string smtp_password_file;
};

/// Reads them; what `Flags::Parse` returns, or 2 where some do not fit together.
[[nodiscard]] std::optional<int> ReadAuthSettings(int argc, char** argv, AuthSettings& settings);

}  // namespace oofgg::servers
