#include "servers/auth/settings.h"

#include "oofgg/parse.h"
#include "storage/postgres/database.h"
#include "storage/redis/redis_url.h"

namespace oofgg::servers {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::hours kLongestTtl{365 * 24};

void AddTokenFlags(Flags& flags, AuthSettings& settings) {
  flags.Add({.name = "keys", .help = "Holds signing keys and secrets; made if missing", .value = "DIR"},
            &settings.keys);
  flags.Add({.name = "issuer", .help = "The tokens' iss"}, &settings.issuer);
  flags.Add({.name = "access-token-ttl", .help = "Life of an access token"}, &settings.access_token_ttl, 10s,
            24h);
  flags.Add({.name = "refresh-token-ttl", .help = "A session ends that is not refreshed for this long"},
            &settings.refresh_token_ttl, 1min, kLongestTtl);
  flags.Add({.name = "session-lifetime", .help = "A session ends after this, however often refreshed"},
            &settings.session_lifetime, 1min, 10 * kLongestTtl);
  flags.Add({.name = "attempts-per-address",
             .help = "Sign-ins a second from one address, after 100 at once; 0: no limit. Not for loopback"},
            &settings.attempts_per_address, 0, 1'000'000);
  flags.Add({.name = "attempts",
             .help = "Sign-ins a second in all, after twice as many at once; 0: what the cores can hash"},
            &settings.attempts, 0, 1'000'000);
  flags.Add(
      {.name = "calls-per-address",
       .help = "Calls without a token a second from one address, after ten times as many at once; 0: no "
               "limit. Not for loopback"},
      &settings.calls_per_address, 0, 1'000'000);
  flags.Add({.name = "breached-passwords",
             .help = "Refuse new passwords whose SHA-1 is a line of it; Have I Been Pwned's, ordered by hash",
             .value = "FILE"},
            &settings.breached_passwords);
}

void AddTwitchFlags(Flags& flags, AuthSettings& settings) {
  flags.Add({.name = "twitch-client-id",
             .help = "Take Twitch logins whose tokens were made for this application",
             .value = "ID"},
            &settings.twitch_client_id);
  flags.Add({.name = "twitch-url", .help = "Where Twitch validates tokens", .value = "URL"},
            &settings.twitch_url);
}

void AddMailFlags(Flags& flags, AuthSettings& settings) {
  flags.Add({.name = "mail-hook",
             .help = "Sends mail: gets one JSON object on stdin, ends with 0",
             .value = "PROGRAM"},
            &settings.mail_hook);
  flags.Add(
      {.name = "smtp-url", .help = "Send mail by smtp://HOST:PORT or smtps://HOST:PORT", .value = "URL"},
      &settings.smtp_url);
  flags.Add({.name = "smtp-from", .help = "The sender's address", .value = "ADDRESS"}, &settings.smtp_from);
  flags.Add({.name = "smtp-user", .help = "Whom to log in as", .value = "NAME"}, &settings.smtp_user);
  flags.Add({.name = "smtp-password-file", .help = "Holds the password, mode 0600", .value = "FILE"},
            &settings.smtp_password_file);
}

/// URLs of stores, by those who will use them.
Status CheckStores(const ServerSettings& settings) {
  if (!settings.redis.empty()) {
    OOFGG_RETURN_IF_ERROR(Annotate(storage::ParseRedisUrl(settings.redis).status(), "--redis"));
  }
  if (!IsPostgres(settings.database)) return {};
  return Annotate(storage::PostgresDatabase::CheckUrl(settings.database), "--database");
}

/// Whether the address in a URL is this machine.
bool IsLoopbackUrl(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = url.substr(scheme + 3);
  const auto address = ParseHostPort(rest.substr(0, rest.find('/')));
  return address.ok() && IsLoopback(address->host);
}

Status Conflict(const std::string& message) { return MakeStatus(StatusCode::kInvalidArgument, message); }

Status CheckTogether(const AuthSettings& settings) {
  OOFGG_RETURN_IF_ERROR(CheckTogether(settings.server));
  OOFGG_RETURN_IF_ERROR(CheckStores(settings.server));
  if (settings.refresh_token_ttl < settings.access_token_ttl) {
    return Conflict("--refresh-token-ttl: " + FormatDuration(settings.refresh_token_ttl) +
                    " is shorter than the access token's " + FormatDuration(settings.access_token_ttl));
  }
  if (settings.session_lifetime < settings.refresh_token_ttl) {
    return Conflict("--session-lifetime: " + FormatDuration(settings.session_lifetime) +
                    " is shorter than the refresh token's " + FormatDuration(settings.refresh_token_ttl));
  }
  const bool is_https = settings.twitch_url.rfind("https://", 0) == 0;
  const bool is_local = settings.twitch_url.rfind("http://", 0) == 0 && IsLoopbackUrl(settings.twitch_url);
  if (!is_https && !is_local) {
    return Conflict("--twitch-url: must begin with https://, as users' tokens go there");
  }
  if (!settings.mail_hook.empty() && !settings.smtp_url.empty()) {
    return Conflict("--mail-hook and --smtp-url: give one of the two");
  }
  if (settings.smtp_url.empty()) return {};
  if (settings.smtp_url.rfind("smtp://", 0) != 0 && settings.smtp_url.rfind("smtps://", 0) != 0) {
    return Conflict("--smtp-url: must begin with smtp:// or smtps://");
  }
  if (settings.smtp_from.empty()) return Conflict("--smtp-url needs --smtp-from, the sender's address");
  if (settings.smtp_user.empty() != settings.smtp_password_file.empty()) {
    return Conflict("--smtp-user and --smtp-password-file go together; give both or none");
  }
  return {};
}

}  // namespace

std::optional<int> ReadAuthSettings(int argc, char** argv, AuthSettings& settings) {
  Flags flags(kProgram, "Accounts, logins, and the keys that every other server verifies tokens with.");
  AddServerFlags(flags, settings.server, {.takes_postgres = true});
  AddTokenFlags(flags, settings);
  AddTwitchFlags(flags, settings);
  AddMailFlags(flags, settings);
  AddEventLogFlags(flags, settings.event_log);
  if (const auto done = flags.Parse(argc, argv)) return done;
  if (const Status fit = CheckTogether(settings); !fit.ok()) return Fail(kProgram, fit, 2);
  return std::nullopt;
}

}  // namespace oofgg::servers
