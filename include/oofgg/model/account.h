#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "oofgg/clock.h"

namespace oofgg {

/// An answer that says no more than that it was done.
struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};

// Ways in, beside those of model/auth.h.

struct TwitchLoginRequest {
  std::string helix_token;  ///< A user access token of Twitch.
  std::string client_id;    ///< Of the application that the token was made for; empty, or the server's.
  std::string user_id;      ///< Whom the client believes to be; empty, or the token's owner.
};

/// Signs in with nothing but a secret that the device keeps, and makes the account at its first use.
struct GuestLoginRequest {
  std::string
      device_secret;  ///< 32 to 128 printable ASCII characters, as random as a key (`NewDeviceSecret`).
};

/// For game servers and tools. The answer has no refresh token: they sign in again.
struct ServiceLoginRequest {
  std::string credential{};  ///< As `CreateServiceCredential` gave it.
};

// One's own account.

/// How an account is known from elsewhere. The subject itself stays on the server.
struct LinkedIdentity {
  std::string provider;
  WallTime created_at{};

  friend bool operator==(const LinkedIdentity&, const LinkedIdentity&) = default;
};

struct Account {
  std::string user_id;
  std::string username;
  std::string email;  ///< Empty: none.
  bool email_verified = false;
  std::string role;
  bool guest = false;
  bool has_password = false;
  WallTime created_at{};
  bool banned = false;
  WallTime banned_until{};                   ///< The epoch: for ever.
  std::string ban_reason{};                  ///< Told to admins only.
  std::vector<LinkedIdentity> identities{};  ///< By provider.

  friend bool operator==(const Account&, const Account&) = default;
};

struct GetAccountRequest {};

/// Turns a guest, or an account without a password, into a full one; its id and sessions stay.
struct UpgradeAccountRequest {
  std::string username;
  std::string email;  ///< Optional.
  std::string password;
};

/// One place where the account is signed in.
struct AccountSession {
  std::string session_id;
  std::string label;  ///< What the client called itself; may be empty.
  WallTime created_at{};
  WallTime last_used_at{};
  WallTime expires_at{};  ///< The absolute end; an idle one ends before.
  bool current = false;   ///< The caller's own.

  friend bool operator==(const AccountSession&, const AccountSession&) = default;
};

struct ListSessionsRequest {};

struct AccountSessions {
  std::vector<AccountSession> sessions;  ///< Newest first; 100 at most.
};

struct LogoutRequest {
  std::string session_id;  ///< One of the caller's; empty: the caller's own.
};

struct LogoutEverywhereRequest {
  bool keep_current = false;
};

struct LogoutEverywhereResponse {
  std::uint32_t ended = 0;  ///< How many sessions.
};

/// Ends the account's other sessions, and takes its devices: their secrets open it no more.
struct ChangePasswordRequest {
  std::string current_password;
  std::string new_password;
};

/// Makes an account at Twitch one more way into this one.
struct LinkTwitchRequest {
  std::string helix_token;         ///< A user access token of Twitch.
  std::string current_password{};  ///< Of an account that has one; else ignored.
};

/// Sends a code that proves the address; it becomes the account's by `VerifyEmail`, and the former address is
/// mailed a notice of that.
struct RequestEmailCodeRequest {
  std::string email{};             ///< Empty: the account's own.
  std::string current_password{};  ///< Of an account that has one, for any address but its own; else ignored.
};

/// Signs nobody in, and needs nobody signed in: the mail may be read elsewhere.
struct VerifyEmailRequest {
  std::string user_id;
  std::string code;
};

/// The answer is the same whether or not there is such an account.
struct RequestPasswordResetRequest {
  std::string email;
};

/// Ends all sessions of the account and takes its devices; if its address was not verified before, every
/// other identity too.
struct ResetPasswordRequest {
  std::string email;
  std::string code;
  std::string new_password;
};

struct DeleteAccountRequest {
  std::string password;  ///< Empty only for an account without one.
};

// For admins.

/// One of the two.
struct FindAccountRequest {
  std::string user_id;
  std::string name;  ///< User name or e-mail address, in any case.
};

struct BanRequest {
  std::string user_id;
  std::string reason;  ///< For operators; 256 bytes at most.
  /// From now on; zero: for ever.
  std::chrono::seconds duration{0};
};

struct UnbanRequest {
  std::string user_id;
};

struct SetRoleRequest {
  std::string user_id;
  std::string role;  ///< `user`, `developer` or `admin`.
};

struct EndUserSessionsRequest {
  std::string user_id;
};

struct DeleteUserRequest {
  std::string user_id;
};

struct ServiceCredentialInfo {
  std::string id;
  std::string name;
  std::string game_id;  ///< Empty: all games.
  WallTime created_at{};
  WallTime expires_at{};    ///< The epoch: never.
  WallTime former_until{};  ///< Until when the secret before the last rotation works; the epoch: it does not.
  bool revoked = false;
  std::string credential;  ///< The secret itself: only in the answers that made it, and never again.

  friend bool operator==(const ServiceCredentialInfo&, const ServiceCredentialInfo&) = default;
};

struct CreateServiceCredentialRequest {
  std::string name;                  ///< 1 to 64 characters.
  std::string game_id;               ///< Empty: all games.
  std::chrono::seconds lifetime{0};  ///< Zero: without end.
};

struct RotateServiceCredentialRequest {
  std::string id;
  /// How long the former secret goes on working; 30 days at most, zero: not at all.
  std::chrono::seconds overlap{0};
};

struct RevokeServiceCredentialRequest {
  std::string id;
};

struct ListServiceCredentialsRequest {
  std::string after_id;     ///< Empty: from the first.
  std::uint32_t limit = 0;  ///< 1 to 100; 0: 100.
};

struct ServiceCredentials {
  std::vector<ServiceCredentialInfo> credentials;
};

// For servers.

struct WatchRevocationsRequest {
  std::string cursor;  ///< Of the last message seen; empty: all that still matter.
};

struct RevokedSession {
  std::string session_id;
  WallTime revoked_at{};
  WallTime until{};  ///< By then its last access token is dead.

  friend bool operator==(const RevokedSession&, const RevokedSession&) = default;
};

/// Somebody whose account was deleted: what is kept of them elsewhere is to be deleted too.
struct DeletedUser {
  std::string user_id;
  WallTime deleted_at{};
  WallTime until{};  ///< Who comes back by then is told.

  friend bool operator==(const DeletedUser&, const DeletedUser&) = default;
};

/// What was revoked after the cursor. The first message comes at once, be it empty, and one comes at least
/// every few seconds, so that silence means a dead link.
struct Revocations {
  std::vector<RevokedSession> sessions;
  std::string cursor;  ///< Where to go on.
  /// The cursor asked for is not known any more: what was revoked between may be missing. Streams opened
  /// before are to be ended, so that their clients come back with fresh tokens.
  bool reset = false;
  std::vector<DeletedUser> deleted_users{};

  friend bool operator==(const Revocations&, const Revocations&) = default;
};

}  // namespace oofgg
